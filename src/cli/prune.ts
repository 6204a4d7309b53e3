// suyuan prune: removes archives whose records are all older than the retention, for good. Works on the data directory of
// a stopped service; what was removed, why, and by whom is put on record first, and every proof stays.

import { type Command, Option } from 'commander'
import { keepEdges } from '../completeness/pruned-edges.ts'
import { type Config, readConfig } from '../config.ts'
import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { languageOf } from '../core/words.ts'
import { createQuickHashEach } from '../hashing/hash-each.ts'
import { compileLines } from '../lines/wasm.ts'
import { judgePruning, type PruningJudgement } from '../pruning.ts'
import type { PrunedSegment } from '../store/archive/pruned.ts'
import { diskFiles } from '../store/file.ts'
import { confirmAnchors } from './confirmed-anchors.ts'
import { print, printJson, tell } from './output.ts'
import { openStoppedStore } from './stopped-store.ts'

interface PruneOptions {
  readonly data: string
  readonly by: string
  readonly yes?: true
  readonly ownClock?: true
  readonly json?: true
}

export function addPrune(program: Command): void {
  program
    .command('prune')
    .description(
      'removes archives whose records are older than the retention (SUYUAN_RETENTION_YEARS, at least 5), for good',
    )
    .addOption(new Option('--data <dir>', 'data directory of the stopped service').env('SUYUAN_DATA').default('data'))
    .requiredOption('--by <who>', 'who prunes, and on whose decision; put on record')
    .option('--yes', 'removes; without it, only says what would be removed')
    .option('--own-clock', 'on the embedded chain: by the clock of this machine alone; put on record')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
The age is that of the newest record of a segment, and that of the first anchor on the chain that covers it; whichever is
younger counts. The chain is asked: an anchor that it does not confirm prunes nothing. Proofs and receipts of what was pruned still hold; the records are only in copies of the archive.

Example:
  suyuan prune --data /var/lib/suyuan --by "档案室 王五, decision 2032-17" --yes`,
    )
    .action(async (options: PruneOptions) => {
      const config = readConfig({ ...process.env, SUYUAN_DATA: options.data })
      const { judged, pruned } = await prune(config, { ...options, by: requireName(options.by) })
      if (options.json) printJson({ pruned, judged: judged.map(describe) })
      else show(judged, pruned)
    })
}

interface Pruned {
  readonly judged: readonly PruningJudgement[]
  readonly pruned: readonly PrunedSegment[]
}

async function prune(config: Config, { by, yes, ownClock }: PruneOptions): Promise<Pruned> {
  await using stopped = await openStoppedStore(config)
  const { old } = stopped.store
  await using confirmed = await confirmAnchors(config, stopped, ownClock === true)
  const { anchors, isOwnClock } = confirmed
  const rule = { retentionYears: config.retentionYears, by, now: Date.now(), isOwnClock }
  const judged = await judgePruning(old.list(), anchors, rule)
  const pruned: PrunedSegment[] = []
  if (yes === true) {
    const { store } = stopped
    const hashEach = createQuickHashEach(await compileLines())
    for (const judgement of judged) {
      if (!('why' in judgement)) continue
      // First: what the index needs of the records can be made of them only.
      const index = await keepEdges({ store, dir: config.data, disk: diskFiles, hashEach }, judgement.segment.end)
      pruned.push(await old.prune(judgement.segment.number, { ...judgement.why, index: encodeBase64(index) }))
    }
  }
  return { judged, pruned }
}

const MOST_NAME_CHARACTERS = 200

function requireName(by: string): string {
  const name = by.trim()
  if (name !== '' && name.length <= MOST_NAME_CHARACTERS && !/\p{Cc}/u.test(name)) return name
  throw new LedgerError('option_invalid', {
    en: `--by must be a name of 1 to ${MOST_NAME_CHARACTERS} characters, on one line.`,
    zh: `--by 应为 1 至 ${MOST_NAME_CHARACTERS} 个字符的名称，写在一行。`,
  })
}

function describe(judgement: PruningJudgement): object {
  const { number, first, end } = judgement.segment
  if ('why' in judgement) return { segment: number, first, end, old: true, ...judgement.why }
  const { refused, until } = judgement
  return {
    segment: number,
    first,
    end,
    old: false,
    refused,
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  }
}

function show(judged: readonly PruningJudgement[], pruned: readonly PrunedSegment[]): void {
  const zh = languageOf(process.env) === 'zh'
  for (const { segment, leaves, archive } of pruned) {
    const [first, last] = [segment * leaves, (segment + 1) * leaves - 1]
    print(
      zh
        ? `已清除第 ${segment} 分段（第 ${first} 至 ${last} 号记录）；归档 SHA-256 ${archive.sha256}`
        : `pruned segment ${segment} (records ${first} to ${last}); archive SHA-256 ${archive.sha256}`,
    )
  }
  for (const judgement of judged) {
    const { number } = judgement.segment
    if ('refused' in judgement) {
      tell(
        zh
          ? `第 ${number} 分段及其后的分段保留：${judgement.refused.zh}。`
          : `Segment ${number}, and all behind it, stay: ${judgement.refused.en}.`,
      )
    } else if (pruned.length === 0) {
      print(zh ? `可清除第 ${number} 分段（加 --yes 执行）` : `segment ${number} can be pruned (with --yes)`)
    }
  }
  if (judged.length === 0) tell(zh ? '没有写满的分段。' : 'There is no full segment.')
}
