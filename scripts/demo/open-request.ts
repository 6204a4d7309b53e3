// A request that the demo leaves to whoever runs it: one that was refused for asking too much asks again, for a field less.
// And the keys to act with, which real organisations never leave in one place.

import { join } from 'node:path'
import type { Grant } from '../../src/chain/registry.ts'
import { encodePurpose } from '../../src/chain/terms.ts'
import type { Ledger } from '../../src/ledger.ts'
import type { OnboardingParts } from '../../src/onboarding.ts'
import { writePrivate } from '../../src/secrets.ts'
import { INSPECTOR, PLATFORM, REGULATOR } from './institutions.ts'

const KEYS = 'demo-keys'
/** Six days after the demo's evening by the demo's own clock; the service takes an act of at most 7 days ahead. */
const DEADLINE = '2026-03-24T00:00:00+08:00'

/**
 * Asks again; undefined where nothing was refused that could still be granted.
 * @param now Milliseconds since 1970
 */
export async function askAgain(
  { registry }: Ledger,
  { act, accountOf, digestText }: Pick<OnboardingParts, 'act' | 'accountOf' | 'digestText'>,
  now: number,
): Promise<Grant | undefined> {
  // Requests of many are numbered as they come; by resource and consumer it is the same one in each run.
  const placeOf = ({ terms }: Grant): string => `${terms.resource} ${terms.consumer}`
  const [refused] = [...registry.books.grants.values()]
    .filter(
      ({ decision, terms, agreement }) =>
        decision?.outcome === 'refused' && terms.until > now && agreement === undefined,
    )
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  if (refused === undefined) return undefined
  const { asked, terms } = refused
  const fewer = asked.scope & (asked.scope - 1n) // without its first field
  const request = {
    ...asked,
    purpose: encodePurpose(asked.purpose),
    purposeTextDigest: digestText('缩小范围后再次申请'),
    scope: fewer === 0n ? asked.scope : fewer,
  }
  const events = await act(accountOf(terms.consumer), 'accessLedger', 'request', [request])
  await registry.refresh()
  const made = events.find(event => event.name === 'AccessRequested')
  return made === undefined ? undefined : registry.grant(Number(made.args.id))
}

/**
 * Writes the keys of both sides of the request and of those who watch over it, each readable by its owner alone.
 * @returns the directory they are in
 */
export async function writeKeys(
  directory: string,
  open: Grant | undefined,
  accountOf: OnboardingParts['accountOf'],
): Promise<string> {
  const keys = join(directory, KEYS)
  const sides = open === undefined ? [] : [open.provider, open.terms.consumer]
  for (const code of new Set([...sides, ...[REGULATOR, INSPECTOR, PLATFORM].map(({ code }) => code)])) {
    await writePrivate(keys, `${code}.key`, `${accountOf(code).privateKey.slice(2)}\n`)
  }
  return keys
}

/** The refusal as a command. Its deadline is named, since the machine's own clock is far from the city's day. */
export function refusalLine({ id, provider }: Grant, keys: string): string {
  const key = join(keys, `${provider}.key`)
  return `suyuan act access-ledger.refuse --id ${id} --reason-digest '材料不全' --key '${key}' --deadline ${DEADLINE}`
}
