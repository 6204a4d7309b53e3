// A submitted line against the catalogue: what the line leaves out and the ledger knows is filled in, what contradicts
// it is refused. What merely breaks the rules is not refused: a read of a withdrawn resource, or under a grant that has
// ended or is somebody else's, did happen, and the ledger must say so; reconciliation judges it.

import { LedgerError } from '../error.ts'
import { fitsField } from './fields.ts'
import { type CompleteRecord, EARLIEST_TIME, MAX_CLOCK_SKEW, type PublicInput } from './shape.ts'
import { formatTime, readTime } from './time.ts'

/** What the ledger knows from the contracts' events. Answers must come from memory: they are asked for every line. */
export interface Registry {
  resource(code: string): { readonly provider: string; readonly withdrawn: boolean } | undefined
  organisation(code: string): object | undefined
  grant(id: number): { readonly purpose: string } | undefined
}

/**
 * The line with provider and purpose filled in. `now` is the ledger's clock, ms since 1970. Throws `time_in_future`,
 * `time_too_early`, `unknown_resource`, `unknown_consumer`, `unknown_grant`, `provider_mismatch`, or
 * `invalid_registry_value` when the chain itself holds a code that no entry may carry.
 */
export function completeRecord(input: PublicInput, registry: Registry, now: number): CompleteRecord {
  checkTime(input.time, now)
  const resource = registry.resource(input.resource)
  if (resource === undefined) {
    const next = 'register it in the catalogue, or correct the code'
    throw new LedgerError('unknown_resource', `resource ${quote(input.resource)} is not in the catalogue; ${next}`)
  }
  if (registry.organisation(input.consumer) === undefined) {
    const next = 'register the organisation, or correct the code'
    throw new LedgerError('unknown_consumer', `consumer ${quote(input.consumer)} is not registered; ${next}`)
  }
  if (input.provider !== undefined && input.provider !== resource.provider) {
    const values = `provider ${quote(input.provider)}, but the catalogue says ${quote(resource.provider)}`
    throw new LedgerError('provider_mismatch', `the line says ${values}; correct the line, or leave provider out`)
  }
  const { provider } = resource
  if (!fitsField('provider', provider)) throw invalidRegistryValue('provider', provider)
  if (input.grant === undefined) return { ...input, provider }
  const grant = registry.grant(input.grant)
  if (grant === undefined) {
    const next = 'correct the number, or leave grant out if there is none'
    throw new LedgerError('unknown_grant', `grant ${input.grant} is not in the ledger's contract; ${next}`)
  }
  // A line that names a purpose of its own keeps it, even against the grant: that difference is what reconciliation seeks.
  if (input.purpose !== undefined) return { ...input, provider }
  if (!fitsField('purpose', grant.purpose)) throw invalidRegistryValue('purpose', grant.purpose)
  return { ...input, provider, purpose: grant.purpose }
}

function checkTime(time: string, now: number): void {
  const ahead = readTime(time) - now
  if (ahead > MAX_CLOCK_SKEW) {
    const values = `time ${time} is ${Math.round(ahead / 1000)} s ahead of the ledger's clock (${formatTime(now)})`
    throw new LedgerError('time_in_future', `${values}; set the source's clock`)
  }
  if (time < EARLIEST_TIME) {
    throw new LedgerError('time_too_early', `time ${time} is before ${EARLIEST_TIME}; set the source's clock`)
  }
}

function invalidRegistryValue(field: 'provider' | 'purpose', value: string): LedgerError {
  const next = field === 'purpose' ? 'send the purpose on the line' : 'register the organisation with a valid code'
  return new LedgerError(
    'invalid_registry_value',
    `the chain gives ${field} ${quote(value)}, which no entry may carry; ${next}`,
  )
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 64))
}
