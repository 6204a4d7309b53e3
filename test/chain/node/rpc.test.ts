// The door: what is not on the list does not exist, what is malformed is refused in JSON-RPC's own words, and nothing a
// stranger sends is unbounded.

import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import { JsonRpcProvider, Wallet } from 'ethers'
import * as fc from 'fast-check'
import { isHexBytes } from '../../../src/chain/node/bytes.ts'
import { type Engine, startEngine } from '../../../src/chain/node/engine.ts'
import { MAX_LOG_RANGE, type Method, serveMethods } from '../../../src/chain/node/methods.ts'
import { BLOCK_GAS_LIMIT, chainOptions } from '../../../src/chain/node/options.ts'
import { answerRpc, MAX_ANSWER, MAX_BATCH } from '../../../src/chain/node/rpc.ts'
import { RpcError } from '../../../src/chain/node/rpc-error.ts'
import { Sealer } from '../../../src/chain/node/sealer.ts'
import { listenRpc, MAX_BODY, type RpcServer } from '../../../src/chain/node/server.ts'
import { parseTransaction } from '../../../src/chain/node/transaction.ts'
import { Turns } from '../../../src/chain/node/turns.ts'
import { REVERTING, rejection, sign, walletOf } from './fixtures.ts'

/** Everything the engine itself offers beyond the standard (its documentation), and what other nodes offer. */
const FORBIDDEN = [
  ...`hardhat_setBalance hardhat_setCode hardhat_setNonce hardhat_setStorageAt hardhat_reset hardhat_metadata
    hardhat_impersonateAccount hardhat_stopImpersonatingAccount hardhat_dropTransaction hardhat_mine
    hardhat_setCoinbase hardhat_setNextBlockBaseFeePerGas hardhat_setPrevRandao hardhat_getAutomine
    hardhat_setLoggingEnabled hardhat_setMinGasPrice evm_mine evm_revert evm_snapshot evm_increaseTime
    evm_setNextBlockTimestamp evm_setAutomine evm_setBlockGasLimit evm_setIntervalMining debug_traceTransaction
    debug_traceCall eth_sendTransaction eth_sign eth_signTypedData_v4 eth_pendingTransactions eth_newFilter
    eth_newBlockFilter eth_subscribe personal_sign admin_peers miner_start anvil_setBalance
    __proto__ constructor toString size ETH_CALL`.split(/\s+/),
  '',
  'eth_call ',
]

interface Answer {
  readonly id: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string }
}

describe('chain/node: JSON-RPC', () => {
  const methods = new Map<string, Method>([
    ['echo', async params => params],
    ['refuse', () => Promise.reject(new RpcError(3, 'execution reverted', { data: '0xdeadbeef' }))],
    ['bug', () => Promise.reject(new Error('secret detail'))],
    ['large', async () => 'x'.repeat(MAX_ANSWER)],
    ['nothing', async () => undefined],
  ])
  const ask = async (text: string): Promise<Answer> => JSON.parse(await answerRpc(text, methods)) as Answer
  const askFor = (method: string, params?: unknown): Promise<Answer> =>
    ask(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }))

  it('answers a request under its id', async () => {
    expect(await askFor('echo', [1, 'two'])).to.deep.equal({ jsonrpc: '2.0', id: 7, result: [1, 'two'] })
    expect(await askFor('echo')).to.include({ id: 7 })
    expect(await askFor('nothing')).to.include({ result: null })
  })

  it('passes on code and return data of a refusal, and nothing of a bug', async () => {
    const error = { code: 3, message: 'execution reverted', data: '0xdeadbeef' }
    expect((await askFor('refuse')).error).to.deep.equal(error)
    expect((await askFor('bug')).error).to.deep.equal({ code: -32_603, message: 'internal error' })
  })

  it('refuses what is not a request, with the code that says how', async () => {
    const refused: [string, number][] = [
      ['', -32_700],
      ['{', -32_700],
      ['7', -32_600],
      ['null', -32_600],
      ['[]', -32_600],
      ['{"jsonrpc":"2.0","method":"echo"}', -32_600],
      ['{"jsonrpc":"2.0","id":{},"method":"echo"}', -32_600],
      ['{"jsonrpc":"1.0","id":1,"method":"echo"}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":7}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}', -32_602],
      ['{"jsonrpc":"2.0","id":1,"method":"missing"}', -32_601],
    ]
    for (const [text, code] of refused) expect((await ask(text)).error, text).to.include({ code })
  })

  it('answers a batch part by part, and refuses one that is too long', async () => {
    const part = (id: number, method: string): object => ({ jsonrpc: '2.0', id, method, params: [id] })
    const batch = [part(1, 'echo'), part(2, 'missing'), 'junk', part(3, 'echo')]
    const answers = (await ask(JSON.stringify(batch))) as unknown as Answer[]
    expect(answers.map(({ id, error }) => [id, error?.code])).to.deep.equal([
      [1, undefined],
      [2, -32_601],
      [null, -32_600],
      [3, undefined],
    ])
    const long = Array.from({ length: MAX_BATCH + 1 }, (_, id) => part(id, 'echo'))
    expect((await ask(JSON.stringify(long))).error).to.include({ code: -32_005 })
  })

  it('bounds its answers', async () => {
    expect((await askFor('large')).error).to.include({ code: -32_005 })
  })

  it('whatever is sent, the answer is JSON-RPC', async () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map(value => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(anything, async text => {
        const answers = [await ask(text)].flat()
        for (const answer of answers) {
          expect(answer).to.include({ jsonrpc: '2.0' })
          expect('result' in answer).to.not.equal('error' in answer)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reads transactions from any bytes without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const text = `0x${Buffer.from(bytes).toString('hex')}` as const
        expect(isHexBytes(text)).to.equal(true)
        try {
          parseTransaction(text)
        } catch (error) {
          expect(error).to.be.instanceOf(RpcError)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes replay-protected transactions of type 0, 1 and 2 within the bounds, and says why not the others', async () => {
    const wallet = walletOf(1)
    const to = wallet.address
    for (const type of [0, 1, 2]) expect(parseTransaction(await sign(wallet, 0, { type })).gasLimit).to.equal(100_000n)
    const unprotected = await wallet.signTransaction({ type: 0, gasPrice: 0, gasLimit: 1, nonce: 0, to })
    const refused: [string, RegExp][] = [
      [unprotected, /EIP-155/],
      ['0x03c0', /type 3 is not taken/],
      ['0x04c0', /type 4 is not taken/],
      ['0x', /empty/],
      [await sign(wallet, 0, { data: `0x${'00'.repeat(128 * 1024)}` }), /too large/],
      [await sign(wallet, 0, { gasLimit: BLOCK_GAS_LIMIT + 1 }), /16777217 exceeds 16777216/],
      [`${await sign(wallet, 0)}00`, /RLP/],
    ]
    for (const [raw, message] of refused)
      expect(() => parseTransaction(raw as `0x${string}`), raw).to.throw(RpcError, message)
  })
})

describe('chain/node: the methods served', function () {
  this.timeout(20_000)
  let engine: Engine
  let server: RpcServer
  let turns: Turns
  let asked: { method: string; params: readonly unknown[] }[] = []
  const url = (): string => `http://127.0.0.1:${server.port}`

  before(async () => {
    const options = chainOptions()
    const real = await startEngine(options)
    engine = {
      ...real,
      request(method, params) {
        asked.push({ method, params })
        return real.request(method, params)
      },
    }
    turns = new Turns(3)
    const journal = { append: async (): Promise<void> => {} }
    const common = { engine, journal, turns, head: engine.genesis, blockGasLimit: BLOCK_GAS_LIMIT }
    const sealer = new Sealer({
      ...common,
      now: () => 1_800_000_000,
      onFatal: error => process.stdout.write(error.message),
    })
    server = await listenRpc(0, serveMethods({ engine, sealer, turns, options }))
  })
  after(async () => {
    await server.close()
    await engine.close()
  })
  beforeEach(() => {
    asked = []
  })

  const call = async (method: string, ...params: unknown[]): Promise<Answer> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url(), { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await response.json()) as Answer
  }

  it('none that could rewrite the chain, sign, or keep state for a stranger', async () => {
    for (const method of FORBIDDEN) expect((await call(method)).error, method).to.include({ code: -32_601 })
    expect(asked).to.deep.equal([])
  })

  it('those an ordinary client needs: ethers sends, waits, reads, estimates and decodes a revert', async () => {
    const provider = new JsonRpcProvider(url(), undefined, { cacheTimeout: -1, polling: true, pollingInterval: 50 })
    try {
      const wallet = new Wallet(walletOf(1).privateKey, provider)
      const sent = await wallet.sendTransaction({ to: walletOf(2).address, data: '0x1234' })
      const receipt = await sent.wait(1, 5_000)
      expect(receipt).to.include({ status: 1, blockNumber: 1 })
      expect(await provider.getBlock('latest', true)).to.include({ number: 1 })
      expect(await provider.send('eth_getBlockReceipts', ['0x1'])).to.have.length(1)
      expect(await provider.send('eth_getBlockReceipts', [receipt?.blockHash])).to.have.length(1)
      expect(await provider.send('eth_getBlockReceipts', ['0x9'])).to.equal(null)
      expect(await provider.getLogs({ fromBlock: 0, toBlock: 'latest' })).to.deep.equal([])
      expect(await provider.getTransactionCount(wallet.address, 'pending')).to.equal(1)
      expect(await provider.estimateGas({ to: walletOf(2).address })).to.equal(21_001n)
      expect((await provider.getFeeData()).gasPrice).to.equal(0n)
      expect(await provider.send('eth_getProof', [wallet.address, [], 'latest'])).to.have.property('accountProof')
      expect(await provider.send('web3_clientVersion', [])).to.match(/^embedded-chain\/1 \(hardhat/)
      const reverted = await rejection(provider.call({ data: REVERTING }))
      expect(reverted).to.include({ code: 'CALL_EXCEPTION', data: '0xdeadbeef' })
      const spent = await rejection(wallet.sendTransaction({ to: walletOf(2).address, nonce: 0 }))
      expect(spent.code).to.equal('NONCE_EXPIRED')
    } finally {
      provider.destroy()
    }
  })

  it('“pending” is the newest block: the engine is never asked to mine one for an answer', async () => {
    await call('eth_getBlockByNumber', 'pending', false)
    await call('eth_call', { to: walletOf(1).address }, 'pending')
    await call('eth_getTransactionCount', walletOf(1).address, 'pending')
    await call('eth_getLogs', { fromBlock: 'pending', toBlock: 'pending' })
    expect(asked).to.have.length(4)
    expect(JSON.stringify(asked)).not.to.contain('pending')
  })

  it('calls and estimates with a cap on gas', async () => {
    const gasOf = async (gas: unknown): Promise<unknown> => {
      asked = []
      const { error } = await call('eth_call', { to: walletOf(1).address, gas }, 'latest')
      const [seen] = asked[0]?.params ?? []
      return error === undefined ? (seen as { gas: unknown }).gas : error.code
    }
    const cap = `0x${BLOCK_GAS_LIMIT.toString(16)}`
    expect(await gasOf(undefined)).to.equal(cap)
    expect(await gasOf('0xffffffffffffffff')).to.equal(cap)
    expect(await gasOf('0x5300')).to.equal('0x5300')
    for (const bad of [5, '5', '0x', '0xg', `0x1${'0'.repeat(64)}`, {}]) expect(await gasOf(bad)).to.equal(-32_602)
    expect((await call('eth_estimateGas', 'junk')).error).to.include({ code: -32_602 })
  })

  it('logs over a bounded range', async () => {
    const logs = (fromBlock: unknown, toBlock: unknown): Promise<Answer> => call('eth_getLogs', { fromBlock, toBlock })
    expect((await logs('0x0', 'latest')).result).to.deep.equal([])
    expect((await logs('0xffffffff', '0xffffffff')).result).to.deep.equal([])
    // The range counts on this chain only: there is nothing beyond its head.
    expect((await logs('0x0', '0xffffffff')).result).to.deep.equal([])
    for (const bad of ['0x', 'soon', 5, {}]) expect((await logs(bad, 'latest')).error).to.include({ code: -32_602 })
    expect((await call('eth_getLogs')).error).to.include({ code: -32_602 })
    const far = { head: { number: MAX_LOG_RANGE, hash: '0x', timestamp: 0 } } as unknown as Sealer
    const served = serveMethods({ engine, turns, sealer: far, options: chainOptions() })
    const ranged = served.get('eth_getLogs')?.([{ fromBlock: '0x0', toBlock: 'latest' }]) ?? Promise.resolve()
    expect((await rejection(ranged)).message).to.match(/block range too large: 0 to 10000/)
  })

  it('refuses reads beyond those that may wait', async () => {
    const release = Promise.withResolvers<void>()
    const writing = turns.write(() => release.promise)
    const waiting = [call('eth_blockNumber'), call('eth_blockNumber')]
    while (!turns.full) await new Promise(resolve => setTimeout(resolve, 5))
    expect((await call('eth_blockNumber')).error).to.include({ code: -32_005 })
    release.resolve()
    await writing
    for (const answer of await Promise.all(waiting)) expect(answer.result).to.match(/^0x/)
  })

  describe('over HTTP', () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    const json = { 'content-type': 'application/json' }

    /** Node's bare client: fetch would not send a Host or Origin of our choice. */
    const post = (headers: Record<string, string>, content: string, method = 'POST'): Promise<number> => {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const outgoing = httpRequest(url(), { method, headers }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      outgoing.on('error', reject)
      outgoing.end(content)
      return promise
    }

    it('answers by its loopback names only (DNS rebinding)', async () => {
      for (const host of ['127.0.0.1', `127.0.0.1:${server.port}`, 'localhost', 'localhost:1', '[::1]:80']) {
        expect(await post({ ...json, host }, body), host).to.equal(200)
      }
      for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.', '0.0.0.0']) {
        expect(await post({ ...json, host }, body), host).to.equal(403)
      }
    })

    it('answers no web page, no GET and no other content type', async () => {
      expect(await post({ ...json, origin: 'http://127.0.0.1' }, body)).to.equal(403)
      expect(await post({ ...json, origin: 'null' }, body)).to.equal(403)
      expect(await post(json, '', 'GET')).to.equal(405)
      expect(await post(json, '', 'OPTIONS')).to.equal(405)
      expect(await post({ 'content-type': 'text/plain' }, body)).to.equal(415)
      expect(await post({}, body)).to.equal(415)
      expect(await post({ 'content-type': 'application/json; charset=utf-8' }, body)).to.equal(200)
    })

    it('refuses a body that is too large, announced or not', async () => {
      const large = ' '.repeat(MAX_BODY + 1)
      expect(await post({ ...json, 'content-length': String(large.length) }, large)).to.equal(413)
      expect(await post({ ...json, 'transfer-encoding': 'chunked' }, large)).to.equal(413)
    })
  })
})
