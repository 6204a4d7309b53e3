// suyuan evidence: the same answer as one file that anyone can check.

import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { LedgerError } from '../core/error.ts'
import { type Evidence, MAX_EVIDENCE_ROWS, parseEvidence } from '../core/evidence.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { tell } from './output.ts'
import { addQuestionOptions, parseWhole, type QuestionOptions, questionOf } from './question.ts'
import { formatCount } from './table.ts'

interface EvidenceOptions extends QuestionOptions, ServiceOptions {
  readonly limit: number
  readonly output: string
  readonly force?: true
  readonly offline?: true
}

export function addEvidence(program: Command): void {
  addServiceOptions(addQuestionOptions(program.command('evidence')))
    .description('the answer as a file that anyone can check')
    .requiredOption('-o, --output <file>', 'where to write it; - is stdout')
    .option('--limit <n>', 'rows in the file, newest first (at most 10000)', parseWhole, MAX_EVIDENCE_ROWS)
    .option('--offline', 'make it verify without any node, by the hash of one block')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      `
Examples:
  suyuan evidence --resource 306001/000001 --from 2026-03-01 -o evidence.json
  suyuan evidence --resource 306001/000001 --offline -o evidence.json
  suyuan evidence --grant 12 -o - | suyuan verify - --trust trust.json`,
    )
    .action(async (options: EvidenceOptions) => {
      const client = await openClient(options)
      const { limit, offline } = options
      const file = await client.getBytes('/v1/evidence', { ...questionOf(options), limit, offline })
      const evidence = parseEvidence(file)
      if (options.output === '-') process.stdout.write(file)
      else {
        await writeNew(options.output, file, options.force === true)
        tell(describeSaved(options.output, file.length, evidence))
      }
      if (evidence.more) tell(warnOfMore(evidence))
    })
}

/** What there is now, and the command that checks it: with a node, or by the hash of one block, looked up elsewhere. */
function describeSaved(path: string, bytes: number, { chain, log, offline }: Evidence): string {
  const saved = `${path}: ${formatCount(log.indices.length)} rows, ${formatCount(bytes)} bytes. Check it with:`
  const command = `suyuan verify ${path} --trust trust.json`
  if (offline === undefined) return `${saved} ${command} --rpc URL (of a node of your own choice)`
  return `${saved} ${command}\nIt needs no node when trust.json names the hash of block ${chain.asOf} in "blocks".`
}

/** An answer that was cut off must not pass for the whole one. */
function warnOfMore({ log }: Evidence): string {
  return `WARNING: more rows fit than the ${formatCount(log.indices.length)} newest, which are all that is in this file; older ones are NOT in it. Narrow the time with --from and --to, one file for each part.`
}

/** Evidence is not written over by accident. */
async function writeNew(path: string, content: Uint8Array, force: boolean): Promise<void> {
  await writeFile(path, content, { flag: force ? 'w' : 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EEXIST'
        ? 'it is there already; give another name, or --force'
        : `it cannot be written (${cause.code})`
    throw new LedgerError('output_unwritable', `${path}: ${why}.`, { cause })
  })
}
