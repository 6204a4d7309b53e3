// Builds the package's entry `suyuan/source` into build/source: one file for Node without any package, and its types. It is
// not minified: who lets it sign wants to read it.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = new URL('../', import.meta.url)
const OUT = new URL('build/source/', ROOT)
const path = (name: string): string => fileURLToPath(new URL(name, ROOT))

export async function bundleSource(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: path('.'),
    entryPoints: [path('src/source/entry.ts')],
    bundle: true,
    charset: 'utf8',
    legalComments: 'inline',
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'esm',
    target: 'node24',
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]!.text
}

/** What the entry has, as types. */
const DECLARATIONS = `
export declare const createKey: CreateKey
export declare const openSource: OpenSource
export declare const rotateKey: RotateKey
`

if (import.meta.main) {
  await mkdir(OUT, { recursive: true })
  const types = await readFile(path('src/source/published.ts'), 'utf8')
  await writeFile(new URL('index.js', OUT), await bundleSource())
  await writeFile(new URL('index.d.ts', OUT), types + DECLARATIONS)
}
