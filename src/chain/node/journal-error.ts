// Why a journal is refused or cannot be written, in words that name the file, the values that disagree and the next step.

import { LedgerError } from '../../core/error.ts'
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
  const message =
    `The journal ${path} belongs to another chain than the one asked for: ${differences.join('; ')} ` +
    `(begun with ${found.engine}, this is ${wanted.engine}). ` +
    'Start it with the options and the version it was begun with, or choose another data directory.'
  return new LedgerError('chain_journal_foreign', message)
}

function compare(name: string, found: Uint8Array, wanted: Uint8Array): string[] {
  return Buffer.compare(found, wanted) === 0 ? [] : [`${name} ${toHex(found)} instead of ${toHex(wanted)}`]
}

export function wrongVersion(path: string, version: number): LedgerError {
  const message =
    `The journal ${path} has format version ${version}; this program reads version ${FORMAT_VERSION}. ` +
    'Start it with the version of this program that wrote it.'
  return new LedgerError('chain_journal_version', message)
}

export function damaged(path: string, offset: number, what: string): LedgerError {
  const message =
    `The journal ${path} is damaged at byte ${offset}: ${what}. It was not shortened, since blocks from there on may ` +
    'have been acknowledged. Restore the file from a backup or from the other copy of the disk, and start again.'
  return new LedgerError('chain_journal_damaged', message)
}

export function writeFailed(path: string, what: string, cause: unknown): LedgerError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const next: Record<string, string> = {
    ENOSPC: 'The disk is full: free some space and start again; every acknowledged block is kept.',
    EDQUOT: 'The quota is used up: raise it and start again; every acknowledged block is kept.',
    EROFS: 'The file system is read-only: mount it writable and start again.',
    EACCES: 'Make it readable and writable for the account that runs this process, and start again.',
    EPERM: 'Make it readable and writable for the account that runs this process, and start again.',
  }
  const advice = next[codeOf(cause) ?? ''] ?? 'Check the disk, and start again; every acknowledged block is kept.'
  return new LedgerError('chain_journal_write_failed', `${what} could not be written to ${path}: ${why}. ${advice}`, {
    cause,
  })
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
