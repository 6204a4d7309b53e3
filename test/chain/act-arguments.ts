// Random arguments for any act of the ledger, made from its ABI.

import type { ParamType } from 'ethers'
import * as fc from 'fast-check'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'

/** Arguments that the act's function can be called with, whether or not the contract would allow what they say. */
export function actArguments(contract: ContractName, method: string): fc.Arbitrary<readonly unknown[]> {
  const inputs = interfaceOf(contract).getFunction(method)?.inputs ?? []
  return fc.tuple(...inputs.map(valueOf))
}

function valueOf(param: ParamType): fc.Arbitrary<unknown> {
  if (param.isArray()) return fc.array(valueOf(param.arrayChildren), { maxLength: 3 })
  if (param.isTuple()) {
    return fc.record(Object.fromEntries(param.components.map(component => [component.name, valueOf(component)])))
  }
  const [, base = '', size = ''] = /^([a-z]+)(\d*)$/u.exec(param.type) ?? []
  switch (base) {
    case 'uint':
      return fc.bigInt({ min: 0n, max: 2n ** BigInt(size) - 1n })
    case 'bool':
      return fc.boolean()
    case 'address':
      return hex(20, 20)
    case 'bytes':
      return size === '' ? hex(0, 100) : hex(Number(size), Number(size))
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 40 })
    default:
      throw new Error(`no values for ${param.type}`)
  }
}

function hex(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength, maxLength }).map(bytes => `0x${Buffer.from(bytes).toString('hex')}`)
}
