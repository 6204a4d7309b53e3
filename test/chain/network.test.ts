// The connection: every failure has its code, none shows a secret.

import { inspect } from 'node:util'
import { expect } from 'chai'
import { interfaceOf } from '../../src/chain/abi.ts'
import { type Chain, connectChain, RpcRefusal } from '../../src/chain/network.ts'
import type { LedgerError } from '../../src/core/error.ts'
import { type Fault, type FaultyNode, startFaultyNode } from './faulty-node.ts'

describe('network', () => {
  let node: FaultyNode
  let chain: Chain
  before(async () => {
    node = await startFaultyNode()
    chain = await connectChain({ url: node.url, timeoutMs: 300 })
  })
  beforeEach(() => {
    node.rule = undefined
  })
  after(async () => {
    chain.close()
    await node.close()
  })

  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'no failure',
      (error: unknown) => error,
    )
  const secretUrl = (): string =>
    `${node.url.replace('http://', 'http://operator:pass%40word@')}/v3/api-key?token=t0ken`

  it('connects, and names itself without secrets', async () => {
    const chain = await connectChain({ url: secretUrl() })
    expect(chain).to.include({ chainId: 31_337, name: node.url })
    expect(Number(await chain.request('eth_blockNumber', []))).to.equal(0)
    expect(await chain.provider.getBlockNumber()).to.equal(0)
    chain.close()
  })

  const outages: [string, Fault][] = [
    ['dead', 'dead'],
    ['silent', 'silent'],
    ['HTTP 500', { status: 500, body: 'oh no' }],
    ['HTTP 403', { status: 403, body: 'api-key wrong' }],
    ['HTTP 429', { status: 429, body: 'slow down' }],
    ['a web page', { status: 200, body: '<html>log in</html>' }],
    ['no JSON-RPC', { status: 200, body: '{"hello":"world"}' }],
    ['a bare word', { status: 200, body: '"hello"' }],
    ['null', { status: 200, body: 'null' }],
    ['an empty list', { status: 200, body: '[]' }],
    ['nothing', { status: 200, body: '' }],
  ]
  for (const [name, fault] of outages) {
    it(`says that a node is unreachable (${name}), within its time-out, without a secret`, async () => {
      const chain = await connectChain({ url: secretUrl(), timeoutMs: 300 })
      node.rule = () => fault
      const began = Date.now()
      const error = await failure(chain.request('eth_blockNumber', []))
      expect(error).to.include({ code: 'chain_unreachable', retryable: true })
      expect(Date.now() - began).to.be.lessThan(10_000)
      expect(inspect(error, { depth: 10 })).not.to.match(/api-key|t0ken|pass|operator/)
      const fromEthers = await failure(chain.provider.getBlockNumber())
      if (name !== 'no JSON-RPC' && name !== 'a bare word' && name !== 'null' && name !== 'an empty list') {
        expect(inspect(fromEthers, { depth: 10 })).not.to.match(/api-key|t0ken|pass%40|operator/)
      }
      chain.close()
    })
  }

  it('says of a node that does not answer what to look at, to whoever asked it', async () => {
    node.rule = () => 'dead'
    const error = await failure(chain.request('eth_blockNumber', []))
    const { zh, en } = (error as LedgerError).words
    expect(en).to.contain('see that the node runs, and that its address (--rpc, or SUYUAN_RPC_URL) is right')
    expect(zh).to.contain('请确认节点在运行，且其地址（--rpc 或 SUYUAN_RPC_URL）正确')
    // A monitor sends nothing.
    expect([en, zh].join('\n')).not.to.match(/waits for the chain|上链/u)
  })

  it('follows no redirect, which would carry the password along', async () => {
    const elsewhere = await startFaultyNode()
    const chain = await connectChain({ url: secretUrl(), timeoutMs: 300 })
    node.rule = () => ({ status: 307, body: '', headers: { location: elsewhere.url } })
    expect(await failure(chain.request('eth_blockNumber', []))).to.include({ code: 'chain_unreachable' })
    expect(elsewhere.calls).to.deep.equal([])
    chain.close()
    await elsewhere.close()
  })

  it('gives the node’s refusal with its reason, and its revert data wherever the node put it', async () => {
    const refusal = await failure(chain.request('eth_noSuchThing', []))
    expect(refusal).to.be.instanceOf(RpcRefusal)
    expect(refusal).to.include({ code: 'chain_refused', method: 'eth_noSuchThing' })
    const data = interfaceOf('organisations').encodeErrorResult('AccountInvalid', [])
    for (const place of [data, { data }, { result: data }]) {
      node.rule = () => ({ error: { code: 3, message: 'execution reverted', data: place } })
      expect(await failure(chain.request('eth_call', []))).to.include({ data })
    }
    node.rule = () => ({ error: { code: -1, message: 'x'.repeat(100_000) } })
    expect(String(await failure(chain.request('eth_call', []))).length).to.be.lessThan(1_000)
  })

  it('refuses another chain than the one expected, and what is no chain', async () => {
    const connecting = (chainId: number): Promise<unknown> => failure(connectChain({ url: node.url, chainId }))
    expect(await connecting(1)).to.include({ code: 'chain_id_differs', retryable: false })
    node.rule = () => ({ result: 'not a number' })
    expect(await connecting(31_337)).to.include({ code: 'chain_unreachable' })
  })

  it('refuses a URL that is none, without showing it', async () => {
    for (const url of ['', 'localhost:8545', 'ftp://pass@host', 'http://', 'ws://user:pass@host']) {
      const error = await failure(connectChain({ url }))
      expect(error).to.include({ code: 'rpc_url_invalid' })
      expect(String(error)).not.to.contain('pass')
    }
  })
})
