// The open segment taken up again from where it was put down: the columns of its index, read whole.

import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import { type CheckedFile, IndexDamaged } from './checked-file.ts'
import type { SealedPlace, SegmentColumns } from './columns.ts'
import * as format from './index-head.ts'
import { decodeNumber, decodeNumbers } from './numbers.ts'

const TEXTS_AT_ONCE = 4096

/** Fills new columns with what the index has. Throws IndexDamaged. */
export async function takeUpColumns(index: CheckedFile, columns: SegmentColumns): Promise<SegmentColumns> {
  const { head } = index
  const whole = (section: number): Promise<Uint8Array> => index.read(section, 0, head.sections[section]!.length)
  const column = async (section: number, count = head.count): Promise<Float64Array> => {
    const { width, length } = head.sections[section]!
    if (length !== count * width) {
      throw new IndexDamaged(index.path, {
        en: `section ${section} has ${length} bytes, where ${count} leaves have ${count * width}`,
        zh: `第 ${section} 节有 ${length} 字节，而 ${count} 片叶应有 ${count * width} 字节`,
      })
    }
    return decodeNumbers(await whole(section), 0, count, width)
  }
  for (const dimension of DIMENSIONS) {
    internTexts(columns, dimension, await whole(format.sectionOf(dimension, format.TEXTS)))
  }
  const ids: Float64Array[] = []
  for (const dimension of DIMENSIONS) ids.push(await column(format.sectionOf(dimension, format.IDS)))
  columns.restore(
    {
      count: head.count,
      times: await column(format.TIMES),
      bytes: (await column(format.BYTES)).map(value => value - 1),
      rows: (await column(format.ROWS)).map(value => value - 1),
    },
    await column(format.PLACES, head.count + 1),
    ids,
    readSealed(await whole(format.SEALED)),
  )
  return columns
}

/** Gives the texts, which are sorted, their ranks as numbers: those that the ids of the index are. */
function internTexts({ dictionary }: SegmentColumns, dimension: Dimension, texts: Uint8Array): void {
  const d = DIMENSIONS.indexOf(dimension)
  for (let at = 0; at < texts.length; ) {
    // As the dictionary takes them: entries, here with one byte that stands for none of the value.
    const entries: Uint8Array[] = []
    const lengths: number[] = []
    for (; at < texts.length && lengths.length < TEXTS_AT_ONCE; at += 1 + texts[at]!) {
      const length = texts[at]!
      entries.push(Buffer.of(0, length + 1, 0), texts.subarray(at + 1, at + 1 + length))
      lengths.push(length)
    }
    const values = new Uint32Array(lengths.length * DIMENSIONS.length)
    for (const [k, length] of lengths.entries()) values[k * DIMENSIONS.length + d] = 256 + length
    dictionary.internAll({ count: lengths.length, entries: Buffer.concat(entries), values })
  }
}

function readSealed(bytes: Uint8Array): SealedPlace[] {
  return Array.from({ length: bytes.length / format.SEALED_BYTES }, (_, k) => {
    const at = k * format.SEALED_BYTES
    return {
      leaf: decodeNumber(bytes, at, format.SEALED_LEAF_BYTES),
      place: decodeNumber(bytes, at + format.SEALED_LEAF_BYTES, format.PLACE_BYTES),
    }
  })
}
