// A witness's place on the network: a real server on this machine that answers as the test says, rightly or not.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SIZE_TYPE } from '../../src/core/witness.ts'
import { createCosigner } from '../../src/witness/cosigner.ts'
import type { NamedWitness } from '../../src/witness/trouble.ts'
import { MemoryStore, makeKey, NOW, ORIGIN, type TestKey, type TestLogOf } from './scene.ts'

export type Handler = (body: Uint8Array, response: ServerResponse) => unknown

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** The bodies that were asked with, oldest first. */
  readonly asked: string[]
  /** Answers from now on. */
  handler: Handler
}

export async function startServer(handler: Handler): Promise<TestServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      started.asked.push(body.toString())
      if (request.method === 'POST' && request.url === '/add-checkpoint') started.handler(body, response)
      else response.writeHead(418).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const started: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    handler,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return started
}

/** Answers with a status, and a body of text. */
export const say =
  (status: number, body = '', type = 'text/plain'): Handler =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type }).end(body)

/** Answers with a status, and a body without an end. */
export const sayForever =
  (status: number, onSent?: (bytes: number) => void): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': SIZE_TYPE })
    const part = '7'.repeat(10_000)
    const more = (): void => {
      let goesOn = true
      while (goesOn && !response.destroyed) {
        goesOn = response.write(part)
        onSent?.(part.length)
      }
    }
    response.on('drain', more)
    more()
  }

/** An honest witness of one log. */
export async function startWitness(
  name: string,
  log: TestLogOf,
  witness: TestKey = makeKey(`witness.example/${name}`),
): Promise<TestServer & { readonly named: NamedWitness; readonly store: MemoryStore; readonly honest: Handler }> {
  const store = new MemoryStore()
  const cosigner = createCosigner({
    logs: new Map([[ORIGIN, log.logKey.key]]),
    ...witness,
    store,
    clock: { now: () => NOW * 1000 },
    onFork: () => {},
  })
  const honest: Handler = async (request, response) => {
    const { status, contentType, body } = await cosigner.addCheckpoint(request)
    response.writeHead(status, { 'content-type': contentType }).end(body)
  }
  const server = await startServer(honest)
  return Object.assign(server, { named: { name, key: witness.key, url: server.url }, store, honest })
}
