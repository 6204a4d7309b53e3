// Puts a plan of organisations, catalogue entries and requests on the chain: what a city does once before its first
// line is logged, and again whenever it grows. Each act is sent by the account of the organisation whose act it is.
// What the chain has already is left as it is, so that a plan can be run again, also after it was cut short.

import { isDeepStrictEqual } from 'node:util'
import canonicalize from 'canonicalize'
import { keccak256, toUtf8Bytes, type Wallet } from 'ethers'
import type { Act } from './chain/acts.ts'
import type { LedgerEvent } from './chain/contracts.ts'
import type { Registry } from './chain/registry.ts'
import type { Grant, RequestTerms } from './chain/registry-state.ts'
import {
  encodePurpose,
  type Kind,
  kindsToBits,
  OPEN_TYPES,
  type OpenType,
  SHARE_TYPES,
  type ShareType,
  UNLIMITED,
} from './chain/terms.ts'
import { LedgerError } from './core/error.ts'

export interface PlannedOrganisation {
  /** Unified social credit code, 18 characters. */
  readonly code: string
  readonly name: string
  readonly kinds: readonly Kind[]
}

export interface PlannedResource {
  readonly code: string
  /** Code of the organisation that provides it. */
  readonly provider: string
  readonly name: string
  readonly shareType: ShareType
  readonly openType: OpenType
  /** Classification, from 1. */
  readonly level: number
  /** Names of its fields (信息项); a scope is a set of them. */
  readonly fields: readonly string[]
  /** Names the datum at its source: one datum, one source. */
  readonly source: string
  /** The rest of its catalogue entry: abstract, category, format, cycle, … */
  readonly details?: Readonly<Record<string, string>>
  readonly legalBasis?: string
}

export interface PlannedRequest {
  readonly resource: string
  readonly consumer: string
  readonly purpose: string
  /** The purpose in words. Only its digest goes on chain. */
  readonly purposeText: string
  readonly legalBasis: string
  /** Seconds since 1970. */
  readonly from: number
  readonly until: number
  /** What the provider decides, where it has to; absent: it has not decided yet. */
  readonly decision?: { readonly grant: true } | { readonly refuse: string }
}

export interface Plan {
  readonly organisations: readonly PlannedOrganisation[]
  readonly resources: readonly PlannedResource[]
  readonly requests: readonly PlannedRequest[]
}

export interface OnboardingParts {
  readonly act: Act
  /** Holds the registrar's role. */
  readonly registrar: Wallet
  /** The account that acts for an organisation. */
  readonly accountOf: (code: string) => Wallet
  /** The salted digest of a text that stays off the chain, 0x and 64 hexadecimal digits. */
  readonly digestText: (text: string) => string
  /** What the chain has already. */
  readonly known: Pick<Registry, 'organisation' | 'resource' | 'grantsOfConsumer'>
  readonly onProgress?: (done: number, total: number) => void
}

export interface Onboarded {
  /** The ids of the plan's requests, in their order. */
  readonly requests: readonly number[]
  /** Acts sent; 0 when the chain had everything. */
  readonly acts: number
  /** What the chain has otherwise than the plan says, in words; it was left as it is. */
  readonly differences: readonly string[]
}

const NO_DIGEST = `0x${'0'.repeat(64)}`

/** @throws LedgerError `plan_incomplete`, or what the contracts refuse an act with */
export async function onboard(plan: Plan, parts: OnboardingParts): Promise<Onboarded> {
  requireComplete(plan, parts)
  const total = plan.organisations.length + plan.resources.length + plan.requests.length
  let acts = 0
  let done = 0
  const counted: Step = {
    ...parts,
    async act(...args) {
      acts++
      return parts.act(...args)
    },
  }
  const progress = (): void => parts.onProgress?.(++done, total)

  const differences = [...findDifferences(plan, parts)]

  for (const organisation of plan.organisations) {
    await registerOrganisation(organisation, counted)
    progress()
  }
  const resources = new Map<string, KnownResource>()
  await eachSender(
    plan.resources,
    ({ provider }) => provider,
    async resource => {
      resources.set(resource.code, { ...resource, id: await registerResource(resource, counted) })
      progress()
    },
  )
  const requests = new Map<PlannedRequest, number>()
  await eachSender(
    plan.requests,
    ({ consumer }) => consumer,
    async request => {
      requests.set(request, await requestAccess(request, resources.get(request.resource)!, counted))
      progress()
    },
  )
  await eachSender(
    plan.requests,
    ({ resource }) => resources.get(resource)!.provider,
    request => decide(request, requests.get(request)!, resources.get(request.resource)!, counted),
  )
  return { requests: plan.requests.map(request => requests.get(request)!), acts, differences }
}

/** Ends grants before their time, each by its provider. */
export async function revokeGrants(
  grants: readonly { readonly id: number; readonly provider: string; readonly reason: string }[],
  { act, accountOf, digestText }: Pick<OnboardingParts, 'act' | 'accountOf' | 'digestText'>,
): Promise<void> {
  for (const { id, provider, reason } of grants) {
    await act(accountOf(provider), 'accessLedger', 'revoke', [id, digestText(reason)])
  }
}

type Step = OnboardingParts
type KnownResource = PlannedResource & { readonly id: number }

async function registerOrganisation({ code, name, kinds }: PlannedOrganisation, step: Step): Promise<void> {
  if (step.known.organisation(code) !== undefined) return
  const account = step.accountOf(code).address
  await step.act(step.registrar, 'organisations', 'register', [code, name, kindsToBits(kinds), account])
}

async function registerResource(resource: PlannedResource, step: Step): Promise<number> {
  const known = step.known.resource(resource.code)
  if (known !== undefined) return known.id
  const { code, provider, source, name, shareType, openType, level, fields, details, legalBasis } = resource
  const description = {
    name,
    shareType: SHARE_TYPES[shareType].value,
    openType: OPEN_TYPES[openType].value,
    level,
    fieldCount: fields.length,
    parents: [],
    // The law that withholds it is public, so its digest needs no salt.
    legalBasisDigest: legalBasis === undefined ? NO_DIGEST : keccak256(toUtf8Bytes(legalBasis)),
    metadata: toUtf8Bytes(canonicalize({ ...details, fields, ...(legalBasis === undefined ? {} : { legalBasis }) })!),
  }
  const sourceHash = keccak256(toUtf8Bytes(source))
  return idIn(await step.act(step.accountOf(provider), 'catalogue', 'register', [code, sourceHash, description]))
}

async function requestAccess(request: PlannedRequest, resource: KnownResource, step: Step): Promise<number> {
  const terms = termsOf(request, resource, step)
  const known = findRequest(request.consumer, terms, step)
  if (known !== undefined) return known.id
  const sent = { ...terms, purpose: encodePurpose(terms.purpose) }
  return idIn(await step.act(step.accountOf(request.consumer), 'accessLedger', 'request', [sent]))
}

function termsOf(request: PlannedRequest, { id, fields }: KnownResource, { digestText }: Step): RequestTerms {
  return {
    resource: BigInt(id),
    purpose: request.purpose,
    purposeTextDigest: digestText(request.purposeText),
    legalBasisDigest: digestText(request.legalBasis),
    scope: (1n << BigInt(fields.length)) - 1n,
    from: request.from,
    until: request.until,
    quota: { byteCount: UNLIMITED, rowCount: UNLIMITED },
  }
}

/** What the contract decides by itself, or the provider has decided already, is left as it is. */
async function decide(request: PlannedRequest, id: number, resource: KnownResource, step: Step): Promise<void> {
  const { decision, until, consumer } = request
  if (decision === undefined || resource.shareType !== 'conditional') return
  if (findRequest(consumer, termsOf(request, resource, step), step)?.decision !== undefined) return
  const provider = step.accountOf(resource.provider)
  const quota = { byteCount: UNLIMITED, rowCount: UNLIMITED }
  if ('refuse' in decision) await step.act(provider, 'accessLedger', 'refuse', [id, step.digestText(decision.refuse)])
  else await step.act(provider, 'accessLedger', 'grant', [id, until, quota, NO_DIGEST])
}

/** The consumer's request of exactly these terms: granting one of other terms would grant what nobody planned. */
function findRequest(consumer: string, terms: RequestTerms, { known }: Step): Grant | undefined {
  return known.grantsOfConsumer(consumer).find(({ asked }) => isDeepStrictEqual({ ...asked }, terms))
}

/** What is on the chain is never changed by a plan; whoever mended a name in it must be told so. */
function* findDifferences({ organisations, resources }: Plan, { known }: OnboardingParts): Iterable<string> {
  for (const planned of organisations) {
    const there = known.organisation(planned.code)
    if (there !== undefined) yield* compare(`organisation ${planned.code}`, planned, there, ['name', 'kinds'])
  }
  for (const planned of resources) {
    const there = known.resource(planned.code)
    if (there === undefined) continue
    const described = { ...planned, fieldCount: planned.fields.length }
    yield* compare(`resource ${planned.code}`, described, there, RESOURCE_FIELDS)
  }
}

const RESOURCE_FIELDS = ['provider', 'name', 'shareType', 'openType', 'level', 'fieldCount'] as const

function* compare<K extends string>(
  what: string,
  planned: Record<K, unknown>,
  there: Record<K, unknown>,
  fields: readonly K[],
) {
  for (const field of fields) {
    const [wanted, is] = [planned[field], there[field]].map(value =>
      [value]
        .flat()
        .map(String)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join(', '),
    )
    if (wanted !== is) yield `${what}: ${field} is "${is}" on the chain, "${wanted}" in the plan`
  }
}

/** Before anything is sent: whatever the plan names must be in it, or on the chain. */
function requireComplete({ organisations, resources, requests }: Plan, { known }: OnboardingParts): void {
  const parties = new Set(organisations.map(({ code }) => code))
  const entries = new Set(resources.map(({ code }) => code))
  const named = [...resources.map(({ provider }) => provider), ...requests.map(({ consumer }) => consumer)]
  const party = named.find(code => !parties.has(code) && known.organisation(code) === undefined)
  if (party !== undefined) throw notInPlan('organisation', party)
  // A request needs the resource's number of fields, which only the plan has.
  const entry = requests.find(({ resource }) => !entries.has(resource))?.resource
  if (entry !== undefined) throw notInPlan('resource', entry)
}

function notInPlan(what: string, code: string): LedgerError {
  return new LedgerError(
    'plan_incomplete',
    `The plan speaks of ${what} ${code}, but does not have it; add it to the plan. Nothing was registered.`,
  )
}

/** The id that the act's first event gave to what it made. */
function idIn(events: readonly LedgerEvent[]): number {
  for (const { args } of events) if ('id' in args) return Number(args.id)
  throw new Error('the act made nothing with an id')
}

/** Does `work` on every item: one sender's items one after the other, different senders side by side. */
async function eachSender<T>(
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
