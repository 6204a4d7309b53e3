// Statements that were signed and taken to be sent, and are not on the chain yet. Whoever asks meanwhile what is to be
// stated must not sign the same lines again: both would land (docs/statements.md).

import { type ContractAddresses, interfaceOf } from '../chain/abi.ts'
import type { Grant } from '../chain/registry-state.ts'
import { DELIVERY_KINDS } from '../chain/terms.ts'
import { type Cover, cover, openIn, type Range } from './ranges.ts'
import type { Limits } from './sum.ts'

/** What one of them claims; the amounts and the range are of whoever signed it. */
export interface UnderWay {
  readonly grant: number
  readonly accesses: bigint
  readonly bytes: bigint
  readonly rows: bigint
  readonly logFirst: bigint
  readonly logEnd: bigint
}

interface Delivery {
  readonly grant: bigint
  readonly kind: bigint
  readonly handover: Record<'accessCount' | 'byteCount' | 'rowCount' | 'logFirst' | 'logEnd', bigint>
}

/** @param acts Calls of the ledger's contracts that wait for the chain. */
export function statementsIn(
  acts: readonly { readonly to: string; readonly data: string }[],
  { accessLedger }: Pick<ContractAddresses, 'accessLedger'>,
): readonly UnderWay[] {
  const deliver = interfaceOf('accessLedger').getFunction('deliver')!
  const found: UnderWay[] = []
  for (const { to, data } of acts) {
    if (to.toLowerCase() !== accessLedger.toLowerCase() || !data.startsWith(deliver.selector)) continue
    const [deliveries] = interfaceOf('accessLedger').decodeFunctionData(deliver, data)
    for (const { grant, kind, handover } of deliveries as Iterable<Delivery>) {
      if (Number(kind) !== DELIVERY_KINDS.statement.value) continue
      const { accessCount: accesses, byteCount: bytes, rowCount: rows, logFirst, logEnd } = handover
      found.push({ grant: Number(grant), accesses, bytes, rows, logFirst, logEnd })
    }
  }
  return found
}

/**
 * What the quota still allows once what is under way has landed; an unlimited one is the greatest number, and counted
 * like any other.
 */
export function leftOf(
  { quota, delivered }: Grant,
  underWay: readonly UnderWay[],
): { -readonly [K in keyof Limits]: Limits[K] } {
  const left = { bytes: quota.byteCount - delivered.bytes, rows: quota.rowCount - delivered.rows }
  for (const { bytes, rows } of underWay) {
    left.bytes -= bytes
    left.rows -= rows
  }
  return left
}

/** What is open and not under way. */
export function without(open: Cover, underWay: readonly UnderWay[]): Cover {
  if (underWay.length === 0) return open
  const taken: Range[] = []
  for (const { logFirst, logEnd } of underWay) cover(taken, { first: countOf(logFirst), end: countOf(logEnd) })
  return open.flatMap(range => openIn(taken, range))
}

/** A claim may be any number; one that no count can hold must not make the whole answer unreadable. */
export function countOf(claim: bigint): number {
  return claim > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(claim)
}
