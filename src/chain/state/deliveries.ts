// What was taken under a grant: each delivery counts against its quota. Of the many the newest are kept, and of usage
// statements every one: which lines of the log are stated hangs on each of them, and each has cost whoever signed it.

import type { Channel, DeliveryKind } from '../codes.ts'
import type { EventNamed } from '../ledger-event.ts'
import { type ActPlace, type KeptAct, newest, placeOf } from './act.ts'
import { type Books, codeOf, fileUnder, grantOf, pairOf } from './books.ts'

export interface Delivery extends ActPlace {
  readonly kind: DeliveryKind
  readonly channel: Channel
  readonly bytes: bigint
  readonly rows: bigint
  /** Code of who says so. */
  readonly recordedBy: string
  readonly contentDigest: string
  /** Access lines that a statement sums up; 0 of any other delivery. */
  readonly accesses: bigint
  /** Where in the access log: first index, and first index after the last; equal if nowhere. */
  readonly logFirst: bigint
  readonly logEnd: bigint
  /** Of a statement: the log that its operator was entrusted with then; absent where the provider states itself. */
  readonly log?: string
}

/** The consumer says that these bytes did arrive. */
export interface Receipt extends ActPlace {
  readonly contentDigest: string
}

export interface Computation extends ActPlace {
  readonly algorithmDigest: string
  readonly outputDigest: string
  /** Grants. */
  readonly inputs: readonly number[]
  readonly recordedBy: string
}

const KEPT = 100

/** Whether a statement may be of this log: the provider's own is taken to be. */
export function isOfLog({ log: of }: { readonly log?: string }, log: string): boolean {
  return of === undefined || of === log
}

export function applyDelivery(
  books: Books,
  event: EventNamed<'Delivered' | 'Computed' | 'ReceiptConfirmed'>,
  act: KeptAct,
): void {
  const place = placeOf(act)
  if (event.name === 'Delivered') return addDelivery(books, event, act)
  if (event.name === 'ReceiptConfirmed') {
    const grant = grantOf(books, event.args.grant)
    const { count, newest: known } = grant.receipts
    const receipt = { ...place, contentDigest: event.args.contentDigest }
    books.grants.set(grant.id, { ...grant, receipts: { count: count + 1, newest: newest(receipt, known, KEPT) } })
    return
  }
  const { algorithmDigest, outputDigest } = event.args
  const inputs = event.args.inputs.map(Number)
  const recordedBy = codeOf(books, event.args.recordedBy)
  const computation: Computation = { ...place, algorithmDigest, outputDigest, inputs, recordedBy }
  for (const id of inputs) {
    const grant = grantOf(books, id)
    const { count, newest: known } = grant.computations
    books.grants.set(id, { ...grant, computations: { count: count + 1, newest: newest(computation, known, KEPT) } })
  }
}

function addDelivery(books: Books, { args }: EventNamed<'Delivered'>, act: KeptAct): void {
  const grant = grantOf(books, args.grant)
  const { kind, handover } = args
  const { channel, byteCount: bytes, rowCount: rows, contentDigest, accessCount: accesses, logFirst, logEnd } = handover
  const recordedBy = codeOf(books, args.recordedBy)
  const log = recordedBy === grant.provider ? undefined : books.entrusted.get(pairOf(grant.provider, recordedBy))?.log
  const of = kind === 'statement' && log !== undefined ? { log } : {}
  const what = { kind, channel, bytes, rows, recordedBy, contentDigest, accesses, logFirst, logEnd, ...of }
  const delivery: Delivery = { ...placeOf(act), ...what }
  const { delivered, stated } = grant
  books.grants.set(grant.id, {
    ...grant,
    delivered: { count: delivered.count + 1, bytes: delivered.bytes + bytes, rows: delivered.rows + rows },
    stated:
      kind === 'statement'
        ? {
            count: stated.count + 1,
            accesses: stated.accesses + accesses,
            bytes: stated.bytes + bytes,
            rows: stated.rows + rows,
          }
        : stated,
    deliveries: newest(delivery, grant.deliveries, KEPT),
  })
  if (kind === 'statement') fileUnder(books.statements, grant.id, delivery)
}
