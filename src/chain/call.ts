// Asking a contract: one call that changes nothing, and its answer by the contract's ABI. What the node says is checked
// here as everywhere (read.ts): the answer of a node that has no code there, or no state, is an empty one.

import { LedgerError } from '../core/error.ts'
import { type ContractName, interfaceOf } from './abi.ts'
import type { Chain } from './network.ts'
import { readCall } from './read.ts'

/**
 * What the function returns, as ethers decodes it: integers as bigint, the rest as hexadecimal text.
 * @param address Where the contract is, from a source that the caller trusts.
 * @throws LedgerError `chain_answer_malformed` (retryable) when the answer does not fit; as `Chain.request`
 */
export async function callContract(
  chain: Chain,
  name: ContractName,
  address: string,
  method: string,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const abi = interfaceOf(name)
  const answer = await readCall(chain, address, abi.encodeFunctionData(method, args))
  try {
    return abi.decodeFunctionResult(method, answer).toArray() as unknown[]
  } catch (cause) {
    throw new LedgerError(
      'chain_answer_malformed',
      {
        en: `The node at ${chain.name} answers ${answer.slice(0, 80)} when ${name}.${method} is called at ${address}, which is not what that function returns. Ask another node, or look at what stands between.`,
        zh: `调用位于 ${address} 的 ${name}.${method} 时，节点 ${chain.name} 应答 ${answer.slice(0, 80)}，不是该函数的返回值。请改问其他节点，或检查中间环节。`,
      },
      { cause, retryable: true },
    )
  }
}
