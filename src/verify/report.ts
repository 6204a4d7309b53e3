// What a verification found: every check by name, and a verdict in plain words. A failed check is an answer, not an
// exception; inside, a check says no by throwing `Disagreement`, or `NotCheckable` when an input is missing.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'

/** The checks, each as what holds once it has passed. */
export const CHECKS = {
  file: { zh: '文件可读，格式正确', en: 'the file reads as evidence, field by field' },
  ledger: { zh: '文件说的是您信任的账本', en: 'the file speaks of the ledger you trust' },
  checkpoint: { zh: '检查点由可信的日志密钥签名', en: 'the checkpoint is signed by the trusted log key' },
  records: { zh: '每条记录都与其哈希一致', en: 'every record is what its hash says' },
  inclusion: { zh: '全部记录都在检查点之下的日志中', en: 'all records are in the log under that checkpoint' },
  sources: {
    zh: '来源的签名成立（信任文件写有其公钥的）',
    en: 'sources signed what they are said to have signed, by the keys of the trust file',
  },
  question: { zh: '每条记录都符合所问', en: 'every record fits the question' },
  events: {
    zh: '合约事件出自可信合约，且与答复相关',
    en: 'the contract events are the trusted contracts’ own, and belong to the answer',
  },
  anchor: { zh: '检查点与存证事件一致', en: 'the anchoring event names this very checkpoint' },
  complete: {
    zh: '按一同存证的索引，没有遗漏符合所问的记录',
    en: 'no record that fits was left out, by the index that was anchored with the log',
  },
  judgements: { zh: '每条记录的授权判定重算一致', en: 'every judgement comes out the same when made again' },
  totals: { zh: '合计重算一致', en: 'the totals add up again' },
  answer: {
    zh: '答复由合约事件重算一致',
    en: 'the answer comes out the same when made again from the events',
  },
  signature: { zh: '答复由可信的答复密钥签名', en: 'the answer is signed by the trusted answer key' },
  chain: { zh: '每个事件都在链上得到确认', en: 'every event is confirmed on the chain' },
  hidden: {
    zh: '链上没有被隐去的决定、撤销、否决或终止',
    en: 'no decision, revocation, veto or ending that the answer hangs on was left out',
  },
} as const satisfies Record<string, Words>

export type CheckName = keyof typeof CHECKS
/** The checks of evidence of acts, in their order. */
export const ACTS_CHECKS = ['file', 'ledger', 'signature', 'events', 'answer', 'chain', 'hidden'] as const
/** The checks of evidence of rows, in theirs. */
export const ROW_CHECKS = [
  'file',
  'ledger',
  'checkpoint',
  'records',
  'inclusion',
  'sources',
  'question',
  'events',
  'anchor',
  'complete',
  'judgements',
  'totals',
  'signature',
  'chain',
  'hidden',
] as const
type CheckResult = 'passed' | 'failed' | 'unchecked' | 'skipped'

export interface Check {
  readonly check: CheckName
  readonly result: CheckResult
  /** Why it failed or could not be made, and the next step. */
  readonly detail?: Words
}

export type Verdict = 'verified' | 'tampered' | 'unchecked'

export const VERDICTS = {
  verified: { zh: '已核实', en: 'verified' },
  tampered: { zh: '被篡改', en: 'tampered' },
  unchecked: { zh: '无法核实', en: 'cannot be checked' },
} as const satisfies Record<Verdict, Words>

export interface Outcome {
  readonly verdict: Verdict
  readonly checks: readonly Check[]
  /** The check that decided, when the verdict is not "verified"; `index` is the log index of the record it names. */
  readonly failed?: {
    readonly check: CheckName
    readonly index?: number
    /** The number of the block whose hash is all that is missing. */
    readonly block?: number
    readonly detail: Words
  }
}

/** The file says one thing; the log, the chain or the trust file another. */
export class Disagreement extends Error {
  readonly words: Words
  readonly index: number | undefined

  constructor(words: Words, index?: number) {
    super(words.en)
    this.words = words
    this.index = index
  }
}

/** An input is missing, or is not for this ledger: nothing is said against the file. */
export class NotCheckable extends Error {
  readonly words: Words
  /** The number of the block whose hash is all that is missing. */
  readonly block: number | undefined

  constructor(words: Words, block?: number) {
    super(words.en)
    this.words = words
    this.block = block
  }
}

/** Codes that tell of the verifier's side, or of another ledger; any other refusal by the core speaks against the file. */
const NOT_THE_FILE: ReadonlySet<string> = new Set([
  'evidence_unreadable',
  'checkpoint_of_other_log',
  'checkpoint_unsigned',
  'rpc_url_invalid',
  'chain_unreachable',
  'chain_moved',
  'chain_refused',
  'chain_answer_malformed',
  'chain_id_differs',
  'contracts_not_built',
])

/** What a check gives back when there is nothing to check. */
export const NOT_ASKED = Symbol('not asked')

/** Makes one named check. What does not pass throws, and ends the run. */
export type Checking = <T>(name: CheckName, make: () => T | Promise<T>) => Promise<T>

/** Told of a check once it has been made. */
export type OnCheck = (check: Check) => void | Promise<void>

class Decided extends Error {}

/**
 * Runs checks one after another; the first that does not pass decides, and the rest are skipped.
 * @param names In their order.
 * @param verify What it makes is there only when every check has passed.
 * @param onCheck The next check waits for it: a page shows how far it has come.
 */
export async function runChecks<T>(
  names: readonly CheckName[],
  verify: (check: Checking) => Promise<T>,
  onCheck: OnCheck = () => {},
): Promise<{ readonly outcome: Outcome; readonly made?: T }> {
  const checks: Check[] = []
  let failed: Outcome['failed']
  let verdict: Verdict = 'verified'
  const all = (): readonly Check[] => {
    const rest = names.slice(checks.length)
    return [...checks, ...rest.map(check => ({ check, result: 'skipped' as const }))]
  }
  try {
    const made = await verify(async (name, make) => {
      try {
        const made = await make()
        checks.push({ check: name, result: made === NOT_ASKED ? 'skipped' : 'passed' })
        await onCheck(checks.at(-1)!)
        return made
      } catch (error) {
        const { result, words, index, block } = judge(name, error)
        checks.push({ check: name, result, detail: words })
        verdict = result === 'failed' ? 'tampered' : 'unchecked'
        failed = {
          check: name,
          detail: words,
          ...(index === undefined ? {} : { index }),
          ...(block === undefined ? {} : { block }),
        }
        await onCheck(checks.at(-1)!)
        throw new Decided(words.en, { cause: error })
      }
    })
    return { outcome: { verdict, checks: all() }, made }
  } catch (error) {
    if (!(error instanceof Decided) || failed === undefined) throw error
    return { outcome: { verdict, checks: all(), failed } }
  }
}

function judge(
  name: CheckName,
  error: unknown,
): { result: 'failed' | 'unchecked'; words: Words; index?: number | undefined; block?: number | undefined } {
  if (error instanceof Disagreement) return { result: 'failed', words: error.words, index: error.index }
  if (error instanceof NotCheckable) return { result: 'unchecked', words: error.words, block: error.block }
  if (!(error instanceof LedgerError)) return { result: 'unchecked', words: brokeOff(error) }
  if (error.code === 'chain_unreachable') return { result: 'unchecked', words: nodeSilent(error) }
  const result = NOT_THE_FILE.has(error.code) ? 'unchecked' : 'failed'
  const zh = `${result === 'failed' ? '此项不成立' : '此项无法检查'}：${CHECKS[name].zh}（${error.code}）。${error.words.zh}`
  return { result, words: { zh, en: error.message } }
}

/** Whatever a file does to this verifier, it must not pass for checked, nor end whoever asked. */
function brokeOff(error: unknown): Words {
  return {
    zh: `核验程序在此项出错（${String(error)}），未得出结论。请换用较新的核验程序，并报告此问题。`,
    en: `The verifier itself failed at this (${String(error)}), and nothing is said of the file. Use a newer verifier, and report it.`,
  }
}

/** Of what the network says only the first sentence: the rest is advice to who runs a ledger. */
function nodeSilent({ words }: LedgerError): Words {
  const why = words.en.split('. ', 1)[0] ?? words.en
  return {
    zh: `${words.zh.split('。', 1)[0]}。请确认节点在运行，或用 --rpc 指定另一个可信节点。`,
    en: `${why}. See that the node runs, or give --rpc with the URL of another that you trust.`,
  }
}
