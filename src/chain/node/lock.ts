// One process at a time may own a chain's directory. The lock is LevelDB's own: an empty database in `lock/`, whose LOCK
// file the kernel locks (fcntl, LockFileEx on Windows) for as long as the process lives. So kill -9 releases it, no
// stale pid file can lie, and two containers that share a volume exclude each other, which a socket would not do.

import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Level } from 'level'
import { LedgerError } from '../../core/error.ts'
import { writeSums } from '../../store/level/folder-sums.ts'
import { syncDirectory } from './file-bytes.ts'

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes the lock at `path`, waiting up to `patience` ms for a predecessor that is just ending.
 * @throws LedgerError `chain_dir_locked`, `chain_dir_unwritable`
 */
export async function takeLock(path: string, patience = 3_000): Promise<Lock> {
  await makeDirectory(resolve(dirname(path)))
  const until = performance.now() + patience
  for (;;) {
    const database = new Level(path)
    try {
      await database.open()
      const release = async (): Promise<void> => {
        await database.close()
        await writeSums(path).catch(() => {}) // without them there is only less to compare
      }
      return { release }
    } catch (error) {
      if (reasonOf(error) !== 'LEVEL_LOCKED') throw unwritable(path, error)
      if (performance.now() >= until) throw locked(path, error)
    }
    await sleep(100)
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode: 0o700 })
    if (first === undefined) return
    // A directory is an entry in its parent, which a crash of the machine may lose like any other write.
    for (let made = path; made !== dirname(first); made = dirname(made)) await syncDirectory(dirname(made))
  } catch (error) {
    throw unwritable(path, error)
  }
}

function locked(path: string, cause: unknown): LedgerError {
  const words = {
    en: `Another process owns this chain (lock ${path}). A chain can only be run once: stop the other process, or give this one a data directory of its own.`,
    zh: `另一进程正在运行这条链（锁 ${path}）。一条链只能运行一次：请停止另一进程，或为本进程另设数据目录。`,
  }
  return new LedgerError('chain_dir_locked', words, { cause, retryable: true })
}

function unwritable(path: string, cause: unknown): LedgerError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why = inner instanceof Error ? inner.message : String(inner)
  const words = {
    en: `The chain's directory cannot be written (${path}: ${why}). Make it writable for the account that runs this process, free some space if the disk is full, and start again.`,
    zh: `链的目录不可写（${path}：${why}）。请让运行本进程的账户可写，磁盘已满的请腾出空间，再启动。`,
  }
  return new LedgerError('chain_dir_unwritable', words, { cause })
}

/** Level wraps the reason of a failed open as the cause of a general error. */
function reasonOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
}
