// What events add up to, against the contracts' own views, by a node of its own: the same in every state of a grant, and
// what a node may get wrong. What is found of each field of each thing is in compare-city.test.ts.

import { expect } from 'chai'
import { id } from 'ethers'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { type Compared, compareViews } from '../../src/chain/compare-views.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import { readSteps } from '../../src/chain/event-reader.ts'
import { decodeAll } from '../../src/chain/event-source.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { Tally, VIEWS } from '../../src/chain/views.ts'
import { actOn, consumer, describeResource, provider, seconds } from './acting.ts'
import { connect, type Ledger, mine, ORIGIN, startLedger } from './fixtures.ts'

describe('views of the contracts', () => {
  let ledger: Ledger & { reset(): Promise<void> }
  let chain: Chain

  before(async () => {
    ledger = await startLedger()
    chain = await connect(ledger.node)
    const { act, asked, request, setUp } = actOn(ledger)
    await setUp()
    const handover = {
      channel: 2,
      rowCount: 3n,
      byteCount: 700n,
      scope: 4n,
      contentDigest: id('content'),
      accessCount: 0n,
    }
    const share = (grant: number, byteCount = 700n): Promise<string> =>
      act(provider, 'accessLedger', 'share', [grant, { ...handover, byteCount, logFirst: 0n, logEnd: 0n }])
    await request(1) // 1: requested
    await request(1) // 2: refused
    await act(provider, 'accessLedger', 'refuse', [2, id('no')])
    await request(2) // 3: granted, used in part
    await share(3)
    await act(consumer, 'corrections', 'raise', [3, id('wrong')])
    await request(2) // 4: exhausted
    await share(4, 1_000n)
    await request(2) // 5: revoked
    await act(provider, 'accessLedger', 'revoke', [5, id('no more')])
    await request(1) // 6: granted for less, and over
    const quota = { byteCount: 900n, rowCount: 10n }
    await act(provider, 'accessLedger', 'grant', [6, await asked(6), seconds() + 500, quota, id('because')])
    await act(provider, 'catalogue', 'update', [1, describeResource('人口基础库（二版）')])
    await act(provider, 'catalogue', 'withdraw', [2, id('gone')])
    await act(ledger.account, 'organisations', 'setStatus', [2, 1, id('suspended')])
    await act(ledger.account, 'checkpointAnchor', 'anchor', [logIdOf(ORIGIN), 7n, id('root'), []])
    await ledger.node.ask('evm_increaseTime', [1_000])
    await mine(ledger.node)
  })
  beforeEach(() => {
    ledger.node.rule = undefined
  })
  after(async () => {
    chain.close()
    await ledger.node.close()
  })

  const compare = async (prepare: (held: Tally) => void = () => {}): Promise<Compared> => {
    const { contracts, block: firstBlock } = ledger.deployment
    const block = await readHead(chain)
    const held = new Tally()
    for await (const { events } of readSteps({ chain, contracts, firstBlock }, undefined, block)) {
      for (const event of decodeAll(events, contracts)) held.apply(event)
    }
    prepare(held)
    return compareViews({ chain, contracts, held, block })
  }

  /** Lets the node answer one view wrongly; `change` gets what it would say, as ethers has it. */
  const lie = async (
    contract: ContractName,
    view: string,
    args: readonly unknown[],
    change: (told: unknown[]) => void,
  ): Promise<void> => {
    const abi = interfaceOf(contract)
    const to = ledger.deployment.contracts[contract]
    const data = abi.encodeFunctionData(view, args)
    const told = abi.decodeFunctionResult(view, String(await ledger.node.ask('eth_call', [{ to, data }, 'latest'])))
    const lied = told.toArray(true) as unknown[]
    change(lied)
    const result = abi.encodeFunctionResult(view, lied)
    ledger.node.rule = ({ method, params }) => {
      const call = params[0] as { to?: string; data?: string }
      return method === 'eth_call' && call.to === to && call.data === data ? { result } : undefined
    }
  }

  it('are what the events add up to, in every state that a grant can be in', async () => {
    const compared = await compare(held => {
      const { stateOf } = VIEWS.find(({ en }) => en === 'grant')!.views
      const words = [...held.state.grants.keys()].map(id => stateOf!.expect(held, id, seconds() + 999))
      expect(words.map(word => word[''])).to.deep.equal([
        'requested',
        'refused',
        'granted',
        'exhausted',
        'revoked',
        'expired',
      ])
    })
    expect(compared.differences).to.deep.equal([])
    expect(compared.objects).to.deep.include({
      organisation: 2,
      resource: 2,
      grant: 6,
      agreement: 0,
      correction: 1,
      log: 2,
    })
  })

  it('name no more than a hundred of very many objects that no event made', async () => {
    await lie('accessLedger', 'grantCount', [], told => {
      told[0] = 2n ** 64n - 1n
    })
    expect((await compare()).differences).to.have.length(101)
  })

  it('show what was left out of the events', async () => {
    const { differences } = await compare(({ state }) => {
      const grant = state.grants.get(3)!
      state.grants.set(3, { ...grant, delivered: { count: 0, bytes: 0n, rows: 0n } })
      state.grants.delete(6)
    })
    expect(differences.map(({ id, view, field }) => [id, view, field])).to.deep.equal([
      [undefined, 'grantCount', undefined],
      ['6', 'grantCount', undefined],
      ['3', 'grantOf', 'bytesLeft'],
      ['3', 'grantOf', 'rowsLeft'],
    ])
  })

  it('cannot be compared by a node without that state, or when the block is taken back meanwhile', async () => {
    const refusal = (): Promise<unknown> => compare().catch((error: unknown) => error)
    ledger.node.rule = ({ method }) =>
      method === 'eth_call' ? { error: { code: -32_000, message: 'missing trie node' } } : undefined
    expect(await refusal()).to.include({ code: 'chain_refused' })
    ledger.node.rule = ({ method }) => (method === 'eth_call' ? { result: '0x' } : undefined)
    expect(await refusal()).to.include({ code: 'chain_answer_malformed' })
    const genesis = await ledger.node.ask('eth_getBlockByNumber', ['0x0', false])
    let calls = 0
    ledger.node.rule = ({ method }) => {
      if (method === 'eth_call') calls++
      return calls > 0 && method === 'eth_getBlockByNumber' ? { result: genesis } : undefined
    }
    expect(await refusal()).to.include({ code: 'chain_moved', retryable: true })
  })
})
