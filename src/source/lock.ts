// One process at a time may sign with a key: two would give each number twice. The lock is one that the kernel keeps, on the
// file `.lock` beside the key, by way of SQLite, which Node brings along: so kill -9 releases it, no stale file can lie, and
// two containers that share a volume exclude each other. Nothing is ever written into it.

import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { LedgerError } from '../core/error.ts'

const PATIENCE_MS = 10_000
const PAUSE_MS = 100

/** @throws LedgerError `source_key_busy` */
export async function lockKey(path: string): Promise<Disposable> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return tryLock(`${path}.lock`)
    } catch (cause) {
      if (performance.now() < until && isBusy(cause)) await sleep(PAUSE_MS)
      else throw busy(path, cause)
    }
  }
}

function tryLock(path: string): Disposable {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return (error as { readonly errcode?: number }).errcode === SQLITE_BUSY
}

function busy(path: string, cause: unknown): LedgerError {
  return new LedgerError(
    'source_key_busy',
    {
      en: `The chain of ${path} cannot be locked: another process is signing with this key, or its folder cannot be written. Let it finish, and run this again.`,
      zh: `无法锁定 ${path} 的链：另一进程正在使用该密钥签名，或其目录不可写。请待其完成后重新运行。`,
    },
    { cause },
  )
}
