// What events come to, about one party, grant, agreement, resource or correction: where it stands, since when, by whose
// signature, and what was done with it. Pure; whoever makes evidence and whoever checks it make the answer from the same
// events, and compare.

import type { Subject } from '../core/acts-evidence.ts'
import { formatSeconds, formatTime } from '../core/record.ts'
import { signedBy } from './act-relays.ts'
import type { By, Grant, RegistryState, TimedEvent } from './registry-state.ts'
import { isVetoed, RegistryState as State, standingOf, termsOf } from './registry-state.ts'
import { Attributor } from './state/attribution.ts'
import type { StandingNow } from './state/standing.ts'
import { ACTING, type Thing, toldIn } from './things.ts'

/** One act about the subject itself. */
export interface ActSaid {
  readonly event: string
  readonly time: string
  readonly block: number
  readonly transaction: string
  /** Code of the organisation whose act it is; absent where one of the ledger's keepers, or the contract itself, acted. */
  readonly organisation?: string
  /** The account that signed. */
  readonly account?: string
  /** Who sent it, where another did; then `signature` says by whom the signature can be checked. */
  readonly relayer?: string
  readonly signature?: 'key' | 'contract'
}

/** What was recorded under a grant. Amounts are decimal digits: they may pass 2^53. */
export interface Used {
  readonly deliveries: number
  readonly bytes: string
  readonly rows: string
  /** Of the deliveries those that sum up access lines, and the lines. */
  readonly statements: number
  readonly accesses: string
  readonly computations: number
  readonly confirmations: number
}

export interface GrantNow {
  readonly id: number
  readonly state: 'requested' | 'refused' | 'granted' | 'revoked'
  readonly now: StandingNow
  readonly resource: string
  readonly consumer: string
  readonly provider: string
  readonly purpose: string
  readonly agreement?: number
  readonly from: string
  readonly until: string
  readonly basis?: string
  readonly acts: readonly ActSaid[]
  readonly used: Used
}

export interface AgreementNow {
  readonly id: number
  readonly kind: string
  readonly state: string
  readonly vetoed: boolean
  readonly parties: readonly string[]
  readonly parent?: number
  readonly from: string
  readonly until: string
  readonly signed: readonly string[]
  readonly acts: readonly ActSaid[]
}

export interface ActAnswer {
  /** The time of the block that it is as of. */
  readonly time: string
  /** What it is about; null where the contracts know of none. */
  readonly about: 'party' | 'grant' | 'agreement' | 'resource' | 'correction' | null
  readonly party?: {
    readonly code: string
    readonly name: string
    readonly status: string
    readonly vetoed: boolean
    readonly account: string
    readonly acts: readonly ActSaid[]
  }
  readonly grants?: readonly GrantNow[]
  readonly agreement?: AgreementNow
  readonly resource?: {
    readonly code: string
    readonly name: string
    readonly provider: string
    readonly version: number
    readonly shareType: string
    readonly withdrawn: boolean
    readonly vetoed: boolean
    readonly acts: readonly ActSaid[]
  }
  readonly correction?: {
    readonly id: number
    readonly resource: string
    readonly raiser: string
    readonly grant: number
    readonly state: string
    readonly due: string
    readonly acts: readonly ActSaid[]
  }
}

/** What stands for deliveries is counted, not listed. */
const COUNTED: ReadonlySet<string> = new Set(['Delivered', 'ReceiptConfirmed', 'Computed'])

interface Told {
  readonly state: RegistryState
  readonly about: ReturnType<typeof toldIn>
  readonly by: ReadonlyMap<TimedEvent, By>
}

/**
 * @param events In the order of the chain, with the relayings that they go back to.
 * @param time Of the block that the answer is as of, seconds since 1970.
 * @throws LedgerError `events_missing` where one is left out without which another means nothing
 */
export function answerActs(subject: Subject, events: readonly TimedEvent[], time: number): ActAnswer {
  const told = attribute(events)
  const { state } = told
  const now = time * 1000
  const at = { time: formatTime(now) }
  if (subject.grant !== undefined) {
    const grant = state.grants.get(subject.grant)
    return grant === undefined
      ? { ...at, about: null }
      : { ...at, about: 'grant', grants: [grantNow(grant, told, now)] }
  }
  if (subject.agreement !== undefined) return { ...at, ...aboutAgreement(subject.agreement, told, now) }
  if (subject.correction !== undefined) return { ...at, ...aboutCorrection(subject.correction, told) }
  if (subject.resource !== undefined) return { ...at, ...aboutResource(subject.resource, told) }
  return { ...at, ...aboutParty(subject.party ?? '', told, now) }
}

function attribute(events: readonly TimedEvent[]): Told {
  const state = new State()
  const attributor = new Attributor()
  const by = new Map<TimedEvent, By>()
  for (const event of events) {
    by.set(event, attributor.attribute(event, state).by)
    state.apply(event)
  }
  return { state, about: toldIn(events), by }
}

type About = Omit<ActAnswer, 'time'>
const NOTHING: About = { about: null }

function aboutParty(code: string, told: Told, now: number): About {
  const { state } = told
  const party = state.organisations.get(state.organisationIds.get(code) ?? 0)
  if (party === undefined) return NOTHING
  const { id, name, status, account } = party
  const grants = (state.grantsByConsumer.get(code) ?? []).map(grant => grantNow(state.grants.get(grant)!, told, now))
  const acts = actsOf({ kind: 'organisation', id: BigInt(id) }, told)
  const own = { code, name, status, vetoed: isVetoed(party), account: account.toLowerCase(), acts }
  return { about: 'party', party: own, grants }
}

function aboutAgreement(id: number, told: Told, now: number): About {
  const agreement = told.state.agreements.get(id)
  if (agreement === undefined) return NOTHING
  const { kind, parties, parent, from, until, signatures } = agreement
  const state = agreement.state === 'in-force' && now >= until ? 'expired' : agreement.state
  const shown = {
    id,
    kind,
    state,
    vetoed: isVetoed(agreement),
    parties,
    ...(parent !== undefined && { parent }),
    from: formatTime(from),
    until: formatTime(until),
    signed: signatures.map(({ by }) => by),
    acts: actsOf({ kind: 'agreement', id: BigInt(id) }, told),
  }
  return { about: 'agreement', agreement: shown }
}

function aboutResource(code: string, told: Told): About {
  const { state } = told
  const resource = state.resources.get(state.resourceIds.get(code) ?? 0)
  if (resource === undefined) return NOTHING
  const { id, name, provider, version, shareType, withdrawn } = resource
  const acts = actsOf({ kind: 'resource', id: BigInt(id) }, told)
  const shown = { code, name, provider, version, shareType, withdrawn, vetoed: isVetoed(resource), acts }
  return { about: 'resource', resource: shown }
}

function aboutCorrection(id: number, told: Told): About {
  const correction = told.state.corrections.get(id)
  if (correction === undefined) return NOTHING
  const { resource, raiser, grant, state, due } = correction
  const acts = actsOf({ kind: 'correction', id: BigInt(id) }, told)
  return { about: 'correction', correction: { id, resource, raiser, grant, state, due: formatTime(due.at), acts } }
}

function grantNow(grant: Grant, told: Told, now: number): GrantNow {
  const { id, provider, agreement, decision, revoked, delivered, stated, computations, receipts } = grant
  const { resource, consumer, purpose, from, until } = termsOf(grant, told.state)
  return {
    id,
    state: revoked !== undefined ? 'revoked' : (decision?.outcome ?? 'requested'),
    now: standingOf(grant, told.state, now),
    resource,
    consumer,
    provider,
    purpose,
    ...(agreement !== undefined && { agreement }),
    from: formatTime(from),
    until: formatTime(until),
    ...(decision?.outcome === 'granted' && { basis: decision.basis }),
    acts: actsOf({ kind: 'grant', id: BigInt(id) }, told),
    used: {
      deliveries: delivered.count,
      bytes: String(delivered.bytes),
      rows: String(delivered.rows),
      statements: stated.count,
      accesses: String(stated.accesses),
      computations: computations.count,
      confirmations: receipts.count,
    },
  }
}

function actsOf(thing: Thing, { about, by }: Told): readonly ActSaid[] {
  return about(thing, ACTING)
    .filter(({ event }) => !COUNTED.has(event.name))
    .map(timed => {
      const { event, log, time } = timed
      const { organisation, account, relayer, digest, signature } = by.get(timed) ?? {}
      return {
        event: event.name,
        time: formatSeconds(time),
        block: log.blockNumber,
        transaction: log.transactionHash,
        ...(organisation !== undefined && { organisation }),
        ...(account !== undefined && { account: account.toLowerCase() }),
        ...(relayer !== undefined && { relayer: relayer.toLowerCase() }),
        ...(account !== undefined &&
          digest !== undefined &&
          signature !== undefined && { signature: signedBy({ actor: account, digest, signature }) }),
      }
    })
}
