// The plan file: who and what is to be put on the chain (docs/register.md).

import { LedgerError } from './core/error.ts'
import { parseStrict } from './core/json.ts'
import type { Plan } from './plan/planned.ts'
import { PLAN } from './plan/readers.ts'

export type * from './plan/planned.ts'

/** @throws LedgerError `plan_invalid`, naming the place; what `parseStrict` refuses */
export function parsePlan(json: string): Plan {
  try {
    return PLAN(parseStrict(json), '')
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'plan_invalid',
      {
        en: `The plan cannot be used: ${cause.message}. Nothing was registered.`,
        zh: `登记方案不能使用：${cause.words.zh}。没有登记任何内容。`,
      },
      {
        cause,
      },
    )
  }
}
