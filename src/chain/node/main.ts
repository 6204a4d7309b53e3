// Entry of the node's own process; started by src/chain/embedded.ts, with which it speaks over Node's IPC channel.
// Argument: the chain id. It touches no file before it is told where its chain is (messages.ts), and by then its engine
// is up: whoever knows early that a chain will be wanted can launch it early.
//
// Its life hangs on that channel: it ends when the channel closes, so that kill -9 of its parent leaves no orphan that
// holds the lock. Signals of the terminal or the service manager reach the whole group, but the parent still needs the
// chain while it drains: they are its to answer.

import { setTimeout as sleep } from 'node:timers/promises'
import { startEngine } from './engine.ts'
import type { FromNode, StartNode, ToNode } from './messages.ts'
import { describeFailure } from './messages.ts'
import { type ChainNode, startNode } from './node.ts'
import { chainOptions } from './options.ts'

/** How often a long replay reports, ms. */
const PROGRESS_INTERVAL = 1_000

let clockOffset = 0
if (process.send === undefined) {
  process.stderr.write('This is the process of an embedded chain; it is started by the service, not by hand.\n')
  process.exit(2)
}

process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

let node: ChainNode | undefined
const chainId = Number(process.argv[2])
const engine = startEngine(chainOptions(chainId))
engine.catch(() => {}) // told of when it is asked for
const { promise: asked, resolve: start } = Promise.withResolvers<StartNode>()
process.on('message', (message: ToNode) => {
  if (message.type === 'close') void close()
  else clockOffset = message.offset
  if (message.type === 'start') start(message)
})

try {
  const { dir, port } = await asked
  let reported = performance.now()
  node = await startNode({
    dir,
    chainId,
    engine,
    port,
    now: () => Math.floor((Date.now() + clockOffset) / 1000),
    onProgress: progress => {
      if (performance.now() - reported < PROGRESS_INTERVAL) return
      reported = performance.now()
      void tell({ type: 'progress', progress })
    },
    onFatal: error => void fail(error),
  })
  const { genesisHash, head, replayed } = node
  const { number, hash, timestamp } = head
  await tell({
    type: 'ready',
    port: node.port,
    genesisHash,
    head: { number, hash, timestamp },
    replayed,
    torn: node.torn ?? null,
  })
} catch (error) {
  await fail(error)
}

/** Says why and ends, a moment later, so that senders who wait get their answer. */
async function fail(error: unknown): Promise<void> {
  await tell({ type: 'failed', failure: describeFailure(error) })
  await sleep(50)
  process.exit(1)
}

async function close(): Promise<void> {
  try {
    await node?.close()
    process.exit(0)
  } catch (error) {
    await fail(error)
  }
}

/** Resolves when the message has left, or cannot leave any more. */
function tell(message: FromNode): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (process.connected) process.send?.(message, () => resolve())
  else resolve()
  return promise
}
