// A signed act on its way from the command line: posted, waited for, and what became of it.

import { digestOf } from '../acts/relayed.ts'
import type { TypedAct } from '../chain/typed-act.ts'
import { LedgerError } from '../core/error.ts'
import { inBoth } from '../core/words.ts'
import { postJson, STATE, type State, waitFor } from './act-ledger.ts'
import type { Client } from './client.ts'
import { EXIT, printJson, tell } from './output.ts'

export interface SignedTyped {
  readonly typed: TypedAct
  readonly actor: string
  readonly to: string
  readonly nonce: bigint
  readonly deadline: number
  readonly texts: readonly { readonly salt: string; readonly text: string }[]
}

export interface Waiting {
  readonly wait: boolean
  /** In seconds. */
  readonly timeout: number
}

/**
 * Posts a signed act, and says what became of it.
 * @throws LedgerError what the service or the contracts refuse it with; `service_disagrees`
 */
export async function sendSigned(
  client: Client,
  signed: SignedTyped,
  signature: string,
  waiting: Waiting,
): Promise<void> {
  const { typed, actor, to, nonce, deadline } = signed
  const texts = signed.texts.map(({ salt, text }) => ({ salt, text }))
  const body = { to, data: typed.data, actor, nonce: String(nonce), deadline, signature, texts }
  const taken = await postJson(client, '/v1/acts', body, STATE)
  if (taken.digest !== digestOf(typed)) {
    throw new LedgerError('service_disagrees', {
      en: `The service names the act ${taken.digest}, and it is ${digestOf(typed)}; ask the chain what became of it.`,
      zh: `服务给出的操作摘要为 ${taken.digest}，实际应为 ${digestOf(typed)}；请向链查询其结果。`,
    })
  }
  printState(waiting.wait ? await waitFor(client, taken.digest, waiting.timeout) : taken, waiting.wait)
}

function printState(state: State, waited: boolean): void {
  const { digest, act, status, reason, trouble, transaction, block, events } = state
  if (status === 'refused') {
    const unsaid = {
      en: `The act ${digest} was refused; ask the chain why.`,
      zh: `操作 ${digest} 被拒绝；请向链查询原因。`,
    }
    throw new LedgerError(reason?.code ?? 'act_refused', reason === undefined ? unsaid : inBoth(reason.detail))
  }
  printJson({ act, digest, status, ...(status === 'confirmed' ? { transaction, block: block?.number, events } : {}) })
  if (status === 'confirmed' || !waited) return
  tell(`The act is accepted, and not on the chain yet${trouble === undefined ? '.' : `: ${trouble.detail}`}`)
  process.exitCode = EXIT.notAnchored
}
