// Broken in what is asked, in the rows, and in what the author concluded from them.

import { encodeBase64 } from '../../src/core/bytes.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import { hashLeaf, hashNode } from '../../src/core/hash.ts'
import { foldRight, frontierNodes, type Hash, type NodeId } from '../../src/core/tree.ts'
import type { EvidenceParts } from '../../src/evidence.ts'
import { type BadVectors, flip } from './bad.ts'
import { GOOD } from './good.ts'
import { LIBRARY, type Workshop } from './scene.ts'

export const BAD_ROWS: BadVectors = {
  'checkpoint-changed': {
    of: 'one-value',
    by: 'stranger',
    check: 'checkpoint',
    zh: '检查点的大小被改动，日志密钥的签名不再与之相符',
    en: 'the size in the checkpoint was changed, and the log key’s signature no longer fits it',
    spoil: file =>
      withLog(file, { checkpoint: file.log.checkpoint.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`) }),
  },
  'record-changed': {
    of: 'one-value',
    by: 'stranger',
    check: 'records',
    zh: '一条记录的内容被改动',
    en: 'the text of a record was changed',
    spoil: file => withLog(file, { entries: file.log.entries.with(1, less(file.log.entries[1]!)) }),
  },
  'record-respelled': {
    of: 'one-value',
    by: 'operator',
    check: 'records',
    zh: '一条记录以非规范形式书写（键的次序不同），叶哈希随之重算',
    en: 'a record is spelled in a form that is not canonical (its keys in another order), and its leaf hash made of that',
    spoil: file => {
      const fields = Object.entries(JSON.parse(file.log.entries[1]!) as object)
      return withEntry(file, 1, JSON.stringify(Object.fromEntries(fields.toReversed())))
    },
  },
  'record-exchanged': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '一条记录连同其叶哈希被换掉：推不出检查点的根',
    en: 'a record was exchanged together with its leaf hash: they no longer lead to the checkpoint’s root',
    spoil: file => withEntry(file, 1, less(file.log.entries[1]!)),
  },
  'record-added': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '添加了一条日志中没有的记录',
    en: 'a record was added that the log does not have',
    spoil: ({ log, ...file }) => ({
      ...file,
      log: {
        ...log,
        indices: [...log.indices, log.indices.at(-1)! + 1],
        entries: [...log.entries, less(log.entries[0]!)],
        leaves: [...log.leaves, encodeBase64(hashLeaf(Buffer.from(less(log.entries[0]!))))],
      },
    }),
  },
  'record-twice': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '同一条记录列出两次',
    en: 'a record is there twice',
    spoil: ({ log, ...file }) => ({
      ...file,
      log: {
        ...log,
        indices: [log.indices[0]!, ...log.indices],
        entries: [log.entries[0]!, ...log.entries],
        leaves: [log.leaves[0]!, ...log.leaves],
      },
    }),
  },
  'index-shifted': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '一条记录的序号改为相邻的一个',
    en: 'a record is said to be the leaf next to its own',
    spoil: file => withLog(file, { indices: file.log.indices.with(0, file.log.indices[0]! + 1) }),
  },
  'proof-flipped': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '记录证明中的一个哈希被改动',
    en: 'a hash in the proof of the records was changed',
    spoil: file => withLog(file, { proof: file.log.proof.with(0, flip(file.log.proof[0]!)) }),
  },
  'proof-longer': {
    of: 'one-value',
    by: 'operator',
    check: 'inclusion',
    zh: '记录证明多出一个哈希',
    en: 'the proof of the records has a hash more than it takes',
    spoil: file => withLog(file, { proof: [...file.log.proof, file.log.proof[0]!] }),
  },
  forked: {
    of: 'one-value',
    by: 'operator',
    check: 'anchor',
    zh: '运营方改动一条记录后重新生成整棵树，并为同一大小另签检查点：该根从未存证',
    en: 'the operator changed a record, made the whole tree anew and signed another checkpoint of the same size: its root was never anchored',
    spoil: async (_, workshop) =>
      workshop.make(GOOD['one-value'].question(), GOOD['one-value'].limit, await forking(workshop)),
  },
  'question-narrowed': {
    of: 'time-only',
    by: 'operator',
    check: 'question',
    zh: '只问时间的答复中有一条记录不在所问的时段',
    en: 'of an answer that was asked for by time only, a record lies outside of that time',
    spoil: file => {
      const [first] = file.log.entries.map(entry => (JSON.parse(entry) as { time: string }).time).toSorted()
      const from = new Date(Date.parse(first!) + 1).toISOString()
      return { ...file, question: { ...file.question, from } }
    },
  },
  'complete-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'question',
    zh: '所问指明了值，complete 却被去掉（存证事件与说明随之改动），以便略去记录',
    en: 'a value was asked for, and `complete` was dropped (anchor and explanation with it), so that rows could be left out',
    spoil: ({ complete, ...file }, _, good) => ({
      ...file,
      anchors: complete === undefined ? file.anchors : file.anchors.slice(0, 1),
      doesNotProve: good['time-only'].doesNotProve,
    }),
  },
  'cut-off-too-early': {
    of: 'cut',
    by: 'operator',
    check: 'question',
    zh: '上限为五行，却只给四行并称另有更多：最早的一行被略去',
    en: 'the limit is five rows, and there are four, with more said to be cut off: the oldest row was left out',
    spoil: async (file, workshop) => ({ ...(await workshop.make(GOOD.cut.question(), 4)), limit: file.limit }),
  },
  'too-many-rows': {
    of: 'cut',
    by: 'operator',
    check: 'question',
    zh: '行数多于上限',
    en: 'there are more rows than the limit',
    spoil: file => ({ ...file, limit: file.limit - 1 }),
  },
  'judgement-changed': {
    of: 'grants',
    by: 'operator',
    check: 'judgements',
    zh: '撤销后的访问被称为“授权内”',
    en: 'an access after the revocation is called within its grant',
    spoil: ({ answer, ...file }) => ({
      ...file,
      answer: { ...answer, judgements: answer.judgements.map(one => (one === 'after-revocation' ? 'within' : one)) },
    }),
  },
  'judgement-dropped': {
    of: 'one-value',
    by: 'operator',
    check: 'judgements',
    zh: '少了一个判定',
    en: 'there is a judgement less than rows',
    spoil: ({ answer, ...file }) => ({ ...file, answer: { ...answer, judgements: answer.judgements.slice(1) } }),
  },
  'totals-changed': {
    of: 'grants',
    by: 'operator',
    check: 'totals',
    zh: '合计少报一次超出授权的访问',
    en: 'the totals tell of one access outside its grant less',
    spoil: ({ answer, ...file }) => ({
      ...file,
      answer: { ...answer, totals: { ...answer.totals, outside: answer.totals.outside - 1 } },
    }),
  },
  'proves-too-much': {
    of: 'one-value',
    by: 'operator',
    check: 'signature',
    zh: '关于“不证明什么”的说明少了一条',
    en: 'what the file says that it does not prove is shorter by one',
    spoil: file => ({ ...file, doesNotProve: file.doesNotProve.slice(1) }),
  },
  'asked-later': {
    of: 'one-value',
    by: 'stranger',
    check: 'signature',
    zh: '答复时间被改动',
    en: 'the time of the answer was changed',
    spoil: file => ({ ...file, asked: file.asked.replace('T12', 'T13') }),
  },
  'signature-of-another': {
    of: 'one-value',
    by: 'stranger',
    check: 'signature',
    zh: '签名出自另一份答复',
    en: 'the signature is another answer’s',
    spoil: (file, _, good) => ({ ...file, signature: good.window.signature }),
  },
  'time-only-row-dropped': {
    of: 'time-only',
    by: 'stranger',
    check: 'signature',
    zh: '只问时间的答复被人略去一条记录，证明、判定、合计都已重做：只有签名能发现',
    en: 'a stranger left a row out of an answer that was asked for by time only, and made proof, judgements and totals anew: only the signature tells',
    spoil: async (file, workshop) => {
      const [first] = file.log.indices
      const less = await workshop.make(GOOD['time-only'].question(workshop), 100, without(workshop.parts, first!))
      return { ...less, signature: file.signature }
    },
  },
}

function withLog(file: Evidence, log: Partial<Evidence['log']>): Evidence {
  return { ...file, log: { ...file.log, ...log } }
}

function withEntry(file: Evidence, k: number, entry: string): Evidence {
  const leaf = encodeBase64(hashLeaf(Buffer.from(entry)))
  return withLog(file, { entries: file.log.entries.with(k, entry), leaves: file.log.leaves.with(k, leaf) })
}

/** As if less had been taken. */
function less(entry: string): string {
  return entry.replace('"bytes":512', '"bytes":12')
}

function without(parts: EvidenceParts, leaf: number): EvidenceParts {
  const { store } = parts
  const search: typeof store.search = async function* (asked) {
    for await (const run of store.search(asked)) yield run.filter(found => found !== leaf)
  }
  return { ...parts, store: Object.create(store, { search: { value: search } }) as typeof store }
}

/** An author with a log of its own: one record is another, and all hashes and the checkpoint are made of it. */
async function forking({ scene, parts }: Workshop): Promise<EvidenceParts> {
  const { store, logKey } = scene
  const { size } = store.head
  const entries = await store.readEntries([...Array(size).keys()])
  const changed = entries.findIndex(entry => Buffer.from(entry).includes(LIBRARY))
  entries[changed] = Buffer.from(less(Buffer.from(entries[changed]!).toString()))
  const leaves = entries.map(hashLeaf)
  const hashAt = ({ level, index }: NodeId): Hash =>
    level === 0
      ? leaves[index]!
      : hashNode(hashAt({ level: level - 1, index: 2 * index }), hashAt({ level: level - 1, index: 2 * index + 1 }))
  const root = foldRight(frontierNodes(size).map(hashAt))
  const time = 1_773_748_900
  logKey.sign({ size: size + 1, root }, time) // the key refuses a second root for the size that it signed last
  const checkpoint = logKey.sign({ size, root }, time)
  const forked = Object.create(store, {
    readEntries: { value: async (indices: readonly number[]) => indices.map(index => entries[index]!) },
    readNodes: { value: async (nodes: readonly NodeId[]) => nodes.map(hashAt) },
  }) as typeof store
  return { ...parts, store: forked, anchoring: { anchors: async () => [{ ...scene.anchors.at(-1)!, checkpoint }] } }
}
