// What evidence of acts is asked about on the command line, `kind=code` as the file's own `subject` has it
// (core/acts-evidence.ts), and where the service answers that (docs/api.md).

import { InvalidArgumentError } from 'commander'
import type { Subject } from '../core/acts-evidence.ts'
import { languageOf } from '../core/words.ts'
import type { Parameters } from './client.ts'
import { parseWhole } from './question.ts'

/** By number or by code, under the word that the service knows the kind by. */
const NUMBERED = { grant: 'grants', agreement: 'agreements', correction: 'corrections' } as const
const CODED = ['party', 'resource'] as const

export const SUBJECTS_ZH: Readonly<Record<keyof Subject, string>> = {
  grant: '授权',
  agreement: '协议',
  correction: '校核',
  party: '主体',
  resource: '资源',
}

export interface SubjectOption {
  readonly kind: keyof Subject
  readonly code: string
}

/** @throws InvalidArgumentError, which the command line shows with the option's name */
export function parseSubject(text: string): SubjectOption {
  const [, kind = '', code = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? []
  if (isOne(Object.keys(NUMBERED) as (keyof typeof NUMBERED)[], kind)) return { kind, code: String(parseWhole(code)) }
  if (isOne(CODED, kind)) return { kind, code }
  const kinds = [...Object.keys(NUMBERED), ...CODED].map(kind => `${kind}=`).join(', ')
  throw new InvalidArgumentError(
    languageOf(process.env) === 'zh'
      ? `请给出 ${kinds} 之一及其编号或代码，例如 grant=12。`
      : `Give one of ${kinds} and its number or code, such as grant=12.`,
  )
}

export function actsPathOf({ kind, code }: SubjectOption): { readonly path: string; readonly parameters: Parameters } {
  if (kind === 'party' || kind === 'resource') return { path: '/v1/evidence/acts', parameters: { [kind]: code } }
  return { path: `/v1/${NUMBERED[kind]}/${code}/evidence`, parameters: {} }
}

function isOne<Kind extends string>(kinds: readonly Kind[], text: string): text is Kind {
  return kinds.some(kind => kind === text)
}
