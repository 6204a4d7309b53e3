// Authors of evidence who hide something and make all else as it should be: what they sign, only the anchored index gives away.

import type { CompletenessProver } from '../../src/evidence/rows.ts'
import type { EvidenceParts } from '../../src/evidence.ts'
import type { Store } from '../../src/store/store.ts'
import { altered } from '../altered.ts'
import { columnsOf } from '../columns-of-scan.ts'

type Prove = CompletenessProver['prove']

/** One who hides a leaf from its own store and index. */
export function hiding(parts: EvidenceParts, leaf: number): EvidenceParts {
  return lying(
    parts,
    index => index === leaf,
    async (...asked) => parts.index.prove(...asked),
  )
}

/** The store without the values of a leaf, for an index that is to know nothing of it. */
export function withoutValuesOf(store: Store, leaf: number): Store {
  const scan: Store['scan'] = async function* (search, dimensions) {
    for await (const rows of store.scan(search, dimensions)) {
      const at = rows.indices.indexOf(leaf)
      // Where a value is asked for it is not there; where everything is, it is there and has none.
      const isAsked = Object.keys(search.where).length > 0
      const ids = Object.entries(rows.ids).map(([name, column]) => [name, column.map((id, k) => (k === at ? 0 : id))])
      const others = (column: Float64Array): Float64Array => column.filter((_, k) => k !== at)
      if (at < 0) yield rows
      else if (isAsked) yield { ...rows, indices: others(rows.indices), times: others(rows.times), ids: {} }
      else yield { ...rows, ids: Object.fromEntries(ids) }
    }
  }
  return altered(store, { scan, readColumns: columnsOf(scan) })
}

/** One who knows nothing of some leaves, and proves in a way of its own that this is all. */
export function lying(parts: EvidenceParts, isHidden: (leaf: number) => boolean, prove: Prove): EvidenceParts {
  const index: CompletenessProver = {
    async prove(...asked) {
      const answer = await prove(...asked)
      return { ...answer, postings: answer.postings.filter(({ index }) => !isHidden(index)) }
    },
  }
  return { ...parts, store: searchedWithout(parts.store, isHidden), index }
}

function searchedWithout(store: Store, isHidden: (leaf: number) => boolean): Store {
  const search: Store['search'] = async function* (asked) {
    for await (const run of store.search(asked)) yield run.filter(leaf => !isHidden(leaf))
  }
  return altered(store, { search })
}
