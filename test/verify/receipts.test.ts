// Files of receipts: each has to hold by itself, and none may contradict another.

import { expect } from 'chai'
import { encodeBase64, utf8 } from '../../src/core/bytes.ts'
import { hashLeaf, hashNode } from '../../src/core/hash.ts'
import type { Hash } from '../../src/core/tree.ts'
import { verifyReceipts } from '../../src/verify/receipts.ts'
import { type Scene, setScene } from './scene.ts'

const [A, B, C] = ['a', 'b', 'c'].map(text => hashLeaf(utf8(text))) as [Hash, Hash, Hash]

const EMPTY = Promise.resolve('')

describe('receipts', () => {
  let scene: Scene
  before(async () => {
    scene = await setScene()
  })
  after(() => scene.close())

  /** Of an operator who signs whatever it likes. */
  const receipt = async (
    firstIndex: number,
    leaves: readonly Hash[],
    proof: readonly Hash[],
    root: Hash,
    size: number,
  ) => {
    const checkpoint = (await scene.forgetfulLogKey()).sign({ size, root }, 1_773_748_800 + size)
    const encoded = encodeBase64(Buffer.concat(leaves))
    return JSON.stringify({
      firstIndex,
      count: leaves.length,
      leaves: encoded,
      proof: proof.map(encodeBase64),
      checkpoint,
    })
  }
  const verdictOf = async (...lines: readonly Promise<string>[]) =>
    verifyReceipts(Buffer.from(`${(await Promise.all(lines)).join('\n')}\n`), scene.trust)
  const pair = hashNode(A, B)

  it('of one history hold, each leaf counted once, whatever lines are empty', async () => {
    const [first, both] = [receipt(0, [A], [], A, 1), receipt(0, [A, B], [], pair, 2)]
    expect(await verdictOf(first, EMPTY, both, receipt(1, [B], [A], pair, 2), first, EMPTY)).to.deep.equal({
      verdict: 'verified',
      receipts: 4,
      leaves: 2,
    })
  })

  it('that the log signed for two trees of one size convict it', async () => {
    const { verdict, failed } = await verdictOf(receipt(0, [A], [], A, 1), receipt(0, [B], [], B, 1))
    expect([verdict, failed?.line]).to.deep.equal(['tampered', 2])
    expect(failed?.detail.en).to.match(
      /^The receipts on lines 1 and 2 hold.*two different trees of 1 leaves.*Keep them\.$/,
    )
    expect(failed?.detail.zh).to.contain('第 1 行与第 2 行')
  })

  it('that have two records in one place convict it, though the trees are of two sizes', async () => {
    const wide = receipt(0, [A, B], [], pair, 2)
    const other = hashNode(hashNode(A, C), B)
    const { verdict, failed } = await verdictOf(wide, receipt(0, [A], [], A, 1), receipt(1, [C], [A, B], other, 3))
    expect([verdict, failed?.line]).to.deep.equal(['tampered', 3])
    expect(failed?.detail.en).to.match(/lines 1 and 3.*two different records as number 1/)
  })

  it('are read one at a time, from a file of nothing but line feeds too', () => {
    const file = Buffer.alloc(2 ** 26, '\n')
    const started = process.cpuUsage()
    expect(verifyReceipts(file, scene.trust)).to.deep.equal({ verdict: 'verified', receipts: 0, leaves: 0 })
    expect(process.cpuUsage(started).user / 1e6).to.be.below(30)
  }).timeout(60_000)
})
