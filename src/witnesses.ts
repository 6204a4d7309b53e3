// The witnesses of a running log (C2SP tlog-witness): who they are, and which of them must have cosigned a checkpoint before
// it is published, stands in a policy file of the operator's. None without one.

import { readFile } from 'node:fs/promises'
import type { Clock } from './clock.ts'
import { equal } from './core/bytes.ts'
import { LedgerError } from './core/error.ts'
import type { WitnessPolicy } from './core/witness-policy.ts'
import { parseWitnessPolicy } from './core/witness-policy-text.ts'
import type { LogKey } from './log-key.ts'
import { type LogStore, proveGrowth } from './published.ts'
import { createQuorum, type Quorum } from './witness/quorum.ts'

export interface WitnessesParts {
  /** Of the policy. */
  readonly file: string
  readonly store: LogStore
  readonly logKey: Pick<LogKey, 'timeKey'>
  readonly clock: Clock
}

/** So long one witness may take; and so long the others are waited for when there are enough. */
const TIMEOUT_MS = 5_000
const GRACE_MS = 500

/** @throws LedgerError `witness_policy_unreadable`, `witness_policy_invalid` */
export async function openWitnesses({ file, store, logKey, clock }: WitnessesParts): Promise<Quorum> {
  const policy = parseWitnessPolicy(await readPolicy(file))
  requireOthers(policy, logKey)
  const prove = (oldSize: number, newSize: number) => proveGrowth(store, oldSize, newSize)
  return createQuorum({ policy, prove, clock, timeoutMs: TIMEOUT_MS, graceMs: GRACE_MS })
}

async function readPolicy(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new LedgerError(
      'witness_policy_unreadable',
      {
        en: `The witness policy ${file} cannot be read (${String((cause as NodeJS.ErrnoException).code)}); set SUYUAN_WITNESSES to a file that can, or leave it out for a log without witnesses.`,
        zh: `无法读取见证策略文件 ${file}（${String((cause as NodeJS.ErrnoException).code)}）；请将 SUYUAN_WITNESSES 设为可读的文件，或不设置以运行没有见证方的日志。`,
      },
      { cause },
    )
  }
}

/** A quorum of one's own keys would witness nothing. */
function requireOthers({ witnesses }: WitnessPolicy, { timeKey }: Pick<LogKey, 'timeKey'>): void {
  const own = witnesses.find(({ key }) => equal(key.publicKey, timeKey.publicKey))
  if (own === undefined) return
  throw new LedgerError('witness_policy_invalid', {
    en: `The witness policy names ${own.name} with the log's own time key: a log cannot witness itself. Take that line out.`,
    zh: `见证策略中的 ${own.name} 使用的是本日志自己的时间密钥：日志不能为自己见证。请删去该行。`,
  })
}
