// The contracts' own views beside what their events add up to: one entry for each kind of object. This is the table to
// extend when a contract gets a view: what it is called, which objects there are, and what the view should say of each.

import { id as digestText, keccak256, ZeroAddress, ZeroHash } from 'ethers'
import type { ContractName } from './abi.ts'
import { type Grant, isVetoed, RegistryState, type TimedEvent } from './registry-state.ts'
import type { GrantState } from './terms.ts'
import type { Values } from './values.ts'

/** What the events up to one block add up to. */
export interface Held {
  readonly state: RegistryState
  /** By the log's id: the newest word of its events on each of their fields. */
  readonly logs: ReadonlyMap<string, Values>
}

export interface Views {
  readonly zh: string
  readonly en: string
  readonly contract: ContractName
  /** The view that counts them, where ids are numbers from 1 on. */
  readonly count?: string
  ids(held: Held): Iterable<number | string>
  /**
   * By view, what it should say of one object at a time in seconds since 1970: fields under the contract's names, a
   * single unnamed one under ''. Fields that only one side has are not compared.
   */
  readonly views: Readonly<Record<string, (held: Held, id: number | string, time: number) => Values>>
}

export const VIEWS: readonly Views[] = [
  {
    zh: '参与方',
    en: 'organisation',
    contract: 'organisations',
    count: 'organisationCount',
    ids: ({ state }) => state.organisations.keys(),
    views: {
      organisation({ state }, id) {
        const organisation = state.organisations.get(Number(id))!
        const { account, officer = ZeroAddress, kinds, status, code } = organisation
        return { account, officer, kinds, status, codeHash: digestText(code), veto: vetoBits(organisation, state) }
      },
    },
  },
  {
    zh: '数据资源',
    en: 'resource',
    contract: 'catalogue',
    count: 'resourceCount',
    ids: ({ state }) => state.resources.keys(),
    views: {
      resource({ state }, id) {
        const resource = state.resources.get(Number(id))!
        const { version, shareType, openType, level, highestLevel, fieldCount, withdrawn, product, metadata } = resource
        return {
          provider: state.organisationIds.get(resource.provider)!,
          version,
          shareType,
          openType,
          level,
          highestLevel,
          fieldCount,
          withdrawn,
          product,
          veto: vetoBits(resource, state),
          ancestorCount: resource.ancestors.length,
          parent: isParent(resource.code, state),
          metadataDigest: keccak256(metadata),
        }
      },
    },
  },
  {
    zh: '授权',
    en: 'grant',
    contract: 'accessLedger',
    count: 'grantCount',
    ids: ({ state }) => state.grants.keys(),
    views: {
      grantOf({ state }, id, time) {
        const grant = state.grants.get(Number(id))!
        const { terms, quota, delivered, asked } = grant
        return {
          resource: asked.resource,
          consumer: state.organisationIds.get(terms.consumer)!,
          agreement: asked.agreement,
          purpose: state.purposes.get(terms.purpose)!.number,
          from: terms.from / 1000,
          until: terms.until / 1000,
          state: stateOf(grant, time),
          veto: vetoBits(grant, state),
          bytesLeft: quota.byteCount - delivered.bytes,
          rowsLeft: quota.rowCount - delivered.rows,
          scope: asked.scope,
        }
      },
      stateOf: ({ state }, id, time) => ({ '': stateOf(state.grants.get(Number(id))!, time) }),
    },
  },
  {
    zh: '协议',
    en: 'agreement',
    contract: 'agreements',
    count: 'agreementCount',
    ids: ({ state }) => state.agreements.keys(),
    views: {
      agreementOf({ state }, id, time) {
        const agreement = state.agreements.get(Number(id))!
        const [first, second, third] = agreement.parties.map(code => state.organisationIds.get(code)!)
        const { kind, from, until, parent = 0, objections, publicity, evaluation, textDigest = ZeroHash } = agreement
        return {
          first: first!,
          second: second!,
          third: third ?? 0,
          parent,
          kind,
          state: agreement.state === 'in-force' && time >= until / 1000 ? 'expired' : agreement.state,
          veto: vetoBits(agreement, state),
          outcome: evaluation?.outcome ?? 'none',
          objections: objections.open,
          from: from / 1000,
          until: until / 1000,
          publicUntil: (publicity?.at ?? 0) / 1000,
          rectifyBy: (evaluation?.rectifyBy ?? 0) / 1000,
          textDigest,
        }
      },
    },
  },
  {
    zh: '校核',
    en: 'correction',
    contract: 'corrections',
    count: 'correctionCount',
    ids: ({ state }) => state.corrections.keys(),
    views: {
      correctionOf({ state }, id) {
        const { resource, raiser, grant, due, state: stands, rounds } = state.corrections.get(Number(id))!
        return {
          resource: state.resourceIds.get(resource)!,
          raiser: state.organisationIds.get(raiser)!,
          grant,
          dueAt: due.at / 1000,
          state: stands,
          rounds,
        }
      },
    },
  },
  {
    zh: '日志',
    en: 'log',
    contract: 'checkpointAnchor',
    ids: ({ logs }) => logs.keys(),
    views: {
      latest: ({ logs }, id) => logs.get(String(id))!,
      anchorerOf: ({ logs }, id) => ({ '': logs.get(String(id))!['anchorer']! }),
    },
  },
]

/** Held, suspended, expired and exhausted are never stored by the contract: they follow from veto, time and what is left. */
function stateOf(grant: Grant, time: number): GrantState {
  const { decision, revoked, terms, delivered, quota } = grant
  if (decision === undefined) return isVetoed(grant) ? 'held' : 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (isVetoed(grant)) return 'suspended'
  if (time >= terms.until / 1000) return 'expired'
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}

/** A veto as the contract keeps it (Veto.sol): bit 0 imposed, bit 1 the inspector agreed to lift it, bit 2 the regulator. */
function vetoBits({ vetoes }: Pick<Grant, 'vetoes'>, { organisations, organisationIds }: RegistryState): number {
  const last = vetoes.at(-1)
  if (last === undefined || last.lifted !== undefined) return 0
  const agreed = last.agreed.map(({ by }) => {
    const { kinds } = organisations.get(organisationIds.get(by)!)!
    return kinds.includes('inspector') ? 2 : 4
  })
  return agreed.reduce((bits, bit) => bits | bit, 1)
}

/** Whether an entry was ever made from this one. Whoever has it as an ancestor has a parent that does, or it as a parent. */
function isParent(code: string, state: RegistryState): boolean {
  const known = parents.get(state) ?? new Set([...state.resources.values()].flatMap(({ ancestors }) => ancestors))
  parents.set(state, known)
  return known.has(code)
}

/** Of each state the codes that are parents: the state that is compared does not change any more. */
const parents = new WeakMap<RegistryState, ReadonlySet<string>>()

/** Before its first anchor a log has no leaf, and the contract no root for it. */
const EMPTY_LOG: Values = { size: 0n, root: ZeroHash }

/** Adds up events. @throws LedgerError `events_missing` */
export class Tally implements Held {
  readonly state = new RegistryState()
  readonly logs = new Map<string, Values>()

  apply(timed: TimedEvent): void {
    this.state.apply(timed)
    const { event } = timed
    if (event.name === 'LogRegistered' || event.name === 'AnchorerReplaced' || event.name === 'CheckpointAnchored') {
      this.logs.set(event.args.log, { ...(this.logs.get(event.args.log) ?? EMPTY_LOG), ...event.args })
    }
  }
}
