// The embedded chain's own journal (docs/embedded-chain.md): head, every frame, every block on top of the one before, and
// that it is the chain that this ledger remembers. A start of the chain does more: it mines every block again.

import { decodeBlock } from '../chain/node/block.ts'
import {
  checkFrameBody,
  decodeFrameHead,
  decodeHeader,
  FRAME_HEAD,
  FRAME_TAIL,
  MAX_HEADER,
} from '../chain/node/frame.ts'
import type { Words } from '../core/words.ts'
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
  const tell = (found: Words): void => findings.lost('chain_journal_damaged', CHAIN_JOURNAL, found, BACKUP)
  const head = decodeHeader(await file.read(0, Math.min(file.size, MAX_HEADER)))
  if (head.kind !== 'header') {
    tell({ en: 'its head does not read', zh: '文件头无法读取' })
    return
  }
  let parent = hexOf(head.header.genesisHash)
  if (known.genesisHash !== undefined && parent !== known.genesisHash) {
    tell({
      en: `it begins with block ${parent}, but this ledger's chain begins with ${known.genesisHash}`,
      zh: `其首个区块为 ${parent}，而本账本的链始于 ${known.genesisHash}`,
    })
    return
  }
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
      tell({
        en: `the record of block ${number}, at byte ${at}, does not read, or is not on top of the block before`,
        zh: `第 ${at} 字节处区块 ${number} 的记录无法读取，或不在前一区块之上`,
      })
      return
    }
    parent = hexOf(found.blockHash)
    const { lastSeen } = known
    if (lastSeen?.number === number && lastSeen.hash !== parent) {
      tell({
        en: `block ${number} is ${parent}, but the ledger saw ${lastSeen.hash}: it is another chain`,
        zh: `区块 ${number} 为 ${parent}，而账本见过的是 ${lastSeen.hash}：这是另一条链`,
      })
      return
    }
  }
  if (known.lastSeen === undefined || known.lastSeen.number <= number) return
  tell({
    en: `it ends with block ${number}, but the ledger saw block ${known.lastSeen.number}`,
    zh: `止于区块 ${number}，而账本见过区块 ${known.lastSeen.number}`,
  })
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
