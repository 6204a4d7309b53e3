// Builds the verifier for everybody, into build/verify: `index.js`, the package's entry, one file without imports; its
// types; and `page.html`, the page, one file as well. The same sources give the same bytes, so that whoever doubts the
// page that a server sends can compare it.

import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const ROOT = new URL('../', import.meta.url)
const OUT = new URL('build/verify/', ROOT)

const path = (name: string): string => fileURLToPath(new URL(name, ROOT))
const read = (name: string): Promise<string> => readFile(new URL(name, ROOT), 'utf8')

/** Chinese as it is, and nothing newer than browsers that have what the verifier takes of the language. */
const OPTIONS: BuildOptions = {
  absWorkingDir: path('.'),
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  // Not Node's halves of #sha256 and its like: what is built runs anywhere.
  conditions: ['browser'],
  target: ['es2024', 'chrome117', 'firefox119', 'safari17.4'],
  write: false,
  logLevel: 'warning',
}

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...OPTIONS, ...options })
  return outputFiles![0]!.text
}

const ENTRY: BuildOptions = { entryPoints: [path('src/verify/entry.ts')], globalName: 'suyuan' }

/** What verifies: as a module, or as a script that names it `suyuan`. */
export function bundleEntry(format: 'esm' | 'iife' = 'esm'): Promise<string> {
  return bundle({ ...ENTRY, format })
}

/** Bytes of that module, of each file that is part of it. */
export async function weighEntry(): Promise<readonly { readonly file: string; readonly bytes: number }[]> {
  const { metafile } = await build({ ...OPTIONS, ...ENTRY, format: 'esm', metafile: true, outfile: 'index.js' })
  const [output] = Object.values(metafile.outputs)
  return Object.entries(output!.inputs).map(([file, { bytesInOutput: bytes }]) => ({ file, bytes }))
}

/** What the entry has beside `verify`, as types. */
const DECLARATIONS = `
export declare const verify: Verify
/** What a file seems to be: whoever has a file of another kind checks it with the command \`suyuan verify\`. */
export declare function kindOf(file: Uint8Array): FileKind
/** The words of each check, as what holds once it has passed; of verdicts, judgements and results of statements. */
export declare const CHECKS: Readonly<Record<string, Words>>
export declare const VERDICTS: Readonly<Record<VerifyResult['verdict'], Words>>
export declare const JUDGEMENTS: Readonly<Record<string, Words>>
export declare const STATEMENT_RESULTS: Readonly<Record<string, Words>>
`

async function makePage(): Promise<string> {
  const script = await bundle({
    entryPoints: [path('src/web/verify/page.js')],
    format: 'iife',
    // The sample of its self-check, byte for byte.
    loader: { '.json': 'text' },
    plugins: [
      {
        name: 'words',
        // The page speaks with its own words in the place of all the other pages'.
        setup: build =>
          build.onResolve({ filter: /^\.\/words\.js$/ }, () => ({ path: path('src/web/verify/words.js') })),
      },
    ],
  })
  const style = (await bundle({ entryPoints: [path('src/web/verify/page.css')] })).trim()
  const mark = (await read('src/web/mark.svg')).trim()
  const parts: Readonly<Record<string, string>> = {
    script,
    style,
    mark: mark.replace('<svg ', '<svg aria-hidden="true" '),
    icon: `data:image/svg+xml,${encodeURIComponent(mark)}`,
    policy: [
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      'worker-src blob:',
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  }
  const frame = await read('src/web/verify/page.html')
  return frame.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => parts[name] ?? whole)
}

/** As a policy names what it lets run. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

if (import.meta.main) {
  await mkdir(OUT, { recursive: true })
  const types = (await read('src/verify/published.ts')) + DECLARATIONS
  await Promise.all([
    bundleEntry().then(code => writeFile(new URL('index.js', OUT), code)),
    writeFile(new URL('index.d.ts', OUT), types),
    makePage().then(page => writeFile(new URL('page.html', OUT), page)),
  ])
}
