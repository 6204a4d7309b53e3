// Broken in what the contracts said: the anchors, the events, and the blocks that prove them.

import { keccak256 } from '#keccak'
import { logIdOf } from '../../src/chain/deploy.ts'
import type { EventName } from '../../src/chain/events.ts'
import { topicOf } from '../../src/chain/events.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import type { EvidenceEvent } from '../../src/core/evidence-chain.ts'
import { decodeHeader } from '../../src/core/header-chain.ts'
import { decodeRlp, encodeRlp, type Rlp } from '../../src/core/rlp.ts'
import { createEvidence } from '../../src/evidence.ts'
import { blindTo } from '../../test/verify/blind.ts'
import { type BadVectors, flip, type OfflineEvidence, withBlocksOf } from './bad.ts'
import { GOOD, type GoodName } from './good.ts'
import type { Workshop } from './scene.ts'

export const BAD_CHAIN: BadVectors = {
  'anchor-of-another-size': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '存证事件所称的大小不是检查点的',
    en: 'the anchoring event names another size than the checkpoint',
    spoil: file =>
      withAnchors(file, ([log, index]) => [{ ...log, topics: log.topics.with(2, flip(log.topics[2]!, 65)) }, index]),
  },
  'anchor-of-another-root': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '存证事件所称的根不是检查点的',
    en: 'the anchoring event names another root than the checkpoint',
    spoil: file => withAnchors(file, ([log, index]) => [{ ...log, data: flip(log.data) }, index]),
  },
  'anchors-exchanged': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '两个存证事件次序对调',
    en: 'the two anchoring events are in each other’s place',
    spoil: file => withAnchors(file, ([log, index]) => [index, log]),
  },
  'index-anchor-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '索引日志的存证事件被去掉',
    en: 'the anchoring event of the index log is missing',
    spoil: file => withAnchors(file, ([log]) => [log]),
  },
  'index-anchor-of-another-log': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '第二个存证事件是另一个日志的',
    en: 'the second anchoring event is another log’s',
    spoil: file =>
      withAnchors(file, ([log, index]) => [
        log,
        { ...index, topics: index.topics.with(1, logIdOf('example.org/other/index')) },
      ]),
  },
  'index-anchor-of-another-root': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引日志的存证事件所称的根被改动：该期不在其中',
    en: 'the anchoring event of the index log names another root, which does not have the epoch',
    spoil: file => withAnchors(file, ([log, index]) => [log, { ...index, data: flip(index.data) }]),
  },
  'event-imitated': {
    of: 'grants',
    by: 'operator',
    check: 'events',
    zh: '一个事件出自另一个合约，并非可信合约',
    en: 'an event is of a contract that only looks like the trusted one',
    spoil: file => withEvent(file, 'AccessGranted', event => ({ ...event, address: `0x${'11'.repeat(20)}` })),
  },
  'event-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'events',
    zh: '缺少一行所称资源的登记事件',
    en: 'it is missing how the resource that a row names was registered',
    spoil: file => without(file, 'ResourceRegistered'),
  },
  'event-twice': {
    of: 'one-value',
    by: 'operator',
    check: 'events',
    zh: '同一事件列出两次',
    en: 'an event is there twice',
    spoil: file => ({ ...file, events: [file.events[0]!, ...file.events] }),
  },
  'events-exchanged': {
    of: 'one-value',
    by: 'operator',
    check: 'events',
    zh: '两个事件不在链上的先后次序中',
    en: 'two events are out of the chain’s order',
    spoil: file => ({ ...file, events: [file.events[1]!, file.events[0]!, ...file.events.slice(2)] }),
  },
  'event-unrelated': {
    of: 'revoked',
    by: 'operator',
    check: 'events',
    zh: '多列出一个链上确有、却与答复无关的事件',
    en: 'an event of the chain is there that the answer does not hang on',
    spoil: (file, _, good) => {
      const stray = good.vetoed.events.find(({ topics }) => topics[0] === topicOf('GrantVetoed'))!
      const events = [...file.events, stray].toSorted((a, b) => a.block - b.block || a.logIndex - b.logIndex)
      return withBlocksOf({ ...file, events }, good.vetoed)
    },
  },
  'event-changed': {
    of: 'grants',
    by: 'operator',
    check: 'chain',
    zh: '登记事件中机构的名称被改动：所出示的区块中没有这样的事件',
    en: 'the name of an organisation in its registration was changed: the block shown has no such event',
    spoil: file => {
      const [from, to] = ['市税务局', '市财政局'].map(name => Buffer.from(name).toString('hex'))
      return withEvent(file, 'OrganisationUpdated', event => ({ ...event, data: event.data.replace(from!, to!) }))
    },
  },
  'event-at-another-place': {
    of: 'grants',
    by: 'operator',
    check: 'chain',
    zh: '一个事件所称的交易不是它的',
    en: 'an event names another transaction than its own',
    spoil: file => withEvent(file, 'AccessGranted', event => ({ ...event, transaction: flip(event.transaction) })),
  },
  'block-at-another-time': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '一个区块的时间不是其区块头所称的',
    en: 'the time of a block is not that of its header',
    spoil: file => ({
      ...file,
      blocks: file.blocks.map((block, k, { length }) =>
        k === length - 1 ? { ...block, time: block.time + 1 } : block,
      ),
    }),
  },
  'header-changed': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '一个区块头被改动',
    en: 'a header was changed',
    spoil: file =>
      withOffline(file, ({ headers, blocks }) => ({ headers: headers.with(2, flip(headers[2]!, 300)), blocks })),
  },
  'header-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '中间少了一个区块头',
    en: 'a header is missing between others',
    spoil: file => withOffline(file, ({ headers, blocks }) => ({ headers: headers.toSpliced(2, 1), blocks })),
  },
  'headers-begin-too-late': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '区块头自较晚的区块开始',
    en: 'the headers begin with a later block',
    spoil: file => withOffline(file, ({ headers, blocks }) => ({ headers: headers.slice(1), blocks: blocks.slice(1) })),
  },
  'receipt-changed': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '所出示区块的一份回执被改动',
    en: 'a receipt of a block that is shown was changed',
    spoil: file =>
      withOffline(file, ({ headers, blocks: [first, ...rest] }) => ({
        headers,
        blocks: [{ ...first!, receipts: first!.receipts.map(receipt => flip(receipt, receipt.length - 8)) }, ...rest],
      })),
  },
  'transaction-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '所出示的区块少了一笔交易及其回执',
    en: 'a block that is shown lacks a transaction and its receipt',
    spoil: file =>
      withOffline(file, ({ headers, blocks: [first, ...rest] }) => ({
        headers,
        blocks: [
          { ...first!, transactions: first!.transactions.slice(1), receipts: first!.receipts.slice(1) },
          ...rest,
        ],
      })),
  },
  'block-not-shown': {
    of: 'one-value',
    by: 'operator',
    check: 'chain',
    zh: '有事件的一个区块没有出示',
    en: 'a block that has an event of the file is not shown',
    spoil: file => withOffline(file, ({ headers, blocks }) => ({ headers, blocks: blocks.slice(1) })),
  },
  'another-chain': {
    of: 'grants',
    by: 'operator',
    check: 'chain',
    zh: '运营方自造的链：撤销从未发生，其后的区块头逐一重新衔接；最后一个区块的哈希与信任文件不同',
    en: 'a chain of the operator’s own making, on which nothing was ever revoked, its headers linked anew: its last block has another hash than the trust file names',
    spoil: async (file, workshop) => onAnotherChain(await blindly('grants', ['GrantRevoked'], file, workshop)),
  },
  'revocation-left-out': {
    of: 'grants',
    by: 'operator',
    check: 'hidden',
    zh: '略去一次撤销，以致其后的访问显得在授权内；其区块仍然出示',
    en: 'a revocation was left out, so that an access after it looks right; its block is shown',
    spoil: (file, workshop) => blindly('grants', ['GrantRevoked'], file, workshop),
  },
  'revocation-and-block-left-out': {
    of: 'grants',
    by: 'operator',
    check: 'hidden',
    zh: '略去一次撤销，其区块也不出示：区块头表明其中可能有',
    en: 'a revocation was left out, and its block is not shown: the header says that it may be there',
    spoil: async (file, workshop) => {
      const blind = await blindly('grants', ['GrantRevoked'], file, workshop)
      const block = blockOf(file, 'GrantRevoked')
      return withOffline(blind, ({ headers, blocks }) => ({
        headers,
        blocks: blocks.filter(({ number }) => number !== block),
      }))
    },
  },
  'veto-left-out': {
    of: 'vetoed',
    by: 'operator',
    check: 'hidden',
    zh: '略去一次否决及其解除，以致否决期间的访问显得在授权内',
    en: 'a veto and its lifting were left out, so that what was taken meanwhile looks right',
    spoil: (file, workshop) => blindly('vetoed', ['GrantVetoed', 'GrantVetoLifted'], file, workshop),
  },
  'grant-left-out': {
    of: 'revoked',
    by: 'operator',
    check: 'hidden',
    zh: '略去整个授权，似乎从无人申请过',
    en: 'a whole grant was left out, as if nobody had ever asked for it',
    spoil: (file, workshop) => blindly('revoked', ['AccessRequested', 'AccessGranted', 'GrantRevoked'], file, workshop),
  },
  'renaming-left-out': {
    of: 'grants',
    by: 'operator',
    check: 'hidden',
    zh: '略去机构的一次更名',
    en: 'a change of an organisation’s name was left out',
    spoil: (file, workshop) => blindly('grants', ['OrganisationUpdated'], file, workshop),
  },
}

function withAnchors(
  file: Evidence,
  change: (anchors: readonly [EvidenceEvent, EvidenceEvent]) => readonly EvidenceEvent[],
): Evidence {
  return { ...file, anchors: change(file.anchors as [EvidenceEvent, EvidenceEvent]) }
}

function withEvent(file: Evidence, name: EventName, change: (event: EvidenceEvent) => EvidenceEvent): Evidence {
  const topic = topicOf(name)
  return { ...file, events: file.events.map(event => (event.topics[0] === topic ? change(event) : event)) }
}

function without({ events, blocks, ...file }: OfflineEvidence, name: EventName): Evidence {
  const left = events.filter(({ topics }) => topics[0] !== topicOf(name))
  const needed = new Set([...file.anchors, ...left].map(({ block }) => block).concat(file.chain.asOf))
  return { ...file, events: left, blocks: blocks.filter(({ number }) => needed.has(number)) }
}

function withOffline(
  file: OfflineEvidence,
  change: (offline: OfflineEvidence['offline']) => OfflineEvidence['offline'],
): OfflineEvidence {
  return { ...file, offline: change(file.offline) }
}

function blockOf({ events }: Evidence, name: EventName): number {
  return events.find(({ topics }) => topics[0] === topicOf(name))!.block
}

/** By an author that hears nothing of such events: judged and signed accordingly, and the blocks are shown as they are. */
async function blindly(
  name: GoodName,
  hidden: readonly EventName[],
  { offline }: OfflineEvidence,
  workshop: Workshop,
): Promise<OfflineEvidence> {
  const { parts } = workshop
  const make = createEvidence({ ...parts, chain: blindTo(parts.chain, hidden) })
  return { ...(await make(GOOD[name].question(workshop), { limit: GOOD[name].limit })), offline }
}

/** Every block without a word in its bloom where it is not shown, and each linked to the one before it. */
function onAnotherChain(file: OfflineEvidence): Evidence {
  const { headers, blocks } = file.offline
  const told = new Set([...file.anchors, ...file.events].map(({ block }) => block))
  const linked: Uint8Array[] = []
  for (const text of headers) {
    const bytes = Buffer.from(text, 'base64')
    const fields = [...(decodeRlp(bytes) as Rlp[])]
    if (linked.length > 0) fields[0] = keccak256(linked.at(-1)!)
    if (!told.has(decodeHeader(bytes).number)) fields[6] = Buffer.alloc(256)
    linked.push(encodeRlp(fields))
  }
  const hashes = new Map(
    linked.map(decodeHeader).map(({ number, hash }) => [number, `0x${Buffer.from(hash).toString('hex')}`]),
  )
  return {
    ...file,
    blocks: file.blocks.map(block => ({ ...block, hash: hashes.get(block.number)! })),
    offline: { headers: linked.map(encodeBase64), blocks: blocks.filter(({ number }) => told.has(number)) },
  }
}
