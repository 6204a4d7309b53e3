// What can go wrong with one witness, in words: which it is, what it did, and what its user can do. Nothing that it says
// is believed.

import { toHex } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import type { Words } from '../core/words.ts'

/** A witness of the policy that has an address. */
export interface NamedWitness {
  readonly name: string
  readonly key: VerifierKey
  readonly url: string
}

function trouble(
  { name, url }: NamedWitness,
  code: string,
  { en, zh }: Words,
  options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): LedgerError {
  return new LedgerError(
    code,
    { en: `Witness "${name}" at ${url} ${en}`, zh: `${url} 的见证方“${name}”${zh}` },
    options,
  )
}

export function unreachable(witness: NamedWitness, cause: unknown): LedgerError {
  const words: Words = {
    en: 'cannot be reached, or ended the connection. It is asked again by itself; if this stays, see the network, and ask its operator.',
    zh: '无法连接，或中断了连接。将自动再次询问；如一直如此，请检查网络并询问其运营者。',
  }
  return trouble(witness, 'witness_unreachable', words, { retryable: true, cause })
}

export function tooSlow(witness: NamedWitness, milliseconds: number): LedgerError {
  const words: Words = {
    en: `has not answered within ${milliseconds} ms. It is asked again by itself; if this stays, see the network, and ask its operator.`,
    zh: `在 ${milliseconds} 毫秒内没有应答。将自动再次询问；如一直如此，请检查网络并询问其运营者。`,
  }
  return trouble(witness, 'witness_too_slow', words, { retryable: true })
}

export function malformed(witness: NamedWitness, cause: LedgerError): LedgerError {
  const words: Words = { en: `answers wrongly. ${cause.words.en}`, zh: `应答有误。${cause.words.zh}` }
  return trouble(witness, 'witness_answer_malformed', words, { cause })
}

/** No line by its key, or one that is not its signature of this text. */
export function unsigned(witness: NamedWitness, cause?: LedgerError): LedgerError {
  const { name, id } = witness.key
  const key = `${name}+${toHex(id)}`
  const words: Words = {
    en: `answers without a valid cosignature of this checkpoint by its key ${key}. Compare the key in the policy with the one that it publishes.`,
    zh: `的应答中没有密钥 ${key} 对此检查点的有效联署。请将策略中的密钥与其公布的密钥核对。`,
  }
  return trouble(witness, 'witness_signature_invalid', words, { cause })
}

export function wrongTime(witness: NamedWitness, time: number | undefined, now: number): LedgerError {
  return trouble(witness, 'witness_time_wrong', {
    en: `states time ${time} in seconds since 1970, and here it is ${now}. Compare both clocks with a time server.`,
    zh: `声明的时间为 1970 年以来第 ${time} 秒，而此处为第 ${now} 秒。请将双方时钟与时间服务器核对。`,
  })
}

export function ahead(witness: NamedWitness, told: number, size: number): LedgerError {
  return trouble(witness, 'witness_ahead', {
    en: `says that it cosigned this log at size ${told}, but the checkpoint has size ${size}. Either it errs, or this log was restored from an older copy, or somebody signs with its key: ask its operator for that checkpoint before anything else.`,
    zh: `称已在大小 ${told} 时联署过本日志，而检查点的大小为 ${size}。或是它有误，或是本日志恢复自较旧的副本，或是有人冒用其密钥：请先向其运营者索取该检查点。`,
  })
}

export function changesSize(witness: NamedWitness, first: number, then: number): LedgerError {
  const words: Words = {
    en: `named size ${first}, and size ${then} when it was asked from there: somebody else sends it checkpoints of this log at the same time, or it errs. It is asked again by itself.`,
    zh: `先称大小为 ${first}，从该大小询问时又称为 ${then}：或有他人同时向它发送本日志的检查点，或是它有误。将自动再次询问。`,
  }
  return trouble(witness, 'witness_changes_size', words, { retryable: true })
}

/** It has the old size, and not the old tree. */
export function refusedProof(witness: NamedWitness, oldSize: number): LedgerError {
  return trouble(witness, 'witness_refused_proof', {
    en: `does not accept that the log grew from what it cosigned at size ${oldSize}: it may have been shown another history. Ask its operator for the checkpoint that it holds, and compare it with this log before anything else.`,
    zh: `不接受日志由它在大小 ${oldSize} 时联署的树增长而来：它见到的可能是另一段历史。请先向其运营者索取所持检查点，与本日志比对。`,
  })
}

/** By a status other than those of a cosignature and of another size. */
export function refused(witness: NamedWitness, status: number, oldSize: number): LedgerError {
  if (status === 422) return refusedProof(witness, oldSize)
  if (status === 429 || status >= 500) {
    const words: Words = {
      en: `fails with status ${status}. It is asked again by itself; if this stays, tell its operator.`,
      zh: `出错，状态码 ${status}。将自动再次询问；如一直如此，请告知其运营者。`,
    }
    return trouble(witness, 'witness_failing', words, { retryable: true })
  }
  const [code, words] = REFUSALS[status] ?? [
    'witness_answer_malformed',
    {
      en: `answers with status ${status}, as no witness does here. See that its address in the policy is right; it is not followed elsewhere.`,
      zh: `以状态码 ${status} 应答，见证方在此不应如此。请核对策略中的地址；不会跟随跳转。`,
    },
  ]
  return trouble(witness, code, words)
}

const REFUSALS: Readonly<Record<number, readonly [code: string, words: Words]>> = {
  400: [
    'witness_refused_request',
    {
      en: 'says that the request is malformed (400). See that its address in the policy is right, and that it speaks c2sp.org/tlog-witness.',
      zh: '称请求格式有误（400）。请核对策略中的地址，并确认其遵循 c2sp.org/tlog-witness。',
    },
  ],
  403: [
    'witness_refused_key',
    {
      en: "does not accept the log's signature (403). Give its operator the key of this log, and see that it has no older one.",
      zh: '不接受日志的签名（403）。请把本日志的公钥交给其运营者，并确认对方登记的不是旧的公钥。',
    },
  ],
  404: [
    'witness_knows_no_log',
    {
      en: 'does not know this log, or is not at this address (404). Ask its operator to enter the log with its key, and see the address in the policy.',
      zh: '不认识本日志，或不在该地址（404）。请其运营者登记本日志及其公钥，并核对策略中的地址。',
    },
  ],
}
