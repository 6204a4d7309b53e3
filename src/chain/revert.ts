// A refused transaction → an error that says why, with the values, and what to do next. Nothing of the transaction and no
// address of a node goes into the result: ethers' own errors hold calldata, and URLs with their keys.

import { dataSlice, id, isHexString, type JsonFragment, type JsonFragmentType } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { snakeCase } from '../core/name-case.ts'
import type { Words } from '../core/words.ts'
import { inBoth } from '../core/words.ts'
import { artifactOf, CONTRACT_NAMES } from './abi.ts'
import { fillIn, type Names, showPlain } from './refusals/describe.ts'
import { REFUSALS } from './refusals.ts'
import { decodeValues, type Values } from './values.ts'

interface Refusal {
  readonly name: string
  readonly inputs: readonly JsonFragmentType[]
}

/** A custom error of the contracts in words, kept with its values: whoever knows the registry can name what it numbers. */
export class ContractRefusal extends LedgerError {
  readonly #say: (names?: Names) => Words

  constructor(code: string, say: (names?: Names) => Words, cause: unknown) {
    super(code, say(), { cause })
    this.#say = say
  }

  /** The same refusal with names and codes beside the numbers of organisations and resources. */
  named(names: Names): ContractRefusal {
    return new ContractRefusal(this.code, () => this.#say(names), this.cause)
  }
}

/**
 * What the contracts meant, as an outcome with a code and a next step.
 *
 * - a custom error: a `ContractRefusal`, its sentence (refusals.ts) with its values; the code is its name in snake case, such as `grant_expired`;
 * - refused without a reason that is known here: `contract_refused`;
 * - the node did not answer: `chain_unreachable` (worth retrying);
 * - the account cannot pay: `account_cannot_pay`;
 * - the node refused for a reason of its own: `chain_refused`.
 *
 * @throws `error` itself if it is none of these: then it is a bug, not an outcome.
 */
export function explainRevert(error: unknown): LedgerError {
  const cause = redact(error)
  const data = revertDataOf(error)
  const explained = data === undefined ? undefined : explainData(data, cause)
  if (explained) return explained
  if (error instanceof LedgerError) return error
  if (data !== undefined || codeOf(error) === 'CALL_EXCEPTION') {
    return new LedgerError('contract_refused', unexplained(data), { cause })
  }
  const said = nodeMessage(error)
  if (codeOf(error) === 'INSUFFICIENT_FUNDS' || (said && /insufficient funds|enough funds/iu.test(said))) {
    return new LedgerError(
      'account_cannot_pay',
      {
        en: 'The account cannot pay for the transaction; send it some of the currency of the chain.',
        zh: '账户余额不足以支付交易；请向其转入该链的原生币。',
      },
      { cause, retryable: true },
    )
  }
  switch (codeOf(error)) {
    case 'NETWORK_ERROR':
    case 'SERVER_ERROR':
    case 'TIMEOUT':
    case 'ECONNREFUSED':
      return new LedgerError(
        'chain_unreachable',
        {
          en: `The chain's node does not answer (${cause.message}); see that it runs, then try again.`,
          zh: `链的节点没有应答（${cause.message}）；请确认它在运行，然后重试。`,
        },
        { cause, retryable: true },
      )
    default:
      if (said === undefined) throw error
      return new LedgerError(
        'chain_refused',
        { en: `The chain's node refused: ${JSON.stringify(said)}`, zh: `链的节点拒绝：${JSON.stringify(said)}` },
        {
          cause,
          retryable: true,
        },
      )
  }
}

let known: ReadonlyMap<string, Refusal> | undefined

/** All custom errors of all contracts, by selector. */
function refusals(): ReadonlyMap<string, Refusal> {
  known ??= new Map(
    CONTRACT_NAMES.flatMap(contract => artifactOf(contract).abi)
      .filter(item => item.type === 'error')
      .map(item => [selectorOf(item), { name: item.name ?? '', inputs: item.inputs ?? [] }]),
  )
  return known
}

function selectorOf(item: JsonFragment): string {
  return dataSlice(id(`${item.name}(${(item.inputs ?? []).map(typeName).join(',')})`), 0, 4)
}

function typeName(input: JsonFragmentType): string {
  const type = input.type ?? ''
  return type.startsWith('tuple') ? `(${(input.components ?? []).map(typeName).join(',')})${type.slice(5)}` : type
}

/** Undefined if no custom error has this selector, or the data that should follow does not. */
function explainData(data: string, cause: Error): LedgerError | undefined {
  const refusal = refusals().get(dataSlice(data, 0, 4))
  if (refusal === undefined) return undefined
  const { name, inputs } = refusal
  const values = tryDecode(inputs, dataSlice(data, 4))
  if (values === undefined) return undefined
  const { zh, en } = REFUSALS[name] ?? { zh: `合约拒绝：${name}。`, en: `The contract refused: ${name}.` }
  const say = (names?: Names): Words => ({
    zh: fillIn(zh, inputs, values, 'zh', names),
    en: fillIn(en, inputs, values, 'en', names),
  })
  return new ContractRefusal(snakeCase(name), say, cause)
}

function tryDecode(inputs: readonly JsonFragmentType[], data: string): Values | undefined {
  try {
    return decodeValues(inputs, data)
  } catch {
    return undefined // cut short, or another contract's error with the same selector
  }
}

function unexplained(data: string | undefined): Words {
  const builtIn = data === undefined ? undefined : builtInReason(data)
  if (builtIn) return { en: `The contract refused: ${builtIn.en}.`, zh: `合约拒绝：${builtIn.zh}。` }
  return {
    en: 'The contract refused without a reason; see that the address is that of the contract, that the chain is the right one and that there is gas enough, and try the act as a call.',
    zh: '合约拒绝但没有给出原因；请确认合约地址正确、链正确、gas 足够，并先试行调用该操作。',
  }
}

/** Solidity's own two errors: `require` with a text, and a failed check of the language. */
function builtInReason(data: string): Words | undefined {
  const [selector, rest] = [dataSlice(data, 0, 4), dataSlice(data, 4)]
  if (selector === '0x08c379a0') {
    const reason = tryDecode([{ name: 'reason', type: 'string' }], rest)?.['reason']
    return reason === undefined ? undefined : inBoth(JSON.stringify(reason))
  }
  if (selector === '0x4e487b71') {
    const code = tryDecode([{ name: 'code', type: 'uint256' }], rest)?.['code']
    return {
      en: `panic ${showPlain(code ?? 'of an unknown kind', 'en')} (a fault in the contract; report it)`,
      zh: `panic ${showPlain(code ?? '类型不明', 'zh')}（合约有缺陷，请报告）`,
    }
  }
  return undefined
}

/** The bytes a contract refused with, wherever ethers, Hardhat or a node put them: 0x and at least a selector. */
function revertDataOf(error: unknown, depth = 0): string | undefined {
  if (isHexString(error) && error.length >= 10 && error.length % 2 === 0) return error
  if (typeof error !== 'object' || error === null || depth > 6) return undefined
  for (const key of ['data', 'result', 'error', 'info', 'cause'] as const) {
    const found = key in error ? revertDataOf((error as Record<string, unknown>)[key], depth + 1) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  return 'code' in error ? error.code : undefined
}

/** The message of a JSON-RPC error inside what ethers threw. It may quote the call, so its length is bounded. */
function nodeMessage(error: unknown): string | undefined {
  if (codeOf(error) !== 'UNKNOWN_ERROR' || !(error instanceof Error) || !('error' in error)) return undefined
  const inner = error.error
  if (typeof inner !== 'object' || inner === null || !('message' in inner)) return undefined
  return typeof inner.message === 'string' ? inner.message.slice(0, 200) : undefined
}

/** What ethers says in short, or the error's kind: not its message, which quotes the transaction and the node's URL. */
function redact(error: unknown): Error {
  const short = error instanceof Error && 'shortMessage' in error ? error.shortMessage : undefined
  if (typeof short === 'string') return new Error(short)
  return new Error(error instanceof Error ? error.name : typeof error)
}
