// Why a journal is refused or cannot be written, in words that name the file, the values that disagree and the next step.

import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import { toHex } from './bytes.ts'
import { FORMAT_VERSION, type JournalHeader } from './frame.ts'

/** The reason why the journal found is not the one wanted, or undefined when it is. */
export function foreign(
  path: string,
  found: JournalHeader,
  wanted: Omit<JournalHeader, 'version'>,
): LedgerError | undefined {
  const differences = [
    found.chainId === wanted.chainId ? [] : [`chain id ${found.chainId} instead of ${wanted.chainId}`],
    compare('options digest', found.optionsDigest, wanted.optionsDigest),
    compare('genesis hash', found.genesisHash, wanted.genesisHash),
  ].flat()
  if (differences.length === 0) return undefined
  return new LedgerError('chain_journal_foreign', {
    en: `The journal ${path} belongs to another chain than the one asked for: ${differences.join('; ')} (begun with ${found.engine}, this is ${wanted.engine}). Start it with the options and the version it was begun with, or choose another data directory.`,
    zh: `区块日志 ${path} 属于另一条链：${differences.join('; ')}（始建于 ${found.engine}，现为 ${wanted.engine}）。请用始建时的选项和版本启动，或另选数据目录。`,
  })
}

function compare(name: string, found: Uint8Array, wanted: Uint8Array): string[] {
  return Buffer.compare(found, wanted) === 0 ? [] : [`${name} ${toHex(found)} instead of ${toHex(wanted)}`]
}

export function wrongVersion(path: string, version: number): LedgerError {
  return new LedgerError('chain_journal_version', {
    en: `The journal ${path} has format version ${version}; this program reads version ${FORMAT_VERSION}. Start it with the version of this program that wrote it.`,
    zh: `区块日志 ${path} 的格式版本为 ${version}，本程序读取版本 ${FORMAT_VERSION}。请用写入它的那个版本启动。`,
  })
}

export function damaged(path: string, offset: number, what: Words): LedgerError {
  return new LedgerError('chain_journal_damaged', {
    en: `The journal ${path} is damaged at byte ${offset}: ${what.en}. It was not shortened, since blocks from there on may have been acknowledged. Restore the file from a backup or from the other copy of the disk, and start again.`,
    zh: `区块日志 ${path} 在第 ${offset} 字节处损坏：${what.zh}。没有截短，因为此后的区块可能已经确认。请从备份或磁盘的另一份副本恢复该文件，再启动。`,
  })
}

export function writeFailed(path: string, what: Words, cause: unknown): LedgerError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const next: Readonly<Record<string, Words>> = {
    ENOSPC: {
      en: 'The disk is full: free some space and start again; every acknowledged block is kept.',
      zh: '磁盘已满：请腾出空间再启动；已确认的区块全部保留。',
    },
    EDQUOT: {
      en: 'The quota is used up: raise it and start again; every acknowledged block is kept.',
      zh: '配额用尽：请增加配额再启动；已确认的区块全部保留。',
    },
    EROFS: {
      en: 'The file system is read-only: mount it writable and start again.',
      zh: '文件系统只读：请以可写方式挂载再启动。',
    },
    EACCES: {
      en: 'Make it readable and writable for the account that runs this process, and start again.',
      zh: '请让运行本进程的账户可读写，再启动。',
    },
    EPERM: {
      en: 'Make it readable and writable for the account that runs this process, and start again.',
      zh: '请让运行本进程的账户可读写，再启动。',
    },
  }
  const advice = next[codeOf(cause) ?? ''] ?? {
    en: 'Check the disk, and start again; every acknowledged block is kept.',
    zh: '请检查磁盘再启动；已确认的区块全部保留。',
  }
  return new LedgerError(
    'chain_journal_write_failed',
    {
      en: `${what.en} could not be written to ${path}: ${why}. ${advice.en}`,
      zh: `${what.zh}无法写入 ${path}：${why}。${advice.zh}`,
    },
    {
      cause,
    },
  )
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
