// A verification as plain JSON: for the command's --json, for programs and for the page.

import { listUnproven } from '../core/evidence.ts'
import type { Words } from '../core/words.ts'
import type { Verification, VerifiedAnswer } from './evidence.ts'
import type { Answer, VerifyResult } from './published.ts'
import { CONTRADICTIONS } from './statements.ts'

/** What such a file does not prove. */
export function unprovenIn({ complete }: Pick<VerifiedAnswer, 'complete'>): readonly Words[] {
  return listUnproven(complete === 'unproven' ? {} : { complete })
}

export function toPlain({ answer, ...outcome }: Verification): VerifyResult {
  if (answer === undefined) return outcome
  return { ...outcome, answer: plainAnswer(answer), doesNotProve: unprovenIn(answer) }
}

function plainAnswer({ findings, statements, rows, ...rest }: VerifiedAnswer): Answer & { readonly grants: unknown } {
  return {
    ...rest,
    rows: rows as unknown as Answer['rows'],
    names: {
      organisations: Object.fromEntries(findings.organisations),
      resources: Object.fromEntries(findings.resources),
    },
    grants: [...findings.grants.values()],
    statements: statements.map(plainStatement),
  }
}

/** JSON has no numbers as large as these: as digits. */
function plainStatement({
  first,
  end,
  stated,
  shown,
  ...rest
}: VerifiedAnswer['statements'][number]): Answer['statements'][number] {
  const digits = ({ records, bytes, rows }: typeof stated): Answer['statements'][number]['stated'] => {
    return { records: String(records), bytes: String(bytes), rows: String(rows) }
  }
  return {
    ...rest,
    contradicts: CONTRADICTIONS.has(rest.result),
    first: String(first),
    end: String(end),
    stated: digits(stated),
    shown: digits(shown),
  }
}
