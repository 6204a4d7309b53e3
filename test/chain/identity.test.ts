// The chain this ledger lives on, and all that is not it.

import { expect } from 'chai'
import { checkChain, createGuard, markSeen, recallIdentity, rememberDeployment } from '../../src/chain/identity.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import type { FaultyNode, Rule } from './faulty-node.ts'
import { connect, type Ledger, mine, startLedger, TestFacts } from './fixtures.ts'

describe('chain identity', () => {
  let ledger: Ledger & { reset(): Promise<void> }
  let node: FaultyNode
  let chain: Chain
  let facts: TestFacts
  before(async () => {
    ledger = await startLedger()
    node = ledger.node
    chain = await connect(node)
  })
  beforeEach(async () => {
    await ledger.reset()
    facts = new TestFacts()
  })
  after(async () => {
    chain.close()
    await node.close()
  })

  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'accepted',
      (error: unknown) => error,
    )
  const check = (): Promise<unknown> =>
    refusal(checkChain(chain, { deployment: ledger.deployment, lastSeen: undefined }))

  it('accepts the chain the contracts were deployed on', async () => {
    expect(await check()).to.equal('accepted')
  })

  const lies: [string, string, Rule][] = [
    [
      'another chain id',
      'chain_id_differs',
      ({ method }) => (method === 'eth_chainId' ? { result: '0x2' } : undefined),
    ],
    [
      'no first block',
      'chain_differs',
      ({ method }) => (method === 'eth_getBlockByNumber' ? { result: null } : undefined),
    ],
    ['no contract', 'contract_code_differs', ({ method }) => (method === 'eth_getCode' ? { result: '0x' } : undefined)],
    [
      'another contract',
      'contract_code_differs',
      ({ method }) => (method === 'eth_getCode' ? { result: '0x00' } : undefined),
    ],
  ]
  for (const [name, code, rule] of lies) {
    it(`refuses a chain with ${name}, and says what to do`, async () => {
      node.rule = rule
      const error = await check()
      expect(error).to.include({ code, retryable: false })
      expect(String(error)).to.match(/[Ss]et SUYUAN_RPC_URL|\(--rpc, or SUYUAN_RPC_URL\)/)
    })
  }

  it('refuses a fresh chain with the same beginning: the block seen last is not there', async () => {
    const before = await node.ask('evm_snapshot')
    await mine(node)
    const guard = createGuard({ chain, facts, deployment: ledger.deployment, finality: 1 })
    await guard()
    await node.ask('evm_revert', [before])
    expect(await refusal(guard())).to.include({ code: 'chain_lost' })
    const restarted = createGuard({ chain, facts, deployment: ledger.deployment, finality: 1 })
    expect(await refusal(restarted())).to.include({ code: 'chain_lost' })
    await node.ask('evm_setNextBlockTimestamp', [Math.floor(Date.now() / 1000) + 100])
    await mine(node) // another block of the same number
    const error = await refusal(restarted())
    expect(error).to.include({ code: 'chain_lost' })
    expect(String(error)).to.contain('Restore the chain')
  })

  it('takes a reorganisation that is not deeper than finality', async () => {
    const guard = createGuard({ chain, facts, deployment: ledger.deployment, finality: 3 })
    await mine(node)
    const fork = await node.ask('evm_snapshot')
    for (let k = 0; k < 2; k++) await mine(node)
    await guard()
    await node.ask('evm_revert', [fork])
    await node.ask('evm_setNextBlockTimestamp', [Math.floor(Date.now() / 1000) + 200])
    for (let k = 0; k < 2; k++) await mine(node)
    await guard()
    expect(await recallIdentity(facts)).to.equal(undefined) // not before the contracts are
  })

  it('remembers the newest final block, and never goes back', async () => {
    await rememberDeployment(facts, ledger.deployment)
    for (let k = 0; k < 4; k++) await mine(node)
    const head = await readHead(chain)
    await markSeen(chain, facts, head, 3)
    expect((await recallIdentity(facts))?.lastSeen?.number).to.equal(head.number - 2)
    await markSeen(chain, facts, { ...head, number: head.number - 1 }, 3)
    expect((await recallIdentity(facts))?.lastSeen?.number).to.equal(head.number - 2)
  })

  it('belongs to one deployment for ever', async () => {
    const { deployment } = ledger
    await rememberDeployment(facts, deployment)
    await rememberDeployment(facts, deployment)
    expect((await recallIdentity(facts))?.deployment).to.deep.equal(deployment)
    const other = {
      ...deployment,
      contracts: { ...deployment.contracts, checkpointAnchor: deployment.contracts.catalogue },
    }
    expect(await refusal(rememberDeployment(facts, other))).to.include({ code: 'deployment_differs' })
  })

  it('compares everything again after a failure: behind the same address may be another node', async () => {
    const guard = createGuard({ chain, facts, deployment: ledger.deployment, finality: 1 })
    await guard()
    node.calls.length = 0
    await guard()
    expect(node.calls.map(({ method }) => method)).not.to.include('eth_getCode')
    node.rule = () => 'dead'
    expect(await refusal(guard())).to.include({ code: 'chain_unreachable' })
    node.rule = ({ method }) => (method === 'eth_getCode' ? { result: '0x00' } : undefined)
    expect(await refusal(guard())).to.include({ code: 'contract_code_differs' })
    node.rule = undefined
    await guard()
  })
})
