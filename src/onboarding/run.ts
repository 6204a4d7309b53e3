// One run of a plan: what its steps share. Each act is sent by the account of the organisation whose act it is.

import { keccak256, toUtf8Bytes, type Wallet } from 'ethers'
import type { Act, View } from '../chain/acts.ts'
import type { LedgerEvent } from '../chain/contracts.ts'
import type { Registry } from '../chain/registry.ts'
import type { AgreementKind } from '../chain/terms.ts'
import type { Words } from '../core/words.ts'
import type { PlannedResource } from '../plan/planned.ts'

export interface OnboardingParts {
  readonly act: Act
  readonly view: View
  /** Holds the registrar's role, and keeps the approval rules. */
  readonly registrar: Wallet
  /** The account that acts for an organisation. */
  readonly accountOf: (code: string) => Wallet
  /** The account of an organisation's chief data officer. */
  readonly officerOf: (code: string) => Wallet
  /** The salted digest of a text that stays off the chain, 0x and 64 hexadecimal digits. */
  readonly digestText: (text: string) => string
  /** What the chain has already. */
  readonly known: Pick<Registry, 'organisation' | 'resource' | 'grantsOfConsumer'>
  /** The name of this ledger's access log in the contracts (`logIdOf`). */
  readonly log: string
  /** Milliseconds since 1970, as the chain will have it. */
  readonly now: () => number
  readonly onProgress?: (done: number, total: number) => void
}

export type KnownResource = PlannedResource & { readonly id: number }

interface KnownAgreement {
  readonly id: number
  readonly kind: AgreementKind
  readonly inForce: boolean
}

export interface KnownRequest {
  readonly id: number
  /** Nobody has decided it yet. */
  readonly open: boolean
}

/** What earlier steps found or made, by the plan's names; and what the run has to say in the end. */
export interface Run extends OnboardingParts {
  readonly organisations: Map<string, number>
  readonly resources: Map<string, KnownResource>
  readonly agreements: Map<string, KnownAgreement>
  /** Codes of the products that may be taken. */
  readonly released: Set<string>
  /** What the chain has otherwise than the plan says. */
  readonly differences: string[]
  /** What could not be done yet. */
  readonly waiting: Words[]
  progress(): void
}

export const NO_DIGEST = `0x${'0'.repeat(64)}`

/** Of a public text: whoever reads it can compute it, so it needs no salt. */
export function digestPublic(text: string): string {
  return keccak256(toUtf8Bytes(text))
}

export function organisationId(code: string, { organisations, known }: Run): number {
  const id = organisations.get(code) ?? known.organisation(code)?.id
  if (id === undefined) throw new Error(`organisation ${code} was not looked for before it was used`)
  return id
}

export function resourceId(code: string, { resources, known }: Run): number {
  const id = resources.get(code)?.id ?? known.resource(code)?.id
  if (id === undefined) throw new Error(`resource ${code} was not looked for before it was used`)
  return id
}

/** The ids of these, as the contracts want lists: ascending. */
export function ascending(ids: readonly number[]): number[] {
  return ids.toSorted((a, b) => a - b)
}

/** The set of these fields of a resource; all of them if none are named. */
export function scopeOf({ fields }: Pick<PlannedResource, 'fields'>, named: readonly string[] = fields): bigint {
  return named.reduce((scope, field) => scope | (1n << BigInt(fields.indexOf(field))), 0n)
}

/** The id that the act's first event gave to what it made. */
export function idIn(events: readonly LedgerEvent[]): number {
  for (const { args } of events) if ('id' in args) return Number(args.id)
  throw new Error('the act made nothing with an id')
}

/** Does `work` on every item: one sender's items one after the other, different senders side by side. */
export async function eachSender<T>(
  items: readonly T[],
  senderOf: (item: T) => string,
  work: (item: T) => Promise<void>,
): Promise<void> {
  await Promise.all(
    [...Map.groupBy(items, senderOf).values()].map(async ofOne => {
      for (const item of ofOne) await work(item)
    }),
  )
}
