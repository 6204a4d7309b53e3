// An act as a transaction of the signer's own, past the service (docs/acts.md): numbers for codes come from the chain, and
// the contracts are asked whether they take it before it is sent.

import { randomBytes } from 'node:crypto'
import type { Wallet } from 'ethers'
import { createChainLookup } from '../acts/chain-lookup.ts'
import { toJson } from '../acts/events.ts'
import type { Act } from '../acts/list.ts'
import type { Lookup } from '../acts/lookup.ts'
import { type ReadArguments, readArguments } from '../acts/read.ts'
import { tryCall } from '../acts/relayed.ts'
import { SALT_BYTES } from '../acts/texts.ts'
import { interfaceOf } from '../chain/abi.ts'
import { createActs } from '../chain/acts.ts'
import { connectChain } from '../chain/network.ts'
import type { LedgerPlace } from './act-ledger.ts'
import { printJson } from './output.ts'

/** What happens before it is sent; whatever throws stops it. */
interface Steps {
  /** Looks at the act as it will be. */
  readonly look?: (read: ReadArguments, lookup: Lookup) => Promise<void>
  /** The last word, once the contracts would take it. */
  readonly confirm?: () => Promise<void>
}

/**
 * Sends it, waits until it is mined, and prints its events.
 * @param rpc Address of a node of the chain.
 * @throws LedgerError what the arguments or the contracts refuse it with; `chain_unreachable`, `act_not_mined`
 */
export async function actDirectly(
  { chainId, contracts }: LedgerPlace,
  wallet: Wallet,
  rpc: string,
  act: Act,
  given: unknown,
  { look, confirm }: Steps = {},
): Promise<void> {
  const chain = await connectChain({ url: rpc, chainId })
  try {
    const lookup = createChainLookup(chain, contracts, undefined)
    const read = await readArguments(act, given, { lookup, salt: () => randomBytes(SALT_BYTES) })
    await look?.(read, lookup)
    const data = interfaceOf(act.contract).encodeFunctionData(act.method, read.values)
    await tryCall(chain, { from: wallet.address, to: contracts[act.contract], data })
    await confirm?.()
    const events = await createActs(chain, contracts)(wallet, act.contract, act.method, read.values)
    printJson(
      events.map(({ name, transactionHash: transaction, blockNumber: block, args }) => {
        return { name, transaction, block, args: toJson(args) }
      }),
    )
  } finally {
    chain.close()
  }
}
