// Wrong indexes, made where the index takes in the log: in the columns of the store. What the store finds is made to agree,
// so that the service itself notices nothing; trie, epoch, anchor and evidence then follow from that.

import { DIMENSIONS, type Dimension, type Question } from '../../src/core/question.ts'
import type { Rows, Store } from '../../src/store/store.ts'
import { columnsOf } from '../columns-of-scan.ts'

/** The columns of a run of leaves, as somebody would have them. */
type Recolumn = (rows: Rows) => Rows | Promise<Rows>

export function indexOtherwise(store: Store, recolumn: Recolumn, isFound: (leaf: number) => boolean): void {
  const scan = store.scan.bind(store)
  store.scan = async function* (asked) {
    for await (const rows of scan({ ...asked, where: {} }, DIMENSIONS))
      yield await select(await recolumn(rows), asked.where)
  }
  store.readColumns = columnsOf((...asked) => store.scan(...asked))
  const search = store.search.bind(store)
  store.search = async function* (asked) {
    for await (const run of search(asked)) yield run.filter(isFound)
  }
}

async function select(rows: Rows, where: Question['where']): Promise<Rows> {
  const { names, ids } = rows
  const wanted = await Promise.all(
    (Object.entries(where) as [Dimension, string][]).map(
      async ([by, value]) => [by, await names.find(by, value)] as const,
    ),
  )
  const fits = (_: number, place: number): boolean => wanted.every(([by, id]) => id !== 0 && ids[by]![place] === id)
  const [indices, times, bytes] = [rows.indices.filter(fits), rows.times.filter(fits), rows.bytes.filter(fits)]
  const columns = DIMENSIONS.map(by => [by, ids[by]!.filter(fits)] as const)
  return { indices, times, bytes, rows: rows.rows.filter(fits), ids: Object.fromEntries(columns), names }
}

/** Of one leaf, the value of a dimension: by its number there, 0 being none. */
export function withValue(rows: Rows, leaf: number, by: Dimension, id: number): Rows {
  const place = rows.indices.indexOf(leaf)
  return place < 0 ? rows : { ...rows, ids: { ...rows.ids, [by]: rows.ids[by]!.with(place, id) } }
}
