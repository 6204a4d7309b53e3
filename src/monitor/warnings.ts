// What somebody should look at, out of what a monitor remembers.

import { formatQuestion } from '../core/question-parameters.ts'
import type { Warning } from './checks.ts'
import type { Lag } from './report.ts'
import type { Trouble } from './round.ts'
import type { MonitorState } from './state-shape.ts'

interface Now {
  readonly now: number
  readonly patienceMs: number
  readonly lag: Lag
  readonly troubles: readonly Trouble[]
}

export function warningsOf(
  {
    unanchored,
    promised,
    chain,
    backdated,
    behind,
    answers,
    withheld = [],
    whole,
  }: Pick<
    MonitorState,
    'unanchored' | 'promised' | 'chain' | 'backdated' | 'behind' | 'answers' | 'withheld' | 'whole'
  >,
  { now, patienceMs, lag, troubles }: Now,
): Warning[] {
  const warnings: Warning[] = []
  if (unanchored !== undefined && now - unanchored.since >= patienceMs) {
    const since = new Date(unanchored.since).toISOString()
    warnings.push({
      check: 'anchor-missing',
      words: {
        en: `A checkpoint of ${unanchored.size} leaves, known since ${since}, is not anchored; the chain has ${chain.size}.`,
        zh: `自 ${since} 起已知的 ${unanchored.size} 片叶的检查点尚未存证；链上为 ${chain.size} 片叶。`,
      },
    })
  }
  if (promised !== undefined && now - promised.since >= patienceMs) {
    const since = new Date(promised.since).toISOString()
    warnings.push({
      check: 'receipt-waiting',
      words: {
        en: `A receipt is signed for a tree of ${promised.size} leaves, and since ${since} none so large has been published.`,
        zh: `有回执签署了 ${promised.size} 片叶的树，而自 ${since} 起没有发布过这样大的树。`,
      },
    })
  }
  if (chain.replaced !== undefined) {
    const { number, hash } = chain.replaced
    warnings.push({
      check: 'chain-replaced',
      words: {
        en: `Block ${number} was ${hash} and final, and the node does not have it any more: the chain was made again or taken back, and what it said may have changed; or --rpc names another node. Ask a node that somebody else runs.`,
        zh: `区块 ${number} 曾为 ${hash} 且已最终确认，而节点已没有该区块：链被重建或回退，其内容可能已变；或 --rpc 指向了别的节点。请向他人运行的节点核对。`,
      },
    })
  }
  if (chain.alone > 0) {
    warnings.push({
      check: 'index-not-neighbour',
      words: {
        en: `${chain.alone} anchored trees have no tree of the index log right behind them in the same transaction.`,
        zh: `${chain.alone} 次存证没有在同一交易中紧随其后的索引日志存证。`,
      },
    })
  }
  if (backdated.count > 0) {
    warnings.push({
      check: 'record-backdated',
      words: {
        en: `${backdated.count} records, the first of them leaf ${backdated.first}, came in long after the time that they state; there are findings of the first.`,
        zh: `${backdated.count} 条记录的时间远早于其进入日志的时间，首条为第 ${backdated.first} 片叶；对最先几条有发现文件。`,
      },
    })
  }
  if (answers?.given === false && now - answers.since >= patienceMs) {
    const since = new Date(answers.since).toISOString()
    warnings.push({
      check: 'answer-missing',
      words: {
        en: `The log is published${chain.size > 0 ? ` and ${chain.size} leaves of it are anchored` : ''}, and since ${since} the service says to every question that nothing is final yet.`,
        zh: `日志已发布${chain.size > 0 ? `，且 ${chain.size} 片叶已存证` : ''}，而自 ${since} 起服务对所有询问均称尚无最终确认的内容。`,
      },
    })
  }
  const due = withheld.filter(({ since }) => now - since >= patienceMs)
  if (due.length > 0) {
    const { question, leaf, since } = due.reduce((oldest, kept) => (kept.since < oldest.since ? kept : oldest))
    const asked = JSON.stringify(formatQuestion(question))
    const time = new Date(since).toISOString()
    warnings.push({
      check: 'answer-withheld',
      words: {
        en: `Of ${due.length === 1 ? '1 question' : `${due.length} questions`}, asked again and again. Since ${time}: ${asked}, which the record at leaf ${leaf} fits.`,
        zh: `共 ${due.length} 个询问，已反复提出。自 ${time} 起：${asked}，第 ${leaf} 片叶的记录符合。`,
      },
    })
  }
  if (behind !== undefined) {
    warnings.push({
      check: 'clock-behind',
      words: {
        en: `${behind.count} epochs, the first of them epoch ${behind.first}, are signed with a time long before what the chain, or this monitor's own clock, says; there are findings of the first.`,
        zh: `${behind.count} 期签署的时间远早于链上或本监测程序时钟所示，首期为第 ${behind.first} 期；对最先几期有发现文件。`,
      },
    })
  }
  if (whole !== undefined && now - whole >= patienceMs) {
    const since = new Date(whole).toISOString()
    const codes = [...new Set(troubles.map(({ code }) => code))].join(', ')
    warnings.push({
      check: 'monitor-behind',
      words: {
        en: `No round has been whole since ${since}: ${lag.leaves} leaves behind${codes === '' ? '' : `; could not be checked: ${codes}`}.`,
        zh: `自 ${since} 起没有一轮完整核查：落后 ${lag.leaves} 片叶${codes === '' ? '' : `；未能核查：${codes}`}。`,
      },
    })
  }
  return warnings
}
