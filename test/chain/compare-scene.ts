// What the tests of the comparison start from: the events of a scene's chain added up, and its contracts asked, by a node
// that may lie.

import { isError } from 'ethers'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { type Compared, compareViews } from '../../src/chain/compare-views.ts'
import { type Chain, RpcRefusal } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { Tally } from '../../src/chain/views.ts'
import type { Scene } from '../contracts/fixture.ts'
import { readEvents } from './state-scene.ts'

export interface Comparing {
  /** @param prepare Changes what the events add up to. */
  compare(prepare?: (held: Tally) => void, onProgress?: (done: number, total: number) => void): Promise<Compared>
  /** The events added up anew. */
  held(): Tally
  /** Lets the node answer one view wrongly from now on; `change` gets what it would say, as ethers has it. */
  lie(contract: ContractName, view: string, args: readonly unknown[], change: (told: unknown[]) => void): Promise<void>
  /** Lets it say that the contract refuses one call. */
  refuse(contract: ContractName, view: string, args: readonly unknown[], error: string, values: unknown[]): void
  /** Ends all lies. */
  beHonest(): void
  /** How many questions were under way at once, at most. */
  mostAtOnce(): number
}

/** Of the chain as it is now: it is read once, and no view of it is asked twice. */
export async function openComparing(scene: Scene): Promise<Comparing> {
  const { contracts } = scene.deployment
  const told = new Map<string, Promise<unknown>>()
  const lies = new Map<string, () => unknown>()
  let [underWay, most] = [0, 0]
  const ask = (method: string, params: readonly unknown[]): Promise<unknown> =>
    scene.request(method, params).catch((error: unknown) => {
      throw isError(error, 'CALL_EXCEPTION')
        ? new RpcRefusal('scene', method, { code: 3, message: error.shortMessage, data: error.data })
        : error
    })
  const chain: Chain = {
    name: 'scene',
    chainId: scene.deployment.chainId,
    pollingMs: 1,
    get provider(): never {
      throw new Error('a comparison asks by request alone')
    },
    request: async (method, params) => {
      if (method !== 'eth_call') return ask(method, params)
      const { to, data } = params[0] as { to: string; data: string }
      const key = keyOf(to, data)
      const lied = lies.get(key)
      if (lied !== undefined) return lied()
      const answer = told.get(key) ?? ask(method, params)
      told.set(key, answer)
      most = Math.max(most, ++underWay)
      return answer.finally(() => underWay--)
    },
    close: () => {},
  }
  const block = await readHead(chain)
  const events = await readEvents(scene)
  const held = (): Tally => {
    const tally = new Tally()
    for (const event of events) tally.apply(event)
    return tally
  }
  return {
    held,
    mostAtOnce: () => most,
    compare: async (prepare = () => {}, onProgress = () => {}) => {
      const tally = held()
      prepare(tally)
      return compareViews({ chain, contracts, held: tally, block, onProgress })
    },
    lie: async (contract, view, args, change) => {
      const abi = interfaceOf(contract)
      const data = abi.encodeFunctionData(view, args)
      const answer = String(await scene.request('eth_call', [{ to: contracts[contract], data }, 'latest']))
      const said = abi.decodeFunctionResult(view, answer).toArray(true) as unknown[]
      change(said)
      lies.set(keyOf(contracts[contract], data), () => abi.encodeFunctionResult(view, said))
    },
    refuse: (contract, view, args, error, values) => {
      const abi = interfaceOf(contract)
      const data = abi.encodeErrorResult(error, values)
      lies.set(keyOf(contracts[contract], abi.encodeFunctionData(view, args)), () => {
        throw new RpcRefusal('scene', 'eth_call', { code: 3, message: 'execution reverted', data })
      })
    },
    beHonest: () => lies.clear(),
  }
}

function keyOf(to: string, data: string): string {
  return `${to.toLowerCase()} ${data}`
}
