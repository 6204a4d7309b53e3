// The arguments of an act on the command line: one option for each, by its own name, and JSON for what has no single
// text. What a text means follows from the argument's form; the reader of arguments (acts/read.ts) has the last word.

import { type Command, Option } from 'commander'
import { argumentWords } from '../acts/argument-words.ts'
import { wantedOf } from '../acts/describe.ts'
import type { Form } from '../acts/forms.ts'
import type { Act } from '../acts/list.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { kebabCase } from '../core/name-case.ts'
import type { Language } from '../core/words.ts'
import { readSettings } from './read-file.ts'

interface Leaf {
  readonly path: readonly string[]
  readonly form: Form
}

/** Of what one hand-over tells, only a statement counts access lines; these acts make no statement, and take only 0. */
const COUNTS_NOTHING: ReadonlySet<string> = new Set(['access-ledger.download', 'access-ledger.share'])

/** Adds an option for each single argument of the act. */
export function addArguments(command: Command, act: Act, language: Language): void {
  for (const { option } of optionsOf(act, command, language)) command.addOption(option)
  command.option('--json <file>', 'all arguments in one JSON object, from a file or - for stdin')
}

/**
 * The arguments as JSON, from the options that were given or from the file.
 * @throws LedgerError `option_invalid`, `option_missing`, `file_unreadable`, what `parseStrict` throws
 */
export async function collectArguments(command: Command, act: Act, file: string | undefined): Promise<unknown> {
  const given = command.opts<Record<string, unknown>>()
  const textsOf = (leaf: Leaf) => given[attributeOf(leaf, act)] as readonly string[] | undefined
  const leaves = leavesOf(act).filter(leaf => textsOf(leaf) !== undefined)
  if (file !== undefined) {
    if (leaves.length === 0) return parseStrict(decodeUtf8(await readSettings(file, '--json')))
    throw new LedgerError('option_invalid', {
      en: 'Give the arguments as options or with --json, not both.',
      zh: '参数请以选项或 --json 给出，不可两者并用。',
    })
  }
  requireAll(act, new Set(leaves.map(leaf => nameOf(leaf, act))))
  const all: Record<string, unknown> = {}
  for (const leaf of leavesOf(act)) {
    const texts = textsOf(leaf) ?? (isZero(leaf, act) ? ['0'] : [])
    if (texts.length === 0) continue
    const value = fromTexts(leaf.form, texts, `--${nameOf(leaf, act)}`)
    leaf.path.slice(0, -1).reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, all)[leaf.path.at(-1)!] =
      value
  }
  return all
}

/** @throws LedgerError `option_missing`, naming every option that the act lacks */
function requireAll(act: Act, given: ReadonlySet<string>): void {
  const missing = leavesOf(act)
    .filter(leaf => !isOptional(leaf, act))
    .map(leaf => nameOf(leaf, act))
    .filter(name => !given.has(name))
    .map(name => `--${name}`)
  if (missing.length === 0) return
  throw new LedgerError('option_missing', {
    en: `${act.name}${given.size === 0 ? '' : ' also'} needs ${missing.join(', ')}; \`suyuan act ${act.name} --help\` says what each is.`,
    zh: `${act.name} ${given.size === 0 ? '' : '还'}需要 ${missing.join('、')}；各选项的含义见 \`suyuan act ${act.name} --help\`。`,
  })
}

/** Filled in by the reader, or known to be 0. */
function isOptional(leaf: Leaf, act: Act): boolean {
  return leaf.form.is === 'asked' || leaf.form.is === 'round' || isZero(leaf, act)
}

function isZero({ path }: Leaf, act: Act): boolean {
  return path.at(-1) === 'accessCount' && COUNTS_NOTHING.has(act.name)
}

function takesSeveral({ is }: Form): boolean {
  return is === 'list' || is === 'words' || is === 'purposes' || is === 'scope'
}

/**
 * What the texts of one option stand for: those of a list are put together, and nothing else is said twice.
 * @throws LedgerError `option_invalid`, what `parseStrict` throws
 */
function fromTexts(form: Form, texts: readonly string[], option: string): unknown {
  if (takesSeveral(form)) {
    const values = texts.flatMap(text => fromText(form, text))
    return form.is === 'scope' && values.length === 1 && values[0] === 'all' ? 'all' : values
  }
  if (texts.length === 1) return fromText(form, texts[0]!)
  throw new LedgerError('option_invalid', {
    en: `${option} is given ${texts.length} times, and takes one value; give it once.`,
    zh: `${option} 给出了 ${texts.length} 次，而它只取一个值；请只给出一次。`,
  })
}

/** What a text on the command line stands for, as the JSON that the reader takes. */
function fromText(form: Form, text: string): unknown {
  if (form.is === 'organisation' || form.is === 'resource') return /^\d{1,15}$/u.test(text) ? Number(text) : text
  if (form.is === 'words' || form.is === 'purposes') return splitList(text)
  if (form.is === 'scope') return splitList(text).map(field => (/^\d{1,3}$/u.test(field) ? Number(field) : field))
  if (form.is === 'digest') return text === 'none' || /^0x/iu.test(text) ? text : { text }
  if (form.is === 'flag') return text === 'true' ? true : text === 'false' ? false : text
  if (form.is === 'document') return /^0x/iu.test(text) ? text : parseStrict(text)
  if (form.is === 'list' && !isJson(form)) return splitList(text).map(item => fromText(form.of, item))
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
    const several = takesSeveral(leaf.form) ? SEVERAL[isJson(leaf.form) ? 'json' : 'texts'][language] : ''
    const wanted = `${language === 'zh' ? '：' : ': '}${wantedOf(leaf.form, language)}`
    const option = new Option(`${flag} <value>`, `${label ?? leaf.path.at(-1)!}${wanted}${several}`)
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
    yield { option: option.hideHelp(isZero(leaf, act)) }
  }
}

const SEVERAL = {
  texts: { en: '; "a,b", or the option once for each', zh: '；写作 "a,b"，或逐个多次给出' },
  json: { en: '; as JSON, or the option once for each', zh: '；写作 JSON，或逐个多次给出' },
} as const

/** A list whose items have no single text. */
function isJson(form: Form): boolean {
  return form.is === 'list' && form.of.is === 'struct'
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
