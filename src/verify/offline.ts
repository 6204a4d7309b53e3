// What the contracts said, proven without a node: by the one block whose hash the verifier trusts. Its header proves all
// headers before it, they prove the blocks that the file shows whole, and these hold the events; of every other block
// its bloom says that it has no word on what the answer hangs on (docs/evidence.md, "Verified by a block hash").

import { numbered, type StorySearch, searchStory } from '../chain/event-search.ts'
import type { Story, Telling } from '../chain/things.ts'
import { fromBase64, to0x } from '../core/bytes.ts'
import type { ChainPart, EvidenceBlock, EvidenceEvent, OfflineProof } from '../core/evidence-chain.ts'
import { checkHeaderChain, type Header } from '../core/header-chain.ts'
import { type BlockLog, checkWholeBlock } from '../core/whole-block.ts'
import { allEvents } from './events.ts'
import { hidden } from './hidden.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Trust } from './trust.ts'

/** The chain as the file shows it, true if its last header is. */
export interface ShownChain {
  /** Without a gap, ascending. */
  readonly headers: readonly Header[]
  /** Of the blocks that are shown whole, by number: every event. */
  readonly logs: ReadonlyMap<number, readonly BlockLog[]>
}

/**
 * The section `offline` of a file; undefined when it has none. Throws when its parts do not fit each other, the blocks
 * that the file names, the events in it, or a block that the verifier trusts.
 */
export function checkShownChain(file: ChainPart, { blocks }: Trust): ShownChain | undefined {
  const { offline, chain } = file
  if (offline === undefined) return undefined
  const shown = readShownChain(offline)
  requireLast(shown.headers, chain.asOf)
  for (const block of file.blocks) confirmBlock(block, shown)
  for (const event of allEvents(file)) confirmEvent(event, shown)
  requireTrustedBlocks(shown, blocks)
  return shown
}

/** The headers and blocks of a section `offline`, which fit each other. */
export function readShownChain({ headers: shown, blocks }: OfflineProof): ShownChain {
  const headers = checkHeaderChain(shown.map(fromBase64))
  return { headers, logs: readWholeBlocks(blocks, headers) }
}

/** No block shown is another than one that the verifier trusts; what the file has there is not told, it would only be copied. @returns whether any of them is one of those */
export function requireTrustedBlocks({ headers }: ShownChain, blocks: Trust['blocks']): boolean {
  let isKnown = false
  for (const { number, hash } of blocks) {
    const header = headerOf(headers, number)
    if (header === undefined) continue
    isKnown = true
    if (to0x(header.hash) === hash) continue
    throw new Disagreement({
      zh: `信任文件指定区块 ${number} 的哈希是 ${hash}，文件中该区块却是另一个：文件所示的不是这条链。若哈希抄写无误、该链也未重组，则文件系伪造。`,
      en: `The trust file says that block ${number} is ${hash}, and this file shows another block there: it is of another chain than the one you trust. Compare the hash once more; if it was copied rightly and that chain was not reorganised since, the file is forged.`,
    })
  }
  return isKnown
}

/** Without a node it takes the hash of exactly the last block: nothing before it proves what came after. */
export function requireTrustedEnd(shown: ShownChain | undefined, file: ChainPart, trust: Trust): ShownChain {
  const { asOf, chainId } = file.chain
  if (shown === undefined) {
    throw new NotCheckable({
      zh: `文件内部全部一致，但合约事件须向链上核对。请加 --rpc 节点地址（或在信任文件中写明 rpc）；若没有节点，请索取带 --offline 的证据，仅凭一个区块哈希即可核对。`,
      en: `Everything inside the file agrees, but what the contracts said has to be confirmed on the chain. Give --rpc with the URL of a node that you trust, or name one as "rpc" in the trust file. Without any node: ask for the evidence with --offline (offline=true); such a file can be verified by the hash of one block.`,
    })
  }
  if (trust.blocks.some(({ number }) => number === asOf)) return shown
  // The hash that the file claims is not told here: it would only be copied.
  throw new NotCheckable(
    {
      zh: `文件内部全部一致，只缺一项：链 ${chainId} 上区块 ${asOf} 的哈希。请从不受运营方控制之处查得（区块浏览器、监管机构公告、您信任的节点），写入信任文件："blocks": [{"number": ${asOf}, "hash": "0x…"}]；或加 --rpc 节点地址。`,
      en: `Everything inside the file agrees, and one input is missing: the hash of block ${asOf} of chain ${chainId}. Look it up where the operator cannot change it (a block explorer, the regulator's notices, a node you trust: eth_getBlockByNumber 0x${asOf.toString(16)}) and put it into the trust file as "blocks": [{"number": ${asOf}, "hash": "0x…"}]; or give --rpc with the URL of a node.`,
    },
    asOf,
  )
}

/**
 * No word on what the answer hangs on was left out, up to the last header: whatever the shown chain says, or may say, of
 * it stands in the file.
 */
export function checkNothingHidden(story: Story, telling: Telling, { headers, logs }: ShownChain, trust: Trust): void {
  const search = searchStory(story, telling, trust.contracts)
  const first = headers[0]!.number
  if (first > search.from) {
    throw new Disagreement({
      zh: `区块头自 ${first} 开始，但答复所依据的事项可早至区块 ${search.from}：前面的区块被略去。`,
      en: `The headers begin with block ${first}, but what the answer hangs on may have been spoken of from block ${search.from} on: blocks were left out.`,
    })
  }
  const dark = headers.find(header => search.maySpeak(header) && !logs.has(header.number))
  if (dark !== undefined) {
    throw new Disagreement({
      zh: `区块 ${dark.number} 可能含有答复所依据的决定、撤销、否决或终止，文件却没有出示该区块。`,
      en: `Block ${dark.number} may hold a decision, revocation, veto or ending that the answer hangs on, and the file does not show that block.`,
    })
  }
  requireToldOf(search, logs, trust)
}

/** Of the blocks that are shown, every event that belongs to the story is told in it. */
export function requireToldOf(search: StorySearch, logs: ShownChain['logs'], { contracts }: Trust): void {
  for (const [number, found] of logs) {
    const untold = search.findUntold(numbered(found, number))
    if (untold !== undefined) throw hidden(untold, contracts)
  }
}

function readWholeBlocks(blocks: OfflineProof['blocks'], headers: readonly Header[]): Map<number, readonly BlockLog[]> {
  const logs = new Map<number, readonly BlockLog[]>()
  let last = -1
  for (const { number, transactions, receipts } of blocks) {
    const header = headerOf(headers, number)
    if (header === undefined || number <= last) {
      throw new Disagreement({
        zh: `offline.blocks 中的区块 ${number} 没有区块头，或次序有误。`,
        en: `Block ${number} in offline.blocks has no header in the file, or is out of order.`,
      })
    }
    last = number
    const body = { transactions: transactions.map(fromBase64), receipts: receipts.map(fromBase64) }
    logs.set(number, checkWholeBlock(header, body))
  }
  return logs
}

function requireLast(headers: readonly Header[], asOf: number): void {
  const last = headers.at(-1)?.number
  if (last === asOf) return
  throw new Disagreement({
    zh: `区块头止于 ${last ?? '（无）'}，判定却截至区块 ${asOf}。`,
    en: `The headers end with block ${last ?? '(none)'}, but the file answers as of block ${asOf}.`,
  })
}

export function confirmBlock({ number, hash, time }: EvidenceBlock, { headers }: ShownChain): void {
  const header = headerOf(headers, number)
  if (header !== undefined && to0x(header.hash) === hash && header.time === time) return
  throw new Disagreement({
    zh: `区块 ${number} 的区块头与文件所称的哈希或时间不符。`,
    en: `Block ${number} is said to be ${hash} of time ${time}, but its header ${header === undefined ? 'is not in the file' : `is ${to0x(header.hash)} of time ${header.time}`}.`,
  })
}

export function confirmEvent(event: EvidenceEvent, { logs }: ShownChain): void {
  const found = logs.get(event.block)?.[event.logIndex]
  const same =
    found !== undefined &&
    to0x(found.transaction()) === event.transaction &&
    to0x(found.address) === event.address &&
    found.topics.map(to0x).join() === event.topics.join() &&
    to0x(found.data) === event.data
  if (same) return
  throw new Disagreement({
    zh: `文件出示的区块 ${event.block} 中没有所称的事件（序号 ${event.logIndex}，交易 ${event.transaction}）。`,
    en: `Block ${event.block}, as the file shows it, has no such event ${event.logIndex} of transaction ${event.transaction} as the file says.`,
  })
}

/** Headers are without a gap, so that a number tells the place. */
export function headerOf(headers: readonly Header[], number: number): Header | undefined {
  return headers[number - (headers[0]?.number ?? 0)]
}
