// Broken in what shows that no row was left out. Each could have been signed by an operator who wants to hide something.

import { decodeBase64, encodeBase64, to0x } from '../../src/core/bytes.ts'
import { encodeEpoch } from '../../src/core/completeness/epoch.ts'
import { encodeLeaf, leafHash } from '../../src/core/completeness/index-trie.ts'
import { indexKey } from '../../src/core/completeness/key.ts'
import { decodeBlock, encodeBlock, type Posting } from '../../src/core/completeness/postings.ts'
import { blockNode, encodeSubNode } from '../../src/core/completeness/sub-log.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import type { CompletePart } from '../../src/core/evidence-complete.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import type { Question } from '../../src/core/question.ts'
import type { EvidenceParts } from '../../src/evidence.ts'
import { hiding, lying } from '../../test/verify/dishonest.ts'
import { HEALTH } from '../../test/verify/scene.ts'
import { type BadVectors, flip, type OfflineEvidence, withBlocksOf } from './bad.ts'
import { GOOD } from './good.ts'
import { LIBRARY, type Workshop } from './scene.ts'

const ONE = GOOD['one-value'].question()
type Part = CompletePart['parts'][number]

export const BAD_COMPLETE: BadVectors = {
  'row-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '略去一行，证明、判定、合计全部重做',
    en: 'a row was left out, and proof, judgements and totals made anew',
    spoil: ({ log }, { parts, make }) => make(ONE, 100, hiding(parts, log.indices[2]!)),
  },
  'row-dropped-from-window': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '时间窗内略去一行，其余重做',
    en: 'a row within the window was left out, and all else made anew',
    spoil: ({ log }, workshop) =>
      workshop.make(GOOD.window.question(workshop), 100, hiding(workshop.parts, log.indices[0]!)),
  },
  'record-beside-dropped': {
    of: 'two-values',
    by: 'operator',
    check: 'complete',
    zh: '两个条件的答复中，略去一条一并出示、本不符合另一条件的记录',
    en: 'of an answer to two filters a record was left out that is shown besides: nobody can see that it does not fit',
    spoil: ({ log }, { parts, make }) => {
      const beside = log.indices.find((_, k) => !log.entries[k]!.includes(LIBRARY))
      return make(GOOD['two-values'].question(), 100, hiding(parts, beside!))
    },
  },
  'stray-record': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '多列出一条日志中确有、却没有所问值的记录',
    en: 'a record of the log is shown that does not have the value',
    spoil: ({ log }, { parts, make }) => {
      const stray = log.indices[0]! - 1 // another's, and the first of these is not the log's first
      const prove: Prove = async (...asked) => {
        const answer = await parts.index.prove(...asked)
        const postings = [...answer.postings, { index: stray, time: 0 }].toSorted((a, b) => a.index - b.index)
        return { ...answer, postings }
      }
      return make(
        ONE,
        100,
        lying(parts, () => false, prove),
      )
    },
  },
  'cut-off-with-a-gap': {
    of: 'cut',
    by: 'operator',
    check: 'complete',
    zh: '达到上限的答复中，最早的一行换成了更早的一行',
    en: 'of an answer that was cut off, an older row stands in the place of the oldest',
    spoil: ({ log }, { parts, make }) => make(GOOD.cut.question(), GOOD.cut.limit, hiding(parts, log.indices[0]!)),
  },
  'cut-off-said-to-be-whole': {
    of: 'cut',
    by: 'operator',
    check: 'complete',
    zh: '达到上限的答复却称没有更多',
    en: 'an answer that was cut off says that nothing was',
    spoil: file => ({ ...file, more: false }),
  },
  'question-widened': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '所问的时段放宽为没有起点，此前的记录没有列出',
    en: 'the time asked for was made longer, and what came before is not shown',
    spoil: ({ question: { where, to }, ...file }) => ({
      ...file,
      question: { where, ...(to !== undefined && { to }) },
    }),
  },
  'another-value-asked': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '所问的值换成了另一个有记录的值，答复称没有',
    en: 'another value is asked for, which records have, and the answer says that there are none',
    spoil: (_, __, good) => {
      const { question, ...absent } = good.absent
      return { ...absent, question: { where: { ...question.where, consumer: HEALTH } } }
    },
  },
  'older-epoch': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '以较早一期的索引证明，其后的记录略去',
    en: 'proven by the index of an older epoch, and what came since left out',
    spoil: (_, workshop) => ofOlderEpoch(workshop),
  },
  'anchors-apart': {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '以较早一期的索引证明，并附当时的索引存证：两次存证不在同一交易中',
    en: 'proven by the index of an older epoch, with the anchor of that: the two anchors are not of one transaction',
    spoil: async (_, workshop) => {
      const file = await ofOlderEpoch(workshop)
      const older = (await workshop.make(ONE, 100, anchoredBefore(workshop))) as OfflineEvidence
      return withBlocksOf({ ...file, anchors: [file.anchors[0]!, older.anchors[1]!] }, older)
    },
  },
  'another-trie-root': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引树根被改动：索引日志中没有这一期',
    en: 'the root of the trie was changed: the index log has no such epoch',
    spoil: file => withComplete(file, ({ trieRoot }) => ({ trieRoot: flip(trieRoot) })),
  },
  'inclusion-flipped': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '该期在索引日志中的证明有一个哈希被改动',
    en: 'a hash of the epoch’s inclusion in the index log was changed',
    spoil: file => withComplete(file, ({ inclusion }) => ({ inclusion: inclusion.with(0, flip(inclusion[0]!)) })),
  },
  'inclusion-longer': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '该期在索引日志中的证明多出一个哈希',
    en: 'the epoch’s inclusion in the index log has a hash too many',
    spoil: file => withComplete(file, ({ inclusion }) => ({ inclusion: [...inclusion, inclusion[0]!] })),
  },
  'sibling-flipped': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引树路径旁的一个哈希被改动',
    en: 'a hash beside the way down the trie was changed',
    spoil: file =>
      withComplete(file, ({ siblings }) => ({
        siblings: siblings.with(0, { ...siblings[0]!, hash: flip(siblings[0]!.hash) }),
      })),
  },
  'sibling-at-another-bit': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引树路径旁一个节点的分叉位被改动',
    en: 'the bit at which a node beside the way down the trie parts was changed',
    spoil: file =>
      withComplete(file, ({ siblings }) => ({
        siblings: siblings.with(0, { ...siblings[0]!, bit: siblings[0]!.bit + 1 }),
      })),
  },
  'sibling-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引树路径旁少了一个节点',
    en: 'a node beside the way down the trie is missing',
    spoil: file => withComplete(file, ({ siblings }) => ({ siblings: siblings.slice(1) })),
  },
  'trie-leaf-changed': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '索引树的叶所述的记录数被改动',
    en: 'the trie’s leaf tells another number of records',
    spoil: file => withComplete(file, ({ leaf }) => ({ leaf: changeByte(leaf!, 32 + 8 + 7) })),
  },
  'present-said-absent': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '值有记录，却以另一个值的叶称其不存在',
    en: 'a value that records have is said to be absent, by the leaf of another',
    spoil: async (_, workshop) => {
      const prove = provingOf(workshop, { where: { consumer: HEALTH } }, 'consumer')
      const file = await workshop.make(
        ONE,
        100,
        lying(workshop.parts, () => true, prove),
      )
      return withComplete(file, () => ({ parts: [] }))
    },
  },
  'trie-said-empty': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '值有记录，却称索引为空',
    en: 'a value that records have is said to be absent, from a trie of nothing',
    spoil: async (_, { parts, make }) => {
      const file = await make(
        ONE,
        100,
        lying(
          parts,
          () => true,
          async (...asked) => parts.index.prove(...asked),
        ),
      )
      const { leaf: _leaf, ...complete } = file.complete!
      return { ...file, complete: { ...complete, siblings: [], parts: [] } }
    },
  },
  'absent-with-parts': {
    of: 'absent',
    by: 'operator',
    check: 'complete',
    zh: '值不存在，却附有子日志的部分',
    en: 'of a value that is absent, parts of a sub-log are shown',
    spoil: (file, _, good) => withComplete(file, () => ({ parts: good['one-value'].complete!.parts })),
  },
  'parts-of-another-value': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '子日志的各部分是另一个值的',
    en: 'the parts are of another value’s sub-log',
    spoil: (file, _, good) => withComplete(file, () => ({ parts: good['two-values'].complete!.parts })),
  },
  'dimension-not-asked': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '按并未问及的维度证明没有遗漏',
    en: 'nothing is shown to be left out by a dimension that was not asked for',
    spoil: async (_, workshop) => {
      const prove = provingOf(workshop, { where: { purpose: 'ScientificResearch' } }, 'purpose')
      const shown = new Set(
        (await prove({ where: {} }, undefined, newestAnchor(workshop))).postings.map(({ index }) => index),
      )
      return workshop.make(
        ONE,
        100,
        lying(workshop.parts, leaf => !shown.has(leaf), prove),
      )
    },
  },
  'part-passed-over': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '时间窗内的一块没有打开，以其（真实的）节点略过，其中的行略去',
    en: 'a block within the window is not opened but passed over by its node, which is a true one, and its rows left out',
    spoil: (file, workshop) =>
      inFirstOpened(
        file,
        workshop,
        () => [],
        postings => ({
          blocks: 1,
          node: encodeBase64(encodeSubNode(blockNode(postings))),
        }),
      ),
  },
  'block-posting-less': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '一块中少了一条记录，该行略去',
    en: 'a block has a record less, and that row is left out',
    spoil: (file, workshop) => inFirstOpened(file, workshop, postings => postings.slice(1)),
  },
  'block-with-other-times': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '一块中的时间被改到时间窗之外，其中的行略去',
    en: 'the times in a block were moved out of the window, and its rows left out',
    spoil: (file, workshop) =>
      inFirstOpened(file, workshop, postings =>
        postings.map(({ index, time }) => ({ index, time: time - 86_400_000 })),
      ),
  },
  'block-respelled': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '一块中的数以更长的方式书写',
    en: 'a number in a block is spelled with a byte more than it takes',
    spoil: file =>
      withOpened(file, block => encodeBase64(Buffer.concat([Buffer.of(block[0]! | 0x80, 0), block.subarray(1)]))),
  },
  'block-with-more-bytes': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '一块之后多出一个字节',
    en: 'a block has a byte more at its end',
    spoil: file => withOpened(file, block => encodeBase64(Buffer.concat([block, Buffer.of(0)]))),
  },
  'node-with-other-times': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '略过的节点所述的最早时间被改动',
    en: 'a node that is passed over tells another earliest time',
    spoil: file =>
      withParts(file, parts =>
        parts.map((part, k) =>
          'node' in part && k === parts.findIndex(one => 'node' in one)
            ? { ...part, node: changeByte(part.node, 31) }
            : part,
        ),
      ),
  },
  'node-of-more-blocks': {
    of: 'window',
    by: 'operator',
    check: 'complete',
    zh: '略过的节点所称的块数被改动',
    en: 'a node that is passed over is said to be of more blocks',
    spoil: file =>
      withParts(file, parts => parts.map(part => ('node' in part ? { ...part, blocks: part.blocks + 1 } : part))),
  },
  'counts-beyond-numbers': {
    of: 'empty-window',
    by: 'stranger',
    check: 'complete',
    zh: '索引改为一期自造的，两个略过的节点所述记录数之和超出可数的范围（存证事件亦随之伪造）',
    en: 'another index, made up with its anchor: two nodes are passed over that have more records together than can be counted',
    spoil: file => {
      const { where } = file.question
      const half = 2 ** 52
      const nodes = [0, half].map(first => ({
        hash: hashLeaf(new Uint8Array(0)),
        summary: { count: half, firstIndex: first, lastIndex: first + half - 1, earliest: 0, latest: 0 },
      }))
      // A root of as many records would be no root: the sum is taken on the way to it.
      const leaf = encodeLeaf({ key: indexKey('consumer', where.consumer!), head: { size: 2, root: nodes[0]! } })
      const trieRoot = leafHash(leaf)
      const root = hashLeaf(encodeEpoch({ trieRoot, checkpoint: file.log.checkpoint }))
      const [log, index] = file.anchors as [Evidence['anchors'][number], Evidence['anchors'][number]]
      const [signature, id] = index.topics as [string, string]
      const anchor = {
        ...index,
        topics: [signature, id, `0x${'1'.padStart(64, '0')}`],
        data: `${to0x(root)}${index.data.slice(66)}`,
      }
      return withComplete({ ...file, anchors: [log, anchor] }, () => ({
        trieRoot: encodeBase64(trieRoot),
        inclusion: [],
        leaf: encodeBase64(leaf),
        siblings: [],
        parts: nodes.map(node => ({ blocks: 1, node: encodeBase64(encodeSubNode(node)) })),
      }))
    },
  },
  'part-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '子日志的最后一块没有出示，其中的行略去',
    en: 'the last block of the sub-log is not shown, and its row left out',
    spoil: async ({ log }, { parts, make }) =>
      withParts(await make(ONE, 100, hiding(parts, log.indices.at(-1)!)), all => all.slice(0, -1)),
  },
  'part-twice': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '子日志的最后一块出示两次',
    en: 'the last block of the sub-log is shown twice',
    spoil: file => withParts(file, all => [...all, all.at(-1)!]),
  },
  'parts-exchanged': {
    of: 'one-value',
    by: 'operator',
    check: 'complete',
    zh: '子日志的两块次序对调',
    en: 'two blocks of the sub-log are in each other’s place',
    spoil: file => withParts(file, ([first, second, ...rest]) => [second!, first!, ...rest]),
  },
}

type Prove = EvidenceParts['index']['prove']

const newestAnchor = ({ scene }: Workshop) => {
  const anchor = scene.anchors.at(-1)!
  return { ...anchor, index: anchor.index! }
}

/** Of another question than is asked, as if it were by that dimension. */
function provingOf({ parts }: Workshop, question: Question, by: CompletePart['by']): Prove {
  return async (_, first, anchor) => ({ ...(await parts.index.prove(question, first, anchor)), by })
}

function olderAnchor({ scene }: Workshop) {
  const older = scene.anchors.at(-2)!
  return { ...older, index: older.index! }
}

function anchoredBefore(workshop: Workshop): EvidenceParts {
  return { ...workshop.parts, anchoring: { anchors: async () => [olderAnchor(workshop)] } }
}

async function ofOlderEpoch(workshop: Workshop): Promise<OfflineEvidence> {
  const [{ parts, make }, older] = [workshop, olderAnchor(workshop)]
  const prove: Prove = (question, first) => parts.index.prove(question, first, older)
  return (await make(
    ONE,
    100,
    lying(parts, leaf => leaf >= older.size, prove),
  )) as OfflineEvidence
}

function withComplete(file: Evidence, change: (complete: CompletePart) => Partial<CompletePart>): Evidence {
  const complete = file.complete!
  return { ...file, complete: { ...complete, ...change(complete) } }
}

function withParts(file: Evidence, change: (parts: readonly Part[]) => readonly Part[]): Evidence {
  return withComplete(file, ({ parts }) => ({ parts: change(parts) }))
}

/** With the first block that is opened exchanged for another. */
function withOpened(file: Evidence, change: (block: Uint8Array) => string): Evidence {
  return withParts(file, parts => {
    const at = parts.findIndex(part => 'block' in part)
    return parts.with(at, { block: change(decodeBase64((parts[at] as { block: string }).block)!) })
  })
}

/** The same, and without the rows that are no longer in it. */
async function inFirstOpened(
  file: Evidence,
  workshop: Workshop,
  change: (postings: readonly Posting[]) => readonly Posting[],
  show: (postings: readonly Posting[]) => Part = postings => ({ block: encodeBase64(encodeBlock(postings)) }),
): Promise<Evidence> {
  const parts = file.complete!.parts
  const at = parts.findIndex(part => 'block' in part)
  const postings = decodeBlock(decodeBase64((parts[at] as { block: string }).block)!)!
  const left = change(postings)
  const kept = new Set(
    left.filter(({ time }) => postings.some(posting => posting.time === time)).map(({ index }) => index),
  )
  const gone = new Set(postings.map(({ index }) => index).filter(index => !kept.has(index)))
  const { where, from, to } = file.question
  const question = {
    where,
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  }
  const author = lying(
    workshop.parts,
    leaf => gone.has(leaf),
    async (...asked) => workshop.parts.index.prove(...asked),
  )
  const less = await workshop.make(question, file.limit, author)
  return withParts(less, all => all.with(at, show(left.length === 0 ? postings : left)))
}

function changeByte(base64: string, at: number): string {
  const bytes = Uint8Array.from(decodeBase64(base64)!)
  bytes[at]! ^= 1
  return encodeBase64(bytes)
}
