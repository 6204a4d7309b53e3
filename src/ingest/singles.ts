// Bodies of one line each, as many clients send them: those that come within one turn of the event loop are read as one block
// and written as one run of leaves, since most of what either costs is paid once, however many lines there are. What is
// unusual about a line is left to the usual way (../ingest.ts), which this one only overtakes.

import { hash } from 'node:crypto'
import { findEntries, type Leaves, leaveOut, NO_LEAVES, sliceLeaves } from '../core/leaves.ts'
import type { ReceiptJson } from '../core/receipt.ts'
import type { GroupCommit } from '../group-commit.ts'
import { type LineReader, MAX_LINES, type ReadLines } from '../lines/reader.ts'
import type { BatchState, Store } from '../store/store.ts'

/** The longest line that is taken, and what is read in one go at most. */
const MOST_BYTES = 32_768
const NEWLINE = 0x0a

/** What became of a line: it is in the log; or it was read and more is to be done than to write it; or it was not taken. */
export type Taken = { readonly receipt: ReceiptJson } | { readonly read: ReadLines } | undefined

export interface SinglesParts {
  readonly store: Pick<Store, 'findBatch'>
  readonly commit: Pick<GroupCommit, 'commitEach'>
  readonly reader: LineReader
}

interface Waiting {
  readonly line: Uint8Array
  readonly key: string | undefined
  readonly resolve: (taken: Taken) => void
  readonly reject: (error: unknown) => void
}

/** Whether a body, which ends as lines end, is one line that may be taken together with others. */
export function isSingle(body: Uint8Array): boolean {
  return body.length > 0 && body.length <= MOST_BYTES && body.indexOf(NEWLINE) === body.length - 1
}

/**
 * Takes a line with its line end, and the key of its batch, which nobody else may use meanwhile. Resolves once the line is
 * durable, or as soon as it is known not to be usual; rejects when it could not be written.
 */
export function createSingles({ store, commit, reader }: SinglesParts) {
  const room = Buffer.alloc(MOST_BYTES)
  let waiting: Waiting[] = []

  // One block a turn: whatever else there is to do must not wait for all of them.
  const takeBlock = (): void => {
    const singles: Waiting[] = []
    let [taken, bytes] = [0, 0]
    for (; taken < waiting.length && singles.length < MAX_LINES; taken++) {
      const single = waiting[taken]!
      if (bytes + single.line.length > MOST_BYTES) break
      if (single.key !== undefined && !isNew(single.key)) {
        single.resolve(undefined)
        continue
      }
      room.set(single.line, bytes)
      bytes += single.line.length
      singles.push(single)
    }
    const read = singles.length === 0 ? undefined : readOrNot(room.subarray(0, bytes), singles.length)
    // Fewer than were given, where some took long: the others are read next.
    const done = read === undefined ? singles : singles.slice(0, read.lines)
    waiting = [...singles.slice(done.length), ...waiting.slice(taken)]
    if (waiting.length > 0) setImmediate(takeBlock)
    if (read === undefined) for (const { resolve } of done) resolve(undefined)
    else void write(done, read)
  }

  // What fails here would fail all who came with the one that it is about. Each of them finds it again by itself.
  const isNew = (key: string): boolean => {
    try {
      return store.findBatch(key) === undefined
    } catch {
      return false
    }
  }
  const readOrNot = (block: Buffer, most: number): ReadLines | undefined => {
    try {
      return reader.read(block, { most, firstLine: 1 })
    } catch {
      return undefined
    }
  }

  const write = async (singles: readonly Waiting[], read: ReadLines): Promise<void> => {
    try {
      if (read.hashed !== undefined) await read.hashed
      const isUsual = read.refused.length === 0 && read.signed.length === 0
      const { plain, leaves } = isUsual ? { plain: singles, leaves: read.leaves } : splitOff(singles, read)
      if (plain.length === 0) return
      const committed = await commit.commitEach({ leaves, each: plain.map(stateOf) })
      for (const [k, { resolve }] of plain.entries()) resolve({ receipt: committed[k]!.receipt! })
      if (isUsual) read.release()
    } catch (error) {
      for (const { reject } of singles) reject(error)
    }
  }

  return (line: Uint8Array, key: string | undefined): Promise<Taken> => {
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(takeBlock)
      waiting.push({ line, key, resolve, reject })
    })
  }
}

/** Hands back those that are refused or signed, as if each had been read alone; the others are left. */
function splitOff(
  singles: readonly Waiting[],
  { leaves, refused, signed }: ReadLines,
): { readonly plain: readonly Waiting[]; readonly leaves: Leaves } {
  const refusals = new Map(refused.map(refusal => [refusal.line, refusal]))
  const links = new Map(signed.map(link => [link.line, link]))
  const places = findEntries(leaves.entries, leaves.count)!
  const left = new Set<number>()
  let leaf = 0
  const plain = singles.filter(({ line, resolve }, k) => {
    const [refusal, link] = [refusals.get(k + 1), links.get(k + 1)]
    const own = refusal === undefined ? sliceLeaves(leaves, places, leaf, leaf + 1) : NO_LEAVES
    if (link !== undefined) left.add(leaf)
    leaf += own.count
    if (refusal === undefined && link === undefined) return true
    const read = { consumed: line.length, lines: 1, leaves: own, release() {} }
    const what = {
      refused: refusal ? [{ ...refusal, line: 1 }] : [],
      signed: link ? [{ ...link, leaf: 0, line: 1 }] : [],
    }
    resolve({ read: { ...read, ...what } })
    return false
  })
  return { plain, leaves: left.size === 0 ? leaves : leaveOut(leaves, left) }
}

function stateOf({ key, line }: Waiting): BatchState | undefined {
  if (key === undefined) return undefined
  return { key, lines: 1, digest: hash('sha256', line, 'base64'), ranges: [], refused: [], refusedCount: 0 }
}
