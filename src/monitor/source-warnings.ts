// What somebody should look at of sources that sign, out of what a monitor keeps of them.

import { type ChainState, countMissing } from '../core/source-chain.ts'
import type { Warning } from './checks.ts'

/** How many, and the first leaf. */
export interface Seen {
  count: number
  first: number
}

/** As its file keeps it. */
export interface WatchedState {
  /** The keys of the trust file that it was made by. */
  readonly trusted: readonly string[]
  /** Those that took over from them, by their own signature. */
  readonly followers: string[]
  /** How many links a key said it made. */
  readonly ends: Record<string, number>
  size: number
  /** By key. */
  readonly chains: Record<string, ChainState>
  /** By source. */
  readonly unsigned: Record<string, Seen>
  readonly foreign: Record<string, Seen>
}

export function sourceWarnings({ chains, ends, unsigned, foreign }: WatchedState): Warning[] {
  const warnings: Warning[] = []
  for (const [source, { count, first }] of Object.entries(foreign)) {
    warnings.push({
      check: 'source-key-foreign',
      words: {
        en: `${count} records, the first of them leaf ${first}, use or introduce a key in the name of source ${source} that the trust file does not name; ask the source whether it is its own.`,
        zh: `${count} 条记录（首条为第 ${first} 片叶）以来源 ${source} 的名义使用或登记了信任文件之外的密钥；请向该来源核实。`,
      },
    })
  }
  for (const [source, { count, first }] of Object.entries(unsigned)) {
    warnings.push({
      check: 'source-unsigned',
      words: {
        en: `${count} records in the name of source ${source}, the first of them leaf ${first}, are not signed.`,
        zh: `来源 ${source} 名下有 ${count} 条记录没有签名，首条为第 ${first} 片叶。`,
      },
    })
  }
  for (const [vkey, chain] of Object.entries(chains)) warnings.push(...chainWarnings(vkey, chain, ends[vkey]))
  return warnings
}

function chainWarnings(vkey: string, chain: ChainState, ends: number | undefined): Warning[] {
  const [source = '', id = ''] = vkey.split('+')
  const warnings: Warning[] = []
  const missing = countMissing(chain, ends)
  if (missing > 0) {
    const runs = chain.holes.slice(0, 10).map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`))
    if (ends !== undefined && ends > chain.next) runs.push(`${chain.next}–${ends - 1}`)
    const told = runs.join(', ')
    warnings.push({
      check: 'source-hole',
      words: {
        en: `${missing} links of source ${source} (key ${id}) are not in the log: ${told}. Ask the source for its receipts: what has one was left out by the log.`,
        zh: `日志缺少来源 ${source}（密钥 ${id}）的 ${missing} 条链节：${told}。请向来源索取回执：有回执的即为日志所遗漏。`,
      },
    })
  }
  const { repeated: copies = 0, again = 0 } = chain.counts
  if (copies > 0) {
    const first = chain.faults.find(({ kind }) => kind === 'repeated')
    const where = first?.other === undefined ? '' : ` (#${first.other}, #${first.index})`
    const more =
      again === 0
        ? { en: '', zh: '' }
        : {
            en: ` ${again} more numbers came again and were not looked at: they may be copies, or contradict.`,
            zh: `另有 ${again} 个序号重复而未细查：可能是副本，也可能自相矛盾。`,
          }
    warnings.push({
      check: 'source-copied',
      words: {
        en: `The log has ${copies} copies of lines that source ${source} (key ${id}) signed once${where}: each of them counts twice. Its door takes no copies: ask the operator who let them in.${more.en}`,
        zh: `来源 ${source}（密钥 ${id}）只签过一次的行，日志多收了 ${copies} 条副本${where}，会被重复计数。账本的入口不收副本：请询问运营者这些副本从何而来。${more.zh}`,
      },
    })
  }
  const faults = chain.faults.filter(({ kind }) => kind !== 'repeated')
  if (faults.length > 0) {
    const places = faults.map(({ kind, seq, index, other }) => {
      return `${kind} ${seq} (${other === undefined ? '' : `#${other}, `}#${index})`
    })
    const told = places.join('; ')
    warnings.push({
      check: 'source-forked',
      words: {
        en: `Source ${source} (key ${id}) contradicts itself: ${told}.`,
        zh: `来源 ${source}（密钥 ${id}）自相矛盾：${told}。`,
      },
    })
  }
  return warnings
}
