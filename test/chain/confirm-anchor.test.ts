// What the ledger remembers of an anchor, and what its chain says of it.

import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { Anchor } from '../../src/anchors.ts'
import { confirmAnchor } from '../../src/chain/anchor.ts'
import { type Chain, connectChain } from '../../src/chain/network.ts'
import { failureOf } from '../store/failure.ts'
import { type AnchorNode, anchorIn, deploymentOn, startAnchorNode } from './anchor-node.ts'

const ORIGIN = 'confirm.test/log'

describe('chain: an anchor that is remembered', () => {
  let node: AnchorNode
  let chain: Chain
  const [older, told] = [100, 200].map((size, k) => anchorIn(7 + k, 1_600_000_000 + k, size, randomBytes(32))) as [
    ReturnType<typeof anchorIn>,
    ReturnType<typeof anchorIn>,
  ]

  before(async () => {
    node = await startAnchorNode(ORIGIN)
    node.anchors = [older, told]
    chain = await connectChain({ url: node.url })
  })
  after(async () => {
    chain.close()
    await node[Symbol.asyncDispose]()
  })

  const confirm = (place: Pick<Anchor, 'transaction' | 'block'>, root = told.root, origin = ORIGIN): Promise<void> =>
    confirmAnchor({ chain, deployment: deploymentOn(1), origin }, { size: told.size, root }, place)

  it('is confirmed by its block and by the contract’s event in it', async () => {
    await confirm(told)
  })

  it('is none with another time, block, transaction, tree or log', async () => {
    for (const [name, outcome] of [
      ['time', confirm({ ...told, block: { ...told.block, time: told.block.time - 1 } })],
      ['hash', confirm({ ...told, block: { ...told.block, hash: older.block.hash } })],
      ['no block', confirm({ ...told, block: { ...told.block, number: 99 } })],
      ['transaction', confirm({ ...told, transaction: older.transaction })],
      ['no transaction', confirm({ ...told, transaction: `0x${'1'.repeat(64)}` })],
      ['older anchor', confirm(older)],
      ['older block', confirm({ ...told, block: older.block })],
      ['root', confirm(told, older.root)],
      ['log', confirm(told, told.root, 'other/log')],
    ] as const) {
      const error = await failureOf(outcome)
      expect(error.code, `${name}: ${error.message}`).to.equal('anchor_differs')
      expect(error.message).to.include('size 200')
    }
  })

  it('is not confirmed by a node that does not answer', async () => {
    await using gone = await startAnchorNode(ORIGIN)
    const lost = await connectChain({ url: gone.url })
    await gone[Symbol.asyncDispose]()
    const parts = { chain: lost, deployment: deploymentOn(1), origin: ORIGIN }
    expect(await failureOf(confirmAnchor(parts, told, told))).to.have.property('code', 'chain_unreachable')
    lost.close()
  })
})
