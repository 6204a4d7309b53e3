// The arguments of an act on the command line: one option for each, by its own name, and JSON for what has no single
// text. What a text means follows from the argument's form; the reader of arguments (acts/read.ts) has the last word.

import { type Command, Option } from 'commander'
import { argumentWords } from '../acts/argument-words.ts'
import { wantedOf } from '../acts/describe.ts'
import type { Form } from '../acts/forms.ts'
import { type Act, kebabCase } from '../acts/list.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import type { Language } from '../core/words.ts'
import { readSettings } from './read-file.ts'

interface Leaf {
  readonly path: readonly string[]
  readonly form: Form
}

/** Adds an option for each single argument of the act. */
export function addArguments(command: Command, act: Act, language: Language): void {
  for (const { option } of optionsOf(act, command, language)) command.addOption(option)
  command.option('--json <file>', 'all arguments in one JSON object, from a file or - for stdin')
}

/**
 * The arguments as JSON, from the options that were given or from the file.
 * @throws LedgerError `option_invalid`, `file_unreadable`, what `parseStrict` throws
 */
export async function collectArguments(command: Command, act: Act, file: string | undefined): Promise<unknown> {
  const given = command.opts<Record<string, unknown>>()
  const leaves = leavesOf(act).filter(leaf => given[attributeOf(leaf, act)] !== undefined)
  if (file !== undefined) {
    if (leaves.length === 0) return parseStrict(decodeUtf8(await readSettings(file, '--json')))
    throw new LedgerError('option_invalid', {
      en: 'Give the arguments as options or with --json, not both.',
      zh: '参数请以选项或 --json 给出，不可两者并用。',
    })
  }
  const all: Record<string, unknown> = {}
  for (const leaf of leaves) {
    const value = fromText(leaf.form, String(given[attributeOf(leaf, act)]))
    leaf.path.slice(0, -1).reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, all)[leaf.path.at(-1)!] =
      value
  }
  return all
}

/** What a text on the command line stands for, as the JSON that the reader takes. */
export function fromText(form: Form, text: string): unknown {
  if (form.is === 'organisation' || form.is === 'resource') return /^\d{1,15}$/u.test(text) ? Number(text) : text
  if (form.is === 'words' || form.is === 'purposes') return splitList(text)
  if (form.is === 'scope') {
    return text === 'all' ? text : splitList(text).map(field => (/^\d{1,3}$/u.test(field) ? Number(field) : field))
  }
  if (form.is === 'digest') return text === 'none' || /^0x/iu.test(text) ? text : { text }
  if (form.is === 'flag') return text === 'true' ? true : text === 'false' ? false : text
  if (form.is === 'document') return /^0x/iu.test(text) ? text : parseStrict(text)
  if (form.is === 'list' && form.of.is !== 'struct') return splitList(text).map(item => fromText(form.of, item))
  if (form.is === 'list' || form.is === 'struct') return parseStrict(text)
  return text
}

function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',').map(item => item.trim())
}

function* optionsOf(act: Act, command: Command, language: Language): Iterable<{ option: Option }> {
  const taken = new Set(command.options.map(({ long }) => long))
  for (const leaf of leavesOf(act)) {
    const flag = `--${nameOf(leaf, act)}`
    if (taken.has(flag)) throw new Error(`${act.name} has an argument that is called as the option ${flag}`)
    const label = argumentWords(leaf.path.at(-1)!)?.[language]
    yield { option: new Option(`${flag} <value>`, `${label ?? leaf.path.at(-1)!}: ${wantedOf(leaf.form)}`) }
  }
}

function leavesOf(act: Act): readonly Leaf[] {
  const walk = (path: readonly string[], form: Form): readonly Leaf[] =>
    form.is === 'struct' ? form.fields.flatMap(field => walk([...path, field.name], field.form)) : [{ path, form }]
  return act.parameters.flatMap(({ name, form }) => walk([name], form))
}

/** By its own name, or by its path where two share one. */
function nameOf({ path }: Leaf, act: Act): string {
  const shared = leavesOf(act).filter(other => other.path.at(-1) === path.at(-1)).length > 1
  return (shared ? path : path.slice(-1)).map(kebabCase).join('-')
}

function attributeOf(leaf: Leaf, act: Act): string {
  return new Option(`--${nameOf(leaf, act)} <value>`).attributeName()
}
