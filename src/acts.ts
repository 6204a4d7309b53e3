// Acts from outside: what a party does on the ledger, prepared for its signature, and sent on once it is signed. The
// service signs for nobody. It can delay an act and refuse to pass it on; what it passes on is what was signed, since the
// Relay's contract checks the signature over every argument (docs/acts.md). Whoever wants no service in between sends the
// prepared call themselves.

import { randomBytes } from 'node:crypto'
import { getAddress } from 'ethers'
import { digestsIn, requireDeadline, requireSizes } from './acts/bounds.ts'
import { createChainLookup } from './acts/chain-lookup.ts'
import { type KeptAct, openActJournal } from './acts/journal.ts'
import { actName, findAct } from './acts/list.ts'
import type { Lookup } from './acts/lookup.ts'
import { ActQueue } from './acts/queue.ts'
import { readArguments } from './acts/read.ts'
import { digestOf, encodeRelay, type SignedAct, tryCall } from './acts/relayed.ts'
import type { QueueLimits } from './acts/room.ts'
import { type Json, showArguments } from './acts/show.ts'
import { summarise } from './acts/summary.ts'
import { openTextVault, type TextVault } from './acts/text-vault.ts'
import { checkTexts, type KeptText, SALT_BYTES } from './acts/texts.ts'
import { namesFrom } from './acts/thing-names.ts'
import { callContract } from './chain/call.ts'
import type { Deployment } from './chain/deploy.ts'
import type { Guard } from './chain/identity.ts'
import type { Chain } from './chain/network.ts'
import type { Log, Outbox } from './chain/outbox.ts'
import type { Registry } from './chain/registry.ts'
import { type ParsedAct, parseTypedAct, type TypedAct, typedActOf } from './chain/typed-act.ts'
import type { Clock } from './clock.ts'
import { LedgerError } from './core/error.ts'
import type { Facts } from './store/store.ts'
import type { Vault } from './vault.ts'

export interface Asked {
  /** Such as `access-ledger.request`. */
  readonly act: string
  /** Anybody's JSON. */
  readonly arguments: unknown
  /** The account that will sign. */
  readonly actor: string
  /** Seconds since 1970; a day ahead when absent. */
  readonly deadline?: number
  /** Lane of the nonce; the lowest in which nothing of this actor waits when absent. */
  readonly lane?: bigint
}

export interface Prepared {
  readonly act: string
  /** As they were understood: numbers for codes, digests for texts. */
  readonly arguments: Readonly<Record<string, Json>>
  readonly typedData: Omit<TypedAct, 'data'>
  readonly digest: string
  readonly to: string
  readonly data: string
  readonly actor: string
  readonly nonce: bigint
  readonly deadline: number
  readonly summary: { readonly zh: string; readonly en: string }
  /** With the salts that the service made. */
  readonly texts: readonly KeptText[]
}

export interface Sent extends SignedAct {
  /** Texts that the act holds digests of, to be kept sealed. */
  readonly texts?: readonly { readonly salt: string; readonly text: string }[]
}

export interface Acts {
  /**
   * Makes an act ready to be signed, after trying it: what the contracts would refuse is refused here, in words.
   * @throws LedgerError `act_unknown`, `argument_…`, `deadline_invalid`; what the contracts refuse with
   */
  prepare(asked: Asked): Promise<Prepared>
  /**
   * Takes a signed act and sends it on; it is accepted, durably, when this resolves. The same act again is the same act.
   * @param holder Id of the token by which it came.
   * @throws LedgerError as `prepare`; `signature_invalid`, `nonce_waiting`, `acts_waiting` (retryable), `text_differs`
   */
  send(sent: Sent, holder: string): Promise<KeptAct>
  /** Calldata and frame of an act by name and arguments; for `send`, without a trial. */
  encode(
    act: string,
    given: unknown,
  ): Promise<{ readonly to: string; readonly data: string; readonly texts: readonly KeptText[] }>
  /** @throws LedgerError `act_not_found` */
  find(digest: string): Promise<KeptAct>
  readonly texts: Pick<TextVault, 'has' | 'open' | 'erase' | 'erasedBy'>
  readonly lookup: Lookup
  /** The acts that were taken and are not closed yet: any of them may still be done. */
  listWaiting(): Promise<readonly KeptAct[]>
  /** Account that sends, and how many acts wait. */
  status(): { readonly relayer: string; readonly waiting: number }
  /** Sends what was accepted, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface ActsParts {
  readonly chain: Chain
  readonly deployment: Deployment
  readonly guard: Guard
  readonly outbox: Outbox
  readonly facts: Facts
  readonly vault: Pick<Vault, 'commit' | 'encrypt' | 'open'>
  readonly registry: Pick<Registry, 'organisations' | 'resources'>
  readonly clock: Clock
  readonly log: Log
  readonly finality: number
  readonly limits?: QueueLimits
}

const DAY_SECONDS = 86_400
const LANE_BITS = 64n

export async function openActs(parts: ActsParts): Promise<Acts> {
  const { chain, deployment, guard, outbox, facts, vault, registry, clock, log, finality, limits } = parts
  const { chainId, contracts } = deployment
  const journal = openActJournal(facts)
  const texts = openTextVault(facts, vault)
  const lookup = createChainLookup(chain, contracts, registry)
  const names = namesFrom(registry)
  const queue = await ActQueue.open({
    chain,
    contracts,
    guard,
    outbox,
    journal,
    names,
    clock,
    log,
    finality,
    ...(limits && { limits }),
  })
  const arriving = new Map<string, Promise<KeptAct>>()

  const encode = async (name: string, given: unknown) => {
    const act = findAct(name)
    const read = await readArguments(act, given, { lookup, salt: () => randomBytes(SALT_BYTES) })
    return { act, to: contracts[act.contract], ...read }
  }

  /** The time by which the Relay will judge: the chain's, or ours where the chain has made no block for a while. */
  const now = async (): Promise<number> => Math.max((await guard()).time, Math.floor(clock.now() / 1_000))

  const nextNonce = async (actor: string, asked: bigint | undefined): Promise<bigint> => {
    const waiting = new Set(queue.noncesOf(actor).map(nonce => nonce >> LANE_BITS))
    let lane = asked ?? 0n
    while (asked === undefined && waiting.has(lane)) lane++
    const [nonce] = await callContract(chain, 'relay', contracts.relay, 'nonces(address,uint192)', [actor, lane])
    return nonce as bigint
  }

  const accept = async (sent: Sent, parsed: ParsedAct, digest: string, holder: string): Promise<KeptAct> => {
    const known = await journal.get(digest)
    if (known?.is.status === 'confirmed' || (known?.is.status === 'accepted' && queue.has(digest))) return known
    const kept = checkTexts(sent.texts ?? [], digestsIn(sent.data))
    requireDeadline(sent.deadline, await now())
    const { actor, to, data, deadline, signature } = sent
    const nonce = String(sent.nonce)
    const release = queue.reserve({ digest, actor, nonce, holder })
    try {
      const from = outbox.status().address
      await tryCall(chain, { from, to: contracts.relay, data: encodeRelay(sent) }, names)
      await texts.keep(kept)
      const act: KeptAct = {
        act: actName(parsed.contract, parsed.method),
        digest,
        actor,
        to,
        data,
        nonce,
        deadline,
        signature,
        holder,
        acceptedAt: clock.now(),
        sinceBlock: (await guard()).number,
        reverts: 0,
        is: { status: 'accepted' },
      }
      await queue.add(act)
      return act
    } finally {
      release()
    }
  }

  return {
    texts,
    lookup,

    async prepare({ act: name, arguments: given, actor: account, deadline: asked, lane }) {
      const { act, to, values, texts: kept } = await encode(name, given)
      const actor = getAddress(account.toLowerCase())
      const time = await now()
      const deadline = asked ?? time + DAY_SECONDS
      requireDeadline(deadline, time)
      const nonce = await nextNonce(actor, lane)
      const { contract, method } = act
      const { data, ...typedData } = typedActOf({
        contract,
        method,
        args: values,
        actor,
        to,
        nonce,
        deadline,
        chainId,
        relay: contracts.relay,
      })
      await tryCall(chain, { from: actor, to, data }, names)
      await texts.keep(kept)
      return {
        act: act.name,
        arguments: showArguments(act, values),
        typedData,
        digest: digestOf({ ...typedData, data }),
        to,
        data,
        actor,
        nonce,
        deadline,
        summary: { zh: summarise(act, values, 'zh'), en: summarise(act, values, 'en') },
        texts: kept,
      }
    },

    async encode(name, given) {
      const { act, to, values, texts: kept } = await encode(name, given)
      const frame = { actor: to, to, nonce: 0n, deadline: 0 }
      const { data } = typedActOf({
        ...frame,
        contract: act.contract,
        method: act.method,
        args: values,
        chainId,
        relay: contracts.relay,
      })
      return { to, data, texts: kept }
    },

    async send(given, holder) {
      const sent = normalise(given)
      const parsed = parseTypedAct(sent, { chainId, contracts })
      const digest = digestOf(parsed)
      // Twice at once is once: the second waits for what becomes of the first.
      const known = arriving.get(digest)
      if (known !== undefined) return known
      const accepted = accept(sent, parsed, digest, holder).finally(() => arriving.delete(digest))
      arriving.set(digest, accepted)
      return accepted
    },

    async find(digest) {
      const act = await queue.find(digest)
      if (act !== undefined) return act
      throw new LedgerError('act_not_found', {
        en: `No act ${digest} was accepted here; it may have been sent to the chain directly, or not at all.`,
        zh: `这里没有接受过操作 ${digest}；它可能已直接发送上链，或从未发送。`,
      })
    },

    listWaiting: () => queue.list(),
    status: () => ({ relayer: outbox.status().address, waiting: queue.length }),
    run: signal => queue.run(signal),
  }
}

/** One spelling of everything that is compared. Throws `act_too_large`. */
function normalise({ actor, to, data, signature, ...rest }: Sent): Sent {
  requireSizes(data, signature)
  return {
    ...rest,
    actor: getAddress(actor.toLowerCase()),
    to: getAddress(to.toLowerCase()),
    data: data.toLowerCase(),
    signature: signature.toLowerCase(),
  }
}
