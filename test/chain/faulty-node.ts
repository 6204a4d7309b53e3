// A real EVM node (Hardhat's EDR, in this process) behind a real HTTP endpoint that can be told to fail: the node does
// what it does, and the rule decides what the caller gets to see of it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { network } from 'hardhat'

export type Fault =
  /** Closes the connection; the node never hears of the call. */
  | 'dead'
  /** The node does it, and the connection closes before the answer. */
  | 'reply-lost'
  /** Never answers. */
  | 'silent'
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }

export type Rule = (call: { readonly method: string; readonly params: readonly unknown[] }) => Fault | undefined

export interface FaultyNode {
  readonly url: string
  /** Asks the node itself, past all faults. */
  ask(method: string, params?: readonly unknown[]): Promise<unknown>
  /** The fault of each call from now on; none without a rule. */
  rule: Rule | undefined
  /** Every call that came by HTTP. */
  readonly calls: { readonly method: string; readonly params: readonly unknown[] }[]
  close(): Promise<void>
}

export interface NodeOptions {
  readonly baseFee?: number
  /** When the chain begins, in seconds since 1970: then each block is one second after the one before it, whatever this machine's clock says. */
  readonly start?: number | undefined
}

export async function startFaultyNode({ baseFee = 0, start }: NodeOptions = {}): Promise<FaultyNode> {
  const connection = await network.create({
    override: {
      initialBaseFeePerGas: baseFee,
      allowBlocksWithSameTimestamp: true,
      ...(start === undefined ? {} : { initialDate: new Date(start * 1000) }),
    },
  })
  const request: FaultyNode['ask'] = (method, params = []) =>
    connection.provider.request({ method, params: [...params] })
  const ask = start === undefined ? request : await tickBySeconds(request, start)
  const node = { rule: undefined as Rule | undefined, calls: [] as FaultyNode['calls'] }
  const server = createServer((request, response) => void answer(request, response))

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: number
      method: string
      params: unknown[]
    }
    node.calls.push({ method, params })
    const fault = node.rule?.({ method, params })
    if (fault === 'dead') return void response.destroy()
    if (fault === 'silent') return
    if (typeof fault === 'object' && 'status' in fault)
      return void response.writeHead(fault.status, fault.headers).end(fault.body)
    const outcome = typeof fault === 'object' ? fault : await perform(ask, method, params)
    if (fault === 'reply-lost') return void response.destroy()
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }))
  }

  const url = await listen(server)
  return Object.assign(node, {
    url,
    ask,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await connection.close()
    },
  })
}

/** The block that comes next has its time before it is made, so that whoever asks of it (the estimate of an act's gas) hears no other. */
async function tickBySeconds(request: FaultyNode['ask'], start: number): Promise<FaultyNode['ask']> {
  let next = start
  const setNext = async (after: number): Promise<void> => {
    next += after
    await request('evm_setNextBlockTimestamp', [next])
  }
  await setNext(1)
  return async (method, params = []) => {
    if (method === 'evm_increaseTime') return setNext(Number(params[0]))
    const answer = await request(method, params)
    if (method === 'eth_sendRawTransaction' || method === 'evm_mine') await setNext(1)
    return answer
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function perform(ask: FaultyNode['ask'], method: string, params: readonly unknown[]): Promise<object> {
  try {
    return { result: await ask(method, params) }
  } catch (error) {
    const { code, message, data } = error as { code?: number; message: string; data?: unknown }
    return { error: { code: code ?? -32_603, message, data } }
  }
}
