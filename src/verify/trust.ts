// The trust file: what a verifier takes for granted before it opens any evidence. It has to come from somewhere else
// than the evidence, best from where the operator cannot change it (a gazette, the regulator's own page, the contract).

import type { ContractAddresses } from '../chain/abi.ts'
import { indexOrigin } from '../core/completeness/epoch.ts'
import { contractAddresses } from '../core/contract-addresses.ts'
import { LedgerError } from '../core/error.ts'
import { answerKeyName } from '../core/evidence.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { formatVerifierKey, parseVerifierKey, TYPE_COSIGNATURE, TYPE_ED25519, type VerifierKey } from '../core/note.ts'
import { anyText, list, object, type Read, text, wholeNumber } from '../core/reader.ts'
import { parseSourceKey } from '../core/source-key.ts'
import type { WitnessPolicy } from '../core/witness-policy.ts'
import { parseQuorum } from '../core/witness-policy-text.ts'

/** A block whose hash the verifier knows to be on the chain. */
interface TrustedBlock {
  readonly number: number
  readonly hash: string
}

export interface Trust {
  /** Signs the checkpoints; its name is the log's origin. */
  readonly logKey: VerifierKey
  /** Signs the answers. */
  readonly answerKey: VerifierKey
  /** Signs the times in receipts, when it is trusted for that. */
  readonly timeKey?: VerifierKey
  /** Signs the checkpoints of the index log; without it that log cannot be followed. */
  readonly indexKey?: VerifierKey
  readonly chainId: number
  /** In lower case. */
  readonly contracts: ContractAddresses
  readonly blocks: readonly TrustedBlock[]
  /** Who must have cosigned the log's checkpoint, and so have seen that it only grew. */
  readonly witnesses?: WitnessPolicy
  /** Keys of sources, from the sources themselves; each is named by its source. */
  readonly sources?: readonly VerifierKey[]
  /** A JSON-RPC endpoint that the verifier believes. */
  readonly rpc?: string
}

const ADDRESS = text(/^0x[0-9a-fA-F]{40}$/, {
  en: 'an address of 0x and 40 hexadecimal digits',
  zh: '0x 加 40 位十六进制数字的地址',
})
const KEY = anyText(1_000)
const TRUST = object(
  {
    log: KEY,
    answers: KEY,
    chainId: wholeNumber(1),
    contracts: contractAddresses(ADDRESS),
  },
  {
    time: KEY,
    index: KEY,
    blocks: list(
      object({
        number: wholeNumber(),
        hash: text(/^0x[0-9a-fA-F]{64}$/, { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制数字' }),
      }),
      10_000,
    ),
    rpc: anyText(2_000),
    sources: list(KEY, 10_000),
    /** A policy (C2SP tlog-policy), its lines in one text. */
    witnesses: anyText(100_000),
    /** What `GET /v1/trust` says about itself; for people. */
    warning: anyText(2_000),
  },
)
export type TrustJson = Read<typeof TRUST>

/** @throws LedgerError `trust_unreadable`, naming the place */
export function parseTrust(bytes: Uint8Array): Trust {
  try {
    const file = TRUST(parseStrict(decodeUtf8(bytes)), '')
    const logKey = parseKey('log', file.log, TYPE_ED25519)
    return {
      logKey,
      answerKey: parseKey('answers', file.answers, TYPE_ED25519, answerKeyName(logKey.name)),
      ...(file.time === undefined ? {} : { timeKey: parseKey('time', file.time, TYPE_COSIGNATURE) }),
      ...(file.index === undefined
        ? {}
        : { indexKey: parseKey('index', file.index, TYPE_ED25519, indexOrigin(logKey.name)) }),
      chainId: file.chainId,
      contracts: lowerCase(file.contracts),
      blocks: (file.blocks ?? []).map(({ number, hash }) => ({ number, hash: hash.toLowerCase() })),
      ...(file.rpc === undefined ? {} : { rpc: file.rpc }),
      ...(file.sources === undefined ? {} : { sources: file.sources.map(parseSourceKey) }),
      ...(file.witnesses === undefined ? {} : { witnesses: parseQuorum(file.witnesses) }),
    }
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'trust_unreadable',
      {
        en: `The trust file cannot be used: ${cause.message.replace(/\.$/, '')}. Its form is in docs/verify.md.`,
        zh: `信任文件不能使用：${cause.words.zh.replace(/。$/, '')}。其格式见 docs/verify.md。`,
      },
      { cause },
    )
  }
}

/** The trust file of a ledger, for whoever publishes it. */
export function formatTrust(trust: {
  logKey: VerifierKey
  answerKey: VerifierKey
  timeKey: VerifierKey
  indexKey?: VerifierKey
  chainId: number
  contracts: ContractAddresses
}): TrustJson {
  return {
    log: formatVerifierKey(trust.logKey),
    answers: formatVerifierKey(trust.answerKey),
    time: formatVerifierKey(trust.timeKey),
    ...(trust.indexKey === undefined ? {} : { index: formatVerifierKey(trust.indexKey) }),
    chainId: trust.chainId,
    contracts: lowerCase(trust.contracts),
  }
}

function parseKey(field: string, text: string, type: number, name?: string): VerifierKey {
  const key = parseVerifierKey(text)
  if (key.type !== type || key.publicKey.length !== 32 || (name !== undefined && key.name !== name)) {
    throw new LedgerError('key_invalid', {
      en: `"${field}" is the key "${key.name}" of type ${key.type}, not ${name === undefined ? 'one' : `"${name}"`} of type ${type}`,
      zh: `“${field}”是类型为 ${key.type} 的密钥“${key.name}”，应为类型为 ${type} 的${name === undefined ? '密钥' : `密钥“${name}”`}`,
    })
  }
  return key
}

export function lowerCase(contracts: ContractAddresses): ContractAddresses {
  const lower = Object.entries(contracts).map(([name, address]) => [name, address.toLowerCase()])
  return Object.fromEntries(lower) as ContractAddresses
}
