// A line that its source signed stands in the log once: a copy of it is not taken, whoever sends it, under whatever key
// (docs/sources.md). What the log has is known without a table of all links: the book of each chain (book.ts) tells of
// nearly every number that it never came (of none, where leaves were pruned before it read them); of the others, the
// columns of the log say where the very line would be. What came since the book was read, and what is on its way into
// the log, is held here.

import { LedgerError, reasonOf } from '../core/error.ts'
import type { Claim, Links } from '../ingest.ts'
import type { LineLink, SignedLine } from '../lines/reader.ts'
import type { Refusal, Store } from '../store/store.ts'
import type { SourceBook } from './book.ts'
import { type Found, findCopies, linkId } from './link-search.ts'

interface LinksParts {
  readonly store: Pick<Store, 'search' | 'scan' | 'readEntries'>
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

interface Known {
  readonly found: Map<string, Found>
  /** Up to which leaf the log was searched: the book may move on meanwhile, and what was held be forgotten. */
  readonly searched: Map<string, number>
}

/** Some megabytes: then the book is brought up to date first. */
const MOST_HELD = 32_768

export class SourceLinks implements Links {
  readonly #parts: LinksParts
  readonly #held = new Map<string, Held>()
  /**
   * Times that the log may have come to have links which are neither held nor in the book, and how many of them the book has
   * been brought up to date after. The first is the start; the others are writes that failed, and may be there all the same.
   */
  #doubts = 1
  #dispelled = 0

  constructor(parts: LinksParts) {
    this.#parts = parts
  }

  async claim(signed: readonly SignedLine[], isDry: boolean): Promise<Claim> {
    const links = signed.map(({ link }) => link)
    const known: Known = { found: new Map(), searched: new Map() }
    for (let wait = this.#pending(links, known); wait !== undefined; wait = this.#pending(links, known)) await wait
    const copies = new Map<number, Refusal>()
    const own = new Map<string, SignedLine>()
    for (const one of signed) {
      const id = linkId(one.link)
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
    for (const { link } of lines) this.#held.set(linkId(link), { source: link.source, settled })
    return firstIndex => {
      if (firstIndex === undefined && lines.length > 0) this.#doubts++
      for (const { leaf, link } of lines) {
        const id = linkId(link)
        if (firstIndex === undefined) this.#held.delete(id)
        else {
          const before = left.filter(other => other < leaf).length
          this.#held.set(id, { source: link.source, index: firstIndex + leaf - before })
        }
      }
      resolve()
    }
  }

  async #catchUp(): Promise<void> {
    const doubts = this.#doubts
    await this.#parts.book.catchUp()
    this.#dispelled = Math.max(this.#dispelled, doubts)
    for (const [id, { source, index = Infinity }] of this.#held) {
      if (index < this.#parts.book.state(source).size) this.#held.delete(id)
    }
  }

  /**
   * What has to be awaited before it is known of each of these where it is: nothing, when all that are in the log are
   * found or held with their leaf, and no other is held. Only in step with that can they be held themselves.
   */
  #pending(links: readonly LineLink[], { found, searched }: Known): Promise<unknown> | undefined {
    if (this.#dispelled < this.#doubts || this.#held.size >= MOST_HELD) return this.#catchUp()
    const settling = links.flatMap(link => this.#held.get(linkId(link))?.settled ?? [])
    if (settling.length > 0) return Promise.all(settling)
    const { book } = this.#parts
    const open = links.find(link => {
      const id = linkId(link)
      if (found.has(id) || this.#held.has(id) || !book.mayHave(link)) return false
      return (searched.get(id) ?? 0) < book.state(link.source).size
    })
    if (open === undefined) return undefined
    const { source } = open
    const { size } = book.state(source)
    const some = links.filter(link => link.source === source && !found.has(linkId(link)) && book.mayHave(link))
    return findCopies(this.#parts, some, size, found).then(() => some.forEach(link => searched.set(linkId(link), size)))
  }
}

function refuse({ line, link: { source, seq } }: SignedLine, earlier: Found): Refusal {
  if (earlier === 'pruned') {
    const error = new LedgerError('link_pruned', {
      en: `link ${seq} of source ${source} may have come before, and the records of its time were pruned, so that nobody can tell whether this very line did: nothing is added`,
      zh: `来源 ${source} 的第 ${seq} 条链节先前可能已有，而该时段的记录已清除，无法判断是否为同一行：没有写入`,
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
