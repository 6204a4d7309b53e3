// suyuan evidence: the same answer as one file that anyone can check.

import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { LedgerError } from '../core/error.ts'
import { parseEvidence } from '../core/evidence.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { tell } from './output.ts'
import { addQuestionOptions, parseWhole, type QuestionOptions, questionOf } from './question.ts'

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
    .option('--limit <n>', 'rows in the file, newest first (at most 10000)', parseWhole, 1_000)
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
      if (options.output === '-') {
        process.stdout.write(file)
        return
      }
      await writeNew(options.output, file, options.force === true)
      tell(`${options.output}: ${file.length} bytes. Check it with: suyuan verify ${options.output} --trust trust.json`)
      if (offline) tell(`It needs no node when trust.json names the hash of block ${lastBlockOf(file)} in "blocks".`)
    })
}

/** Whose hash the verifier has to look up, elsewhere. */
function lastBlockOf(file: Uint8Array): number {
  return parseEvidence(file).chain.asOf
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
