// The embedded store: plain files for the log, LevelDB for marks, batches and facts, in one data directory that one
// process owns (docs/data-directory.md). Opening it recovers whatever the last process left (recover.ts).

import { join, resolve } from 'node:path'
import { Archives } from './archive/archives.ts'
import type { OldSegments } from './archive/old-segments.ts'
import { explainFailure, openDirectory } from './directory.ts'
import { FACTS_FILE, type OpenFacts, openFacts } from './facts/facts.ts'
import { diskFiles, type Files } from './file.ts'
import { SegmentKeeper } from './index/segment-keeper.ts'
import { BatchStates } from './level/batch-states.ts'
import { recover } from './recover.ts'
import { RunningStore } from './running-store.ts'
import type { Store } from './store.ts'
import { PLAIN_PARTS, type WorkingParts } from './working-parts.ts'

export interface EmbeddedOptions {
  /** The data directory; made if it is not there. */
  readonly dir: string
  /** Where archives of old segments are; `archive` in the data directory if nowhere else. */
  readonly archives?: string
  /** Leaves of a segment, a power of two from 256 to 2^22; for good. */
  readonly segmentLeaves?: number
  /** Makes everything derived again from the log, and so checks every entry ever accepted. */
  readonly rebuild?: boolean
  /** The directory's lock is ours: no other process that keeps a ledger here is at work. */
  readonly onLocked?: () => void
  readonly onProgress?: (done: number, total: number) => void
  /** A sentence for the operator's log: a tail that was cut off, an index that is made again. */
  readonly onNotice?: (notice: string) => void
  /** What does the work; the plain parts if none are given. */
  readonly work?: WorkingParts
  /** The file system; tests put faults in here. */
  readonly files?: Files
}

export interface EmbeddedStore extends Store {
  /** What can be done with segments that are old. */
  readonly old: OldSegments
}

/** Some 90 MB of entries, 8 MB of index, and a second of replay; and so many different values, at worst, that their texts fit in memory. */
export const SEGMENT_LEAVES = 2 ** 18
const FEWEST_LEAVES = 256
const MOST_LEAVES = 2 ** 22
/**
 * Opens the store, replaying what was not flushed. Throws `data_in_use`, `data_read_only`, `disk_full`, `disk_failing`,
 * `data_unusable`, `data_format_unknown`, `index_damaged`, `commits_damaged`, `log_truncated`, `log_damaged` or
 * `sealed_damaged`, each with what it found where, and the next step.
 */
export async function openEmbeddedStore(options: EmbeddedOptions): Promise<EmbeddedStore> {
  const { segmentLeaves = SEGMENT_LEAVES, rebuild = false, files = diskFiles, work = PLAIN_PARTS } = options
  const { onProgress = ignore, onNotice = ignore } = options
  if (segmentLeaves < FEWEST_LEAVES || segmentLeaves > MOST_LEAVES || !Number.isInteger(Math.log2(segmentLeaves))) {
    throw new RangeError(`a segment cannot have ${segmentLeaves} leaves`)
  }
  const dir = resolve(options.dir)
  const archiveDir = options.archives === undefined ? undefined : resolve(options.archives)
  const directory = await openDirectory(dir, files, segmentLeaves, archiveDir)
  const { index } = directory
  const states = new BatchStates(index)
  const keeper = new SegmentKeeper(directory.files, index, states, work, onNotice)
  let facts: OpenFacts | undefined
  try {
    options.onLocked?.()
    facts = await openFacts({ path: join(dir, FACTS_FILE), disk: files, index }, { rebuild, onNotice })
    const { files: logFiles } = directory
    const archives = await Archives.open({ files: logFiles, facts, nodes: keeper.nodes, work, onNotice })
    const parts = { files: logFiles, index, states, keeper, archives, work }
    const recovered = await recover(parts, { rebuild, onProgress, onNotice })
    return new RunningStore(dir, directory, states, keeper, facts, archives, recovered)
  } catch (error) {
    await keeper.close()
    await facts?.close().catch(ignore)
    await directory.close()
    throw explainFailure(error, dir)
  }
}

function ignore(): void {}
