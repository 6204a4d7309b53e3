// What a verifier runs, runs in a browser: on plain http and offline too. So nothing that its parts import, however far,
// asks for Node.

import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import packageJson from '../../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '../..')
const CORE = resolve(ROOT, 'src/core')

/** What a verifier is put together from. */
const ENTRIES = [
  'acts-evidence.ts',
  'checkpoint.ts',
  'completeness/answer.ts',
  'evidence.ts',
  'header-chain.ts',
  'note.ts',
  'proof.ts',
  'receipt.ts',
  'whole-block.ts',
]

/** The columns of ingest, which no verifier has; and the halves of `#sha256` and its like that are Node's. */
const OF_NODE = ['ed25519-node.ts', 'entry-columns.ts', 'leaves.ts', 'sha256-node.ts']

/** What Node has a quicker half of. */
const { '#artifacts/*': _, ...halves } = packageJson.imports
const HALVES = new Map(Object.entries(halves))

/** Without imports of types, which are gone when it runs, and without lines that are comments. */
function strip(source: string): string {
  return source
    .replaceAll(/^(?:import|export) type (?:\{[^}'"]*\}|\w+) from '[^'\n]*'$/gm, '')
    .replaceAll(/^\s*(?:\/\/.*|\/\*\*?(?:(?!\*\/).)*(?:\*\/)?|\*(?:(?!\*\/).)*(?:\*\/)?)$/gm, '')
}

const readCode = (file: string): string => strip(readFileSync(file, 'utf8'))

/** Every import has `from` or `import` before a text; so has, at worst, some text that is none, which does not resolve. */
function importsOf(code: string): string[] {
  return Array.from(code.matchAll(/\b(?:from|import)\s*(['"])([^'"\n]+)\1/g), match => match[2]!)
}

/** Why code of ours does not run without Node, if it does not. */
function whyNotPure(code: string): readonly string[] {
  return [
    ...importsOf(code).filter(isBuiltin),
    ...Array.from(code.matchAll(/\b(?:Buffer|process|globalThis|require\s*\(|import\s*[(.])/g), ([found]) => found),
  ]
}

function resolveImport(name: string, from: string): string {
  const half = HALVES.get(name)
  if (half !== undefined) return resolve(ROOT, half.default)
  if (name.startsWith('.')) return resolve(dirname(from), name)
  return fileURLToPath(import.meta.resolve(name))
}

/** All files of ours that these import, and the packages. */
function reach(entries: readonly string[]): {
  readonly files: ReadonlySet<string>
  readonly packages: ReadonlySet<string>
} {
  const files = new Set(entries)
  const packages = new Set<string>()
  for (const file of files) {
    for (const name of importsOf(readCode(file))) {
      if (isBuiltin(name)) continue
      const found = resolveImport(name, file)
      if (found.includes('/node_modules/')) packages.add(found)
      else files.add(found)
    }
  }
  return { files, packages }
}

describe('what a verifier runs', () => {
  const { files, packages } = reach(ENTRIES.map(name => resolve(CORE, name)))

  it('asks for nothing of Node, however far it is followed', () => {
    for (const file of files) expect(whyNotPure(readCode(file)), relative(ROOT, file)).to.deep.equal([])
    const names = [...files].map(file => relative(ROOT, file))
    expect(names).to.include.members(['src/core/hash.ts', 'src/core/sha256.ts', 'src/core/record/entry.ts'])
    expect(names.filter(name => !name.startsWith('src/core/'))).to.deep.equal([])
  })

  it('neither does the verifier that everybody gets, with all that it judges by', () => {
    const { files, packages } = reach([resolve(ROOT, 'src/verify/entry.ts')])
    for (const file of files) expect(whyNotPure(readCode(file)), relative(ROOT, file)).to.deep.equal([])
    const names = [...files].map(file => relative(ROOT, file))
    expect(names).to.include.members(['src/verify/offline.ts', 'src/chain/events.ts', 'src/chain/state/grants.ts'])
    expect([...packages].filter(file => file.includes('ethers'))).to.deep.equal([])
  })

  it('uses packages that ask for nothing of Node either', () => {
    const seen = new Set(packages)
    for (const file of seen) {
      // What stands in their comments are examples.
      const code = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\//g, '')
      for (const name of importsOf(code)) {
        expect(isBuiltin(name), `${relative(ROOT, file)} imports ${name}`).to.equal(false)
        seen.add(resolveImport(name, file))
      }
    }
    const owners = [...packages].map(file => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)![1])
    expect(new Set(owners)).to.deep.equal(new Set(['@noble/ed25519', '@noble/hashes', 'canonicalize']))
  })

  it('has Node’s halves only where there is Node', () => {
    expect([...HALVES.keys()]).to.deep.equal(['#ed25519', '#gunzip', '#keccak', '#sha256'])
    for (const [name, half] of HALVES) {
      expect(Object.keys(half), name).to.deep.equal(['node', 'default']) // the first that fits is taken
      expect(half.node).to.equal(half.default.replace('.ts', '-node.ts'))
      expect(import.meta.resolve(name).endsWith(half.node.slice(1)), name).to.equal(true)
    }
  })
})

describe('the core', () => {
  it('is pure but for what only ingest has', () => {
    const impure = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && whyNotPure(readCode(resolve(CORE, name))).length > 0)
      .toSorted()
    expect(impure).to.deep.equal(OF_NODE)
  })

  it('is searched by a search that finds', () => {
    const code = (line: string): readonly string[] => whyNotPure(strip(line))
    expect(code("import { hash } from 'node:crypto'")).to.deep.equal(['node:crypto'])
    expect(code('import {\n  a,\n  b,\n} from "fs"')).to.deep.equal(['fs'])
    expect(code("import 'node:fs'")).to.deep.equal(['node:fs'])
    expect(code("export * from 'crypto'")).to.deep.equal(['crypto'])
    expect(code("const a = await import('node:fs')")).to.deep.equal(['import('])
    expect(code('const a = Buffer.from(b) // as it is')).to.deep.equal(['Buffer'])
    expect(code('process.exit()')).to.deep.equal(['process'])
    expect(code('globalThis["Buf" + "fer"]')).to.deep.equal(['globalThis'])
    expect(code("import type { KeyObject } from 'node:crypto'")).to.deep.equal([])
    expect(code('const a: Buffer | undefined = undefined')).to.deep.equal(['Buffer'])
    expect(code("import type { A } from './a.ts'\nimport { hash } from 'node:crypto'")).to.deep.equal(['node:crypto'])
    expect(code("import { hash } from 'node:crypto'\nimport type { A } from './a.ts'")).to.deep.equal(['node:crypto'])
    expect(code("export type A = number\nimport { hash } from 'node:crypto'")).to.deep.equal(['node:crypto'])
    expect(code("require('node:fs')")).to.deep.equal(['require('])
    expect(code('// Buffer is Node’s')).to.deep.equal([])
    expect(code('/** Buffer is Node’s */\n * Buffer */ Buffer.of(1)')).to.deep.equal(['Buffer', 'Buffer'])
    expect(code("import { a } from './bytes.ts'")).to.deep.equal([])
  })
})
