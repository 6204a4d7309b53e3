// Which signature an event goes back to. The Relay says whose signed act it passes on, and what the contract says next in
// that transaction, up to the Relay's next word, is the act (IRelay.sol). So of an event the signature is the nearest
// `ActRelayed` before it in its transaction.

import { recoverAddress } from 'ethers'
import type { EventNamed } from './ledger-event.ts'

interface Placed {
  readonly transaction: string
  readonly logIndex: number
}

/** Of these relayings, those that the events go back to; each once. */
export function relaysOf<Relay extends Placed>(events: readonly Placed[], relays: readonly Relay[]): readonly Relay[] {
  const byTransaction = Map.groupBy(relays, ({ transaction }) => transaction)
  const found = new Set<Relay>()
  for (const { transaction, logIndex } of events) {
    const before = (byTransaction.get(transaction) ?? []).filter(relay => relay.logIndex < logIndex)
    const nearest = before.toSorted((a, b) => a.logIndex - b.logIndex).at(-1)
    if (nearest !== undefined) found.add(nearest)
  }
  return [...found]
}

/**
 * Who can check this signature again: anybody (`key`: ECDSA by the actor's own key over the digest), or only the actor's
 * contract, as the Relay did then (`contract`: ERC-1271).
 */
export function signedBy({
  actor,
  digest,
  signature,
}: Pick<EventNamed<'ActRelayed'>['args'], 'actor' | 'digest' | 'signature'>): 'key' | 'contract' {
  try {
    return recoverAddress(digest, signature).toLowerCase() === actor.toLowerCase() ? 'key' : 'contract'
  } catch {
    return 'contract' // no ECDSA signature at all: whatever the account's contract accepts
  }
}
