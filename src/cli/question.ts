// The options that say what is asked, the same for rows and for evidence.

import { type Command, InvalidArgumentError } from 'commander'
import { languageOf } from '../core/words.ts'
import type { Parameters } from './client.ts'

export interface QuestionOptions {
  readonly resource?: string
  readonly provider?: string
  readonly consumer?: string
  readonly actor?: string
  readonly purpose?: string
  readonly grant?: number
  readonly source?: string
  readonly from?: string
  readonly to?: string
}

export function addQuestionOptions(command: Command): Command {
  return command
    .option('--resource <code>', 'which data, by catalogue code')
    .option('--provider <code>', 'whose data, by organisation code')
    .option('--consumer <code>', 'who took it, by organisation code')
    .option('--actor <pseudonym>', 'the person who took it, by pseudonym')
    .option('--purpose <code>', 'what for, such as LegalCompliance')
    .option('--grant <id>', 'under which grant', parseWhole)
    .option('--source <name>', 'which platform logged it')
    .option('--from <time>', 'not before: a time with offset, or a day in Beijing')
    .option('--to <time>', 'before: a time with offset; or up to and with a day in Beijing')
}

export function questionOf(options: QuestionOptions): Parameters {
  const { resource, provider, consumer, actor, purpose, grant, source, from, to } = options
  return { resource, provider, consumer, actor, purpose, grant, source, from, to }
}

export function parseWhole(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value
  throw new InvalidArgumentError(
    languageOf(process.env) === 'zh' ? '请给出从 1 起的整数。' : 'Give a whole number from 1.',
  )
}
