// The vectors of findings: what a monitor might hold against a log, proven by what that log's operator signed; and the same, broken
// in one way each, which convicts nobody.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { encodeEpoch } from '../../src/core/completeness/epoch.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import { FINDING_FORMAT, type Finding } from '../../src/core/finding.ts'
import { makeFork } from '../../src/core/fork.ts'
import { hashLeaf, hashNode } from '../../src/core/hash.ts'
import { inclusionNodes, proveInclusion } from '../../src/core/proof.ts'
import type { Question } from '../../src/core/question.ts'
import type { Words } from '../../src/core/words.ts'
import { createEvidence, type EvidenceParts } from '../../src/evidence.ts'
import { type MonitorKey, openMonitorKey } from '../../src/monitor/identity.ts'
import { writePrivate } from '../../src/secrets.ts'
import { checkFinding, type FindingVerdict } from '../../src/verify/finding.ts'
import { formatTrust, parseTrust } from '../../src/verify/trust.ts'
import { hiding } from '../../test/verify/dishonest.ts'
import { provenRecord } from '../../test/verify/findings.ts'
import { ed25519KeyOf } from '../../test/witness/scene.ts'
import { anchorFindings } from './anchor-findings.ts'
import { flip } from './bad.ts'
import { deniedFindings } from './denied-findings.ts'
import { LIBRARY, openWorkshop, signAnew, TIME, type Workshop } from './scene.ts'

type Shown = Readonly<Record<string, unknown>>
export interface FindingVector extends Words {
  readonly check: string
  readonly evidence: Shown
  readonly verdict: FindingVerdict
}

const ORDINARY: Question = { where: { consumer: LIBRARY } }

/** Name → content, of every file. */
export async function makeFindings(format: (value: object) => string): Promise<ReadonlyMap<string, string>> {
  await using workshop = await openWorkshop()
  const { scene } = workshop
  const key = await openFixedKey()
  const keys = {
    logKey: scene.logKey.verifierKey,
    answerKey: scene.answerKey.verifierKey,
    timeKey: scene.logKey.timeKey,
  }
  const trustFile = {
    ...formatTrust({ ...keys, indexKey: scene.index.key.verifierKey, ...scene.deployment }),
    blocks: workshop.trust.blocks,
  }
  const trust = parseTrust(Buffer.from(JSON.stringify(trustFile)))
  const made = new Map([['trust.json', format(trustFile)]])
  const vectors: object[] = []
  for (const [name, { check, evidence, verdict, zh, en }] of Object.entries(await listVectors(workshop))) {
    const signed = sign(key, { check, evidence, zh, en })
    // The one that is broken behind its monitor's back.
    const finding = name === 'bad-changed-after-signing' ? { ...signed, subject: 'another' } : signed
    const said = await checkFinding(Buffer.from(JSON.stringify(finding)), trust)
    if (said.verdict !== verdict) throw new Error(`${name}: ${said.verdict}: ${said.detail.en}`)
    made.set(`${name}.json`, format(finding))
    vectors.push({ file: `${name}.json`, verdict, check, zh, en })
  }
  return made.set('vectors.json', format({ note: NOTE, trust: 'trust.json', vectors }))
}

async function listVectors(workshop: Workshop): Promise<Readonly<Record<string, FindingVector>>> {
  const proven = await provenFindings(workshop)
  const broken = await brokenFindings(workshop, proven)
  return { ...proven, ...broken, ...(await anchorFindings(workshop)), ...(await deniedFindings(workshop)) }
}

type Proven = Readonly<
  Record<'good-row-omitted' | 'good-answer-false' | 'good-record-backdated', FindingVector> &
    Record<string, FindingVector>
>

async function provenFindings(workshop: Workshop): Promise<Proven> {
  const { scene, parts } = workshop
  const { log: honest } = await answerOf(parts, ORDINARY)
  const hidden = honest.indices[1]!
  const { time } = JSON.parse(honest.entries[1]!) as { readonly time: string }
  const atThatTime: Question = { where: {}, from: Date.parse(time), to: Date.parse(time) + 1 }
  const omitting = await answerOf(hiding(parts, hidden), atThatTime)
  const lying = await answerOf(hiding(parts, hidden), ORDINARY)
  const { checkpoint } = honest
  const one = (check: string, evidence: Shown, zh: string, en: string): FindingVector => {
    return { check, evidence, verdict: 'proven', zh, en }
  }
  return {
    'good-row-omitted': one(
      'row-omitted',
      { answer: omitting, record: await provenRecord(scene, checkpoint, hidden) },
      '仅按时间所问的已签署答复遗漏了一条记录',
      'a signed answer to a question of time alone leaves out a record',
    ),
    'good-answer-false': one(
      'answer-false',
      { answer: lying },
      '已签署的答复遗漏了其索引所列的一条记录',
      'a signed answer leaves out a record that its own index has',
    ),
    'good-record-backdated': one(
      'record-backdated',
      { before: await provenEpoch(scene, 0), record: await provenRecord(scene, checkpoint, hidden), days: 10 },
      '记录在其所称时间多日之后才进入日志',
      'a record came in many days after the time that it states',
    ),
    'good-log-fork': one(
      'log-fork',
      await forkOf(scene, Buffer.alloc(32, 1)),
      '日志为同一大小签署了两个根',
      'the log signed two roots for one size',
    ),
    'good-entry-invalid': one(
      'entry-invalid',
      await entryOf(scene, Buffer.from('{"no":"record"}')),
      '已签署的树中有一片叶不是记录',
      'a leaf of a signed tree is no record',
    ),
    'good-clock-reversed': one(
      'clock-reversed',
      await timedEpochs(workshop, [TIME, TIME - 86_400]),
      '日志为较晚的一期签署了较早的时间',
      'the log signed an earlier time under a later epoch',
    ),
    'good-epoch-wrong': one(
      'epoch-wrong',
      await twoEpochs(scene, (earlier, later) => [later, earlier]),
      '已签署的索引日志中，较晚的一期并不比较早的更远',
      'in the signed index log a later epoch goes no further than the one before it',
    ),
  }
}

async function brokenFindings(workshop: Workshop, good: Proven): Promise<Record<string, FindingVector>> {
  const { scene, parts } = workshop
  const omitted = good['good-row-omitted'].evidence as { readonly answer: Evidence; readonly record: ProvenRecord }
  const late = good['good-record-backdated'].evidence as Shown & { readonly record: ProvenRecord }
  const { answer, record } = omitted
  const honest = await answerOf(parts, ORDINARY)
  const one = (check: string, evidence: Shown, zh: string, en: string): FindingVector => {
    return { check, evidence, verdict: 'refuted', zh, en }
  }
  return {
    'bad-changed-after-signing': one(
      'row-omitted',
      omitted,
      '在监督方签署之后被改动',
      'changed after its monitor signed it',
    ),
    'bad-record-is-shown': one(
      'row-omitted',
      { answer: honest, record },
      '答复列出了该记录',
      'the answer shows the record',
    ),
    'bad-record-does-not-fit': one(
      'row-omitted',
      { answer, record: await provenRecord(scene, honest.log.checkpoint, 0) },
      '该记录不符合答复的所问',
      'the record does not fit the question of the answer',
    ),
    'bad-record-came-later': one(
      'row-omitted',
      { answer: await olderAnswer(parts, answer.question), record },
      '该记录在答复所述的树之后才进入日志',
      'the record came after the tree that the answer speaks of',
    ),
    'bad-record-is-cut-off': one(
      'row-omitted',
      { answer: await answerOf(parts, ORDINARY, 3), record },
      '该记录早于行数上限所及',
      'the record is older than the rows that the limit allowed',
    ),
    'bad-record-is-not-proven': one(
      'row-omitted',
      { answer, record: { ...record, proof: record.proof.toSpliced(1, 1, flip(record.proof[1]!)) } },
      '没有证明该记录在已签署的树中',
      'the record is not proven to be in the signed tree',
    ),
    'bad-answer-was-changed': one(
      'row-omitted',
      { answer: { ...answer, limit: 5 }, record },
      '答复在签署之后被改动',
      'the answer was changed after it was signed',
    ),
    'bad-answer-is-signed-by-nobody': one(
      'row-omitted',
      { answer: { ...answer, signature: answer.signature.replace('/answers', '/others') }, record },
      '答复没有可信密钥的签名',
      'no trusted key signed the answer',
    ),
    'bad-answer-holds': one('answer-false', { answer: honest }, '答复是真实的', 'the answer is true'),
    'bad-answer-changed-by-a-stranger': one(
      'answer-false',
      { answer: { ...honest, more: true } },
      '答复被他人改动：并非其作者所签',
      'somebody else made the answer false: its author did not sign it',
    ),
    'bad-less-late-than-said': one(
      'record-backdated',
      { ...late, days: 1000 },
      '记录并没有晚到所称的天数',
      'the record is less late than the finding says',
    ),
    'bad-record-was-there-before': one(
      'record-backdated',
      { ...late, record: await provenRecord(scene, honest.log.checkpoint, 0) },
      '该记录在所示的一期之前已在日志中',
      'the record was in the log before the epoch that is shown',
    ),
    'bad-fork-that-is-none': one(
      'log-fork',
      await forkOf(scene, undefined),
      '两份检查点并不矛盾',
      'the two checkpoints do not contradict',
    ),
    'bad-entry-that-is-a-record': one(
      'entry-invalid',
      await entryOf(scene, Buffer.from(honest.log.entries[0]!)),
      '该条目是记录',
      'the entry is a record',
    ),
    'bad-clock-goes-on': one(
      'clock-reversed',
      await timedEpochs(workshop, [TIME, TIME]),
      '两期的时间并未倒退',
      'the times of the two epochs do not go back',
    ),
    'bad-epochs-in-turn': one(
      'epoch-wrong',
      await twoEpochs(scene, (earlier, later) => [earlier, later]),
      '两期的次序无误',
      'the two epochs are in turn',
    ),
  }
}

type ProvenRecord = Awaited<ReturnType<typeof provenRecord>>

function answerOf(author: EvidenceParts, question: Question, limit = 100): Promise<Evidence> {
  return createEvidence(author)(question, { limit })
}

/** As of the first anchor. */
async function olderAnswer(parts: EvidenceParts, { from, to }: Evidence['question']): Promise<Evidence> {
  const anchors = await parts.anchoring.anchors(1_000)
  const question = { where: {}, from: Date.parse(from!), to: Date.parse(to!) }
  return answerOf({ ...parts, anchoring: { anchors: async () => anchors.slice(-1) } }, question)
}

async function provenEpoch({ index }: Workshop['scene'], epoch: number): Promise<Shown> {
  const { size } = index.epochs.head
  const [kept] = await index.epochs.from(epoch, 1)
  const proof = proveInclusion(epoch, size, await index.epochs.readNodes(inclusionNodes(epoch, size)))
  const leaf = encodeBase64(encodeEpoch(kept!))
  return { checkpoint: index.checkpoint()!, epoch, leaf, proof: proof.map(encodeBase64) }
}

/** The log's first anchored tree, and another of that size; the same, where there is no other root. */
async function forkOf(scene: Workshop['scene'], other: Buffer | undefined): Promise<Shown> {
  const { size, root, checkpoint } = scene.anchors[0]!
  const real = Buffer.from(root, 'base64')
  const later = await signAnew(scene, { size, root: other ?? real })
  return { of: 'log', fork: makeFork(checkpoint, later, other ?? real, []) }
}

/** In a tree of itself. */
async function entryOf(scene: Workshop['scene'], entry: Buffer): Promise<Shown> {
  const checkpoint = await signAnew(scene, { size: 1, root: hashLeaf(entry) })
  return { checkpoint, index: 0, entry: encodeBase64(entry), proof: [] }
}

/** The first two, in this order. */
async function twoEpochs(
  scene: Workshop['scene'],
  order: (earlier: Uint8Array, later: Uint8Array) => readonly [Uint8Array, Uint8Array],
): Promise<Shown> {
  const [earlier, later] = (await scene.index.epochs.from(0, 2)).map(encodeEpoch)
  return showEpochs(scene, order(earlier!, later!))
}

/** Two anchored trees of the log, signed with these times. */
async function timedEpochs({ scene }: Workshop, times: readonly [number, number]): Promise<Shown> {
  const epochs = await scene.index.epochs.from(0, 2)
  const leaves = epochs.map(async ({ trieRoot }, k) => {
    const { size, root } = scene.anchors[k]!
    const checkpoint = await signAnew(scene, { size, root: Buffer.from(root, 'base64') }, times[k])
    return encodeEpoch({ trieRoot, checkpoint })
  })
  return showEpochs(scene, [await leaves[0]!, await leaves[1]!])
}

/** In a tree of the two. */
function showEpochs({ index }: Workshop['scene'], leaves: readonly [Uint8Array, Uint8Array]): Shown {
  const [left, right] = leaves.map(hashLeaf) as [Uint8Array, Uint8Array]
  index.key.sign({ size: 1, root: left }, TIME)
  const checkpoint = index.key.sign({ size: 2, root: hashNode(left, right) }, TIME)
  const shown = (epoch: 0 | 1, beside: Uint8Array): Shown => {
    return { checkpoint, epoch, leaf: encodeBase64(leaves[epoch]), proof: [encodeBase64(beside)] }
  }
  return { ...shown(1, left), before: shown(0, right) }
}

/** The same in every run. */
async function openFixedKey(): Promise<MonitorKey> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-finder-'))
  const secret = ed25519KeyOf(Buffer.alloc(32, 'suyuan vectors of findings'))
  await writePrivate(dir, 'monitor.key', secret.export({ type: 'pkcs8', format: 'pem' }).toString())
  const key = await openMonitorKey(join(dir, 'monitor.key'))
  await rm(dir, { recursive: true })
  return key
}

function sign(
  key: MonitorKey,
  { check, evidence, zh, en }: Pick<FindingVector, 'check' | 'evidence' | 'zh' | 'en'>,
): Finding {
  return key.signFinding({
    format: FINDING_FORMAT,
    check,
    origin: 'example.org/use',
    subject: en,
    found: '2026-03-18T00:00:00.000Z',
    says: { zh, en },
    evidence,
  })
}

const NOTE = {
  zh: '各文件以 suyuan verify 文件 --trust trust.json 核实，不需要节点。good-* 应为发现成立（退出码 0）；bad-* 应为发现不成立（退出码 1）：各以一种方式不足以指控日志的运营方，其余均由监督方如实签署。open-* 仅凭文件与此信任文件无法判定（退出码 2）。',
  en: 'Verify each file with suyuan verify FILE --trust trust.json, without a node. The good-* must be proven (exit code 0). The bad-* must be refuted (exit code 1): each fails in one way to convict the operator of the log, and was signed by a monitor all the same. The open-* cannot be told from the file and this trust file (exit code 2).',
}
