// The embedded chain's own journal (docs/embedded-chain.md): head, every frame, every block on top of the one before, and
// that it is the chain that this ledger remembers. A start of the chain does more: it mines every block again.

import { dirname, join } from 'node:path'
import type { ChainIdentity } from '../chain/identity.ts'
import { decodeBlock } from '../chain/node/block.ts'
import {
  checkFrameBody,
  decodeFrameHead,
  decodeHeader,
  FRAME_HEAD,
  FRAME_TAIL,
  MAX_HEADER,
} from '../chain/node/frame.ts'
import { DEFAULT_CHAIN_ID } from '../chain/node/options.ts'
import type { Words } from '../core/words.ts'
import { isThere } from '../missing.ts'
import type { LogFile } from '../store/file.ts'
import { ForwardReader } from '../store/log/forward.ts'
import { BACKUP, type Findings } from './finding.ts'

export const CHAIN_JOURNAL = 'chain/journal'

export interface ChainKnown {
  readonly genesisHash: string | undefined
  /** The newest block that was seen. */
  readonly lastSeen: { readonly number: number; readonly hash: string } | undefined
}

export async function checkChainJournal(
  file: LogFile,
  known: ChainKnown,
  findings: Findings,
  notes: Words[],
): Promise<void> {
  const found = await findChainDamage(file, known, notes)
  if (found !== undefined) findings.lost('chain_journal_damaged', CHAIN_JOURNAL, found, BACKUP)
}

/** The first that is wrong with a journal; undefined when it is whole, and the ledger's. */
export async function findChainDamage(file: LogFile, known: ChainKnown, notes: Words[]): Promise<Words | undefined> {
  const head = decodeHeader(await file.read(0, Math.min(file.size, MAX_HEADER)))
  if (head.kind !== 'header') return { en: 'its head does not read', zh: '文件头无法读取' }
  let parent = hexOf(head.header.genesisHash)
  if (known.genesisHash !== undefined && parent !== known.genesisHash) {
    return {
      en: `it begins with block ${parent}, but this ledger's chain begins with ${known.genesisHash}`,
      zh: `其首个区块为 ${parent}，而本账本的链始于 ${known.genesisHash}`,
    }
  }
  const { lastSeen } = known
  const reader = new ForwardReader(file, head.size, file.size)
  let number = 0
  while (reader.position < file.size) {
    const at = reader.position
    const found = await readBlock(reader, file.size)
    if (found === 'torn') {
      notes.push({
        en: `${CHAIN_JOURNAL}: ${file.size - at} bytes at the end are of a block that was never acknowledged; the chain's next start cuts them off.`,
        zh: `${CHAIN_JOURNAL}：末尾 ${file.size - at} 字节属于从未确认的区块；链下次启动时会截去。`,
      })
      break
    }
    number++
    if (found === undefined || found.number !== number || hexOf(found.parentHash) !== parent) {
      return {
        en: `the record of block ${number}, at byte ${at}, does not read, or is not on top of the block before`,
        zh: `第 ${at} 字节处区块 ${number} 的记录无法读取，或不在前一区块之上`,
      }
    }
    parent = hexOf(found.blockHash)
    if (lastSeen?.number === number && lastSeen.hash !== parent) {
      return {
        en: `block ${number} is ${parent}, but the ledger saw ${lastSeen.hash}: it is another chain`,
        zh: `区块 ${number} 为 ${parent}，而账本见过的是 ${lastSeen.hash}：这是另一条链`,
      }
    }
  }
  if (lastSeen === undefined || lastSeen.number <= number) return undefined
  return {
    en: `it ends with block ${number}, but the ledger saw block ${lastSeen.number}`,
    zh: `止于区块 ${number}，而账本见过区块 ${lastSeen.number}`,
  }
}

/** Where the last block that is whole ends; 0 when not even the head reads. */
export async function findChainEnd(file: LogFile): Promise<number> {
  const head = decodeHeader(await file.read(0, Math.min(file.size, MAX_HEADER)))
  if (head.kind !== 'header') return 0
  const reader = new ForwardReader(file, head.size, file.size)
  let end = head.size
  while (reader.position < file.size) {
    const found = await readBlock(reader, file.size)
    if (found === undefined || found === 'torn') break
    end = reader.position
  }
  return end
}

/**
 * Whether the ledger's chain is the embedded one, so that its journal must be there. `isNetworkNamed`: a network is named
 * (`SUYUAN_RPC_URL`), which may be the embedded chain of another directory.
 */
export async function needsChainJournal(
  data: string,
  identity: ChainIdentity | undefined,
  isNetworkNamed: boolean,
): Promise<boolean> {
  if (identity?.deployment.chainId !== DEFAULT_CHAIN_ID) return false
  return !isNetworkNamed || (await isThere(join(data, dirname(CHAIN_JOURNAL))))
}

/** What is said of a journal that must be there and is not. */
export const NO_JOURNAL: Words = {
  en: "it is not there, though the ledger's contracts are on the embedded chain, whose blocks are in it (if they are on a network with the same chain id, set SUYUAN_RPC_URL)",
  zh: '不存在，而账本的合约在内置链上，其区块都在该文件中（若合约在链标识相同的某个网络上，请设置 SUYUAN_RPC_URL）',
}

async function readBlock(reader: ForwardReader, size: number) {
  if (!(await reader.load(FRAME_HEAD))) return 'torn'
  const length = decodeFrameHead(reader.peek(FRAME_HEAD))
  if (length === undefined) return undefined
  const rest = length + FRAME_TAIL
  if (!(await reader.load(FRAME_HEAD + rest))) return 'torn'
  const body = reader.peek(FRAME_HEAD + rest).subarray(FRAME_HEAD)
  const state = checkFrameBody(body)
  if (state === 'unwritten' && reader.position + FRAME_HEAD + rest === size) return 'torn'
  reader.take(FRAME_HEAD + rest)
  return state === 'whole' ? decodeBlock(body.subarray(0, length)) : undefined
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}
