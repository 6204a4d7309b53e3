// The contracts' own views beside what their events add up to: one entry for each kind of object. This is the table to
// extend when a contract gets a view: what it is called, which objects there are, and what the view should say of each.

import { id as digestText, keccak256, ZeroHash } from 'ethers'
import type { ContractName } from './abi.ts'
import { type Grant, RegistryState, type TimedEvent } from './registry-state.ts'
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
        const { account, kinds, status, code } = state.organisations.get(Number(id))!
        return { account, kinds, status, codeHash: digestText(code) }
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
        const { version, shareType, openType, level, fieldCount, withdrawn, metadata } = resource
        const provider = state.organisationIds.get(resource.provider)!
        const metadataDigest = keccak256(metadata)
        return { provider, version, shareType, openType, level, fieldCount, withdrawn, metadataDigest }
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
          from: terms.from / 1000,
          until: terms.until / 1000,
          state: stateOf(grant, time),
          bytesLeft: quota.byteCount - delivered.bytes,
          rowsLeft: quota.rowCount - delivered.rows,
          scope: asked.scope,
        }
      },
      stateOf: ({ state }, id, time) => ({ '': stateOf(state.grants.get(Number(id))!, time) }),
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

/** Expired and exhausted are never stored by the contract: they follow from the block's time and from what is left. */
function stateOf({ decision, revoked, terms, delivered, quota }: Grant, time: number): GrantState {
  if (decision === undefined) return 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (time >= terms.until / 1000) return 'expired'
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}

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
