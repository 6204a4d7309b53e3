// What lets evidence be verified with the hash of one block and no node: every header from the oldest event's block to
// the newest, and whole each block that has an event of the file or may have one that the answer hangs on
// (docs/evidence.md).

import { numbered, type StorySearch, searchStory } from '../chain/event-search.ts'
import type { Chain } from '../chain/network.ts'
import { readHeaders, readShownBlock } from '../chain/shown-blocks.ts'
import type { Story, Telling } from '../chain/things.ts'
import { encodeBase64, to0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { type ChainPart, MAX_OFFLINE_HEADERS, type OfflineProof } from '../core/evidence-chain.ts'
import { checkHeaderChain, type Header } from '../core/header-chain.ts'
import type { Words } from '../core/words.ts'
import { chainMoved } from './events.ts'

/** Bytes of blocks, so that the file stays one that a verifier reads. */
const MAX_BYTES = 32 * 1024 * 1024

/**
 * @param story What the file tells; its events are the file's.
 * @throws LedgerError `offline_too_long`, `block_not_provable`; retryable `chain_moved`, `events_missing`; or what the
 *   chain's reader throws
 */
export async function proveOffline(
  { anchors = [], events, blocks, chain: { asOf, contracts } }: Omit<ChainPart, 'offline'>,
  story: Story,
  telling: Telling,
  chain: Chain,
): Promise<OfflineProof> {
  const search = searchStory(story, telling, contracts)
  const first = Math.min(search.from, ...blocks.map(({ number }) => number))
  const count = asOf - first + 1
  if (count > MAX_OFFLINE_HEADERS) {
    throw tooLong({
      en: `it would take the headers of ${count} blocks (${first} to ${asOf}), more than ${MAX_OFFLINE_HEADERS}`,
      zh: `需要 ${count} 个区块头（${first} 至 ${asOf}），超过 ${MAX_OFFLINE_HEADERS} 个`,
    })
  }
  const headers = await readHeaders(first, asOf, chain)
  const linked = linkHeaders(headers)
  for (const { number, hash } of blocks) {
    const header = linked[number - first]!
    if (to0x(header.hash) !== hash)
      throw chainMoved({ en: `block ${number} was exchanged`, zh: `区块 ${number} 被调换` })
  }
  const told = new Set([...anchors, ...events].map(({ block }) => block))
  return { headers: headers.map(encodeBase64), blocks: await readBlocks(linked, told, search, chain) }
}

function linkHeaders(headers: readonly Uint8Array[]): readonly Header[] {
  try {
    return checkHeaderChain(headers)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw chainMoved({ en: 'its blocks do not follow each other', zh: '其区块不相衔接' })
  }
}

async function readBlocks(
  headers: readonly Header[],
  told: ReadonlySet<number>,
  search: StorySearch,
  chain: Chain,
): Promise<OfflineProof['blocks']> {
  const blocks: OfflineProof['blocks'][number][] = []
  let bytes = 0
  for (const header of headers) {
    if (!told.has(header.number) && !search.maySpeak(header)) continue
    const { logs, shown, bytes: more } = await readShownBlock(chain, header)
    const missed = search.findUntold(numbered(logs, header.number))
    if (missed !== undefined) throw eventMissing(missed)
    bytes += more
    if (bytes > MAX_BYTES)
      throw tooLong({
        en: `the blocks to be shown in full hold more than ${MAX_BYTES} bytes`,
        zh: `需要完整列出的区块超过 ${MAX_BYTES} 字节`,
      })
    blocks.push(shown)
  }
  return blocks
}

function tooLong(why: Words): LedgerError {
  return new LedgerError('offline_too_long', {
    en: `This evidence cannot be made to verify by a block hash alone: ${why.en}. Ask without offline, and verify with --rpc; or ask about fewer or younger grants.`,
    zh: `此证据无法做成仅凭区块哈希即可核实的形式：${why.zh}。请不加 offline，改用 --rpc 核实；或询问较少、较新的授权。`,
  })
}

/** Signed, the answer would convict us of having hidden what only the node left out. */
function eventMissing({ block, logIndex }: { block: number; logIndex: number }): LedgerError {
  return new LedgerError(
    'events_missing',
    {
      en: `Event ${logIndex} of block ${block} is about something in this answer, but the node did not show it when it was asked for the contracts' events; ask again in a moment, and if this stays, use another node.`,
      zh: `区块 ${block} 的事件 ${logIndex} 与本答复有关，而节点在查询合约事件时没有给出；请稍后再问，如一直如此，请换用其他节点。`,
    },
    { retryable: true },
  )
}
