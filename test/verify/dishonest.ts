// Authors of evidence who hide something and make all else as it should be: what they sign, only the anchored index gives away.

import type { CompletenessProver } from '../../src/evidence/rows.ts'
import type { EvidenceParts } from '../../src/evidence.ts'
import { altered } from '../altered.ts'

type Prove = CompletenessProver['prove']

/** One who hides a leaf from its own store and index. */
export function hiding(parts: EvidenceParts, leaf: number): EvidenceParts {
  return lying(
    parts,
    index => index === leaf,
    async (...asked) => parts.index.prove(...asked),
  )
}

/** One who knows nothing of some leaves, and proves in a way of its own that this is all. */
export function lying(parts: EvidenceParts, isHidden: (leaf: number) => boolean, prove: Prove): EvidenceParts {
  const { store } = parts
  const search: typeof store.search = async function* (asked) {
    for await (const run of store.search(asked)) yield run.filter(leaf => !isHidden(leaf))
  }
  const index: CompletenessProver = {
    async prove(...asked) {
      const answer = await prove(...asked)
      return { ...answer, postings: answer.postings.filter(({ index }) => !isHidden(index)) }
    },
  }
  return { ...parts, store: altered(store, { search }), index }
}
