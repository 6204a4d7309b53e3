// Sealed parts that are gone from a copy, against the records of its log (docs/erasure.md): a part that is all zeros was
// erased only if a record tells of it. A disk that gives zeros, and a hand that writes them, look the same but for that.

import { LedgerError } from '../core/error.ts'
import type { Files } from '../store/file.ts'
import { ForwardReader } from '../store/log/forward.ts'
import { isErased, SEALED_HEADER_BYTES } from '../store/log/sealed.ts'
import type { BackedUpFile, Manifest } from './manifest.ts'
import { openSealed } from './sealed-change.ts'
import { digestsBySegment } from './source.ts'

/** What is looked at: a copy in the folder `to`, but for segments that are in the backup before as they are here. */
export interface CopiedParts {
  readonly to: string
  readonly files: ReadonlyMap<string, BackedUpFile>
  readonly copied: Files
  readonly former: Manifest | undefined
}

/** The leaves whose sealed part is all zeros. */
export async function findErased({ to, files, copied, former }: CopiedParts): Promise<number[]> {
  const before = digestsBySegment(former?.files ?? [])
  const found: number[] = []
  for (const [number, digests] of digestsBySegment(files.values())) {
    if (before.get(number) === digests) continue
    await using opened = new AsyncDisposableStack()
    const file = await openSealed(opened, to, number, copied, files)
    if (file === undefined) continue
    const reader = new ForwardReader(file, 0, file.size)
    while (await reader.load(SEALED_HEADER_BYTES)) {
      const header = reader.take(SEALED_HEADER_BYTES)
      const [index, length] = [header.readUIntBE(0, 6), header.readUInt32BE(6)]
      if (!(await reader.load(length))) break // the check of the tree tells of it
      if (isErased(reader.take(length))) found.push(index)
    }
  }
  return found
}

/** What to say of a part that is gone without a record of it. */
export function erasedUntold(folder: string, leaf: number, more: number): LedgerError {
  const [en, zh] = more === 0 ? ['', ''] : [`, nor of ${more} more`, `，另有 ${more} 个同样如此`]
  return new LedgerError('sealed_damaged', {
    en: `${folder}: the sealed part of leaf ${leaf} is all zeros, but no record of the log tells of its erasure${en}. A backup that has it is left as it is: keep it, restore the part from it, and look into who wrote the file. If no copy has it, put on record that it is gone (\`suyuan erase ${leaf}\`).`,
    zh: `${folder}：第 ${leaf} 片叶的密封部分全为零，而日志中没有相应的删除记录${zh}。仍有该部分的备份保持不变：请保留它，用它恢复该部分，并查明是谁写入了该文件。若没有任何副本，请将其缺失登记在案（\`suyuan erase ${leaf}\`）。`,
  })
}
