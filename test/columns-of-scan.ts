// A store whose `scan` says something else than its log: then its columns are to say the same.

import { DIMENSIONS } from '../src/core/question.ts'
import type { Names, Store } from '../src/store/store.ts'

export function columnsOf(scan: Store['scan']): Store['readColumns'] {
  return async (start, { times, ids }) => {
    let names: Names | undefined
    for await (const rows of scan({ where: {}, first: start, below: start + times.length }, DIMENSIONS)) {
      names = rows.names
      for (const [k, index] of rows.indices.entries()) {
        times[index - start] = rows.times[k]!
        for (const [d, dimension] of DIMENSIONS.entries()) ids[d]![index - start] = rows.ids[dimension]![k]!
      }
    }
    return names!
  }
}
