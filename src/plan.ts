// The plan file: who and what is to be put on the chain (docs/register.md). Strictly read: a misspelt field is an error,
// since what is on the chain stays there.

import { KINDS, type Kind, OPEN_TYPES, type OpenType, SHARE_TYPES, type ShareType } from './chain/terms.ts'
import { LedgerError } from './core/error.ts'
import { parseStrict } from './core/json.ts'
import { anyText, flag, invalidShape, list, object, oneOf, type Reader, text, wholeNumber } from './core/reader.ts'
import { PATTERNS, parseTime, readTime } from './core/record.ts'
import type { Plan } from './onboarding.ts'

const MOST = 100_000
const NAME = text(/^[^\p{C}]{1,66}$/u, 'a name of 1 to 66 characters')
const CREDIT_CODE = text(/^[0-9A-Z]{18}$/, 'a unified social credit code of 18 digits and capital letters')
const RESOURCE_CODE = text(PATTERNS.resource, 'a catalogue code of 1 to 64 printable ASCII characters without spaces')
const PURPOSE = text(PATTERNS.purpose, 'a purpose code such as LegalCompliance')

/** A time as RFC 3339, in seconds since 1970. */
const SECONDS: Reader<number> = (value, at) => {
  try {
    return Math.floor(readTime(parseTime(value as string)) / 1000)
  } catch {
    throw invalidShape(at, 'a time such as 2026-12-31T23:59:59+08:00')
  }
}

const DETAILS: Reader<Readonly<Record<string, string>>> = (value, at) => {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return object({}, Object.fromEntries(names.map(name => [name, anyText(4_000)])))(value, at) as Record<string, string>
}

const DECISION = object({}, { grant: flag, refuse: anyText(4_000) })

const PLAN = object({
  organisations: list(
    object({ code: CREDIT_CODE, name: NAME, kinds: list(oneOf(Object.keys(KINDS) as Kind[]), 8) }),
    MOST,
  ),
  resources: list(
    object(
      {
        code: RESOURCE_CODE,
        provider: CREDIT_CODE,
        name: NAME,
        shareType: oneOf(Object.keys(SHARE_TYPES) as ShareType[]),
        openType: oneOf(Object.keys(OPEN_TYPES) as OpenType[]),
        level: wholeNumber(1),
        fields: list(anyText(200), 256),
        source: anyText(1_000),
      },
      { details: DETAILS, legalBasis: anyText(4_000) },
    ),
    MOST,
  ),
  requests: list(
    object(
      {
        resource: RESOURCE_CODE,
        consumer: CREDIT_CODE,
        purpose: PURPOSE,
        purposeText: anyText(4_000),
        legalBasis: anyText(4_000),
        from: SECONDS,
        until: SECONDS,
      },
      { decision: DECISION },
    ),
    MOST,
  ),
})

/** @throws LedgerError `plan_invalid`, naming the place; what `parseStrict` refuses */
export function parsePlan(json: string): Plan {
  try {
    const { requests, ...rest } = PLAN(parseStrict(json), '')
    return {
      ...rest,
      requests: requests.map(({ decision, ...request }, k) => ({ ...request, ...readDecision(decision, k) })),
    }
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError('plan_invalid', `The plan cannot be used: ${cause.message}. Nothing was registered.`, {
      cause,
    })
  }
}

function readDecision(
  decision: { readonly grant?: boolean; readonly refuse?: string } | undefined,
  k: number,
): Pick<Plan['requests'][number], 'decision'> {
  if (decision === undefined) return {}
  if (decision.grant === true && decision.refuse === undefined) return { decision: { grant: true } }
  if (decision.grant === undefined && decision.refuse) return { decision: { refuse: decision.refuse } }
  throw invalidShape(`requests[${k}].decision`, 'either {"grant": true} or {"refuse": "the reason"}')
}
