// The vectors of findings (scripts/vectors.ts makes them, docs/monitor.md has the format): of each our verifier says what the list
// states; and none can be changed by whoever passes it on.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { checkFinding, type FindingVerdict } from '../../src/verify/finding.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { runCli } from '../cli/run.ts'
import { MUTATIONS, mutate, pathsOf } from './mutations.ts'

const FOLDER = join(import.meta.dirname, '../vectors/findings')
const read = (name: string): Buffer => readFileSync(join(FOLDER, name))

interface Vector {
  readonly file: string
  readonly verdict: FindingVerdict
  readonly check: string
  readonly zh: string
  readonly en: string
}

const { trust: trustName, vectors } = JSON.parse(read('vectors.json').toString()) as {
  readonly trust: string
  readonly vectors: readonly Vector[]
}
const trust = parseTrust(read(trustName))

describe('vectors of findings', () => {
  for (const { file, verdict, check, zh, en } of vectors) {
    it(`${file} is ${verdict} (${check}): ${en}`, async () => {
      expect(zh).to.match(/\p{Script=Han}/u)
      const { verdict: found, detail, finding } = await checkFinding(read(file), trust)
      expect(found, detail.en).to.equal(verdict)
      expect(finding?.check).to.equal(check)
    })
  }

  it('are all told of', () => {
    const told = vectors.map(({ file }) => file)
    expect(readdirSync(FOLDER).toSorted()).to.deep.equal([...told, trustName, 'vectors.json'].toSorted())
    const beginnings = { proven: 'good', refuted: 'bad', unproven: 'open' } as const
    for (const { file, verdict } of vectors) expect(file.split('-')[0]).to.equal(beginnings[verdict])
    expect(new Set(vectors.map(({ check }) => check)).size).to.equal(10)
  })

  it('cannot be changed by whoever passes them on', async function () {
    this.timeout(120_000)
    const good = vectors.filter(({ verdict }) => verdict === 'proven')
    const finding = fc.constantFrom(...good.map(({ file }) => JSON.parse(read(file).toString()) as object))
    const anyChange = finding.chain(made =>
      fc.record({
        made: fc.constant(made),
        path: fc.constantFrom(...pathsOf(made)),
        mutation: fc.constantFrom(...MUTATIONS),
        seed: fc.nat({ max: 10_000 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(anyChange, async ({ made, path, mutation, seed }) => {
        const changed = mutate(made, path, mutation, seed)
        fc.pre(changed !== undefined)
        const { verdict } = await checkFinding(Buffer.from(JSON.stringify(changed)), trust)
        expect(verdict).to.equal('refuted')
      }),
      { numRuns: 300 },
    )
  })

  it('end the command with the exit code that docs/verify.md says', async () => {
    const run = (name: string) => runCli(['verify', join(FOLDER, name), '--trust', join(FOLDER, trustName)])
    const files = ['good-row-omitted.json', 'bad-record-is-shown.json', 'open-anchor-before-any-known-block.json']
    const [good, bad, open] = await Promise.all(files.map(run))
    expect([good!.code, bad!.code, open!.code]).to.deep.equal([0, 1, 2])
    expect(good!.out).to.match(/^发现成立 THE FINDING IS PROVEN/)
  })
})
