// The vectors of evidence (scripts/vectors.ts makes them, docs/evidence.md has the format): of each our verifier says what the
// list states, and none needs a node.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { toHex } from '../../src/core/bytes.ts'
import { encodeLeaf, leafHash } from '../../src/core/completeness/index-trie.ts'
import { indexKey } from '../../src/core/completeness/key.ts'
import { encodeBlock } from '../../src/core/completeness/postings.ts'
import { blockNode, encodeSubNode, joinNodes } from '../../src/core/completeness/sub-log.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { runCli } from '../cli/run.ts'

const FOLDER = join(import.meta.dirname, '../vectors/evidence')
const read = (name: string): Buffer => readFileSync(join(FOLDER, name))

interface Vector {
  readonly file: string
  readonly verdict: 'verified' | 'tampered'
  readonly check?: string
  readonly zh: string
  readonly en: string
}

const { trust: trustName, vectors } = JSON.parse(read('vectors.json').toString()) as {
  readonly trust: string
  readonly vectors: readonly Vector[]
}
const trust = parseTrust(read(trustName))
const exitOf = (name: string) => runCli(['verify', join(FOLDER, name), '--trust', join(FOLDER, trustName)])

describe('vectors of evidence', () => {
  for (const { file, verdict, check, zh, en } of vectors) {
    it(`${file} is ${verdict}${check === undefined ? '' : ` (${check})`}: ${en}`, async () => {
      expect(zh).to.match(/\p{Script=Han}/u)
      const { verdict: found, failed, answer } = await verifyEvidence(read(file), trust, undefined)
      expect(failed?.check, failed?.detail.en).to.equal(check)
      expect(found).to.equal(verdict)
      expect(answer === undefined).to.equal(verdict !== 'verified')
    })
  }

  it('are all told of, enough of them, and small', () => {
    const told = vectors.map(({ file }) => file)
    expect(readdirSync(FOLDER).toSorted()).to.deep.equal([...told, trustName, 'vectors.json'].toSorted())
    expect(told.filter(file => file.startsWith('good-'))).to.have.length.of.at.least(6)
    expect(told.filter(file => file.startsWith('bad-'))).to.have.length.of.at.least(24)
    for (const file of told) expect(read(file).length, file).to.be.below(100_000)
  })

  it('are of the bytes that docs/evidence.md has for examples', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/evidence.md'), 'utf8').replaceAll(/[ `]/g, '')
    const time = Date.parse('2026-03-01T00:30:00.000Z')
    const first = [
      { index: 300, time },
      { index: 302, time: time - 1 },
    ]
    const second = [{ index: 400, time: time + 5 }]
    const root = joinNodes(blockNode(first), blockNode(second))
    const key = indexKey('consumer', '11520100MB0000007G')
    const examples = [
      key,
      indexKey('grant', '12'),
      ...[first, second].map(encodeBlock),
      ...[blockNode(first), blockNode(second), root].map(encodeSubNode),
      leafHash(encodeLeaf({ key, head: { size: 2, root } })),
    ]
    for (const bytes of examples) expect(page).to.contain(toHex(bytes))
  })

  it('end the command with the exit code that docs/verify.md says', async () => {
    const [good, bad] = await Promise.all([exitOf('good-window.json'), exitOf('bad-row-dropped-from-window.json')])
    expect(good.code, good.err).to.equal(0)
    expect(bad.code, bad.err).to.equal(1)
    expect(bad.out).to.contain('TAMPERED')
  })
})
