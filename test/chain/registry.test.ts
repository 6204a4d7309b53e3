// What the contracts say, read off chain: through paging limits, reorganisations and nodes that leave things out.

import { expect } from 'chai'
import { concat, id, ZeroHash } from 'ethers'
import { interfaceOf } from '../../src/chain/abi.ts'
import { openEventJournal } from '../../src/chain/event-journal.ts'
import { topicOf } from '../../src/chain/events.ts'
import { createGuard, type Guard } from '../../src/chain/identity.ts'
import type { Chain } from '../../src/chain/network.ts'
import { createRegistry, type Registry } from '../../src/chain/registry.ts'
import { KINDS } from '../../src/chain/terms.ts'
import { systemClock } from '../../src/clock.ts'
import { type Acting, actOn, CONSUMER, consumer, describeResource, PROVIDER, provider, seconds } from './acting.ts'
import type { FaultyNode, Rule } from './faulty-node.ts'
import { connect, type Ledger, mine, startLedger, TestFacts, TestLog, until } from './fixtures.ts'
import { TestFile } from './test-file.ts'

describe('registry', () => {
  let ledger: Ledger & { reset(): Promise<void> }
  let node: FaultyNode
  let chain: Chain
  let log: TestLog
  let registry: Registry
  let act: Acting['act']
  let asked: Acting['asked']
  let request: Acting['request']
  let setUp: Acting['setUp']

  before(async () => {
    ledger = await startLedger()
    node = ledger.node
    chain = await connect(node)
    ;({ act, asked, request, setUp } = actOn(ledger))
  })
  beforeEach(async () => {
    await ledger.reset()
    log = new TestLog()
    registry = startRegistry()
  })
  after(async () => {
    chain.close()
    await node.close()
  })

  const startRegistry = (guard?: Guard): Registry => {
    const { contracts, block: firstBlock } = ledger.deployment
    return createRegistry({ chain, contracts, firstBlock, clock: systemClock, log, ...(guard && { guard }) })
  }
  /** Blocks enough that what was done so far is read by range, and no longer by hash. */
  const bury = async (): Promise<void> => {
    for (let k = 0; k < 12; k++) await mine(node) // not hardhat_mine: its blocks do not name their parents
  }
  const isRanged = ({ method, params }: Parameters<Rule>[0]): boolean =>
    method === 'eth_getLogs' && 'fromBlock' in (params[0] as object)
  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'accepted',
      (error: unknown) => error,
    )

  it('reads organisations, resources, and a grant through its whole life', async () => {
    await setUp()
    await request(1)
    await registry.refresh()
    expect(registry.organisation(PROVIDER)).to.deep.include({
      id: 1,
      name: '公安局',
      kinds: ['provider'],
      account: provider.address,
      status: 'active',
    })
    expect(registry.organisation('nobody')).to.equal(undefined)
    expect([...registry.organisations()].map(({ code }) => code)).to.deep.equal([PROVIDER, CONSUMER])
    expect(registry.resource('300/0001')).to.deep.include({
      id: 1,
      provider: PROVIDER,
      version: 1,
      shareType: 'conditional',
      withdrawn: false,
    })
    expect(registry.grant(1)).to.deep.include({ purpose: 'LegalCompliance', provider: PROVIDER })
    expect(registry.grant(1)!.decision).to.equal(undefined)
    expect(registry.terms(1)!.grantedAt).to.equal(undefined)

    const until = seconds() + 500_000
    await act(provider, 'accessLedger', 'grant', [
      1,
      await asked(1),
      until,
      { byteCount: 900n, rowCount: 10n },
      id('because'),
    ])
    await request(2) // granted by the contract itself
    const handover = {
      channel: 2,
      rowCount: 3n,
      byteCount: 700n,
      scope: 4n,
      contentDigest: id('content'),
      accessCount: 0n,
      logFirst: 0n,
      logEnd: 0n,
    }
    await act(provider, 'accessLedger', 'share', [1, handover])
    await act(consumer, 'accessLedger', 'download', [1, { ...handover, byteCount: 50n }])
    const revoked = await act(provider, 'accessLedger', 'revoke', [1, id('no more')])
    await act(provider, 'catalogue', 'update', [1, describeResource('人口基础库（二版）')])
    await act(provider, 'catalogue', 'withdraw', [2, id('gone')])
    await act(ledger.account, 'organisations', 'setStatus', [2, 1, id('suspended')])
    await registry.refresh()

    const grant = registry.grant(1)!
    expect(grant.decision).to.deep.include({ outcome: 'granted', automatic: false })
    expect(grant.quota).to.deep.equal({ byteCount: 900n, rowCount: 10n })
    expect(grant.delivered).to.deep.equal({ count: 2, bytes: 750n, rows: 6n })
    expect(grant.deliveries.map(({ kind, bytes }) => [kind, bytes])).to.deep.equal([
      ['download', 50n],
      ['share', 700n],
    ])
    expect(grant.revoked!.transaction).to.equal(revoked)
    expect(grant.events).to.have.length(3)
    expect(registry.terms(1)).to.deep.include({ resource: '300/0001', consumer: CONSUMER, until: until * 1000 })
    expect(registry.grant(2)!.decision).to.deep.include({ outcome: 'granted', automatic: true })
    expect(registry.grantsOfConsumer(CONSUMER).map(({ id }) => id)).to.deep.equal([2, 1])
    expect(registry.grantsOfConsumer(PROVIDER)).to.deep.equal([])
    expect(registry.resource('300/0001')).to.deep.include({ name: '人口基础库（二版）', version: 2 })
    expect(registry.resource('300/0002')).to.deep.include({ withdrawn: true })
    expect(registry.organisation(CONSUMER)).to.deep.include({ status: 'suspended' })
    for (const event of grant.events) {
      const block = (await node.ask('eth_getBlockByNumber', [`0x${event.blockNumber.toString(16)}`, false])) as {
        hash: string
      }
      expect(event.blockHash).to.equal(block.hash)
    }
  })

  it('reads the same in pages of any size that the node allows', async () => {
    await setUp()
    for (let k = 0; k < 30; k++) await mine(node)
    await request(1)
    await registry.refresh()
    for (const allowed of [1, 2, 7, 20]) {
      node.rule = ({ method, params }) => {
        if (method !== 'eth_getLogs') return undefined
        const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string }
        const span = Number(toBlock) - Number(fromBlock) + 1
        return span > allowed
          ? { error: { code: -32_005, message: 'query returned more than 10000 results' } }
          : undefined
      }
      const other = startRegistry()
      await other.refresh()
      expect(other.grant(1)).to.deep.equal(registry.grant(1))
      expect([...other.resources()]).to.deep.equal([...registry.resources()])
    }
  })

  it('reads only what is new, and nothing when nothing is', async () => {
    await setUp()
    await registry.refresh()
    const last = registry.block!.number
    node.calls.length = 0
    await registry.refresh()
    expect(node.calls.filter(({ method }) => method === 'eth_getLogs')).to.have.length(0)
    await request(1)
    await bury()
    await registry.refresh()
    const filters = node.calls
      .filter(({ method }) => method === 'eth_getLogs')
      .map(({ params }) => params[0] as { fromBlock?: string; toBlock?: string; blockHash?: string })
    expect(filters).to.have.length(1 + 12)
    expect([filters[0]!.fromBlock, filters[0]!.toBlock].map(Number)).to.deep.equal([last + 1, last + 1])
    expect(filters.slice(1).every(({ blockHash }) => blockHash !== undefined)).to.equal(true)
    expect(registry.grant(1)).to.not.equal(undefined)
  })

  describe('behind one URL with a node that lags', () => {
    /** Nodes differ: most refuse a hash that they do not know, some say that there are no events. */
    const laggards: [string, Rule][] = [
      [
        'and refuses',
        call => {
          if (call.method !== 'eth_getLogs') return undefined
          return isRanged(call) ? { result: [] } : { error: { code: -32_000, message: 'unknown block' } }
        },
      ],
      [
        'and shows no events',
        ({ method }) => {
          if (method === 'eth_getLogs') return { result: [] }
          return /Receipt/.test(method) ? { result: null } : undefined
        },
      ],
      ['and does not know the head', ({ method }) => (method === 'eth_getBlockByHash' ? { result: null } : undefined)],
    ]
    for (const [how, rule] of laggards) {
      it(`${how}, misses no revocation`, async () => {
        await setUp()
        await request(2)
        await registry.refresh()
        const known = registry.block
        node.rule = rule
        await act(provider, 'accessLedger', 'revoke', [1, id('no more')])
        await mine(node)
        expect(await refusal(registry.refresh())).to.include({ retryable: true })
        expect(registry.block).to.equal(known)
        node.rule = undefined
        await registry.refresh()
        expect(registry.grant(1)!.revoked).to.not.equal(undefined)
      })
    }

    it('finds in the receipts what a node does not find by hash', async () => {
      await setUp()
      await request(2)
      await registry.refresh()
      node.rule = ({ method }) => (method === 'eth_getLogs' ? { result: [] } : undefined)
      await act(provider, 'accessLedger', 'revoke', [1, id('no more')])
      await registry.refresh()
      expect(registry.grant(1)!.revoked).to.not.equal(undefined)
    })

    it('counts nothing twice when an older head is told', async () => {
      await setUp()
      await request(2)
      const older = await node.ask('eth_getBlockByNumber', ['latest', false])
      const handover = {
        channel: 2,
        rowCount: 3n,
        byteCount: 7n,
        scope: 4n,
        contentDigest: id('content'),
        accessCount: 0n,
      }
      await act(consumer, 'accessLedger', 'download', [1, { ...handover, logFirst: 0n, logEnd: 0n }])
      await registry.refresh()
      const known = registry.block
      node.rule = ({ params }) => (params[0] === 'latest' ? { result: older } : undefined)
      await registry.refresh()
      expect(registry.block).to.equal(known)
      node.rule = undefined
      await mine(node)
      await registry.refresh()
      expect(registry.grant(1)!.delivered.count).to.equal(1)
    })

    it('takes no events of another block than the one asked for by hash', async () => {
      await setUp()
      const [event] = (await node.ask('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }])) as object[]
      node.rule = call => (call.method === 'eth_getLogs' && !isRanged(call) ? { result: [event] } : undefined)
      expect(await refusal(registry.refresh())).to.include({ code: 'chain_answer_malformed' })
      const genesis = await node.ask('eth_getBlockByNumber', ['0x0', false])
      node.rule = ({ method }) => (method === 'eth_getBlockByHash' ? { result: genesis } : undefined)
      expect(await refusal(registry.refresh())).to.include({ code: 'chain_answer_malformed' })
    })
  })

  it('takes in each page before it asks for the next, and shows none before the last', async () => {
    await setUp()
    await registry.refresh()
    const known = registry.block!
    const shown: unknown[] = []
    const fork = await node.ask('evm_snapshot')
    await mine(node)
    await registry.refresh()
    await node.ask('evm_revert', [fork]) // so that everything is read again
    await request(1)
    await mine(node)
    await bury()
    const first = known.number - 3
    const logs = (await node.ask('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }])) as {
      blockNumber: string
    }[]
    const orphan = { ...logs.at(-1)!, blockNumber: `0x${first.toString(16)}` }
    const { hash } = (await node.ask('eth_getBlockByNumber', [orphan.blockNumber, false])) as { hash: string }
    node.rule = call => {
      if (!isRanged(call)) return undefined
      const { fromBlock, toBlock } = call.params[0] as { fromBlock: string; toBlock: string }
      if (fromBlock !== toBlock) return { error: { code: -32_005, message: 'too many blocks' } }
      shown.push([...registry.resources()].length)
      return Number(fromBlock) === first ? { result: [{ ...orphan, blockHash: hash }] } : undefined
    }
    node.calls.length = 0
    expect(await refusal(registry.refresh())).to.include({ code: 'events_missing' })
    const asked = node.calls.filter(isRanged).map(({ params }) => (params[0] as { fromBlock: string }).fromBlock)
    expect(Number(asked.at(-1))).to.equal(first)
    expect(new Set(shown)).to.deep.equal(new Set([2]))
    expect(registry.resource('300/0001')).to.not.equal(undefined)
    node.rule = undefined
    await registry.refresh()
    expect(registry.grant(1)).to.not.equal(undefined)
  })

  it('keeps of an organisation and of a resource how it was registered, and its newest update only', async () => {
    await setUp()
    for (const name of ['甲', '乙', '丙']) {
      await act(provider, 'catalogue', 'update', [1, describeResource(name)])
      await act(ledger.account, 'organisations', 'update', [1, name, KINDS.provider.value])
    }
    await registry.refresh()
    const resource = registry.resource('300/0001')!
    expect(resource).to.deep.include({ name: '丙', version: 4 })
    expect(resource.events.map(({ topics }) => topics[0])).to.deep.equal(
      (['ResourceRegistered', 'ResourceUpdated'] as const).map(topicOf),
    )
    const organisation = registry.organisation(PROVIDER)!
    expect(organisation.events.map(({ topics }) => topics[0])).to.deep.equal(
      (['OrganisationRegistered', 'OrganisationUpdated'] as const).map(topicOf),
    )
    expect(organisation.events[1]!.blockNumber).to.equal(registry.block!.number)
  })

  it('forgets what a reorganisation took back', async () => {
    await setUp()
    const fork = await node.ask('evm_snapshot')
    await request(1)
    await registry.refresh()
    expect(registry.grant(1)!.terms.resource).to.equal('300/0001')
    await node.ask('evm_revert', [fork])
    await request(2)
    await mine(node)
    await registry.refresh()
    expect(registry.grant(1)!.terms.resource).to.equal('300/0002')
    expect(log.lines.filter(line => line.includes('reorganised'))).to.have.length(1)
  })

  it('with a journal, reads after a reorganisation what is new, and at a start nothing again', async () => {
    const file = new TestFile()
    const { deployment } = ledger
    const { contracts, block: firstBlock } = deployment
    const start = (): Registry => {
      const journal = openEventJournal({ file, deployment, log })
      return createRegistry({ chain, contracts, firstBlock, journal, clock: systemClock, log })
    }
    const shown = (from: Registry): unknown[] => [
      ...from.organisations(),
      ...from.resources(),
      ...from.grantsOfConsumer(CONSUMER),
    ]
    await setUp()
    await bury()
    const first = start()
    await first.refresh()
    const fork = await node.ask('evm_snapshot')
    await request(1)
    await act(provider, 'accessLedger', 'refuse', [1, id('no')])
    await first.refresh()
    expect(first.grant(1)!.decision).to.include({ outcome: 'refused' })
    await node.ask('evm_revert', [fork])
    await request(2) // granted by the contract itself
    await mine(node)
    await mine(node)
    node.calls.length = 0
    await first.refresh()
    expect(first.grant(1)!.decision).to.include({ outcome: 'granted' })
    expect(node.calls.filter(({ method }) => method === 'eth_getLogs')).to.have.length(3)
    expect(log.lines.filter(line => line.includes('reorganised'))).to.have.length(1)

    const second = start()
    node.calls.length = 0
    await second.refresh()
    expect(node.calls.filter(({ method }) => method === 'eth_getLogs')).to.have.length(0)
    await registry.refresh()
    expect(shown(second)).to.deep.equal(shown(registry))
    expect(shown(first)).to.deep.equal(shown(registry))
  })

  it('keeps what it has when the chain is lost, and takes nothing from the one in its place', async () => {
    const facts = new TestFacts()
    const guarded = startRegistry(createGuard({ chain, facts, deployment: ledger.deployment, finality: 1 }))
    const before = await node.ask('evm_snapshot')
    await setUp()
    await guarded.refresh()
    await node.ask('evm_revert', [before])
    expect(await refusal(guarded.refresh())).to.include({ code: 'chain_lost' })
    expect(guarded.resource('300/0001')).to.not.equal(undefined)
  })

  it('keeps what it has when the node fails, and never shows half a block', async () => {
    await setUp()
    await registry.refresh()
    await request(1)
    node.rule = ({ method }) => (method === 'eth_getLogs' ? 'dead' : undefined)
    expect(await refusal(registry.refresh())).to.include({ code: 'chain_unreachable', retryable: true })
    expect(registry.resource('300/0001')).to.not.equal(undefined)
    expect(registry.grant(1)).to.equal(undefined)
    node.rule = undefined
    await registry.refresh()
    expect(registry.grant(1)).to.not.equal(undefined)
  })

  it('notices when the node leaves an event out, and reads everything again', async () => {
    await setUp()
    await request(1)
    await request(1)
    const logs = (await node.ask('eth_getLogs', [
      { address: ledger.deployment.contracts.accessLedger, fromBlock: '0x0' },
    ])) as unknown[]
    await bury()
    node.rule = call => (isRanged(call) ? { result: logs } : undefined) // no organisation, no resource
    expect(await refusal(registry.refresh())).to.include({ code: 'events_missing', retryable: true })
    node.rule = undefined
    await registry.refresh()
    expect(registry.grantsOfConsumer(CONSUMER)).to.have.length(2)
  })

  it('refuses events of other blocks than it asked for, and of blocks that are not there', async () => {
    await setUp()
    const topics = [topicOf('OrganisationRegistered')]
    const [event] = (await node.ask('eth_getLogs', [{ topics, fromBlock: '0x0' }])) as object[]
    await bury()
    const answers = (change: object): void => {
      node.rule = call => (isRanged(call) ? { result: [{ ...event, ...change }] } : undefined)
    }
    answers({ blockNumber: '0xffff' })
    expect(await refusal(registry.refresh())).to.include({ code: 'chain_answer_malformed' })
    answers({ blockHash: id('elsewhere') })
    expect(await refusal(registry.refresh())).to.include({ code: 'chain_moved', retryable: true })
    for (const change of [{ topics: 'none' }, { data: 'x' }, { logIndex: -1 }, { address: 5 }]) {
      answers(change)
      expect(await refusal(registry.refresh())).to.include({ code: 'chain_answer_malformed' })
    }
  })

  it('takes no event of a contract that imitates the ledger’s', async () => {
    await setUp()
    const imitator = await node.ask('eth_getTransactionCount', [provider.address, 'latest'])
    // Init code that emits OrganisationRegistered with three indexed arguments and no data, then deploys nothing.
    const topic = interfaceOf('organisations').getEvent('OrganisationRegistered')!.topicHash
    const push32 = (hex: string): string => concat(['0x7f', hex])
    const code = concat([push32(ZeroHash), push32(ZeroHash), push32(ZeroHash), push32(topic), '0x5f5fa4', '0x5f5ff3'])
    const raw = await provider.signTransaction({
      data: code,
      nonce: Number(imitator),
      gasLimit: 200_000,
      gasPrice: 0,
      type: 0,
      chainId: 31_337,
    })
    const hash = await node.ask('eth_sendRawTransaction', [raw])
    const { logs } = (await node.ask('eth_getTransactionReceipt', [hash])) as { logs: unknown[] }
    expect(logs).to.have.length(1)
    const { hash: newest } = (await node.ask('eth_getBlockByNumber', ['latest', false])) as { hash: string }
    // A node that does not filter, asked for one block by its hash and then, once it is old, for a range.
    node.rule = ({ method, params }) =>
      method === 'eth_getLogs' && (params[0] as { blockHash?: string }).blockHash === newest
        ? { result: logs }
        : undefined
    await registry.refresh()
    expect([...registry.organisations()].map(({ code }) => code)).to.deep.equal([PROVIDER, CONSUMER])
    node.rule = call => (isRanged(call) ? { result: logs } : undefined)
    await bury()
    const other = startRegistry()
    await other.refresh()
    expect([...other.organisations()]).to.deep.equal([])
  })

  it('follows the chain by itself, through outages, until it is stopped', async () => {
    const stop = new AbortController()
    const ended = registry.run(stop.signal)
    await setUp()
    await until('the resource is known', () => registry.resource('300/0001') !== undefined)
    node.rule = () => 'dead'
    await until('the outage is logged', () => log.lines.some(line => line.includes('chain_unreachable')))
    node.rule = undefined
    await request(1)
    await until('the request is known', () => registry.grant(1) !== undefined)
    stop.abort()
    await ended
    expect(log.lines.filter(line => line.includes('chain_unreachable')).length).to.be.lessThan(5)
  })
})
