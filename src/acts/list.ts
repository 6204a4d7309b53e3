// The acts of the ledger by name: every state-changing function of its contracts, such as `access-ledger.request`. Derived
// from the compiled contracts (chain/act-types.ts), so that an act which a contract takes is an act that can be named.

import type { JsonFragmentType } from 'ethers'
import { artifactOf, type ContractName } from '../chain/abi.ts'
import { listActTypes } from '../chain/act-types.ts'
import { LedgerError } from '../core/error.ts'
import { kebabCase } from '../core/name-case.ts'
import type { Words } from '../core/words.ts'
import { type Form, formOf } from './forms.ts'

export interface Act {
  /** Contract and method in kebab case, such as `agreements.sign-agreement`. */
  readonly name: string
  readonly contract: ContractName
  readonly method: string
  readonly parameters: readonly Parameter[]
}

export interface Parameter {
  readonly name: string
  readonly form: Form
}

let known: ReadonlyMap<string, Act> | undefined

/** All acts, in the order of contracts and functions. Throws `contracts_not_built`. */
export function listActs(): readonly Act[] {
  return [...byName().values()]
}

/**
 * The act of this name.
 * @throws LedgerError `act_unknown`, with the names that are nearest
 */
export function findAct(name: string): Act {
  const act = byName().get(name)
  if (act !== undefined) return act
  const near = [...byName().keys()].filter(other => other.split('.')[1] === name.split('.').at(-1))
  const hint: Words =
    near.length > 0
      ? { en: `do you mean ${near.join(' or ')}?`, zh: `是否指 ${near.join(' 或 ')}？` }
      : { en: '`suyuan act` and GET /v1/acts list them all.', zh: '`suyuan act` 和 GET /v1/acts 列出全部操作。' }
  throw new LedgerError('act_unknown', {
    en: `There is no act ${JSON.stringify(name.slice(0, 80))}; ${hint.en}`,
    zh: `没有操作 ${JSON.stringify(name.slice(0, 80))}；${hint.zh}`,
  })
}

/** The name of a contract's function as an act. */
export function actName(contract: ContractName, method: string): string {
  return `${kebabCase(contract)}.${kebabCase(method)}`
}

function byName(): ReadonlyMap<string, Act> {
  known ??= new Map(
    listActTypes().map(({ contract, method }) => {
      const name = actName(contract, method)
      const parameters = inputsOf(contract, method).map(param => {
        return { name: param.name ?? '', form: formOf(param, `${contract}.${method}`) }
      })
      return [name, { name, contract, method, parameters }]
    }),
  )
  return known
}

/** From the ABI as the compiler wrote it: ethers keeps no `internalType`, which says what a number stands for. */
function inputsOf(contract: ContractName, method: string): readonly JsonFragmentType[] {
  const found = artifactOf(contract).abi.filter(item => item.type === 'function' && item.name === method)
  if (found.length !== 1)
    throw new Error(`${contract} has ${found.length} functions ${method}; an act's name is its own`)
  return found[0]?.inputs ?? []
}
