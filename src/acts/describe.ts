// The acts, for whoever wants to make one: names, words, and each argument with what may be given for it.

import type { Words } from '../core/words.ts'
import { argumentWords } from './argument-words.ts'
import type { Form } from './forms.ts'
import type { Act } from './list.ts'
import type { Json } from './show.ts'
import { ACT_WORDS } from './words.ts'

export interface DescribedAct {
  readonly act: string
  readonly title: Words
  readonly says: Words
  readonly arguments: readonly Json[]
}

export function describeAct({ name, parameters }: Act): DescribedAct {
  const { title, says } = ACT_WORDS[name]!
  return {
    act: name,
    title,
    says,
    arguments: parameters.map(parameter => describeParameter(parameter.name, parameter.form)),
  }
}

function describeParameter(name: string, form: Form): Json {
  const label = argumentWords(name)
  return { name, ...(label === undefined ? {} : { label: { ...label } }), ...describeForm(form) }
}

function describeForm(form: Form): { readonly [name: string]: Json } {
  if (form.is === 'struct') {
    return { is: 'object', fields: form.fields.map(field => describeParameter(field.name, field.form)) }
  }
  if (form.is === 'list') return { is: 'list', of: describeForm(form.of) }
  if (form.is === 'word' || form.is === 'words') {
    const words = Object.entries(form.terms).map(([word, { zh, en }]) => [word, { zh, en }] as const)
    return { is: form.is, words: Object.fromEntries(words) }
  }
  return { is: form.is, takes: wantedOf(form) }
}

/** What may be given, in a few words; the reader's own messages say the same at more length. */
export function wantedOf(form: Form): string {
  if (form.is === 'word') return Object.keys(form.terms).join(' | ')
  if (form.is === 'words') return `list of ${Object.keys(form.terms).join(' | ')}`
  if (form.is === 'list') return `list: ${wantedOf(form.of)}`
  if (form.is === 'struct') return `object: ${form.fields.map(({ name }) => name).join(', ')}`
  if (form.is === 'number') return `whole number below 2^${form.bits}`
  return WANTED[form.is]
}

const WANTED: Readonly<Record<Exclude<Form['is'], 'word' | 'words' | 'list' | 'struct' | 'number'>, string>> = {
  organisation: 'number, or credit code',
  resource: 'number, or catalogue code',
  grant: 'number of a request or grant',
  agreement: 'number of an agreement; 0 for none',
  correction: 'number of a correction',
  quota: 'whole number, or "unlimited"',
  purpose: 'purpose code, such as LegalCompliance',
  purposes: 'list of purpose codes',
  scope: 'list of fields by position from 0 or by name, or "all"',
  time: 'seconds since 1970, or RFC 3339 such as 2026-03-01T08:30:00+08:00',
  span: 'seconds, or such as 30d, 12h, 15m',
  day: 'date such as 2026-10-01',
  digest: '0x and 64 hexadecimal digits, {"text": …} to be digested with a salt, or "none"',
  asked: '0x and 64 hexadecimal digits; filled in when left out',
  round: 'which veto on it, counted from 1; the one that stands when left out',
  hash: '0x and 64 hexadecimal digits',
  log: 'origin of a log, 0x and 64 hexadecimal digits, or "none"',
  source: 'text that names the source, or 0x and 64 hexadecimal digits',
  flag: 'true or false',
  address: '0x and 40 hexadecimal digits, or "none"',
  text: 'text',
  document: 'JSON object or list, or 0x and hexadecimal digits',
}
