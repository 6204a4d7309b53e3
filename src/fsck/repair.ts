// Makes again what is derived and was found damaged: it is removed, and a start of the store makes it anew, checking every
// entry against the commits on the way. What is not derived is never touched, but for sealed parts that a record of the
// log says were erased; while any of it is damaged, nothing is made from it.

import { open, readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { EVENT_JOURNAL_FILE } from '../chain/event-journal.ts'
import { POSTINGS_FOLDER } from '../completeness/open-kept.ts'
import { LedgerError } from '../core/error.ts'
import { redoErasures } from '../erasure.ts'
import { createEntryReader } from '../lines/entries.ts'
import { compileLines } from '../lines/wasm.ts'
import { explainFailure } from '../store/directory.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import { LevelIndex } from '../store/level/level.ts'
import { createQuickParts } from '../store/working-parts.ts'
import { type DataCheckOptions, type DataReport, LOCK_FOLDERS } from './check-data.ts'
import { endOfWholeLines } from './check-events.ts'
import type { Finding, Patch } from './finding.ts'

const INDEX = /^index(\/|$)/
const POSTINGS = /^postings(\/|$)/
const TILE = /^log\/tile\//
const SEALED = /^log\/[0-9a-f]{6}\/sealed$/
const SEGMENT_INDEX = /^log\/[0-9a-f]{6}\/index(\.open)?$/

export interface RepairOptions extends DataCheckOptions {
  /** Told of what the store says while it makes things again. */
  readonly onNotice: (notice: string) => void
}

/** Whether what is derived of the log may be made again from it. */
export function isLogWhole({ findings }: DataReport): boolean {
  return findings.every(({ isDerived, file }) => isDerived || /^(keys\/|chain\/|postings|log\/edges$)/.test(file))
}

/**
 * Makes again what the report says is damaged and derived. Of the log only when `isLogWhole`.
 * @throws LedgerError `data_in_use` while the service runs, and of the store
 */
export async function repairData(report: DataReport, options: RepairOptions): Promise<void> {
  const { data } = options
  const derived = report.findings.filter(({ isDerived }) => isDerived)
  const damaged = derived.map(({ file }) => file)
  for (const folder of LOCK_FOLDERS) {
    if (damaged.some(file => file.startsWith(`${folder}/`))) await rm(join(data, folder), { recursive: true })
  }
  if (damaged.includes(EVENT_JOURNAL_FILE)) await cutEvents(join(data, EVENT_JOURNAL_FILE))
  if (isLogWhole(report)) await repairStore(report.segmentLeaves, derived, options)
}

async function cutEvents(path: string): Promise<void> {
  const file = await ReadOnlyFile.open(path)
  const end = await endOfWholeLines(file)
  await file.close()
  await truncate(path, end)
}

async function repairStore(segmentLeaves: number, derived: readonly Finding[], options: RepairOptions): Promise<void> {
  const { data, archives, onProgress, onNotice } = options
  const damaged = derived.map(({ file }) => file)
  const isIndexDamaged = damaged.some(file => INDEX.test(file))
  const tiles = derived.filter(({ file }) => TILE.test(file))
  const indexes = damaged.filter(file => SEGMENT_INDEX.test(file))
  const arePostingsDamaged = damaged.some(file => POSTINGS.test(file))
  const isErasureUndone = damaged.some(file => SEALED.test(file))
  const isOther = arePostingsDamaged || isErasureUndone
  if (!isIndexDamaged && tiles.length === 0 && indexes.length === 0 && !isOther) return
  // A few hashes are put right in their place; for many the tiles are made again as a whole.
  const isPatched = tiles.every(({ patch }) => patch !== undefined)
  if (isPatched) for (const { file, patch } of tiles) await writePatch(join(data, file), patch!)
  if (isIndexDamaged) {
    await requireStopped(data)
    await rm(join(data, 'index'), { recursive: true, force: true })
  }
  for (const file of indexes) await rm(join(data, file), { force: true })
  const module = await compileLines()
  const work = createQuickParts(module, createEntryReader(module))
  const rebuild = isIndexDamaged || !isPatched
  await using store = await openEmbeddedStore({
    dir: data,
    archives,
    segmentLeaves,
    rebuild,
    work,
    onProgress,
    onNotice,
  })
  if (isErasureUndone) await redoErasures(store)
  // While the store is open nobody else can be at them. Epochs are taken in by whoever has the keys of the index log: a start.
  if (arePostingsDamaged) await rm(join(data, POSTINGS_FOLDER), { recursive: true, force: true })
}

async function writePatch(path: string, { position, bytes }: Patch): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, position)
  await file.sync()
}

/** A LevelDB that cannot be opened for its damage is nobody's. */
async function requireStopped(data: string): Promise<void> {
  if (!(await readdir(data)).includes('index')) return
  try {
    await (await LevelIndex.open(join(data, 'index'), true)).close()
  } catch (error) {
    const failure = explainFailure(error, data)
    if (failure instanceof LedgerError && failure.code === 'data_in_use') throw failure
  }
}
