// The verifier as everybody gets it, one file: what it weighs, that it needs nothing, and that it says of every vector what
// the command says.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { bundleEntry, weighEntry } from '../../scripts/build-verify.ts'
import { MAX_EVIDENCE_BYTES } from '../../src/core/signed-file.ts'
import { checkEvidence } from '../../src/verify/evidence.ts'
import { toPlain } from '../../src/verify/plain.ts'
import type { FileKind, Verify } from '../../src/verify/published.ts'
import { parseTrust } from '../../src/verify/trust.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'test/vectors/evidence')
const read = (name: string): Buffer => readFileSync(join(FOLDER, name))
const files = readdirSync(FOLDER).filter(name => /^(?:good|bad)-/.test(name))

/** Minified bytes of what evidence hangs on. Each may fall; where one has to rise, say why in docs/verify.md. */
const MOST = {
  /** Our own code of src/core, as far as evidence takes it, with its messages in two languages. */
  core: 40_000,
  /** The same with the libraries: hashes and the curve. */
  withLibraries: 61_600,
  /** The whole file. */
  all: 133_000,
}

describe('the verifier as one file', () => {
  let code: string
  before(async () => {
    code = await bundleEntry()
  })

  it('is small', async () => {
    const parts = await weighEntry()
    const weigh = (pattern: RegExp): number =>
      parts.filter(({ file }) => pattern.test(file)).reduce((sum, { bytes }) => sum + bytes, 0)
    const core = weigh(/^src\/core\//)
    const withLibraries = core + weigh(/\/node_modules\/|^node_modules\//)
    const all = Buffer.byteLength(code)
    const packed = gzipSync(code, { level: 9 }).length
    const inKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
    console.log(`      src/core's own code: ${inKb(core)} minified, with its libraries ${inKb(withLibraries)}`)
    console.log(`      suyuan/verify: ${inKb(all)} minified, ${inKb(packed)} gzip`)
    // Of the whole, what is of no file is the frame around the parts.
    expect(all - weigh(/./)).to.be.within(0, 2_000)
    expect(core).to.be.within(1, MOST.core)
    expect(withLibraries).to.be.within(core + 1, MOST.withLibraries)
    expect(all).to.be.within(withLibraries + 1, MOST.all)
  })

  it('imports nothing, and asks for nothing but text and numbers of its surroundings', async () => {
    expect(code).to.not.match(/\bfrom\s*["']|\bimport\s*["'(]|\brequire\s*\(/)
    // Nothing else is there: no Node, no browser, no network.
    const { verify } = bare(await bundleEntry('iife'))
    const { verdict } = await verify(read('good-window.json').toString(), read('trust.json').toString())
    expect(verdict).to.equal('verified')
  })

  for (const file of files) {
    it(`says of ${file} what the command says, word for word`, async () => {
      const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Entry
      const seen: unknown[] = []
      const found = await verify(read(file), read('trust.json'), { onCheck: check => void seen.push(check) })
      const plain = toPlain(await checkEvidence(read(file), parseTrust(read('trust.json'))))
      expect(JSON.stringify(found)).to.equal(JSON.stringify(plain))
      expect(found.verdict).to.equal(file.startsWith('good-') ? 'verified' : 'tampered')
      const made = found.checks.filter(({ check, result }) => result !== 'skipped' || check === 'complete')
      expect(seen.slice(0, made.length)).to.deep.equal(made.slice(0, seen.length))
    })
  }

  it('says the same as the command of any file in which a character was changed', async () => {
    const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Entry
    const trust = read('trust.json')
    const good = ['good-window.json', 'good-vetoed.json', 'good-absent.json'].map(read)
    const anyChange = fc.tuple(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(anyChange, async ([file, at, byte]) => {
        const changed = Buffer.from(file)
        const place = at % changed.length
        fc.pre(changed[place] !== byte)
        changed[place] = byte
        const plain = toPlain(await checkEvidence(changed, parseTrust(trust)))
        expect(JSON.stringify(await verify(changed, trust))).to.equal(JSON.stringify(plain))
      }),
      { numRuns: 150 },
    )
  }).timeout(60_000)

  it('reads a file as it was packed, and says so when it cannot', async () => {
    const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Entry
    const trust = read('trust.json')
    for (const name of ['good-window.json', 'bad-event-changed.json']) {
      const found = await verify(gzipSync(read(name)), trust)
      expect(JSON.stringify(found)).to.equal(JSON.stringify(await verify(read(name), trust)))
    }
    const packed = gzipSync(read('good-window.json'))
    const flipped = Buffer.from(packed)
    flipped[packed.length - 6]! ^= 1 // of the CRC
    const cases: readonly (readonly [string, Uint8Array, string])[] = [
      ['cut off', packed.subarray(0, -1), 'damaged or cut off'],
      ['changed', flipped, 'damaged or cut off'],
      ['something behind it', Buffer.concat([packed, Buffer.of(0)]), 'damaged or cut off'],
      ['another packed file behind it', Buffer.concat([packed, packed]), 'damaged or cut off'],
      ['nothing but the mark', Buffer.of(0x1f, 0x8b), 'damaged or cut off'],
      ['a bomb', gzipSync(Buffer.alloc(MAX_EVIDENCE_BYTES + 1)), 'more than the 268435456 bytes'],
      ['packed twice', gzipSync(packed), 'not valid UTF-8'],
    ]
    for (const [what, file, words] of cases) {
      const { verdict, failed } = await verify(file, trust)
      expect([verdict, failed?.check], what).to.deep.equal(['unchecked', 'file'])
      expect(failed?.detail.en, what).to.contain(words)
      expect(failed?.detail.zh, what).to.match(/\p{Script=Han}/u)
    }
    const { failed } = await bare(await bundleEntry('iife')).verify(packed, trust.toString())
    expect(failed?.detail.en).to.contain('gunzip')
  }).timeout(60_000)

  it('says what to do with a file that it does not check, and with one that is none', async () => {
    const { verify, kindOf } = bare(await bundleEntry('iife'))
    const trust = read('trust.json').toString()
    const cases: readonly (readonly [FileKind, string, string])[] = [
      ['acts', '{"format":"suyuan-acts/v1"}', 'evidence of acts'],
      ['finding', '{"format":"suyuan-finding/v1"}', 'finding'],
      ['receipts', '{"firstIndex":0,"count":1}\n{"firstIndex":1}', 'receipts'],
      ['trust', trust, 'exchanged'],
      ['unknown', '{"a":', 'it ends where it needs'],
      ['unknown', '', 'it ends where it needs'],
      ['evidence', '{"format":"suyuan-evidence/v9"}', 'newer verifier'],
      ['evidence', '{"format":"suyuan-evidence/v2"}', 'ask the author of an older one for it again'],
    ]
    for (const [kind, text, words] of cases) {
      expect(kindOf(Buffer.from(text)), text).to.equal(kind)
      const { verdict, failed } = await verify(text, trust)
      expect([verdict, failed?.check], text).to.deep.equal(['unchecked', 'file'])
      expect(failed?.detail.en, text).to.contain(words)
      expect(failed?.detail.zh, text).to.match(/\p{Script=Han}/u)
    }
    const refused = await verify(read('good-window.json').toString(), '{}').catch((error: unknown) => error)
    expect(refused).to.include({ code: 'trust_unreadable' })
  })

  it('names the block whose hash is all that is missing', async () => {
    const { verify } = bare(await bundleEntry('iife'))
    const { blocks, ...trust } = JSON.parse(read('trust.json').toString()) as { blocks: { number: number }[] }
    const { verdict, failed } = await verify(read('good-window.json').toString(), JSON.stringify(trust))
    expect([verdict, failed?.check, failed?.block]).to.deep.equal(['unchecked', 'chain', blocks[0]!.number])
  })
})

interface Entry {
  readonly verify: Verify
  readonly kindOf: (file: Uint8Array) => FileKind
}

/** Run where there is the language and nothing else but the two that turn text into bytes and back. */
function bare(script: string): Entry {
  const context = createContext({ TextEncoder, TextDecoder, Uint8Array })
  return runInContext(`${script};suyuan`, context) as Entry
}

describe('the package', function () {
  this.timeout(120_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-pack-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const run = (command: string, args: readonly string[], cwd = folder): string =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  it('has the entry suyuan/verify with its types, which works with no other package there', () => {
    run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT)
    const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))
    run('tar', ['-xzf', tarball!])
    run('node', ['scripts/check-node.cjs'], join(folder, 'package')) // as npm does before it installs it
    mkdirSync(join(folder, 'project/node_modules'), { recursive: true })
    cpSync(join(folder, 'package'), join(folder, 'project/node_modules/suyuan'), { recursive: true })
    const project = join(folder, 'project')
    writeFileSync(
      join(project, 'try.mjs'),
      `import { readFileSync } from 'node:fs'
import { CHECKS, kindOf, verify } from 'suyuan/verify'
const [evidence, trust] = process.argv.slice(2).map(name => readFileSync(name))
const { verdict, answer } = await verify(evidence, trust)
console.log(verdict, answer.rows.length, kindOf(trust), CHECKS.complete.en)`,
    )
    const said = run('node', ['try.mjs', join(FOLDER, 'good-window.json'), join(FOLDER, 'trust.json')], project)
    expect(said).to.match(/^verified \d+ trust no record that fits was left out/)

    // And its types say so.
    writeFileSync(
      join(project, 'try.ts'),
      `import { type VerifyResult, verify } from 'suyuan/verify'
const result: VerifyResult = await verify('{}', new Uint8Array(), { onCheck: ({ check, result }) => console.log(check, result) })
const block: number | undefined = result.failed?.block
const rows: readonly { readonly index: number }[] = result.answer?.rows ?? []
// @ts-expect-error there is no such verdict
const wrong = result.verdict === 'maybe'
console.log(block, rows, wrong)`,
    )
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
      '--lib',
      'es2024,dom',
    ]
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    run('node', [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'try.ts'], project)
  })
})
