// suyuan archive: old segments and their archives. `verify` needs nothing but the file and what is trusted beforehand;
// the others work on the data directory of a stopped service, which moves segments by itself when it is told to
// (SUYUAN_ARCHIVE_AFTER_YEARS, SUYUAN_ARCHIVE_OVER_BYTES).

import { type Command, InvalidArgumentError, Option } from 'commander'
import { archiveSegment, nextToArchive } from '../archiving.ts'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { readConfig } from '../config.ts'
import { encodeBase64 } from '../core/bytes.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { checkNote } from '../core/note.ts'
import { formatSeconds } from '../core/record.ts'
import { languageOf, type Words } from '../core/words.ts'
import { type CheckedArchive, verifyArchive } from '../store/archive/archive-check.ts'
import { ARCHIVE_MAGIC } from '../store/archive/archive-head.ts'
import type { SegmentState } from '../store/archive/old-segments.ts'
import { VERDICTS } from '../verify/report.ts'
import { parseTrust, type Trust } from '../verify/trust.ts'
import { whyFileFailed } from './file-failure.ts'
import { EXIT, print, printJson, tell } from './output.ts'
import { openProgress } from './progress.ts'
import { readSettings } from './read-file.ts'
import { openStoppedStore, quickParts } from './stopped-store.ts'
import { formatBeijing, formatCount, formatTable } from './table.ts'

interface DataOptions {
  readonly data: string
  readonly json?: true
}

export function addArchive(program: Command): void {
  const archive = program
    .command('archive')
    .description('old segments of the log: lists them, moves them into archives, verifies an archive')
  const data = (): Option =>
    new Option('--data <dir>', 'data directory of the stopped service').env('SUYUAN_DATA').default('data')

  archive
    .command('list')
    .description('every full segment, and whether it is in the log, in an archive, or pruned')
    .addOption(data())
    .option('--json', 'the segments as JSON')
    .action(async ({ data, json }: DataOptions) => {
      await using stopped = await openStoppedStore(readConfig({ ...process.env, SUYUAN_DATA: data }))
      const segments = stopped.store.old.list()
      if (json) printJson(segments)
      else showSegments(segments)
    })

  archive
    .command('move')
    .description('moves full segments into archives, oldest first; each is read back before its own files go')
    .addOption(data())
    .option('--older-than <years>', 'only those whose records are all older; otherwise all', parseYears)
    .option('--json', 'what was moved as JSON')
    .addHelpText('after', '\nExample:\n  suyuan archive move --data /var/lib/suyuan --older-than 2')
    .action(async ({ data, json, olderThan }: DataOptions & { readonly olderThan?: number }) => {
      await using stopped = await openStoppedStore(readConfig({ ...process.env, SUYUAN_DATA: data }))
      const { old } = stopped.store
      const parts = { old, anchors: stopped.anchors }
      const policy = { afterYears: olderThan, overBytes: olderThan === undefined ? 0 : undefined }
      const moved: SegmentState[] = []
      let next = nextToArchive(old.list(), policy, Date.now())
      while (next !== undefined && (await archiveSegment(parts, next))) {
        moved.push(old.list()[next.number]!)
        next = nextToArchive(old.list(), policy, Date.now())
      }
      if (json) return printJson(moved)
      if (moved.length > 0) showSegments(moved)
      const oldest = old.list().find(({ place }) => place === 'log')
      tell(describeRest(oldest, next !== undefined)[languageOf(process.env)])
    })

  archive
    .command('verify')
    .description('checks an archive by itself: every record, up to a checkpoint that the log signed')
    .argument('<file>', 'an archive, such as 000000.archive')
    .requiredOption('--trust <file>', 'what you trust beforehand: the log’s key')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 verified, 1 tampered with or damaged, 2 cannot be checked.

Example:
  suyuan archive verify 000000.archive --trust trust.json`,
    )
    .action(async (file: string, { trust, json }: { readonly trust: string; readonly json?: true }) => {
      process.exitCode = await verify(file, parseTrust(await readSettings(trust, '--trust')), json === true)
    })
}

/** Why no more was moved: nothing is left, the oldest that is left has no anchor, or its records are too young. */
function describeRest(oldest: SegmentState | undefined, lacksAnchor: boolean): Words {
  if (oldest === undefined) {
    return {
      en: 'Every segment that is full, and has a commit behind its end, is in an archive.',
      zh: '凡已写满且其末尾之后已有提交的分段，均已归档。',
    }
  }
  const { number, maxTime } = oldest
  if (lacksAnchor) {
    return {
      en: `Segment ${number}, and all behind it, stay: no anchor covers it yet. Start the service, let it anchor, and move again.`,
      zh: `第 ${number} 分段及其后的分段保留：尚无存证覆盖它。请启动服务，待其存证后再归档。`,
    }
  }
  return {
    en: `Segment ${number}, and all behind it, stay: its newest record, of ${formatBeijing(maxTime)}, is not so old.`,
    zh: `第 ${number} 分段及其后的分段保留：其最新记录（${formatBeijing(maxTime)}）未满该年限。`,
  }
}

async function verify(path: string, { logKey, timeKey }: Trust, asJson: boolean): Promise<number> {
  const unreadable = (cause: NodeJS.ErrnoException): never => {
    const why = whyFileFailed(cause)
    throw new LedgerError(
      'file_unreadable',
      { en: `${path} cannot be read: ${why.en}.`, zh: `${path} 无法读取：${why.zh}。` },
      { cause },
    )
  }
  const file = await ReadOnlyFile.open(path).catch(unreadable)
  try {
    await requireArchive(file)
    using progress = openProgress(path, file.size, !asJson)
    const checked = await verifyArchive(file, {
      work: await quickParts(),
      readCheckpoint: signed => checkCheckpoint(signed, logKey).checkpoint,
      onProgress: leaves => progress.advance(0, leaves),
    })
    const { note } = checkCheckpoint(checked.checkpoint, logKey)
    const time = timeKey === undefined ? undefined : checkNote(note, [timeKey])[0]?.time
    if (asJson) printJson({ verdict: 'verified', ...describe(checked, time) })
    else showChecked(path, checked, time)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof LedgerError) || !TAMPERED.has(error.code)) throw error
    if (asJson) printJson({ verdict: 'tampered', failed: { code: error.code, ...error.words } })
    else showVerdict(path, 'tampered', error.words)
    return EXIT.tampered
  } finally {
    await file.close()
  }
}

/** Of a file that never was an archive, nobody is to be told that it was tampered with. */
async function requireArchive(file: ReadOnlyFile): Promise<void> {
  const beginning = await file.read(0, Math.min(file.size, ARCHIVE_MAGIC.length))
  if (beginning.toString('latin1') === ARCHIVE_MAGIC) return
  throw new LedgerError('archive_unknown', {
    en: `${file.path} is not an archive: it does not begin as archives do. Name a file such as 000000.archive, from the folder archive of a data directory.`,
    zh: `${file.path} 不是归档：其开头与归档不符。请指定数据目录的 archive 目录中如 000000.archive 的文件。`,
  })
}

/** What can only be when somebody, or a disk, changed the file. A checkpoint of another log says nothing against it. */
const TAMPERED: ReadonlySet<string> = new Set(['archive_damaged', 'signature_invalid'])

function describe({ head, tree, checkpoint, sealed, erased }: CheckedArchive, time: number | undefined): object {
  const { number, count, minTime, maxTime, root } = head
  return {
    segment: number,
    first: number * count,
    leaves: count,
    root: encodeBase64(root),
    earliest: new Date(minTime).toISOString(),
    latest: new Date(maxTime).toISOString(),
    sealed,
    erased,
    tree: { size: tree.size, root: encodeBase64(tree.root) },
    ...(time === undefined ? {} : { signed: formatSeconds(time) }),
    checkpoint,
  }
}

function showChecked(path: string, { head, tree, sealed, erased }: CheckedArchive, time: number | undefined): void {
  const first = head.number * head.count
  showVerdict(path, 'verified', {
    zh: `第 ${first} 至 ${first + head.count - 1} 号记录，${formatBeijing(head.minTime)} 至 ${formatBeijing(head.maxTime)}；密封部分 ${formatCount(sealed)} 个，其中已删除 ${formatCount(erased)} 个`,
    en: `records ${first} to ${first + head.count - 1} of ${new Date(head.minTime).toISOString()} to ${new Date(head.maxTime).toISOString()}; ${formatCount(sealed)} sealed parts, ${formatCount(erased)} of them erased`,
  })
  const signed = time === undefined ? '' : `, 签署时间 signed ${formatBeijing(time * 1000)}`
  print(`检查点大小 checkpoint of size ${formatCount(tree.size)}${signed}`)
}

function showVerdict(path: string, verdict: 'verified' | 'tampered', detail: Words): void {
  print(`${VERDICTS[verdict].zh} ${VERDICTS[verdict].en.toUpperCase()}: ${path}\n${detail.zh}\n${detail.en}`)
}

const PLACES = {
  log: '日志 log',
  archive: '归档 archive',
  pruned: '已清除 pruned',
} as const

function showSegments(segments: readonly SegmentState[]): void {
  const rows = segments.map(({ number, first, end, place, entriesBytes, archiveBytes, minTime, maxTime }) => [
    String(number),
    `${first}–${end - 1}`,
    PLACES[place],
    formatBeijing(minTime),
    formatBeijing(maxTime),
    entriesBytes === 0 ? '—' : formatCount(entriesBytes),
    archiveBytes === undefined ? '—' : formatCount(archiveBytes),
  ])
  const heads = [
    '分段 segment',
    '叶 leaves',
    '位置 place',
    '最早 earliest',
    '最晚 latest',
    '条目 entries',
    '归档 archive',
  ]
  print(formatTable(heads, rows, [5, 6]))
}

function parseYears(text: string): number {
  const years = Number(text)
  if (/^\d{1,4}$/.test(text)) return years
  throw new InvalidArgumentError('A whole number of years.')
}
