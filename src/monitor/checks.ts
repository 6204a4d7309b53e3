// What a monitor looks for, by name, and how one check says that it has found something. A fault is the log's own doing and
// stays on record; a warning is what somebody should look at, and passes with its cause.

import type { Words } from '../core/words.ts'

export const CHECKS = {
  'log-fork': { kind: 'fault', zh: '日志签署了互相矛盾的历史', en: 'the log has signed histories that contradict' },
  'log-rolled-back': { kind: 'fault', zh: '日志一直提供较旧的检查点', en: 'the log keeps serving an older checkpoint' },
  'entry-invalid': { kind: 'fault', zh: '日志条目不是规范的记录', en: 'an entry of the log is no canonical record' },
  'entry-rewritten': {
    kind: 'fault',
    zh: '现在提供的条目不是已核实的条目',
    en: 'entries served now are not those verified before',
  },
  'epoch-wrong': { kind: 'fault', zh: '索引的一期与日志不符', en: 'an epoch of the index is not what the log makes' },
  'index-fork': {
    kind: 'fault',
    zh: '索引日志签署了互相矛盾的历史',
    en: 'the index log has signed histories that contradict',
  },
  'anchor-foreign': { kind: 'fault', zh: '链上存证的不是这份日志', en: 'what is anchored is not this log' },
  'receipt-broken': {
    kind: 'fault',
    zh: '日志没有回执所承诺的记录',
    en: 'the log does not hold what a receipt promised',
  },
  'answer-false': {
    kind: 'fault',
    zh: '已签署的答复自相矛盾，或与索引日志不符',
    en: 'a signed answer is false by itself, or by the index log',
  },
  'answer-denied': {
    kind: 'fault',
    zh: '已签署的答复与链上所载不符，或隐去了链上所载',
    en: 'a signed answer is not what the chain says, or hides what it says',
  },
  'row-omitted': { kind: 'fault', zh: '已签署的答复有遗漏', en: 'a signed answer leaves out a record' },
  'source-forged': {
    kind: 'fault',
    zh: '日志中有来源没有签署过的“签名”记录',
    en: 'the log has a record as signed that its source never signed',
  },
  'clock-reversed': {
    kind: 'fault',
    zh: '日志签署的时间倒退',
    en: 'the times that the log signs go back',
  },
  'anchor-missing': {
    kind: 'warning',
    zh: '已发布的检查点久未存证',
    en: 'what was published has long not been anchored',
  },
  'receipt-waiting': {
    kind: 'warning',
    zh: '回执所承诺的记录久未进入已发布的日志',
    en: 'what a receipt promised has long not been published',
  },
  'chain-replaced': {
    kind: 'warning',
    zh: '节点所示的链已不是先前的链',
    en: 'the node shows another chain than it did',
  },
  'index-not-neighbour': {
    kind: 'warning',
    zh: '存证没有紧随其后的索引存证，据此的答复不能证明完整',
    en: 'an anchor has no index right behind it: answers as of it cannot be shown to be complete',
  },
  'answer-off-chain': {
    kind: 'warning',
    zh: '已签署的答复依据链上没有的区块',
    en: 'a signed answer rests on a block that the chain does not have',
  },
  'answer-missing': {
    kind: 'warning',
    zh: '服务久称尚无可作答的内容',
    en: 'the service has long said that there is nothing to answer from',
  },
  'answer-withheld': {
    kind: 'warning',
    zh: '某些询问久未得到可核查的答复',
    en: 'some questions have long had no answer that could be checked',
  },
  'record-backdated': {
    kind: 'warning',
    zh: '有记录的时间远早于其进入日志的时间',
    en: 'records came in long after the time that they state',
  },
  'clock-behind': {
    kind: 'warning',
    zh: '日志签署的时间远早于他处时钟所示',
    en: 'the log signs times long before those of other clocks',
  },
  'monitor-behind': {
    kind: 'warning',
    zh: '监督长时间落后，或长时间未能核查全部内容',
    en: 'the monitor has long been behind, or could not check all of it',
  },
  'source-hole': { kind: 'warning', zh: '来源签署的行不在日志中', en: 'lines that a source signed are not in the log' },
  'source-forked': { kind: 'warning', zh: '来源自相矛盾', en: 'a source contradicts itself' },
  'source-copied': {
    kind: 'warning',
    zh: '日志重复收录了来源签名的同一行',
    en: 'the log has the same signed line more than once',
  },
  'source-unsigned': {
    kind: 'warning',
    zh: '来源名下有未签名的记录',
    en: 'records in the name of a source that signs are not signed',
  },
  'source-key-foreign': {
    kind: 'warning',
    zh: '有人以来源的名义使用了另外的密钥',
    en: 'another key is used in the name of a source',
  },
} as const satisfies Record<string, Words & { readonly kind: 'fault' | 'warning' }>

export type CheckName = keyof typeof CHECKS
export type FaultName = { [N in CheckName]: (typeof CHECKS)[N]['kind'] extends 'fault' ? N : never }[CheckName]
export type WarningName = Exclude<CheckName, FaultName>

/** What is shown of a fault, in a finding: plain JSON. Its shapes are in docs/monitor.md. */
export type EvidenceOf = Readonly<Record<string, unknown>>

/** What is put on record, with a finding. */
export interface Found {
  readonly check: CheckName
  readonly subject: string
  readonly words: Words
  readonly evidence: EvidenceOf
  /** What of the evidence takes long to gather: asked for only once it is known to be put on record. Does not fail. */
  readonly gather?: Gather
}

type Gather = () => Promise<EvidenceOf>

/** Thrown by whatever sees that what it was given cannot be true. */
export class Contradiction extends Error implements Found {
  readonly check: FaultName
  /** What of the log is at fault; a fault is put on record once for each. */
  readonly subject: string
  readonly words: Words
  readonly evidence: EvidenceOf
  readonly gather: Gather

  constructor(
    check: FaultName,
    subject: string,
    words: Words,
    evidence: EvidenceOf,
    gather: Gather = async () => ({}),
  ) {
    super(words.en)
    this.check = check
    this.subject = subject
    this.words = words
    this.evidence = evidence
    this.gather = gather
  }
}

export interface Warning {
  readonly check: WarningName
  readonly words: Words
}
