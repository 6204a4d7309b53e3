// One node, in this process: lock → engine → journal → replay → door. Knows nothing of processes and signals, nor of
// any contract.

import { join } from 'node:path'
import type { LedgerError } from '../../core/error.ts'
import type { Hex } from './bytes.ts'
import { fromHex } from './bytes.ts'
import { type Engine, type Head, startEngine } from './engine.ts'
import { type Journal, type OpenFile, openJournal, type TornTail } from './journal.ts'
import { type Lock, takeLock } from './lock.ts'
import { MAX_WAITING_READS, serveMethods } from './methods.ts'
import { chainOptions, digestOptions } from './options.ts'
import { type ReplayProgress, replayJournal } from './replay.ts'
import { INTERNAL_ERROR, RpcError } from './rpc-error.ts'
import { Sealer } from './sealer.ts'
import { listenRpc } from './server.ts'
import { Turns } from './turns.ts'

export interface NodeOptions {
  /** Directory of the chain: `journal` and `lock/`. */
  readonly dir: string
  readonly chainId?: number | undefined
  /** Of that chain, on its way; one is made if none is given. */
  readonly engine?: Promise<Engine>
  /** 0 for any free port. */
  readonly port: number
  readonly onProgress?: (progress: ReplayProgress) => void
  /** The node cannot go on; everything acknowledged is on disk. */
  readonly onFatal: (error: LedgerError) => void
  readonly now?: () => number
  readonly openFile?: OpenFile
}

export interface Replayed {
  readonly blocks: number
  readonly transactions: number
  readonly milliseconds: number
}

export interface ChainNode {
  readonly port: number
  readonly genesisHash: Hex
  /** Newest block at the start. */
  readonly head: Head
  /** What the start cost. */
  readonly replayed: Replayed
  readonly torn: TornTail | undefined
  /** Answers what has been asked, then lets go of journal and lock. */
  close(): Promise<void>
}

/** @throws LedgerError with a code of lock.ts, journal.ts, replay.ts or server.ts */
export async function startNode(options: NodeOptions): Promise<ChainNode> {
  const releases: (() => Promise<void>)[] = []
  const release = async (): Promise<void> => {
    for (const step of releases.splice(0).reverse()) await step()
  }
  try {
    const lock: Lock = await takeLock(join(options.dir, 'lock'))
    releases.push(() => lock.release())
    const chain = chainOptions(options.chainId)
    const engine = await (options.engine ?? startEngine(chain))
    releases.push(() => engine.close())
    const identity = {
      chainId: chain.chainId,
      genesisHash: fromHex(engine.genesis.hash),
      optionsDigest: digestOptions(chain),
      engine: engine.version,
    }
    const journal: Journal = await openJournal(join(options.dir, 'journal'), identity, options.openFile)
    releases.push(() => journal.close())
    const started = performance.now()
    const { head, transactions } = await replayJournal(journal, engine, options.onProgress)
    const replayed = { blocks: head.number, transactions, milliseconds: Math.round(performance.now() - started) }

    const turns = new Turns(MAX_WAITING_READS)
    const now = options.now ?? (() => Math.floor(Date.now() / 1000))
    const sealer = new Sealer({
      engine,
      journal,
      turns,
      head,
      now,
      blockGasLimit: chain.blockGasLimit,
      onFatal: options.onFatal,
    })
    releases.push(async () => {
      turns.end(new RpcError(INTERNAL_ERROR, 'the node is stopping: send this again after its restart'))
      await turns.settled()
    })
    const server = await listenRpc(options.port, serveMethods({ engine, sealer, turns, options: chain }))
    releases.push(() => server.close())
    return {
      port: server.port,
      genesisHash: engine.genesis.hash,
      head,
      replayed,
      torn: journal.torn,
      close: release,
    }
  } catch (error) {
    await release()
    throw error
  }
}
