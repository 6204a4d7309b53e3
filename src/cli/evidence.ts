// suyuan evidence: the same answer as one file that anyone can check; with --acts what the contracts say of one thing.

import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { type Command, Option } from 'commander'
import { type ActsEvidence, parseActsEvidence } from '../core/acts-evidence.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { LedgerError } from '../core/error.ts'
import { type Evidence, encodeQuestion, MAX_EVIDENCE_ROWS, parseEvidence } from '../core/evidence.ts'
import { parseQuestion } from '../core/question-parameters.ts'
import { languageOf, type Words } from '../core/words.ts'
import { actsPathOf, parseSubject, SUBJECTS_ZH, type SubjectOption } from './acts-subject.ts'
import { addServiceOptions, type Client, openClient, type ServiceOptions } from './client.ts'
import { tell, unwritable } from './output.ts'
import { addQuestionOptions, parseWhole, type QuestionOptions, questionOf } from './question.ts'
import { formatCount } from './table.ts'

interface EvidenceOptions extends QuestionOptions, ServiceOptions {
  readonly acts?: SubjectOption
  readonly limit: number
  readonly output: string
  readonly force?: true
  readonly offline?: true
  readonly newest?: true
}

export function addEvidence(program: Command): void {
  addServiceOptions(addQuestionOptions(program.command('evidence')))
    .description('the answer as a file that anyone can check')
    .requiredOption('-o, --output <file>', 'where to write it, packed where its name ends in .gz; - is stdout, as JSON')
    .option('--limit <n>', 'rows in the file, newest first (at most 10000)', parseWhole, MAX_EVIDENCE_ROWS)
    .addOption(
      new Option('--acts <kind=code>', 'what the contracts say of one thing, in place of accesses')
        .argParser(parseSubject)
        // Filters that were passed over would make the file look like an answer to them.
        .conflicts([...Object.keys(questionOf({})), 'limit']),
    )
    .option('--offline', 'make it verify without any node, by the hash of one block')
    .option('--newest', 'as of the newest block, which the chain may still take back; else of the newest final one')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      `
Examples:
  suyuan evidence --resource 306001/000001 --from 2026-03-01 -o evidence.json.gz
  suyuan evidence --resource 306001/000001 --offline -o evidence.json.gz
  suyuan evidence --grant 12 -o - | suyuan verify - --trust trust.json --rpc http://127.0.0.1:8545

What may it do now, since when, by whose signature: --acts with grant= (a request too), agreement= or correction=
and its number, party= or resource= and its code.
  suyuan evidence --acts grant=12 -o grant.json.gz
  suyuan evidence --acts party=12520100MB0000002B --offline -o party.json.gz`,
    )
    .action(async (options: EvidenceOptions) => {
      const client = await openClient(options)
      if (options.acts === undefined) await saveAnswer(client, options)
      else await saveActs(client, options.acts, options)
    })
}

async function saveAnswer(client: Client, options: EvidenceOptions): Promise<void> {
  const { limit, offline, newest } = options
  const file = await client.getBytes('/v1/evidence', { ...questionOf(options), limit, offline, newest })
  const evidence = parseEvidence(file)
  requireAnswered(options, evidence)
  const rows = formatCount(evidence.answer.judgements.length)
  await save(file, options, { en: `${rows} rows, `, zh: `${rows} 行，` }, evidence)
  if (evidence.more) tell(warnOfMore(evidence)[languageOf(process.env)])
}

async function saveActs(client: Client, subject: SubjectOption, options: EvidenceOptions): Promise<void> {
  const { path, parameters } = actsPathOf(subject)
  const { offline, newest } = options
  const file = await client.getBytes(path, { ...parameters, offline, newest })
  const evidence = parseActsEvidence(file)
  requireAsked(subject, evidence)
  await save(file, options, sayNone(subject, evidence), evidence)
}

/** A true answer to a narrower question would verify too, and leave rows out without a lie. */
function requireAnswered(options: EvidenceOptions, { question, limit }: Evidence): void {
  const asked = encodeQuestion(parseQuestion(options))
  if (canonicalJson(question) === canonicalJson(asked) && limit === options.limit) return
  throw notAsked(`${JSON.stringify(asked)}, limit ${options.limit}`, `${JSON.stringify(question)}, limit ${limit}`)
}

/** Evidence of another thing verifies too; saved under this one's name it would mislead. */
function requireAsked({ kind, code }: SubjectOption, { subject }: ActsEvidence): void {
  if (String(subject[kind]) !== code) throw notAsked(`${kind} ${code}`, JSON.stringify(subject))
}

function notAsked(asked: string, answered: string): LedgerError {
  return new LedgerError('answer_not_asked', {
    zh: `向服务索取的是 ${asked} 的证据，得到的却是 ${answered} 的；未保存任何内容。请核对 --url 是否为正确的服务。`,
    en: `The service was asked for evidence of ${asked}, and answered with one of ${answered}; nothing was saved. See that --url is the right service.`,
  })
}

async function save(
  file: Uint8Array,
  { output, force }: Pick<EvidenceOptions, 'output' | 'force'>,
  what: Words,
  evidence: Evidence | ActsEvidence,
): Promise<void> {
  if (output === '-') {
    process.stdout.write(file)
    return
  }
  const content = output.endsWith('.gz') ? gzipSync(file) : file
  await writeNew(output, content, force === true)
  const size = sizeOf(content)
  tell(describeSaved(output, { en: what.en + size.en, zh: what.zh + size.zh }, evidence))
}

/** What there is now, and the command that checks it: with a node, or by the hash of one block, looked up elsewhere. */
function describeSaved(path: string, what: Words, { chain, offline }: Evidence | ActsEvidence): string {
  const language = languageOf(process.env)
  const command = `suyuan verify ${path} --trust trust.json`
  const { saved, node, block } = SAVED[language]
  const after = offline === undefined ? ` --rpc URL ${node}` : `\n${block(chain.asOf)}`
  return `${path}${saved(what[language])} ${command}${after}`
}

const SAVED = {
  en: {
    saved: (what: string) => `: ${what}. Check it with:`,
    node: '(of a node of your own choice)',
    block: (asOf: number) => `It needs no node when trust.json names the hash of block ${asOf} in "blocks".`,
  },
  zh: {
    saved: (what: string) => `：${what}。核验命令：`,
    node: '（自选节点的地址）',
    block: (asOf: number) => `若 trust.json 的 "blocks" 写明区块 ${asOf} 的哈希，则无需节点。`,
  },
} as const

const sizeOf = (file: Uint8Array): Words => ({
  en: `${formatCount(file.length)} bytes`,
  zh: `${formatCount(file.length)} 字节`,
})

/** Evidence that there is nothing verifies like any other; whoever mistyped a number should hear it now. */
function sayNone({ kind, code }: SubjectOption, { answer }: ActsEvidence): Words {
  const none = typeof answer === 'object' && answer !== null && 'about' in answer && answer.about === null
  return none ? { en: `there is no ${kind} ${code}, `, zh: `没有${SUBJECTS_ZH[kind]} ${code}，` } : { en: '', zh: '' }
}

/** An answer that was cut off must not pass for the whole one. */
function warnOfMore({ answer }: Evidence): Words {
  const rows = formatCount(answer.judgements.length)
  return {
    en: `WARNING: more rows fit than the ${rows} newest, which are all that is in this file; older ones are NOT in it. Narrow the time with --from and --to, one file for each part.`,
    zh: `警告：符合条件的不止这 ${rows} 条；本文件只含最新的 ${rows} 条，更早的不在其中。请用 --from、--to 分段索取。`,
  }
}

/** Evidence is not written over by accident. */
async function writeNew(path: string, content: Uint8Array, force: boolean): Promise<void> {
  await writeFile(path, content, { flag: force ? 'w' : 'wx' }).catch(unwritable(path))
}
