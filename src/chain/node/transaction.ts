// The little a node must know of a signed transaction before the engine sees it: which block it fits in, and whether it
// can be replayed on another chain. Envelopes: EIP-2718 (types), EIP-155, EIP-2930, EIP-1559. Everything else — the
// signature, the nonce, the funds — the engine checks.

import { decodeRlp, keccak256 } from 'ethers'
import { fromHex, type Hex } from './bytes.ts'
import { BLOCK_GAS_LIMIT } from './options.ts'
import { INVALID_PARAMS, REFUSED, RpcError } from './rpc-error.ts'

export interface SignedTransaction {
  readonly raw: Uint8Array
  readonly hash: Hex
  readonly gasLimit: bigint
}

/** As large as geth lets a transaction be, so that what works here works there. */
const MAX_TRANSACTION_BYTES = 128 * 1024

/** Position of the gas limit among the fields, and their number, by envelope type (0 is the legacy one without). */
const ENVELOPES: Readonly<Record<number, { readonly gasLimit: number; readonly fields: number }>> = {
  0: { gasLimit: 2, fields: 9 },
  1: { gasLimit: 3, fields: 11 },
  2: { gasLimit: 4, fields: 12 },
}
const LEGACY_V = 6

/**
 * Reads what `eth_sendRawTransaction` was given; the text is untrusted.
 * @throws RpcError when it is no transaction this chain takes
 */
export function parseTransaction(text: Hex): SignedTransaction {
  const raw = fromHex(text)
  if (raw.length > MAX_TRANSACTION_BYTES) {
    const message = `transaction too large: ${raw.length} bytes, at most ${MAX_TRANSACTION_BYTES}; send its parts in several`
    throw new RpcError(REFUSED, message)
  }
  const type = typeOf(raw)
  const envelope = ENVELOPES[type]
  if (envelope === undefined) {
    throw new RpcError(REFUSED, `transaction type ${type} is not taken on this chain; send type 0, 1 or 2`)
  }
  const fields = decodeFields(type === 0 ? raw : raw.subarray(1))
  if (fields.length !== envelope.fields) {
    const message = `a signed transaction of type ${type} has ${envelope.fields} fields, not ${fields.length}`
    throw new RpcError(INVALID_PARAMS, message)
  }
  // Before EIP-155 a legacy signature named no chain: whoever saw it on another chain could send it here.
  if (type === 0 && quantity(fields[LEGACY_V]) <= 28n) {
    throw new RpcError(
      REFUSED,
      'only replay-protected transactions are taken (EIP-155): sign for the chain id of this chain',
    )
  }
  const gasLimit = quantity(fields[envelope.gasLimit])
  if (gasLimit > BLOCK_GAS_LIMIT) {
    throw new RpcError(
      REFUSED,
      `gas limit ${gasLimit} exceeds ${BLOCK_GAS_LIMIT}, the most one transaction may ask for; split it`,
    )
  }
  return { raw, hash: keccak256(raw) as Hex, gasLimit }
}

/** EIP-2718: a first byte from 0xc0 on begins the list of a legacy transaction; one up to 0x7f is a type. */
function typeOf(raw: Uint8Array): number {
  const first = raw[0]
  if (first === undefined) throw new RpcError(INVALID_PARAMS, 'an empty text is not a transaction')
  return first >= 0xc0 ? 0 : first === 0 ? 256 : first
}

function decodeFields(list: Uint8Array): readonly unknown[] {
  try {
    const fields = decodeRlp(list)
    if (Array.isArray(fields)) return fields
  } catch (cause) {
    throw new RpcError(INVALID_PARAMS, 'not a transaction: its RLP encoding is broken', { cause })
  }
  throw new RpcError(INVALID_PARAMS, 'not a transaction: its RLP encoding is not a list')
}

function quantity(field: unknown): bigint {
  // More than 32 bytes is no number of the EVM; a list is no number at all.
  if (typeof field !== 'string' || field.length > 66) {
    throw new RpcError(INVALID_PARAMS, 'not a transaction: a number in it is not a number')
  }
  return field === '0x' ? 0n : BigInt(field)
}
