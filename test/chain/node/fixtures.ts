// What the node's tests share: wallets without funds, signed transactions, a tiny contract, a file in memory.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getBytes, type TransactionRequest, Wallet } from 'ethers'
import type { Hex } from '../../../src/chain/node/bytes.ts'
import type { JournalFile, OpenFile } from '../../../src/chain/node/journal.ts'
import { DEFAULT_CHAIN_ID } from '../../../src/chain/node/options.ts'
import { parseTransaction, type SignedTransaction } from '../../../src/chain/node/transaction.ts'

export function walletOf(number: number): Wallet {
  return new Wallet(`0x${number.toString(16).padStart(64, '0')}`)
}

export async function sign(wallet: Wallet, nonce: number, more: TransactionRequest = {}): Promise<Hex> {
  const fixed = { type: 0, chainId: DEFAULT_CHAIN_ID, gasLimit: 100_000, nonce, to: wallet.address, data: '0x1234' }
  const price = more.type === 2 ? { maxFeePerGas: 0, maxPriorityFeePerGas: 0 } : { gasPrice: 0 }
  return (await wallet.signTransaction({ ...fixed, ...price, ...more })) as Hex
}

export async function signed(wallet: Wallet, nonce: number, more?: TransactionRequest): Promise<SignedTransaction> {
  return parseTransaction(await sign(wallet, nonce, more))
}

export const rawOf = (transaction: Hex): Uint8Array => getBytes(transaction)

/** Creates a contract that answers every call with one log of two topics: PUSH1 1, PUSH1 2, PUSH1 32, PUSH1 0, LOG2, STOP. */
export const LOGGING_CONTRACT = '0x6960016002602060 00a200600052600a6016f3'.replaceAll(' ', '')
/** Creation code that never ends: JUMPDEST, PUSH1 0, JUMP. It burns all the gas it is given. */
export const ENDLESS_LOOP = '0x5b600056'
/** Creation code that reverts with `0xdeadbeef`: PUSH4, PUSH1 0, MSTORE, PUSH1 4, PUSH1 28, REVERT. */
export const REVERTING = '0x63deadbeef6000526004601cfd'

/**
 * A file in memory, whose calls can be made to fail. `bytes` is what a reader sees (the page cache), `durable` what would
 * be left if the machine lost power. After a failed sync the pages count as clean, as on Linux: they are readable, but no
 * later sync writes them.
 */
export class MemoryFile implements JournalFile {
  bytes: Buffer
  durable: Buffer
  /** Bytes the disk still holds; a write beyond writes what fits, then fails with ENOSPC. */
  space = Number.POSITIVE_INFINITY
  /** Called before each sync; what it throws, the sync throws. */
  onSync: () => Promise<void> = async () => {}
  #dirty: [from: number, to: number][] = []

  constructor(bytes: Uint8Array = Buffer.alloc(0)) {
    this.bytes = Buffer.from(bytes)
    this.durable = Buffer.from(bytes)
  }

  read: JournalFile['read'] = ((into: Buffer, offset: number, length: number, position: number) => {
    const bytesRead = this.bytes.copy(into, offset, position, Math.min(position + length, this.bytes.length))
    return Promise.resolve({ bytesRead, buffer: into })
  }) as JournalFile['read']

  write: JournalFile['write'] = ((from: Buffer, offset: number, length: number, position: number) => {
    const fits = Math.min(length, this.space)
    if (fits === 0) return Promise.reject(systemError('ENOSPC', 'no space left on device'))
    this.space -= fits
    this.#dirty.push([position, position + fits])
    const end = Math.max(this.bytes.length, position + fits)
    const grown = Buffer.alloc(end)
    this.bytes.copy(grown)
    from.copy(grown, position, offset, offset + fits)
    this.bytes = grown
    return Promise.resolve({ bytesWritten: fits, buffer: from })
  }) as JournalFile['write']

  stat = (() => Promise.resolve({ size: this.bytes.length })) as JournalFile['stat']

  async truncate(length = 0): Promise<void> {
    this.bytes = Buffer.from(this.bytes.subarray(0, length))
  }

  async sync(): Promise<void> {
    const dirty = this.#dirty.splice(0)
    await this.onSync()
    const durable = Buffer.alloc(this.bytes.length)
    this.durable.copy(durable)
    for (const [from, to] of dirty) this.bytes.copy(durable, from, from, to)
    this.durable = durable
  }

  datasync(): Promise<void> {
    return this.sync()
  }

  async close(): Promise<void> {}

  /** Opens this file, whatever the path. */
  get opener(): OpenFile {
    return () => Promise.resolve(this)
  }
}

export function systemError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code })
}

/** Runs the work with a directory of its own and removes it afterwards. */
export async function inDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'chain-test-'))
  try {
    return await work(path)
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

/** The error a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<{ code?: unknown; message: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('it should have been refused')
}

export const silent = { info(): void {}, warn(): void {}, error(): void {} }
