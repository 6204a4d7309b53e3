// A line that its source signed stands in the log once: a copy of it is not taken, whoever sends it, under whatever key
// (docs/sources.md). What the log has is known without a table of all links: the book of each chain (book.ts) tells of
// nearly every number that it never came; of the others, the columns of the log say where the very line would be. What
// came since the book was read, and what is on its way into the log, is held here.

import { setImmediate } from 'node:timers/promises'
import { toHex } from '../core/bytes.ts'
import { LedgerError, reasonOf } from '../core/error.ts'
import { decodeEntry, isAccess } from '../core/record.ts'
import { isSigned, linkHash, linkText, readSignature } from '../core/source-link.ts'
import type { Claim, Links } from '../ingest.ts'
import type { LineLink, SignedLine } from '../lines/reader.ts'
import type { Refusal, Store } from '../store/store.ts'
import type { SourceBook } from './book.ts'

interface LinksParts {
  readonly store: Pick<Store, 'scan' | 'readEntries'>
  readonly book: SourceBook
  readonly origin: string
}

/** A link that the book may not have yet. */
interface Held {
  readonly source: string
  /** Missing while it is on its way into the log, which `settled` waits for. */
  readonly index?: number
  readonly settled?: Promise<void>
}

/** What was found of a link: its leaf; or that the records of its time are pruned, so that nobody can tell. */
type Found = number | 'pruned'

interface Known {
  readonly found: Map<string, Found>
  /** Up to which leaf the log was searched: the book may move on meanwhile, and what was held be forgotten. */
  readonly searched: Map<string, number>
}

/** Some megabytes: then the book is brought up to date first. */
const MOST_HELD = 32_768
const PAGE = 256

export class SourceLinks implements Links {
  readonly #parts: LinksParts
  readonly #held = new Map<string, Held>()
  /** What is in the log and not held is in the book. */
  #isReady = false

  constructor(parts: LinksParts) {
    this.#parts = parts
  }

  async claim(signed: readonly SignedLine[], isDry: boolean): Promise<Claim> {
    if (!this.#isReady || this.#held.size >= MOST_HELD) {
      await this.#parts.book.catchUp()
      this.#isReady = true
      this.#forget()
    }
    const links = signed.map(({ link }) => link)
    const known: Known = { found: new Map(), searched: new Map() }
    for (let wait = this.#pending(links, known); wait !== undefined; wait = this.#pending(links, known)) await wait
    const copies = new Map<number, Refusal>()
    const own = new Map<string, SignedLine>()
    for (const one of signed) {
      const id = idOf(one.link)
      const earlier = known.found.get(id) ?? this.#held.get(id)?.index
      const above = own.get(id)
      if (earlier !== undefined) copies.set(one.leaf, refuse(one, earlier))
      else if (above !== undefined) copies.set(one.leaf, refuseBelow(one, above.line))
      else own.set(id, one)
    }
    return { copies, settle: isDry ? () => {} : this.#hold([...own.values()], [...copies.keys()]) }
  }

  /** @param left Numbers of leaves that are left out of the commit. */
  #hold(lines: readonly SignedLine[], left: readonly number[]): Claim['settle'] {
    const { promise: settled, resolve } = Promise.withResolvers<void>()
    for (const { link } of lines) this.#held.set(idOf(link), { source: link.source, settled })
    return firstIndex => {
      // It may be in the log all the same: what failed may have been written.
      if (firstIndex === undefined) this.#isReady = false
      for (const { leaf, link } of lines) {
        const id = idOf(link)
        if (firstIndex === undefined) this.#held.delete(id)
        else {
          const before = left.filter(other => other < leaf).length
          this.#held.set(id, { source: link.source, index: firstIndex + leaf - before })
        }
      }
      resolve()
    }
  }

  /** What the book has by now. */
  #forget(): void {
    for (const [id, { source, index = Infinity }] of this.#held) {
      if (index < this.#parts.book.state(source).size) this.#held.delete(id)
    }
  }

  /**
   * What has to be awaited before it is known of each of these where it is: nothing, when all that are in the log are
   * found or held with their leaf, and no other is held. Only in step with that can they be held themselves.
   */
  #pending(links: readonly LineLink[], { found, searched }: Known): Promise<unknown> | undefined {
    const settling = links.flatMap(link => this.#held.get(idOf(link))?.settled ?? [])
    if (settling.length > 0) return Promise.all(settling)
    const { book } = this.#parts
    const open = links.find(link => {
      const id = idOf(link)
      if (found.has(id) || this.#held.has(id) || !book.mayHave(link)) return false
      return (searched.get(id) ?? 0) < book.state(link.source).size
    })
    if (open === undefined) return undefined
    const { source } = open
    const { size } = book.state(source)
    const some = links.filter(link => link.source === source && !found.has(idOf(link)))
    return this.#search(some, size, found).then(() => some.forEach(link => searched.set(idOf(link), size)))
  }

  /** Looks for links of one source below a leaf. A copy states the same time, bytes and rows: only such records are read. */
  async #search(links: readonly LineLink[], below: number, found: Map<string, Found>): Promise<void> {
    const { store } = this.#parts
    const ids = new Set(links.map(idOf))
    const wanted = new Set(links.map(({ time, bytes, rows }) => `${time} ${bytes} ${rows}`))
    const times = links.map(({ time }) => time)
    const where = { source: links[0]!.source }
    const between = { from: Math.min(...times), to: Math.max(...times) + 1 }
    try {
      for await (const rows of store.scan({ where, ...between, below }, [])) {
        const like = [...rows.indices].filter((_, k) => wanted.has(`${rows.times[k]} ${rows.bytes[k]} ${rows.rows[k]}`))
        for (let at = 0; at < like.length; at += PAGE) {
          const indices = like.slice(at, at + PAGE)
          for (const [k, entry] of (await store.readEntries(indices)).entries()) {
            const id = this.#idOf(entry)
            if (id !== undefined && ids.has(id)) found.set(id, indices[k]!)
          }
        }
        await setImmediate() // whatever somebody sends: others have a turn
      }
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'entries_pruned') throw error
      const left = links.filter(link => !found.has(idOf(link)))
      // Of several, another may be the one whose time is pruned.
      if (links.length === 1) for (const link of left) found.set(idOf(link), 'pruned')
      else for (const link of left) await this.#search([link], below, found)
    }
  }

  #idOf(entry: Uint8Array): string | undefined {
    const record = decodeEntry(entry)
    if (!isAccess(record) || !isSigned(record)) return undefined
    const key = toHex(readSignature(record.source, record.signature).id)
    return idOf({ key, hash: linkHash(linkText(record, this.#parts.origin)) })
  }
}

/** The same line signed by another key is another link. */
function idOf({ key, hash }: Pick<LineLink, 'key' | 'hash'>): string {
  return `${key} ${hash}`
}

function refuse({ line, link: { source, seq } }: SignedLine, earlier: Found): Refusal {
  if (earlier === 'pruned') {
    const error = new LedgerError('link_pruned', {
      en: `link ${seq} of source ${source} came before, and the records of its time were pruned, so that nobody can tell whether this is it: nothing is added`,
      zh: `来源 ${source} 的第 ${seq} 条链节先前已有，而该时段的记录已清除，无法判断是否为同一行：没有写入`,
    })
    return { line, ...reasonOf(error) }
  }
  const error = new LedgerError('link_recorded', {
    en: `this very line, link ${seq} of source ${source}, is on record already as leaf ${earlier}: it counts once, and nothing is added; its receipt: GET /v1/receipts?firstIndex=${earlier}&count=1`,
    zh: `此行（来源 ${source} 的第 ${seq} 条链节）已记为第 ${earlier} 片叶：只计一次，没有写入；回执：GET /v1/receipts?firstIndex=${earlier}&count=1`,
  })
  return { line, ...reasonOf(error), index: earlier }
}

function refuseBelow({ line, link: { source, seq } }: SignedLine, above: number): Refusal {
  const error = new LedgerError('link_recorded', {
    en: `this very line, link ${seq} of source ${source}, is line ${above} of this batch: it counts once`,
    zh: `此行（来源 ${source} 的第 ${seq} 条链节）即本批第 ${above} 行：只计一次`,
  })
  return { line, ...reasonOf(error) }
}
