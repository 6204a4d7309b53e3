// An act on its way from arguments to a signature, for `suyuan act` and for commands that make the arguments themselves.
// What is signed is made on this machine; of the service's words only nonce and deadline are taken, within their bounds,
// and numbers for codes.

import { randomBytes } from 'node:crypto'
import type { Wallet } from 'ethers'
import { type Act, findAct } from '../acts/list.ts'
import { type ReadArguments, readArguments } from '../acts/read.ts'
import { showArguments } from '../acts/show.ts'
import { SALT_BYTES } from '../acts/texts.ts'
import { type TypedAct, typedActOf } from '../chain/typed-act.ts'
import { LedgerError } from '../core/error.ts'
import { languageOf } from '../core/words.ts'
import { checkProposed, type Frame, PREPARED, parseFrame, showFrame } from './act-deadline.ts'
import { actDirectly } from './act-direct.ts'
import { createServiceLookup, type LedgerPlace, postJson } from './act-ledger.ts'
import { sendSigned, type Waiting } from './act-sending.ts'
import type { Client } from './client.ts'

/** Everything that is signed, and what goes with it. */
export interface PreparedAct {
  readonly typed: TypedAct
  readonly actor: string
  readonly to: string
  readonly nonce: bigint
  readonly deadline: number
}

/**
 * The act as its actor signs it, after seeing that the service makes the same one.
 * @param wanted Until when it may be sent, and in which lane.
 * @throws LedgerError `service_disagrees`, `deadline_invalid`, what the service refuses it with
 */
export async function prepareAct(
  client: Client,
  { chainId, contracts }: LedgerPlace,
  act: Act,
  values: ReadArguments['values'],
  actor: string,
  wanted: Frame,
): Promise<PreparedAct> {
  const asked = { act: act.name, arguments: showArguments(act, values), actor, ...wanted, lane: String(wanted.lane) }
  const prepared = await postJson(client, '/v1/acts', asked, PREPARED)
  const [nonce, deadline] = [BigInt(prepared.nonce), wanted.deadline ?? prepared.deadline]
  checkProposed(client.url, { nonce, deadline }, wanted)
  const { contract, method } = act
  const frame = { actor, to: contracts[contract], nonce, deadline }
  const typed = typedActOf({ contract, method, args: values, ...frame, chainId, relay: contracts.relay })
  if (typed.data !== prepared.data) {
    throw new LedgerError('service_disagrees', {
      en: `The service at ${client.url} makes another act of the same arguments; nothing was signed. See that both are of one version.`,
      zh: `${client.url} 的服务由同样的参数得出另一个操作；没有签名。请确认两者版本一致。`,
    })
  }
  return { typed, ...frame }
}

export function signTyped(wallet: Wallet, { domain, types, primaryType, message }: TypedAct): Promise<string> {
  return wallet.signTypedData(domain, { [primaryType]: [...types[primaryType]!] }, message)
}

export interface Signing extends Waiting {
  /** As --deadline says it. */
  readonly deadline?: string
  /** Of the nonce; the usual one without it. */
  readonly lane?: string
  /** As a transaction of the signer's own, past the service, by this node. */
  readonly direct?: true
  readonly rpc?: string
  /** The last word, once all that is signed was shown; whatever throws stops it. */
  readonly confirm?: () => Promise<void>
}

/**
 * Makes, signs and sends an act whose arguments were shown; what became of it is printed.
 * @throws LedgerError what the contracts or the service refuse it with; `service_disagrees`, `deadline_invalid`
 */
export async function signAct(
  client: Client,
  ledger: LedgerPlace,
  wallet: Wallet,
  name: string,
  given: unknown,
  options: Signing,
): Promise<void> {
  const act = findAct(name)
  const { direct, rpc, confirm } = options
  if (direct) {
    if (rpc === undefined)
      throw new LedgerError('option_missing', {
        en: '--direct needs --rpc URL, a node of the chain.',
        zh: '--direct 需要 --rpc 地址，即链的节点。',
      })
    return actDirectly(ledger, wallet, rpc, act, given, { ...(confirm && { confirm }) })
  }
  const lookup = createServiceLookup(client)
  const { values, texts } = await readArguments(act, given, { lookup, salt: () => randomBytes(SALT_BYTES) })
  const prepared = await prepareAct(client, ledger, act, values, wallet.address, parseFrame(options))
  showFrame(prepared, languageOf(process.env))
  await confirm?.()
  await sendSigned(client, { ...prepared, texts }, await signTyped(wallet, prepared.typed), options)
}
