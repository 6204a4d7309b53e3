// Asks the contracts about every thing that their events tell of, and tells where the two differ. All views are asked at
// one block: the one up to which the events were read.

import type { JsonFragment, JsonFragmentType } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { artifactOf, type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import { moved } from './event-reader.ts'
import { type Chain, RpcRefusal } from './network.ts'
import { type Block, readBlock, readCall } from './read.ts'
import { decodeValues, type Value, type Values } from './values.ts'
import { type Held, type Id, type Kind, VIEWS, type View } from './views.ts'

/** What to do about a difference: read the events again, or ask a node that can answer. */
export type NextStep = 'read-again' | 'ask-another-node'

export interface Difference {
  /** The kind of thing, as the table of views names it in English. */
  readonly what: string
  /** Of the thing; absent where their numbers differ. */
  readonly id?: string
  /** The view that was asked, and its field if it has named ones. */
  readonly view: string
  readonly field?: string
  /** As text; null where it has no such thing. */
  readonly contract: string | null
  readonly events: string | null
  readonly next: NextStep
}

export interface Compared {
  /** How many things of each kind. */
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

/** So many things are asked about at once. */
const AT_ONCE = 8
/** Things that a contract counts and no event made: so many are named. */
const NAMED = 100

/**
 * @throws LedgerError `chain_moved` (retryable) when the block was taken back meanwhile; `chain_refused` when the node
 *   does not have its state any more; `chain_unreachable`
 */
export async function compareViews(parts: CompareParts): Promise<Compared> {
  const { chain, held, block } = parts
  const objects = countThings(held)
  const total = Object.values(objects).reduce((sum, count) => sum + count, 0)
  const differences: Difference[] = []
  let [values, done] = [0, 0]
  for (const kind of VIEWS) {
    differences.push(...(await compareCount(parts, kind)))
    if (kind.count !== undefined) values++
  }
  for (const some of inBatches(thingsIn(held), AT_ONCE)) {
    for (const found of await Promise.all(some.map(({ kind, id }) => compareThing(parts, kind, id)))) {
      values += found.values
      differences.push(...found.differences)
    }
    done += some.length
    parts.onProgress?.(done, total)
  }
  // All these answers are of a number. If it is another block by now, so may some of them be.
  const now = await readBlock(chain, block.number)
  if (now?.hash !== block.hash) throw moved(chain, block, now?.hash)
  return { objects, values, differences }
}

/** How many things of each kind the events tell of, by the kind's English name. */
export function countThings(held: Held): Readonly<Record<string, number>> {
  return Object.fromEntries(VIEWS.map(({ en, ids }) => [en, [...ids(held)].length]))
}

function* thingsIn(held: Held): Iterable<{ readonly kind: Kind; readonly id: Id }> {
  for (const kind of VIEWS) for (const id of kind.ids(held)) yield { kind, id }
}

function* inBatches<T>(items: Iterable<T>, size: number): Iterable<readonly T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function compareCount(parts: CompareParts, { en: what, contract, count, ids }: Kind): Promise<Difference[]> {
  if (count === undefined) return []
  const { view, first } = count
  const told = await askView(parts, contract, view, [])
  const number = Number(told?.[''] ?? 0)
  const held = new Set(Array.from(ids(parts.held), Number))
  if (number === held.size) return []
  const next = 'read-again'
  const missing: Difference[] = []
  for (let id: number = first; id < first + number && missing.length < NAMED; id++) {
    if (!held.has(id)) missing.push({ what, id: String(id), view, contract: String(id), events: null, next })
  }
  return [{ what, view, contract: String(number), events: String(held.size), next }, ...missing]
}

async function compareThing(
  parts: CompareParts,
  { en: what, contract, views }: Kind,
  id: Id,
): Promise<{ readonly values: number; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = []
  let values = 0
  for (const [name, view] of Object.entries(views)) {
    const place = { what, id: String(id), view: name }
    const told = await answerOf(parts, contract, name, view, id)
    if (told === undefined) {
      differences.push({ ...place, contract: null, events: String(id), next: 'ask-another-node' })
      continue
    }
    for (const [field, ours] of Object.entries(view.expect(parts.held, id, parts.block.time))) {
      const value = told[field]
      if (value === undefined) throw new Error(`${contract}.${name} says no ${field}: the table of views lags`)
      values++
      const [theirs, expected] = [show(value), show(ours)]
      if (theirs === expected) continue
      const which = field === '' ? {} : { field }
      differences.push({ ...place, ...which, contract: theirs, events: expected, next: 'read-again' })
    }
  }
  return { values, differences }
}

/** What the view says of one thing, by field; undefined when the contract knows no such thing. */
async function answerOf(
  parts: CompareParts,
  contract: ContractName,
  name: string,
  { asks, answer = 'fields' }: View,
  id: Id,
): Promise<Values | undefined> {
  const calls = asks?.(parts.held, id) ?? [[id]]
  if (answer === 'check') return { '': (await askView(parts, contract, name, calls[0] ?? [])) !== undefined }
  if (answer === 'fields') return askView(parts, contract, name, calls[0] ?? [])
  const which: Value[] = []
  for (const call of calls) {
    const told = await askView(parts, contract, name, call)
    if (told?.[''] === true) which.push(String(call.at(-1)))
  }
  return { '': which, count: which.length }
}

/**
 * What the view says to one call, by field: a lone unnamed one under '', a structure's as if they were its own; undefined
 * when the contract refuses.
 */
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
    return flatten(outputs, decodeValues(outputs, answer))
  } catch (cause) {
    throw new LedgerError(
      'chain_answer_malformed',
      {
        en: `The node at ${chain.name} answers ${answer.slice(0, 80)} when ${contract}.${view} is called at ${contracts[contract]}, which is not what that function returns. Ask another node.`,
        zh: `调用 ${contracts[contract]} 的 ${contract}.${view} 时，节点 ${chain.name} 返回 ${answer.slice(0, 80)}，并非该函数的返回值。请换一个节点。`,
      },
      { cause, retryable: true },
    )
  }
}

function flatten(outputs: readonly JsonFragmentType[], values: Values): Values {
  const structures = outputs.filter(({ type }) => type === 'tuple').map(({ name = '' }) => name)
  return Object.assign({}, values, ...structures.map(name => values[name] as Values)) as Values
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
