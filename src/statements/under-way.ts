// Statements that were signed and taken to be sent, and are not on the chain yet. Whoever asks meanwhile what is to be
// stated must not sign the same lines again: both would land (docs/statements.md).

import { type ContractAddresses, interfaceOf } from '../chain/abi.ts'
import { DELIVERY_KINDS } from '../chain/terms.ts'

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
