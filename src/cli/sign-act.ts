// An act made on this machine from arguments, signed with a key file, and sent: for commands that make the arguments
// themselves. What is signed is made here; of the service's words only the nonce is taken, the deadline within its
// bound, and numbers for codes.

import { randomBytes } from 'node:crypto'
import type { Wallet } from 'ethers'
import { findAct } from '../acts/list.ts'
import { readArguments } from '../acts/read.ts'
import { showArguments } from '../acts/show.ts'
import { SALT_BYTES } from '../acts/texts.ts'
import { typedActOf } from '../chain/typed-act.ts'
import { LedgerError } from '../core/error.ts'
import { checkProposed, PREPARED, showDeadline } from './act-deadline.ts'
import { createServiceLookup, type LedgerPlace, postJson } from './act-ledger.ts'
import { sendSigned, type Waiting } from './act-sending.ts'
import type { Client } from './client.ts'
import { languageOf } from './output.ts'

/**
 * Signs and sends; what became of it is printed.
 * @throws LedgerError what the contracts or the service refuse it with; `service_disagrees`, `deadline_invalid`
 */
export async function signAct(
  client: Client,
  { chainId, contracts }: LedgerPlace,
  wallet: Wallet,
  name: string,
  given: unknown,
  options: Waiting,
): Promise<void> {
  const act = findAct(name)
  const lookup = createServiceLookup(client)
  const { values, texts } = await readArguments(act, given, { lookup, salt: () => randomBytes(SALT_BYTES) })
  const asked = { act: name, arguments: showArguments(act, values), actor: wallet.address }
  const prepared = await postJson(client, '/v1/acts', asked, PREPARED)
  const { deadline } = prepared
  await checkProposed(client, deadline)
  const to = contracts[act.contract]
  const frame = { actor: wallet.address, to, nonce: BigInt(prepared.nonce), deadline }
  const { contract, method } = act
  const typed = typedActOf({ contract, method, args: values, ...frame, chainId, relay: contracts.relay })
  if (typed.data !== prepared.data) {
    throw new LedgerError(
      'service_disagrees',
      `The service at ${client.url} makes another act of the same arguments; nothing was signed. See that both are of one version.`,
    )
  }
  showDeadline(deadline, languageOf(process.env))
  const { domain, types, primaryType, message } = typed
  const signature = await wallet.signTypedData(domain, { [primaryType]: [...types[primaryType]!] }, message)
  await sendSigned(client, { typed, ...frame, texts }, signature, options)
}
