// Asks the contracts about every object that their events tell of, and tells where the two differ. All views are asked at
// one block: the one up to which the events were read.

import type { JsonFragment, JsonFragmentType } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { artifactOf, type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import { moved } from './event-reader.ts'
import { type Chain, RpcRefusal } from './network.ts'
import { type Block, readBlock, readCall } from './read.ts'
import { decodeValues, type Value, type Values } from './values.ts'
import { type Held, VIEWS, type Views } from './views.ts'

export interface Difference {
  /** The kind of object, as the table of views names it in English. */
  readonly what: string
  /** Of the object; absent where their numbers differ. */
  readonly id?: string
  /** The view that was asked, and its field if it has named ones. */
  readonly view: string
  readonly field?: string
  /** As text; null where it has no such object. */
  readonly contract: string | null
  readonly events: string | null
}

export interface Compared {
  /** How many objects of each kind. */
  readonly objects: Readonly<Record<string, number>>
  /** How many values were compared. */
  readonly values: number
  readonly differences: readonly Difference[]
}

export interface CompareParts {
  readonly chain: Chain
  readonly contracts: ContractAddresses
  readonly held: Held
  /** The last one whose events are held. */
  readonly block: Block
  onProgress?(done: number, total: number): void
}

/** So many questions are under way at once. */
const AT_ONCE = 8
/** Objects that a contract counts and no event made: so many are named. */
const NAMED = 100

/**
 * @throws LedgerError `chain_moved` (retryable) when the block was taken back meanwhile; `chain_refused` when the node
 *   does not have its state any more; `chain_unreachable`
 */
export async function compareViews(parts: CompareParts): Promise<Compared> {
  const { chain, held, block } = parts
  const tasks = VIEWS.flatMap(kind => Array.from(kind.ids(held), id => ({ kind, id })))
  const objects: Record<string, number> = {}
  const differences: Difference[] = []
  let [values, done] = [0, 0]
  for (const kind of VIEWS) {
    const ids = [...kind.ids(held)]
    objects[kind.en] = ids.length
    differences.push(...(await compareCount(parts, kind, ids)))
    if (kind.count !== undefined) values++
  }
  for (let k = 0; k < tasks.length; k += AT_ONCE) {
    const some = tasks.slice(k, k + AT_ONCE)
    for (const found of await Promise.all(some.map(({ kind, id }) => compareObject(parts, kind, id)))) {
      values += found.values
      differences.push(...found.differences)
    }
    done += some.length
    parts.onProgress?.(done, tasks.length)
  }
  // All these answers are of a number. If it is another block by now, so may some of them be.
  const now = await readBlock(chain, block.number)
  if (now?.hash !== block.hash) throw moved(chain, block, now?.hash)
  return { objects, values, differences }
}

async function compareCount(
  parts: CompareParts,
  { en: what, contract, count }: Views,
  ids: readonly (number | string)[],
): Promise<Difference[]> {
  if (count === undefined) return []
  const told = await askView(parts, contract, count, [])
  const number = Number(told?.[''] ?? 0)
  if (number === ids.length) return []
  const held = new Set(ids.map(Number))
  const missing: Difference[] = []
  for (let id = 1; id <= number && missing.length < NAMED; id++) {
    if (!held.has(id)) missing.push({ what, id: String(id), view: count, contract: String(id), events: null })
  }
  return [{ what, view: count, contract: String(number), events: String(ids.length) }, ...missing]
}

async function compareObject(
  parts: CompareParts,
  { en: what, contract, views }: Views,
  id: number | string,
): Promise<{ readonly values: number; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = []
  let values = 0
  for (const [view, expect] of Object.entries(views)) {
    const place = { what, id: String(id), view }
    const told = await askView(parts, contract, view, [id])
    if (told === undefined) {
      differences.push({ ...place, contract: null, events: String(id) })
      continue
    }
    const expected = expect(parts.held, id, parts.block.time)
    const shared = Object.keys(told).filter(field => Object.hasOwn(expected, field))
    if (shared.length === 0)
      throw new Error(`nothing that ${contract}.${view} says is compared: the table of views lags`)
    for (const field of shared) {
      values++
      const [theirs, ours] = [show(told[field]!), show(expected[field]!)]
      if (theirs !== ours)
        differences.push({ ...place, ...(field === '' ? {} : { field }), contract: theirs, events: ours })
    }
  }
  return { values, differences }
}

/** What the view says, by field, a lone unnamed one under ''; undefined when the contract knows no such object. */
async function askView(
  { chain, contracts, block }: CompareParts,
  contract: ContractName,
  view: string,
  args: readonly unknown[],
): Promise<Values | undefined> {
  const outputs = outputsOf(contract, view)
  const data = interfaceOf(contract).encodeFunctionData(view, args)
  let answer: string
  try {
    answer = await readCall(chain, contracts[contract], data, block.number)
  } catch (error) {
    // A refusal of the contract's own carries its error; a node that lacks the block's state has none to show.
    if (error instanceof RpcRefusal && (error.data ?? '0x') !== '0x') return undefined
    throw error
  }
  try {
    const values = decodeValues(outputs, answer)
    const [output] = outputs
    return outputs.length === 1 && output?.type === 'tuple' ? (values[output.name ?? ''] as Values) : values
  } catch (cause) {
    throw new LedgerError(
      'chain_answer_malformed',
      `The node at ${chain.name} answers ${answer.slice(0, 80)} when ${contract}.${view} is called at ${contracts[contract]}, which is not what that function returns. Ask another node.`,
      { cause, retryable: true },
    )
  }
}

/** As the compiled contract declares them. A view that is not there is a bug in the table. */
export function outputsOf(contract: ContractName, view: string): readonly JsonFragmentType[] {
  const found = artifactOf(contract).abi.find(
    (item: JsonFragment) => item.type === 'function' && item.name === view && item.stateMutability === 'view',
  )
  if (found === undefined) throw new Error(`${contract} has no view ${view}: the table of views lags`)
  return found.outputs ?? []
}

/** Numbers as they are, whatever their width; hexadecimal in one case. */
function show(value: Value): string {
  if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value
  if (Array.isArray(value)) return value.map(show).join(' ')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, item]) => `${name} ${show(item)}`)
    .join(', ')
}
