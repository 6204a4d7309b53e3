// suyuan verify: is this evidence what it says? Exit 0 verified, 1 tampered with, 2 cannot be checked.

import type { Command } from 'commander'
import { ACTS_DO_NOT_PROVE, isActsEvidence } from '../core/acts-evidence.ts'
import { isOutside, JUDGEMENTS } from '../core/authority.ts'
import { isFinding } from '../core/finding.ts'
import { DIMENSIONS, type Dimension } from '../core/question.ts'
import { isAccess, isErasure, RETIRE_KEY } from '../core/record.ts'
import { type Words } from '../core/words.ts'
import type { CheckedFinding, FindingVerdict } from '../verify/finding.ts'
import { toPlain, unprovenIn } from '../verify/plain.ts'
import { type CheckedReceipts, isReceiptFile, verifyReceipts } from '../verify/receipts.ts'
import { CHECKS, type Outcome, VERDICTS, type Verdict } from '../verify/report.ts'
import { CONTRADICTIONS, STATEMENT_RESULTS } from '../verify/statements.ts'
import { parseTrust, type Trust } from '../verify/trust.ts'
import { unpack } from '../verify/unpack.ts'
import type { Completeness, Verification, VerifiedAnswer } from '../verify/verify.ts'
import { KeptChain } from './kept-chain.ts'
import { EXIT, print, printJson } from './output.ts'
import { readInput, readSettings } from './read-file.ts'
import { formatBeijing, formatCount, formatTable, showCell } from './table.ts'

interface VerifyOptions {
  readonly trust: string
  readonly rpc?: string
  readonly json?: true
}

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  verified: EXIT.ok,
  tampered: EXIT.tampered,
  unchecked: EXIT.failed,
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      "checks evidence, the receipts that ingest saved, or a monitor's finding, without trusting whoever made them",
    )
    .argument('<file>', 'evidence file, receipts, or a finding; - is stdin')
    .requiredOption('--trust <file>', 'what you trust beforehand: keys, chain id, contract addresses')
    .option('--rpc <url>', 'JSON-RPC node of your own choice (else "rpc" in the trust file)')
    .option('--json', 'every check as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 verified, 1 tampered with, 2 cannot be checked (why, and the next step, is said).
The trust file must not come from the operator: docs/verify.md says where to get it.

Examples:
  suyuan verify evidence.json.gz --trust trust.json --rpc http://127.0.0.1:8545
  suyuan verify receipts.ndjson --trust trust.json`,
    )
    .action(async (file: string, options: VerifyOptions) => {
      const trust = parseTrust(await readSettings(options.trust, '--trust'))
      const input = await unpack(await readInput(file, '<file>'))
      process.exitCode = await verify(file, input, trust, options)
    })
}

async function verify(name: string, file: Uint8Array, trust: Trust, options: VerifyOptions): Promise<number> {
  if (isReceiptFile(file)) return showReceipts(name, verifyReceipts(file, trust), options)
  using node = new KeptChain(options.rpc ?? trust.rpc)
  // Loaded where needed: what reads a chain takes longer to load than most commands to run.
  if (isFinding(file)) {
    const { checkFinding } = await import('../verify/finding.ts')
    return showFinding(name, await checkFinding(file, trust, node.connect), options)
  }
  if (isActsEvidence(file)) {
    const { verifyActs } = await import('../verify/acts.ts')
    const { showActs } = await import('./verify-acts.ts')
    const result = await verifyActs(file, trust, node.connect)
    if (options.json) printJson(result.acts === undefined ? result : { ...result, doesNotProve: ACTS_DO_NOT_PROVE })
    else {
      showChecks(name, result)
      if (result.acts !== undefined) showActs(result.acts)
    }
    return EXIT_OF[result.verdict]
  }
  const { verifyEvidence } = await import('../verify/verify.ts')
  return showEvidence(name, await verifyEvidence(file, trust, node.connect), options)
}

const COMPLETENESS: Readonly<Record<Completeness, Words>> = {
  all: { zh: '完整：截至该存证，没有其他符合所问的记录。', en: 'COMPLETE: as of that anchor no other record fits.' },
  newest: {
    zh: '自所列最早一条起完整：其后没有其他符合所问的记录。',
    en: 'COMPLETE from the oldest row shown on: after it no other record fits.',
  },
  unproven: {
    zh: '未证明完整：所问没有指明任何值，可能还有其他记录。',
    en: 'NOT SHOWN TO BE COMPLETE: no value was asked for, and there may be other records.',
  },
}

const MARKS = { passed: '✔', failed: '✘', unchecked: '?', skipped: '·' } as const

function showEvidence(file: string, result: Verification, { json }: VerifyOptions): number {
  const { verdict, answer } = result
  if (json) {
    printJson(toPlain(result))
    return EXIT_OF[verdict]
  }
  showChecks(file, result)
  if (answer !== undefined) {
    showAnswer(answer)
    print('')
    print('不证明 It does not prove:')
    for (const { zh, en } of unprovenIn(answer)) print(`- ${zh}\n  ${en}`)
  }
  return EXIT_OF[verdict]
}

function showChecks(file: string, { verdict, checks, failed }: Outcome): void {
  for (const { check, result } of checks) print(`${MARKS[result]} ${CHECKS[check].zh} ${CHECKS[check].en}`)
  print('')
  showVerdict(file, verdict, failed?.detail)
}

function showReceipts(file: string, result: CheckedReceipts, { json }: VerifyOptions): number {
  if (json) printJson(result)
  else {
    showVerdict(file, result.verdict, result.failed?.detail)
    print(`${result.receipts} 份回执 receipts, ${formatCount(result.leaves)} 条记录 records`)
  }
  return EXIT_OF[result.verdict]
}

const FINDINGS: Readonly<Record<FindingVerdict, Words & { readonly exit: number }>> = {
  proven: { zh: '发现成立', en: 'the finding is proven', exit: EXIT.ok },
  refuted: { zh: '发现不成立', en: 'the finding does not hold', exit: EXIT.tampered },
  unproven: { zh: '仅凭文件无法判定', en: 'cannot be told from the file', exit: EXIT.failed },
}

function showFinding(file: string, result: CheckedFinding, { json }: VerifyOptions): number {
  const { verdict, detail, finding } = result
  const { zh, en, exit } = FINDINGS[verdict]
  if (json) {
    printJson(result)
    return exit
  }
  print(`${zh} ${en.toUpperCase()}: ${file}`)
  if (finding !== undefined)
    print(`${showCell(finding.check)}: ${showCell(finding.says.zh)}\n${showCell(finding.says.en)}`)
  print(`${showCell(detail.zh)}\n${showCell(detail.en)}`)
  return exit
}

function showVerdict(file: string, verdict: Verdict, detail: Words | undefined): void {
  print(`${VERDICTS[verdict].zh} ${VERDICTS[verdict].en.toUpperCase()}: ${file}`)
  if (detail !== undefined) print(`${showCell(detail.zh)}\n${showCell(detail.en)}`)
}

function showAnswer({
  question,
  rows,
  totals,
  findings,
  statements,
  anchor,
  asOf,
  newer,
  asked,
  more,
  complete,
  cosigned,
  signed,
  sources,
  copies,
}: VerifiedAnswer): void {
  showQuestion(question)
  print(`${complete === 'unproven' ? '!' : '✔'} ${COMPLETENESS[complete].zh} ${COMPLETENESS[complete].en}`)
  if (more) {
    const count = formatCount(rows.length)
    print(`! 不完整：符合条件的记录更多，本文件只含最新的 ${count} 条；更早的不在其中，也不在下列合计中。`)
    print(
      `! CUT OFF: more records fit; this file has the newest ${count}. Older ones are not in it, nor in these totals.`,
    )
  }
  if (newer !== undefined) {
    const [now, then] = [formatCount(newer), formatCount(anchor.size)]
    print(`! 不是最新：链上已存证 ${now} 条记录，本文件只到前 ${then} 条；其后的不在其中。请重新索取证据。`)
    print(
      `! NOT THE NEWEST: ${now} records are anchored by now, and this file goes up to the first ${then}; what came after is not in it. Ask for it again.`,
    )
  }
  const organisation = (code: string): string => showCell(findings.organisations.get(code) ?? code)
  const groups = totals.groups.map(group => [
    organisation(group.consumer),
    group.purpose ?? '—',
    formatCount(group.records),
    formatCount(group.bytes),
    formatCount(group.outside),
  ])
  print(
    formatTable(['使用方 consumer', '用途 purpose', '次数 times', '字节 bytes', '超出授权 outside'], groups, [2, 3, 4]),
  )
  const outside = rows.filter(({ judgement }) => isOutside(judgement))
  for (const { index, record, judgement } of outside.slice(0, 20)) {
    const { zh, en } = JUDGEMENTS[judgement]
    print(`! #${index} ${formatBeijing(record.time)} ${organisation(record.consumer ?? '—')}: ${zh} ${en}`)
  }
  if (outside.length > 20) print(`! … ${outside.length - 20}`)
  for (const { index, record } of rows) {
    if (isAccess(record)) continue
    if (!isErasure(record)) {
      const what =
        record.action === RETIRE_KEY ? '来源密钥停用 source key retired' : '来源密钥登记 source key registered'
      print(`· ${what}: ${showCell(record.key)}, ${formatBeijing(record.time)}, 记录 record #${index}`)
      continue
    }
    const { erases, erasesText, basis, time } = record
    const what =
      erases === undefined ? `${erasesText} 的文本已删除 text erased` : `#${erases} 的密封部分已删除 sealed part erased`
    print(`· ${what}: ${formatBeijing(time)}, 依据 basis ${basis}, 记录 record #${index}`)
  }
  for (const { grant, result, first, end, stated, shown, transaction } of statements) {
    const { zh, en } = STATEMENT_RESULTS[result]
    const mark = CONTRADICTIONS.has(result) ? '!' : '·'
    print(
      `${mark} 用量结算 statement: 授权 grant ${grant}, #${first}–#${end - 1n}, ${stated.records} 次 times ${stated.bytes} 字节 bytes (所示 shown ${shown.records}, ${shown.bytes}): ${zh} ${en}; 交易 transaction ${transaction}`,
    )
  }
  showSources(signed, sources)
  showCopies({ rows, copies })
  if (cosigned.length > 0) print(`见证 witnessed by: ${cosigned.join(', ')}`)
  const { number, hash, time } = anchor.block
  print(
    `${rows.length} 条记录 records; 截至 as of ${formatBeijing(asOf.time * 1000)}, 区块 block ${asOf.number}; 答复时间 answered ${formatBeijing(asked)}; 存证 anchored ${formatBeijing(time * 1000)}, 区块 block ${number} ${hash}, 交易 transaction ${anchor.transaction}`,
  )
}

/** A true answer to another question is verified as well: whoever reads the verdict must see what it is about. */
function showQuestion({ where, from, to }: VerifiedAnswer['question']): void {
  const filters = DIMENSIONS.flatMap(name => {
    const value = where[name]
    return value === undefined ? [] : [`${DIMENSION_ZH[name]} ${name} ${showCell(value)}`]
  })
  const [begin, end] = [from, to].map(time => (time === undefined ? '…' : formatBeijing(time)))
  const time = from === undefined && to === undefined ? '不限时间 any time' : `${begin} – ${end}（不含 exclusive）`
  print(`所问 asked: ${[...filters, time].join('; ')}`)
}

const DIMENSION_ZH: Readonly<Record<Dimension, string>> = {
  resource: '资源',
  provider: '提供方',
  consumer: '使用方',
  actor: '人员',
  purpose: '用途',
  grant: '授权',
  source: '来源',
}

function showSources(signed: number, sources: VerifiedAnswer['sources']): void {
  if (sources === undefined) {
    if (signed > 0) {
      print(
        `· ${signed} 条记录有来源签名，信任文件没有来源的公钥，未核对 signed by their sources, and not checked: the trust file names no keys of sources`,
      )
    }
    return
  }
  if (sources.signed > 0) print(`✔ ${sources.signed} 条记录的来源签名成立 records signed by their sources`)
  const told = (found: readonly unknown[], zh: string, en: string): void => {
    if (found.length > 0) print(`! ${zh} ${en}: ${found.slice(0, 20).join(', ')}${found.length > 20 ? ', …' : ''}`)
  }
  const pairs = (found: readonly (readonly [number, number])[]): readonly string[] =>
    found.map(([first, second]) => `#${first} = #${second}`)
  const ofIndices = (found: readonly number[]): readonly string[] => found.map(index => `#${index}`)
  told(ofIndices(sources.unsigned), '其来源签名而这些没有签名', 'not signed, though their source signs')
  told(
    pairs(sources.forked),
    '来源对同一序号签了两条不同的',
    'two different ones with one number, both signed by their source',
  )
}

/** A count is what sources signed, not how often a log has it. */
function showCopies({ rows, copies }: Pick<VerifiedAnswer, 'rows' | 'copies'>): void {
  if (copies.length === 0) return
  const again = new Set(copies.map(([, index]) => index))
  const sum = (of: 'bytes' | 'rows'): string =>
    formatCount(rows.reduce((total, { index, record }) => total + (again.has(index) ? (record[of] ?? 0) : 0), 0))
  const told = copies.slice(0, 20).map(([first, index]) => `#${index} = #${first}`)
  const [count, bytes, given] = [formatCount(copies.length), sum('bytes'), sum('rows')]
  print(`! 重复入账：${count} 条是同一签名行的副本，合计多计 ${count} 次、${bytes} 字节、${given} 行。`)
  print(
    `! COPIES: ${count} records are signed lines that are here already, and count once: the totals have ${count} times, ${bytes} bytes and ${given} rows too many. ${told.join(', ')}${copies.length > told.length ? ', …' : ''}`,
  )
}
