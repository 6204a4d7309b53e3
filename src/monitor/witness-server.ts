// A monitor as a witness (C2SP tlog-witness): it cosigns what extends, as any witness does, and nothing more once it has a
// fault against the log on record.

import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { parseCheckpoint } from '../core/checkpoint.ts'
import { makeFork } from '../core/fork.ts'
import { parseNote, type VerifierKey } from '../core/note.ts'
import { MAX_BODY_BYTES } from '../core/witness.ts'
import { createCosigner, type Fork } from '../witness/cosigner.ts'
import { Contradiction } from './checks.ts'
import type { MonitorKey } from './identity.ts'
import { type OwnAnswer, type OwnServer, startOwnServer, TEXT } from './own-server.ts'
import { openWitnessStore } from './witness-store.ts'

export interface WitnessParts {
  /** Where the monitor keeps its state. */
  readonly folder: string
  readonly logKey: VerifierKey
  readonly key: MonitorKey
  readonly clock: Pick<Clock, 'now'>
  readonly port: number
  /** Has the log a fault on record? */
  readonly isAtFault: () => boolean
  /** Two trees of one size, both signed by the log. */
  readonly onFork: (found: Contradiction) => void
}

/** @throws LedgerError `port_unusable` */
export async function startWitness(parts: WitnessParts): Promise<OwnServer> {
  const { folder, logKey, key, clock, port, isAtFault, onFork } = parts
  const cosigner = createCosigner({
    logs: new Map([[logKey.name, logKey]]),
    key: key.witness,
    sign: message => key.sign(message),
    store: await openWitnessStore(folder, logKey.name),
    clock,
    onFork: fork => onFork(forked(fork)),
  })
  const answer = async (request: IncomingMessage): Promise<OwnAnswer> => {
    const body = await readBody(request)
    if (body === undefined) return { status: 413, contentType: TEXT, body: `at most ${MAX_BODY_BYTES} bytes\n` }
    const answered = isAtFault() ? REFUSED : await cosigner.addCheckpoint(body)
    return isAtFault() ? REFUSED : answered // what was offered may itself have been the fault
  }
  return startOwnServer({ host: '127.0.0.1', port, option: '--listen' }, 'POST /add-checkpoint', answer)
}

/** Undefined when it is too long; the rest of it is not read. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function forked({ held, offered }: Fork): Contradiction {
  const { size, root } = parseCheckpoint(parseNote(held).text)
  return new Contradiction(
    'log-fork',
    `cosigned size ${size}`,
    {
      en: `The log asked to have a tree of ${size} leaves cosigned, and has had another of that size cosigned before.`,
      zh: `日志请求联署一棵 ${size} 片叶的树，而此前已有另一棵同样大小的树获得联署。`,
    },
    { of: 'log', fork: makeFork(offered, held, root, []) },
  )
}

const REFUSED = {
  status: 403,
  contentType: TEXT,
  body: 'This witness has a fault against the log on record, and cosigns nothing of it; ask its operator.\n本见证方已记录该日志的故障，不再联署；请联系其运营者。\n',
} as const
