// suyuan ingest: the access logs of a platform into the ledger; one command, fit for cron. Run again it adds nothing,
// interrupted it goes on, on a file that has grown it adds what is new.

import { type Command, Option } from 'commander'
import { LedgerError } from '../core/error.ts'
import type { Mapping } from '../core/mapping.ts'
import { languageOf, type Words } from '../core/words.ts'
import type { Trust } from '../verify/trust.ts'
import { addServiceOptions, type Client, openClient } from './client.ts'
import { Comparison, type SentLine } from './compare.ts'
import { FORMATS } from './convert-line.ts'
import { explainFile } from './explain-file.ts'
import { type IngestOptions, openFile, readMapping, readTrust } from './inputs.ts'
import { describeError, EXIT, fail, print, printJson, tell } from './output.ts'
import { openProgress } from './progress.ts'
import { parseWhole } from './question.ts'
import { openReceiptBook, type ReceiptBook } from './receipts.ts'
import { openRefusedFile, type RefusedFile } from './refused.ts'
import { type Anchored, describeAnchor, describeFile, type FileReport, newReport, waitForAnchor } from './report.ts'
import { batchKey, listRefused, type Patience, type StreamIdentity, sendLines } from './send.ts'
import { type SentParts, Signers } from './signers.ts'
import { type Batch, openSource, type RefusedLine, type Source } from './source.ts'

export function addIngest(program: Command): void {
  addServiceOptions(program.command('ingest'))
    .description('access logs into the ledger; run again, it adds only what is new')
    .argument('<files...>', 'log files; - is stdin')
    .addOption(new Option('--format <format>', 'what the lines are').choices(FORMATS).makeOptionMandatory())
    .option('--mapping <file>', 'which path or service is which resource, and who the consumer is (docs/records.md)')
    .option('--source <name>', 'who ships these lines, instead of "source" in the mapping')
    .option(
      '--source-key <file>',
      'sign each line by the key of its source (docs/sources.md); again for each source, or a folder of *.key',
      (path: string, before: readonly string[] | undefined) => [...(before ?? []), path],
    )
    .option(
      '--unsigned-too',
      'with --source-key: send the lines of other sources as they are; they are refused otherwise',
    )
    .option('--dry-run', 'check every line here and at the service, and store nothing')
    .option('--anchor', 'wait until the lines are anchored on the chain; print block and transaction')
    .option('--anchor-timeout <seconds>', 'how long to wait for that', parseWhole, 600)
    .option('--refused <file>', 'write every refused line there, with the reason (NDJSON)')
    .option('--receipts <file>', 'append the receipts there (NDJSON); keep them: they prove what the log accepted')
    .option('--trust <file>', 'check every receipt by the keys in this trust file')
    .option('--compare', 'read back what the log has of each line, and compare; needs --trust, and leave to read')
    .option('--complete', 'the last line is whole even without a line end (always so for stdin)')
    .option('--if-exists', 'a file that is not there is no error, as long as one of them is')
    .option('--stream <name>', 'begin anew under this name: nothing sent before is recognised', '')
    .option('--from-line <n>', 'leave out the lines before; needs --stream', parseWhole, 1)
    .option('--batch <lines>', 'lines sent at a time; keep it the same for a file', parseWhole, 5_000)
    .option('--patience <seconds>', 'how long to keep trying when the service does not answer', parseWhole, 300)
    .option('--json', 'the summary as JSON')
    .option('--quiet', 'no progress and no list of refused lines')
    .addHelpText(
      'after',
      `
Exit codes: 0 all lines are in (or were), 2 could not run or finish (run it again: nothing is lost or doubled),
3 done, but some lines were refused, 4 in the log, but not anchored in time.

Examples:
  suyuan ingest --format combined --mapping gateway.json access.log --dry-run
  suyuan ingest --format combined --mapping gateway.json --anchor --refused refused.ndjson access.log
  zcat access.log.2.gz | suyuan ingest --format combined --mapping gateway.json -`,
    )
    .action(ingest)
}

async function ingest(files: readonly string[], options: IngestOptions): Promise<void> {
  const language = languageOf(process.env)
  const mapping = await readMapping(options)
  const client = await openClient(options)
  const trust = await readTrust(options.trust)
  const comparison = await openComparison(options, trust)
  let run: Run = {
    client,
    options,
    mapping,
    receipts: await openReceiptBook(options.receipts, trust, client),
    refused: await openRefusedFile(options.refused),
    ...(comparison && { comparison }),
  }
  using signers = await openSigners(run)
  if (signers !== undefined) run = { ...run, signers }
  const reports: FileReport[] = []
  let stopped = false
  for (const file of files) {
    const report = newReport(file)
    reports.push(report)
    try {
      await ingestFile(file, report, run)
    } catch (error) {
      // What of the other files? They wait: the order of a source's lines is worth keeping.
      stopped = true
      fail(explainFile(error, file, options.fromLine - 1 + report.lines))
      break
    } finally {
      if (!options.json) print(describeFile(report, options.dryRun === true, language))
    }
  }
  await run.receipts.close()
  await run.refused.close()
  const size = Math.max(0, ...reports.map(({ size }) => size))
  const failed = failForMissing(reports, options) || stopped
  const anchored = stopped || !options.anchor || options.dryRun ? undefined : await anchor(run, size)
  if (anchored !== undefined && !options.json) print(describeAnchor(anchored, language))
  if (options.json)
    printJson({ files: reports, size, ...(anchored === undefined ? {} : { anchor: anchored.anchor ?? null }) })
  if (failed) process.exitCode = EXIT.failed
  else if (anchored?.late === true) process.exitCode = EXIT.notAnchored
  else if (reports.some(({ refused }) => refused > 0)) process.exitCode = EXIT.refused
}

/**
 * Whether files that are not there are an error: unless `--if-exists` says otherwise, and always when there is none at
 * all, or a log that moved away would never be missed.
 */
function failForMissing(reports: readonly FileReport[], { ifExists }: IngestOptions): boolean {
  const missing = reports.filter(({ missing }) => missing)
  if (missing.length === 0 || (ifExists === true && missing.length < reports.length)) return false
  const next: Words = ifExists
    ? { en: 'None of the files is there; --if-exists needs one.', zh: '所列文件都不存在；--if-exists 至少需要一个。' }
    : {
        en: 'Files that were there were read. See the name; if it may be missing, as a log not rotated yet, give --if-exists.',
        zh: '存在的文件已读取。请核对文件名；如允许缺少（例如日志尚未轮转），请加 --if-exists。',
      }
  const names = missing.map(({ file }) => file).join(', ')
  fail(
    new LedgerError('file_missing', {
      en: `${names}: it cannot be read (ENOENT). ${next.en}`,
      zh: `${names}：无法读取（ENOENT）。${next.zh}`,
    }),
  )
  return true
}

interface Run {
  readonly client: Client
  readonly options: IngestOptions
  readonly mapping: Mapping | undefined
  readonly receipts: ReceiptBook
  readonly refused: RefusedFile
  readonly signers?: Signers
  readonly comparison?: Comparison
}

async function sendParts(
  key: string,
  batch: Batch,
  { client, options, signers }: Run,
  patience: Patience,
): Promise<SentParts> {
  if (signers !== undefined) return signers.send(key, batch, patience)
  const sent = await sendLines(client, key, batch.body, options.dryRun === true, patience)
  return { parts: [{ sent, lines: batch, isSigned: false, key }], refused: [] }
}

/** Nothing is logged in a dry run, and so there is nothing to compare. */
async function openComparison(options: IngestOptions, trust: Trust | undefined): Promise<Comparison | undefined> {
  if (!options.compare || options.dryRun) return undefined
  if (trust !== undefined) return Comparison.open(options, trust)
  throw new LedgerError('option_missing', {
    en: '--compare needs --trust FILE: without the key of the log its receipts promise nothing to compare with.',
    zh: '--compare 需要 --trust 文件：没有日志的公钥，回执就没有承诺任何可供比对的内容。',
  })
}

async function openSigners({ client, options, receipts }: Run): Promise<Signers | undefined> {
  const { sourceKey: paths, unsignedToo, dryRun } = options
  if (paths === undefined) return undefined
  const patience = patienceOf(options, tell)
  const is = { isDry: dryRun === true, isUnsignedTaken: unsignedToo === true }
  using opened = new DisposableStack()
  const signers = opened.use(await Signers.open({ paths, client, patience, ...is }))
  for await (const { sent, key } of signers.ship()) await receipts.take(sent, key)
  opened.move()
  return signers
}

function patienceOf({ patience }: IngestOptions, say: (line: string) => void): Patience {
  return {
    milliseconds: patience * 1000,
    onRetry: (error, waitMs, leftMs) => say(`${describeError(error)} ${describeRetry(waitMs, leftMs)}`),
  }
}

async function anchor({ client, options }: Run, size: number): Promise<Anchored> {
  return waitForAnchor(client, size, options.anchorTimeout * 1000)
}

// ——— One file ———

async function ingestFile(file: string, report: FileReport, run: Run): Promise<void> {
  const { options, mapping } = run
  const opened = await openFile(file)
  if (opened === undefined) {
    report.missing = true
    return
  }
  const { stream, size } = opened
  const source = openSource(stream, {
    format: options.format,
    mapping,
    batchLines: options.batch,
    fromLine: options.fromLine,
    complete: options.complete === true || file === '-',
  })
  using progress = openProgress(file, size, options.quiet !== true && options.json !== true)
  // One batch is on its way while the next is read and mapped.
  let sending = Promise.resolve()
  for await (const batch of source.batches()) {
    await sending
    sending = sendOne(batch, source, report, run, line => progress.say(line)).then(() =>
      progress.advance(batch.bytesRead, report.lines),
    )
    sending.catch(() => {}) // thrown where it is awaited
  }
  await sending
  if (run.comparison !== undefined) report.compared = await run.comparison.settle()
  report.unfinished = source.end.unfinished
}

async function sendOne(
  batch: Batch,
  source: Source,
  report: FileReport,
  run: Run,
  say: (line: string) => void,
): Promise<void> {
  const { client, options, receipts, refused, comparison } = run
  const isAll = options.refused !== undefined || comparison !== undefined
  const turnedAway: RefusedLine[] = [...batch.refused]
  let refusedCount = batch.refused.length
  if (batch.lines.length > 0) {
    const patience = patienceOf(options, say)
    const { parts, refused: notSent } = await sendParts(
      batchKey(identityOf(source, run), batch.number),
      batch,
      run,
      patience,
    )
    turnedAway.push(...notSent)
    refusedCount += notSent.length
    for (const { sent, lines, isSigned, key } of parts) {
      report.accepted += sent.accepted
      report.already += sent.already
      refusedCount += sent.refusedCount
      const listed = isAll ? await listRefused(client, lines, sent, patience) : sent.refused
      const texts = !isSigned ? [] : lines.body.toString().split('\n')
      for (const { line, code, message } of listed) {
        const origin = lines.lines[line - 1]
        const text = texts[line - 1]
        if (origin !== undefined)
          turnedAway.push({ ...origin, code, message, ...(text === undefined ? {} : { signed: text }) })
      }
      if (options.dryRun) continue
      const taken = await receipts.take(sent, key)
      report.size = Math.max(report.size, taken.size)
      await comparison?.take(takenLines(lines, listed), taken.receipts)
    }
  }
  const all = turnedAway.toSorted((a, b) => a.line - b.line)
  await refused.write(report.file, all)
  if (options.quiet !== true) {
    for (const { line, code, message } of all.slice(0, Math.max(0, MAX_SHOWN - report.refused))) {
      say(`${report.file}:${line}: ${message} [${code}]`)
    }
  }
  report.refused += refusedCount
  report.lines += batch.lastLine - batch.firstLine + 1
  for (const [rule, count] of batch.skipped) report.skipped[rule] = (report.skipped[rule] ?? 0) + count
}

/** As they were sent, without those that were refused. */
function takenLines({ body, lines }: Batch, refused: readonly { readonly line: number }[]): SentLine[] {
  const refusedLines = new Set(refused.map(({ line }) => line))
  const texts = body.toString().split('\n')
  return lines.flatMap(({ line }, k) => (refusedLines.has(k + 1) ? [] : [{ line, text: texts[k]! }]))
}

function describeRetry(waitMs: number, leftMs: number): string {
  const [seconds, left] = [(waitMs / 1000).toFixed(1), Math.ceil(leftMs / 1000)]
  return languageOf(process.env) === 'zh'
    ? `${seconds} 秒后重试，最多再试 ${left} 秒（--patience）…`
    : `Asking again in ${seconds} s, for ${left} s at most (--patience) …`
}

/** Refused lines that are told one by one; all of them go to --refused. */
const MAX_SHOWN = 20

function identityOf({ end }: Source, { options, mapping }: Run): StreamIdentity {
  const { format, stream, source = sourceOf(mapping) } = options
  return { format, source, stream, firstText: end.firstText ?? '' }
}

function sourceOf(mapping: Mapping | undefined): string {
  if (mapping === undefined) return ''
  return typeof mapping.source === 'string' ? mapping.source : `${mapping.source.client} ${mapping.source.producer}`
}
