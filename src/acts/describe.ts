// The acts, for whoever wants to make one: names, words, and each argument with what may be given for it.

import type { Language, Words } from '../core/words.ts'
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
  return { is: form.is, takes: wantedOf(form, 'en') }
}

/** What may be given, in a few words; the reader's own messages say the same at more length. */
export function wantedOf(form: Form, language: Language): string {
  const zh = language === 'zh'
  if (form.is === 'word') return Object.keys(form.terms).join(' | ')
  if (form.is === 'words') return `${zh ? '列表：' : 'list of '}${Object.keys(form.terms).join(' | ')}`
  if (form.is === 'list') return `${zh ? '列表：' : 'list: '}${wantedOf(form.of, language)}`
  if (form.is === 'struct') return `${zh ? '对象：' : 'object: '}${form.fields.map(({ name }) => name).join(', ')}`
  if (form.is === 'number') return zh ? `小于 2^${form.bits} 的整数` : `whole number below 2^${form.bits}`
  return WANTED[form.is][language]
}

const WANTED: Readonly<Record<Exclude<Form['is'], 'word' | 'words' | 'list' | 'struct' | 'number'>, Words>> = {
  organisation: { en: 'number, or credit code', zh: '编号，或统一社会信用代码' },
  resource: { en: 'number, or catalogue code', zh: '编号，或目录代码' },
  grant: { en: 'number of a request or grant', zh: '申请或授权的编号' },
  agreement: { en: 'number of an agreement; 0 for none', zh: '协议编号；0 表示没有' },
  correction: { en: 'number of a correction', zh: '校核编号' },
  quota: { en: 'whole number, or "unlimited"', zh: '整数，或 “unlimited”（不限）' },
  purpose: { en: 'purpose code, such as LegalCompliance', zh: '用途代码，如 LegalCompliance' },
  purposes: { en: 'list of purpose codes', zh: '用途代码的列表' },
  scope: {
    en: 'list of fields by position from 0 or by name, or "all"',
    zh: '信息项列表，按位置（从 0 起）或名称，或 “all”（全部）',
  },
  time: {
    en: 'seconds since 1970, or RFC 3339 such as 2026-03-01T08:30:00+08:00',
    zh: '1970 年以来的秒数，或 RFC 3339 时间，如 2026-03-01T08:30:00+08:00',
  },
  span: { en: 'seconds, or such as 30d, 12h, 15m', zh: '秒数，或如 30d、12h、15m' },
  day: { en: 'date such as 2026-10-01', zh: '日期，如 2026-10-01' },
  digest: {
    en: '0x and 64 hexadecimal digits, {"text": …} to be digested with a salt, or "none"',
    zh: '0x 加 64 位十六进制，或 {"text": …}（加盐后取摘要），或 “none”',
  },
  asked: { en: '0x and 64 hexadecimal digits; filled in when left out', zh: '0x 加 64 位十六进制；不写则自动填入' },
  round: {
    en: 'which veto on it, counted from 1; the one that stands when left out',
    zh: '对其的第几次否决，从 1 起；不写则为现行的一次',
  },
  hash: { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制' },
  log: {
    en: 'origin of a log, 0x and 64 hexadecimal digits, or "none"',
    zh: '日志名称，或 0x 加 64 位十六进制，或 “none”',
  },
  source: {
    en: 'text that names the source, or 0x and 64 hexadecimal digits',
    zh: '来源的名称，或 0x 加 64 位十六进制',
  },
  flag: { en: 'true or false', zh: 'true 或 false' },
  address: { en: '0x and 40 hexadecimal digits, or "none"', zh: '0x 加 40 位十六进制，或 “none”' },
  text: { en: 'text', zh: '文本' },
  document: { en: 'JSON object or list, or 0x and hexadecimal digits', zh: 'JSON 对象或列表，或 0x 加十六进制' },
}
