// Requests, grants and who may state what was taken under them, and the logs themselves, as the contracts' views tell it.

import { ZeroHash } from 'ethers'
import { type Grant, isVetoed, standingOf } from '../registry-state.ts'
import { pairOf } from '../state/books.ts'
import { APPROVERS, type Approver, type GrantState } from '../terms.ts'
import { vetoBits } from './veto-bits.ts'
import { distinct, type Held, type Kind, pairIn } from './view.ts'

export const GRANT_VIEWS: Kind = {
  zh: '授权',
  en: 'grant',
  contract: 'accessLedger',
  count: { view: 'grantCount', first: 1 },
  ids: ({ state }) => state.grants.keys(),
  views: {
    grantOf: {
      expect: (held, id, time) => {
        const { state } = held
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
          veto: vetoBits(grant, held),
          bytesLeft: quota.byteCount - delivered.bytes,
          rowsLeft: quota.rowCount - delivered.rows,
          scope: asked.scope,
          withdrawals: grant.withdrawals % 256,
        }
      },
    },
    stateOf: { expect: ({ state }, id, time) => ({ '': stateOf(state.grants.get(Number(id))!, time) }) },
    approvalsOf: {
      expect: ({ state }, id) => {
        const roles = Object.keys(APPROVERS) as readonly Approver[]
        return { validUntil: roles.map(role => approvedUntil(state.grants.get(Number(id))!, role)) }
      },
    },
    // Whether anything may be taken now, by all that it hangs on: the last word of what answers say of a grant.
    checkUsable: {
      answer: 'check',
      expect: ({ state }, id, time) => ({ '': standingOf(state.grants.get(Number(id))!, state, time * 1000).usable }),
    },
  },
}

/** Of every provider with every platform operator: also that it entrusted none. */
export const ENTRUSTED_VIEWS: Kind = {
  zh: '委托日志',
  en: 'entrusted log',
  contract: 'accessLedger',
  ids: held => distinct(entrustedPairs(held)),
  views: {
    entrustedLog: {
      asks: (_, id) => [pairIn(id)],
      expect: ({ state }, id) => {
        const [provider = '', operator = ''] = pairIn(id).map(number => state.organisations.get(number)!.code)
        return { '': state.entrusted.get(pairOf(provider, operator))?.log ?? ZeroHash }
      },
    },
  },
}

export const LOG_VIEWS: Kind = {
  zh: '日志',
  en: 'log',
  contract: 'checkpointAnchor',
  ids: ({ logs }) => logs.keys(),
  views: {
    latest: {
      expect: ({ logs }, id) => {
        const { size, root } = logs.get(String(id))!
        return { size: size!, root: root! }
      },
    },
    anchorerOf: { expect: ({ logs }, id) => ({ '': logs.get(String(id))!['anchorer']! }) },
  },
}

/** Held, suspended, expired and exhausted are never stored by the contract: they follow from veto, time and what is left. */
function stateOf(grant: Grant, time: number): GrantState {
  const { decision, revoked, terms, delivered, quota } = grant
  if (decision === undefined) return isVetoed(grant) ? 'held' : 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (time >= terms.until / 1000) return 'expired'
  if (isVetoed(grant)) return 'suspended'
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}

/** Seconds since 1970; 0 where the role never approved, or took it back. */
function approvedUntil({ approvals }: Grant, role: Approver): number {
  const last = approvals.find(approval => approval.role === role)
  return last === undefined || last.withdrawn !== undefined ? 0 : last.validUntil / 1000
}

function* entrustedPairs({ state }: Held): Iterable<string> {
  const { entrusted, organisations, organisationIds } = state
  for (const { provider, operator } of entrusted.values())
    yield [provider, operator].map(code => organisationIds.get(code)!).join(' ')
  const operators = [...organisations.values()].filter(({ kinds }) => kinds.includes('operator'))
  for (const { id, kinds } of organisations.values())
    if (kinds.includes('provider')) for (const operator of operators) yield `${id} ${operator.id}`
}
