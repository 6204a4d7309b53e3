// A node over HTTP that knows a ledger's contracts and its anchors, and nothing else: blocks of any age can be told of.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { id, keccak256, ZeroHash } from 'ethers'
import { CONTRACT_NAMES, interfaceOf } from '../../src/chain/abi.ts'
import { type Deployment, logIdOf } from '../../src/chain/deploy.ts'
import type { Hash } from '../../src/core/tree.ts'
import { CONTRACTS } from './simulated-chain.ts'

const CODE = '0x60'

export interface ToldAnchor {
  readonly size: number
  readonly root: Hash
  readonly transaction: string
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
}

export interface AnchorNode extends AsyncDisposable {
  readonly url: string
  chainId: number
  /** What it tells of; the last is in its newest block. */
  anchors: readonly ToldAnchor[]
}

export function deploymentOn(chainId: number): Deployment {
  const codeHashes = Object.fromEntries(CONTRACT_NAMES.map(name => [name, keccak256(CODE)]))
  return { chainId, genesisHash: id('genesis'), block: 1, contracts: CONTRACTS, codeHashes } as Deployment
}

/** An anchor in a block of its own. */
export function anchorIn(block: number, time: number, size: number, root: Hash): ToldAnchor {
  return { size, root, transaction: id(`transaction ${block}`), block: { number: block, hash: id(`${block}`), time } }
}

export async function startAnchorNode(origin: string): Promise<AnchorNode> {
  const node = { chainId: 1, anchors: [] as readonly ToldAnchor[] }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = (await json(request)) as { id: number; method: string; params: unknown[] }
    const result = answer(node, origin, call.method, call.params)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, result }))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(node, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  })
}

function answer(
  { chainId, anchors }: Pick<AnchorNode, 'chainId' | 'anchors'>,
  origin: string,
  method: string,
  [param]: readonly unknown[],
): unknown {
  switch (method) {
    case 'eth_chainId':
      return hex(chainId)
    case 'eth_getCode':
      return CODE
    case 'eth_getBlockByNumber': {
      if (param === '0x0') return encodeBlock({ number: 0, hash: deploymentOn(chainId).genesisHash, time: 0 })
      const told = param === 'latest' ? anchors.at(-1) : anchors.find(({ block }) => block.number === Number(param))
      return told === undefined ? null : encodeBlock(told.block)
    }
    case 'eth_getTransactionReceipt': {
      const told = anchors.find(({ transaction }) => transaction === param)
      return told === undefined ? null : encodeReceipt(told, origin)
    }
    default:
      return null
  }
}

function encodeBlock({ number, hash, time }: ToldAnchor['block']): object {
  return { number: hex(number), hash, parentHash: ZeroHash, timestamp: hex(time), gasLimit: '0x1' }
}

function encodeReceipt({ size, root, transaction, block }: ToldAnchor, origin: string): object {
  const place = {
    blockNumber: hex(block.number),
    blockHash: block.hash,
    transactionHash: transaction,
    transactionIndex: '0x0',
  }
  const values = [logIdOf(origin), size, root, 0, ZeroHash]
  const event = interfaceOf('checkpointAnchor').encodeEventLog('CheckpointAnchored', values)
  const log = { address: CONTRACTS.checkpointAnchor, ...event, ...place, logIndex: '0x0' }
  return { ...place, status: '0x1', gasUsed: '0x1', logs: [log] }
}

const hex = (value: number): string => `0x${value.toString(16)}`
