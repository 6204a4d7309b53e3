// The fault table of sending: whatever breaks, at whatever step, the intent is done once.

import { expect } from 'chai'
import { Transaction, Wallet } from 'ethers'
import { interfaceOf } from '../../src/chain/abi.ts'
import type { Confirmed, Intent, Outbox } from '../../src/chain/outbox.ts'
import { systemClock } from '../../src/clock.ts'
import { type FaultyNode, startFaultyNode } from './faulty-node.ts'
import { type Ledger, mine, startLedger, startSending, TestFacts, TestLog, until } from './fixtures.ts'

describe('outbox', () => {
  let ledger: Ledger & { reset(): Promise<void> }
  let node: FaultyNode
  let facts: TestFacts

  before(async () => {
    ledger = await startLedger()
    node = ledger.node
  })
  beforeEach(async () => {
    await ledger.reset()
    facts = new TestFacts()
  })
  after(() => node.close())

  /** An act that succeeds every time it is done, so that doing it twice would show. */
  const register = (code: string): Intent => ({
    label: `register ${code}`,
    to: ledger.deployment.contracts.organisations,
    data: interfaceOf('organisations').encodeFunctionData('register', [
      `91520100MA6DW${code}`,
      'Department',
      1,
      new Wallet(`0x${Buffer.from(code.padEnd(32, '.')).toString('hex')}`).address,
    ]),
  })
  const count = async (): Promise<number> =>
    Number(
      await node.ask('eth_call', [
        {
          to: ledger.deployment.contracts.organisations,
          data: interfaceOf('organisations').encodeFunctionData('organisationCount'),
        },
        'latest',
      ]),
    )
  const nonce = async (): Promise<number> =>
    Number(await node.ask('eth_getTransactionCount', [ledger.account.address, 'latest']))
  const raws = (): unknown[] =>
    node.calls.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => params[0])
  const isMined = async ({ transaction, block }: Confirmed): Promise<void> => {
    const receipt = (await node.ask('eth_getTransactionReceipt', [transaction])) as {
      blockHash: string
      status: string
    }
    expect(receipt.blockHash).to.equal(block.hash)
    expect(receipt.status).to.equal('0x1')
  }

  it('sends, confirms, and does not do the same again', async () => {
    const { outbox } = await startSending(ledger, facts)
    const first = await outbox.send(register('0001X'))
    await isMined(first)
    expect(first.receipt.logs).to.have.length(1)
    expect(await outbox.send(register('0001X'))).to.deep.equal(first)
    const restarted = await startSending(ledger, facts)
    expect(await restarted.outbox.send(register('0001X'))).to.deep.equal(first)
    expect(await count()).to.equal(1)
    expect(outbox.status()).to.deep.equal({ address: ledger.account.address })
  })

  it('does many one after the other, whoever asks first', async () => {
    const { outbox } = await startSending(ledger, facts)
    const all = await Promise.all(['0001X', '0002X', '0003X', '0004X'].map(code => outbox.send(register(code))))
    expect(all.map(({ block }) => block.number)).to.deep.equal([0, 1, 2, 3].map(k => all[0]!.block.number + k))
  })

  // Each row: what breaks, and how often the intent is asked for until it is done.
  const table: { name: string; breakIt: () => void; restarts: boolean }[] = [
    {
      name: 'the journal write fails, before anything is sent',
      breakIt: () => {
        facts.fail = facts => (Object.keys(facts)[0]!.startsWith('outbox/') ? 'lost' : undefined)
      },
      restarts: true,
    },
    {
      name: 'the journal write fails but is persisted',
      breakIt: () => {
        facts.fail = facts => (Object.keys(facts)[0]!.startsWith('outbox/') ? 'persisted' : undefined)
      },
      restarts: true,
    },
    {
      name: 'the write of the outcome fails',
      breakIt: () => {
        facts.fail = facts => (Object.values(facts)[0]!.includes('"outcome"') ? 'lost' : undefined)
      },
      restarts: true,
    },
    {
      name: 'the write of the outcome fails but is persisted',
      breakIt: () => {
        facts.fail = facts => (Object.values(facts)[0]!.includes('"outcome"') ? 'persisted' : undefined)
      },
      restarts: true,
    },
    {
      name: 'the broadcast does not reach the node',
      breakIt: () => failOnce(({ method }) => method === 'eth_sendRawTransaction', 'dead'),
      restarts: false,
    },
    {
      name: 'the broadcast is mined and its reply lost',
      breakIt: () => failOnce(({ method }) => method === 'eth_sendRawTransaction', 'reply-lost'),
      restarts: false,
    },
    {
      name: 'the node accepts the broadcast and forgets it',
      breakIt: () => failOnce(({ method }) => method === 'eth_sendRawTransaction', { result: `0x${'00'.repeat(32)}` }),
      restarts: false,
    },
    {
      name: 'the node refuses the broadcast once',
      breakIt: () =>
        failOnce(({ method }) => method === 'eth_sendRawTransaction', {
          error: { code: -32_000, message: 'txpool is full' },
        }),
      restarts: false,
    },
    {
      name: 'the answer about the receipt is lost',
      breakIt: () => failOnce(({ method }) => method === 'eth_getTransactionReceipt', 'reply-lost'),
      restarts: false,
    },
    {
      name: 'the answer about the receipt is nonsense',
      breakIt: () =>
        failOnce(({ method }) => method === 'eth_getTransactionReceipt', { result: { blockNumber: 'seven' } }),
      restarts: false,
    },
    {
      name: 'the endpoint answers HTTP 502 for a while',
      breakIt: () => {
        let left = 12
        node.rule = ({ method }) =>
          method !== 'eth_chainId' && raws().length > 0 && left-- > 0 ? { status: 502, body: 'Bad Gateway' } : undefined
      },
      restarts: false,
    },
  ]

  const failOnce = (
    where: (call: { method: string }) => boolean,
    fault: ReturnType<NonNullable<FaultyNode['rule']>>,
  ): void => {
    let done = false
    node.rule = call => {
      if (done || !where(call)) return undefined
      done = true
      return fault
    }
  }

  for (const { name, breakIt, restarts } of table) {
    it(`does it once though ${name}`, async () => {
      breakIt()
      const { outbox } = await startSending(ledger, facts)
      if (restarts) {
        await outbox.send(register('0001X')).then(
          () => expect.fail('the failure was swallowed'),
          (error: { code?: string }) => expect(error.code).to.equal('store_broken'),
        )
        facts.fail = undefined
      }
      const { outbox: next } = restarts ? await startSending(ledger, facts) : { outbox }
      await isMined(await next.send(register('0001X')))
      expect(await count()).to.equal(1)
      expect(await nonce()).to.equal(1)
      expect(new Set(raws())).to.have.length(1) // whatever happened, the same bytes
    })
  }

  it('waits out a node that is dead, says so, and goes on', async () => {
    const log = new TestLog()
    const { outbox } = await startSending(ledger, facts, { log })
    node.rule = ({ method }) => (method === 'eth_sendRawTransaction' || raws().length > 0 ? 'dead' : undefined)
    const sent = outbox.send(register('0001X'))
    await until('the trouble shows', () => outbox.status().lastError !== undefined)
    expect(outbox.status().lastError!.code).to.equal('chain_unreachable')
    expect(outbox.status().pending).to.include({ label: 'register 0001X', nonce: 0 })
    node.rule = undefined
    await isMined(await sent)
    expect(outbox.status()).to.deep.equal({ address: ledger.account.address })
    expect(log.lines.filter(line => line.includes('chain_unreachable'))).to.have.length(1)
  })

  it('refuses at once, with nothing journalled, when the node is dead before', async () => {
    const { outbox } = await startSending(ledger, facts)
    node.rule = () => 'dead'
    const error = await outbox.send(register('0001X')).catch((error: unknown) => error)
    expect(error).to.include({ code: 'chain_unreachable', retryable: true })
    expect([...facts.values.keys()].filter(key => key.startsWith('outbox/'))).to.deep.equal([])
  })

  it('sends the same bytes again when the mempool was emptied', async () => {
    await node.ask('evm_setAutomine', [false])
    const { outbox } = await startSending(ledger, facts)
    const sent = outbox.send(register('0001X'))
    await until('it is sent', () => outbox.status().pending?.sent === 1)
    await until(
      'it waits',
      async () => (await node.ask('hardhat_dropTransaction', [outbox.status().pending!.transaction])) === true,
    )
    await until('it is sent again', () => (outbox.status().pending?.sent ?? 0) >= 2)
    await mine(node)
    await isMined(await sent)
    expect(new Set(raws())).to.have.length(1)
  })

  it('goes on after a restart with what was under way', async () => {
    await node.ask('evm_setAutomine', [false])
    const { outbox } = await startSending(ledger, facts)
    const stop = new AbortController()
    const sent = outbox.send(register('0001X'), stop.signal)
    await until('it is sent', () => outbox.status().pending?.sent === 1)
    stop.abort()
    await sent.then(
      () => expect.fail('not confirmed yet'),
      (error: { name: string }) => expect(error.name).to.equal('AbortError'),
    )
    const restarted = await startSending(ledger, facts)
    const settled = restarted.outbox.settle()
    await until('it is sent again', () => (restarted.outbox.status().pending?.sent ?? 0) >= 1)
    await mine(node)
    await settled
    await isMined(await restarted.outbox.send(register('0001X')))
    expect(await nonce()).to.equal(1)
    expect(new Set(raws())).to.have.length(1)
  })

  it('waits for as many confirmations as it is told', async () => {
    const { outbox } = await startSending(ledger, facts, { confirmations: 3, finality: 5 })
    let done = false
    const sent = outbox.send(register('0001X')).finally(() => (done = true))
    await until('it is mined', async () => (await nonce()) === 1)
    await mine(node)
    await systemClock.sleep(60)
    expect(done).to.equal(false)
    await mine(node)
    await isMined(await sent)
  })

  it('signs anew only when another transaction of the account took the nonce for good', async () => {
    await node.ask('evm_setAutomine', [false])
    const { outbox } = await startSending(ledger, facts, { finality: 3 })
    const sent = outbox.send(register('0001X'))
    await until('it is sent', () => outbox.status().pending?.sent === 1)
    const { transaction } = outbox.status().pending!
    node.rule = ({ method }) => (method === 'eth_sendRawTransaction' ? { result: transaction } : undefined) // out of the pool for good
    await until('it waits', async () => (await node.ask('hardhat_dropTransaction', [transaction])) === true)
    const foreign = await ledger.account.signTransaction({
      to: Wallet.createRandom().address,
      nonce: 0,
      gasLimit: 21_000,
      gasPrice: 0,
      type: 0,
      chainId: 31_337,
    })
    await node.ask('eth_sendRawTransaction', [foreign])
    await mine(node)
    await mine(node)
    await systemClock.sleep(80)
    expect(outbox.status().pending).to.include({ nonce: 0, transaction }) // two blocks deep: it may still be taken back
    node.rule = undefined
    await mine(node)
    await until('it is signed anew', () => outbox.status().pending?.nonce === 1)
    await until('it is sent', () => (outbox.status().pending?.sent ?? 0) >= 1)
    await mine(node)
    const confirmed = await sent
    await isMined(confirmed)
    expect(Transaction.from(String(raws().at(-1))).nonce).to.equal(1)
    expect(await count()).to.equal(1)
  })

  it('does not sign anew when the node merely does not show the receipt', async () => {
    const { outbox } = await startSending(ledger, facts)
    let hidden = 8
    node.rule = ({ method }) => (method === 'eth_getTransactionReceipt' && hidden-- > 0 ? { result: null } : undefined)
    await isMined(await outbox.send(register('0001X')))
    expect(await nonce()).to.equal(1)
    expect(hidden).to.be.lessThan(0)
  })

  it('gives an intent up when it was overtaken: nonce taken, and the contract refuses it by now', async () => {
    await node.ask('evm_setAutomine', [false])
    const { outbox } = await startSending(ledger, facts)
    const intent = register('0001X')
    const sent = outbox.send(intent)
    await until('it is sent', () => outbox.status().pending?.sent === 1)
    await until(
      'it waits',
      async () => (await node.ask('hardhat_dropTransaction', [outbox.status().pending!.transaction])) === true,
    )
    const { to, data } = intent
    await node.ask('eth_sendRawTransaction', [
      await ledger.account.signTransaction({
        to,
        data,
        nonce: 0,
        gasLimit: 600_000,
        gasPrice: 0,
        type: 0,
        chainId: 31_337,
      }),
    ])
    await mine(node)
    const error = await sent.catch((error: unknown) => error)
    expect(error).to.include({ code: 'credit_code_taken' })
    expect(await count()).to.equal(1)
    await node.ask('evm_setAutomine', [true])
    await isMined(await outbox.send(register('0002X')))
  })

  it('sends again, in order, what a reorganisation took back', async () => {
    const log = new TestLog()
    const settings = { finality: 20, log }
    const { outbox } = await startSending(ledger, facts, settings)
    const fork = await node.ask('evm_snapshot')
    const first = await outbox.send(register('0001X'))
    const second = await outbox.send(register('0002X'))
    await node.ask('evm_revert', [fork])
    for (let k = 0; k < 5; k++) await mine(node)
    expect(await count()).to.equal(0)
    const restarted = await startSending(ledger, facts, settings)
    await restarted.outbox.settle()
    const [again, also] = [
      await restarted.outbox.send(register('0001X')),
      await restarted.outbox.send(register('0002X')),
    ]
    await isMined(again)
    await isMined(also)
    expect([again.transaction, also.transaction]).to.deep.equal([first.transaction, second.transaction])
    expect(again.block.hash).not.to.equal(first.block.hash)
    expect(await count()).to.equal(2)
    expect(log.lines.filter(line => line.includes('reorganisation'))).to.have.length(2)
  })

  it('refuses what the contract would refuse, in its words, and journals nothing', async () => {
    const { outbox } = await startSending(ledger, facts)
    await outbox.send(register('0001X'))
    const journal = facts.values.get(`outbox/${ledger.account.address.toLowerCase()}`)
    const again = { ...register('0001X'), label: 'register it once more' }
    const error = await outbox.send(again).catch((error: unknown) => error)
    expect(error).to.include({ code: 'credit_code_taken', retryable: false })
    expect(facts.values.get(`outbox/${ledger.account.address.toLowerCase()}`)).to.equal(journal)
  })

  it('records a transaction that was mined and reverted, says why, and does not repeat it', async () => {
    await node.ask('evm_setAutomine', [false])
    const { outbox } = await startSending(ledger, facts)
    const sent = outbox.send(register('0001X'))
    await until('it is sent', () => outbox.status().pending?.sent === 1)
    // The registrar's role is taken away before the transaction is mined.
    const manager = ledger.deployment.contracts.accessManager
    const data = interfaceOf('accessManager').encodeFunctionData('revokeRole', [1n, ledger.account.address])
    const admin = new Wallet(`0x${'43'.repeat(32)}`)
    const deployerNonce = Number(await node.ask('eth_getTransactionCount', [admin.address, 'latest']))
    await node.ask('hardhat_dropTransaction', [outbox.status().pending!.transaction])
    await node.ask('eth_sendRawTransaction', [
      await admin.signTransaction({
        to: manager,
        data,
        nonce: deployerNonce,
        gasLimit: 200_000,
        gasPrice: 0,
        type: 0,
        chainId: 31_337,
      }),
    ])
    await mine(node)
    await until('it is sent again', () => (outbox.status().pending?.sent ?? 0) >= 2)
    await mine(node)
    const error = await sent.catch((error: unknown) => error)
    expect(error).to.have.property('code', 'access_managed_unauthorized')
    expect(new Set(raws())).to.have.length(1)
    expect(await nonce()).to.equal(1)
    await outbox.settle()
    expect(await nonce()).to.equal(1)
  })

  it('sends nothing to a chain that lost its past', async () => {
    const { outbox } = await startSending(ledger, facts)
    const before = await node.ask('evm_snapshot')
    await outbox.send(register('0001X'))
    await node.ask('evm_revert', [before])
    const sent = raws().length
    const error = await outbox.send(register('0002X')).catch((error: unknown) => error)
    expect(error).to.include({ code: 'chain_lost' })
    expect(raws()).to.have.length(sent)
  })

  describe('when the node counts the account’s transactions', () => {
    const isCount = ({ method, params }: { method: string; params: readonly unknown[] }): boolean =>
      method === 'eth_getTransactionCount' && params[1] === 'latest'
    /** As deployment and registration do: the same account, and no journal. */
    const sendPast = async (count: number): Promise<void> => {
      for (let k = 0; k < count; k++) {
        const raw = await ledger.account.signTransaction({
          to: ledger.account.address,
          nonce: await nonce(),
          gasLimit: 21_000,
          gasPrice: 0,
          type: 0,
          chainId: 31_337,
        })
        await node.ask('eth_sendRawTransaction', [raw])
        await mine(node)
      }
    }
    const sendAgainAndAgain = async (outbox: Outbox): Promise<Confirmed> => {
      for (;;) {
        try {
          return await outbox.send(register('0001X'))
        } catch (error) {
          expect(error).to.include({ code: 'nonce_unaccounted', retryable: true })
        }
      }
    }

    it('wrongly, once: signs nothing beyond what the chain shows, and goes on', async () => {
      for (const past of [0, 3]) {
        await ledger.reset()
        await sendPast(past)
        let left = 1
        node.rule = call => (isCount(call) && left-- > 0 ? { result: '0x64' } : undefined)
        const { outbox } = await startSending(ledger, new TestFacts())
        const error = await outbox.send(register('0001X')).catch((error: unknown) => error)
        expect(error).to.include({ code: 'nonce_unaccounted', retryable: true })
        expect(raws()).to.deep.equal([])
        await isMined(await outbox.send(register('0001X')))
        expect(Transaction.from(String(raws()[0])).nonce).to.equal(past)
      }
    })

    it('wrongly wherever it is asked: signs nothing', async () => {
      node.rule = ({ method }) => (method === 'eth_getTransactionCount' ? { result: '0x64' } : undefined)
      const { outbox } = await startSending(ledger, facts)
      const error = await outbox.send(register('0001X')).catch((error: unknown) => error)
      expect(error).to.include({ code: 'nonce_unaccounted', retryable: true })
      expect([...facts.values.keys()].filter(key => key.startsWith('outbox/'))).to.deep.equal([])
    })

    it('too low, as one that lags: finds who took the nonce, however long ago, and signs anew', async () => {
      await sendPast(6)
      for (let k = 0; k < 5; k++) await mine(node)
      let left = 1
      node.rule = call => (isCount(call) && left-- > 0 ? { result: '0x1' } : undefined)
      const { outbox } = await startSending(ledger, facts)
      await isMined(await outbox.send(register('0001X')))
      expect(await count()).to.equal(1)
      expect(await nonce()).to.equal(7)
    })

    it('rightly, of an account that was used without the journal, before and in between', async () => {
      await sendPast(4)
      for (let k = 0; k < 5; k++) await mine(node)
      const { outbox } = await startSending(ledger, facts)
      await isMined(await outbox.send(register('0001X')))
      await sendPast(2)
      await isMined(await outbox.send(register('0002X')))
      expect(raws().map(raw => Transaction.from(String(raw)).nonce)).to.deep.equal([4, 7])
    })

    it('rightly, but keeps no past to count in: its blocks show it', async () => {
      await sendPast(4)
      for (let k = 0; k < 20; k++) await mine(node)
      const head = Number(await node.ask('eth_blockNumber'))
      node.rule = ({ method, params }) =>
        method === 'eth_getTransactionCount' && params[1] !== 'latest' && Number(params[1]) < head - 8
          ? { error: { code: -32_000, message: 'missing trie node' } }
          : undefined
      const { outbox } = await startSending(ledger, facts)
      await isMined(await sendAgainAndAgain(outbox))
      expect(raws().map(raw => Transaction.from(String(raw)).nonce)).to.deep.equal([4])
    })
  })

  describe('when nodes will never take the bytes', () => {
    const TOO_MUCH = {
      error: { code: -32_000, message: 'transaction gas limit too high (cap: 16777216, tx: 18000000)' },
    }
    const isEmpty = (raw: unknown): boolean => Transaction.from(String(raw)).data === '0x'
    const refuseAllButEmpty: FaultyNode['rule'] = ({ method, params }) =>
      method === 'eth_sendRawTransaction' && !isEmpty(params[0]) ? TOO_MUCH : undefined

    it('gives the intent up when an empty transaction has its nonce for good, and goes on', async () => {
      await node.ask('evm_setAutomine', [false])
      node.rule = refuseAllButEmpty
      const settings = { finality: 3, resendMs: 5 }
      const first = await startSending(ledger, facts, settings)
      const stop = new AbortController()
      const cut = first.outbox.send(register('0001X'), stop.signal).catch((error: unknown) => error)
      await until('it is withdrawn', () => raws().some(isEmpty))
      stop.abort()
      await cut
      await mine(node)
      // Another process, and two blocks deep at most: it may still be taken back.
      const { outbox } = await startSending(ledger, facts, settings)
      let done = false
      const sent = outbox.send(register('0002X')).finally(() => (done = true))
      await mine(node)
      await systemClock.sleep(60)
      expect(done).to.equal(false)
      expect(raws().every(raw => Transaction.from(String(raw)).nonce === 0)).to.equal(true)
      expect(raws().filter(raw => !isEmpty(raw))).to.have.length(3)
      node.rule = undefined
      await mine(node)
      await until('the next is sent', () => raws().some(raw => Transaction.from(String(raw)).nonce === 1))
      await mine(node)
      await isMined(await sent)
      expect(await count()).to.equal(1)
      const journal = facts.values.get(`outbox/${ledger.account.address.toLowerCase()}`)!
      const { entries } = JSON.parse(journal) as { entries: { outcome?: { kind: string; code?: string } }[] }
      expect(entries[0]!.outcome).to.include({ kind: 'dropped', code: 'transaction_invalid' })
    })

    it('says why it was given up', async () => {
      node.rule = refuseAllButEmpty
      const { outbox } = await startSending(ledger, facts, { resendMs: 5 })
      const error = await outbox.send(register('0001X')).catch((error: unknown) => error)
      expect(error).to.include({ code: 'transaction_invalid', retryable: false })
      expect((error as Error).message).to.contain('cap: 16777216')
      expect(await nonce()).to.equal(1)
      node.rule = undefined
      await isMined(await outbox.send(register('0001X'))) // who wants it done after all gets it done, once
      expect(await count()).to.equal(1)
    })

    it('but one of them had taken them: it is done, once', async () => {
      let given = false
      node.rule = ({ method, params }) => {
        if (method !== 'eth_sendRawTransaction') return undefined
        if (!isEmpty(params[0])) return TOO_MUCH
        if (!given) void node.ask('eth_sendRawTransaction', [raws()[0]])
        given = true
        return { error: { code: -32_000, message: 'nonce too low' } }
      }
      const { outbox } = await startSending(ledger, facts, { resendMs: 5 })
      await isMined(await outbox.send(register('0001X')))
      expect(await count()).to.equal(1)
      expect(await nonce()).to.equal(1)
    })

    it('not because of one refusal among others', async () => {
      let asked = 0
      node.rule = ({ method }) => {
        if (method !== 'eth_sendRawTransaction' || ++asked > 8) return undefined
        return asked % 3 === 0 ? { error: { code: -32_000, message: 'txpool is full' } } : TOO_MUCH
      }
      const { outbox } = await startSending(ledger, facts, { resendMs: 1 })
      await isMined(await outbox.send(register('0001X')))
      expect(new Set(raws())).to.have.length(1)
    })
  })

  describe('when it chooses how much gas', () => {
    const estimating = (gas: number): void => {
      node.rule = ({ method }) => (method === 'eth_estimateGas' ? { result: `0x${gas.toString(16)}` } : undefined)
    }

    it('signs no more than a transaction may have, whatever a block holds', async () => {
      estimating(12_000_000)
      const { outbox } = await startSending(ledger, facts)
      await isMined(await outbox.send(register('0001X')))
      expect(Transaction.from(String(raws()[0])).gasLimit).to.equal(16_777_216n)
    })

    it('signs no more than the intent may have, and asks the node with that bound', async () => {
      estimating(900_000)
      const { outbox } = await startSending(ledger, facts)
      await isMined(await outbox.send({ ...register('0001X'), mostGas: 1_000_000 }))
      expect(Transaction.from(String(raws()[0])).gasLimit).to.equal(1_000_000n)
      const asked = node.calls.find(({ method }) => method === 'eth_estimateGas')!
      expect(asked.params[0]).to.include({ gas: '0xf4240' })
    })

    it('signs nothing that needs more', async () => {
      const { outbox } = await startSending(ledger, facts)
      for (const [gas, mostGas] of [
        [16_777_217, undefined],
        [1_000_001, 1_000_000],
      ] as const) {
        estimating(gas)
        const intent = { ...register('0001X'), ...(mostGas === undefined ? {} : { mostGas }) }
        const error = await outbox.send(intent).catch((error: unknown) => error)
        expect(error).to.include({ code: 'gas_above_limit', retryable: false })
      }
      expect(raws()).to.deep.equal([])
    })
  })

  it('refuses settings that make no sense', async () => {
    await startSending(ledger, facts, { confirmations: 3, finality: 2 }).then(
      () => expect.fail('accepted'),
      (error: unknown) => expect(error).to.be.instanceOf(RangeError),
    )
  })
})

describe('outbox where gas has a price', () => {
  let ledger: Ledger & { reset(): Promise<void> }
  before(async () => {
    ledger = await startLedger({ baseFee: 1_000_000_000 })
    await ledger.reset()
  })
  after(() => ledger.node.close())

  const intent = (): Intent => ({
    label: 'touch',
    to: ledger.deployment.contracts.catalogue,
    data: interfaceOf('catalogue').encodeFunctionData('resourceCount'),
  })

  it('raises its fee while it waits, always under the same nonce, and never above the limit', async () => {
    const { node } = ledger
    await node.ask('evm_setAutomine', [false])
    const maxFeePerGas = 5_000_000_000n
    const { outbox } = await startSending(ledger, new TestFacts(), {
      resendMs: 20,
      raiseMs: 30,
      fees: { maxFeePerGas },
    })
    node.rule = ({ method }) => (method === 'eth_sendRawTransaction' ? { result: `0x${'00'.repeat(32)}` } : undefined)
    const sent = outbox.send(intent())
    await until('it was sent often', () => (outbox.status().pending?.sent ?? 0) >= 5)
    await systemClock.sleep(200)
    node.rule = undefined
    await until('the node has it', async () => {
      const pool = (await node.ask('eth_getBlockByNumber', ['pending', false])) as { transactions: string[] }
      return pool.transactions.length > 0
    })
    await mine(node)
    await sent
    const attempts = [
      ...new Set(
        node.calls.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => String(params[0])),
      ),
    ].map(raw => Transaction.from(raw))
    expect(attempts.length).to.be.greaterThan(1)
    expect(new Set(attempts.map(({ nonce }) => nonce))).to.have.length(1)
    for (const [k, { maxFeePerGas: fee, type }] of attempts.entries()) {
      expect(type).to.equal(2)
      expect(fee! <= maxFeePerGas).to.equal(true)
      if (k > 0) expect(fee! * 10n >= attempts[k - 1]!.maxFeePerGas! * 11n).to.equal(true)
    }
  })

  it('says that the account cannot pay', async () => {
    const { node, deployment } = ledger
    await node.ask('evm_setAutomine', [true])
    const poor = { node, deployment, account: Wallet.createRandom() as unknown as Wallet }
    const { outbox } = await startSending(poor, new TestFacts())
    const error = await outbox.send(intent()).catch((error: unknown) => error)
    expect(error).to.include({ code: 'account_cannot_pay', retryable: true })
  })
})

describe('the faulty node of these tests', () => {
  it('is a node', async () => {
    const node = await startFaultyNode()
    expect(await node.ask('eth_blockNumber')).to.equal('0x0')
    await node.close()
  })
})
