// The embedded store: plain files for the log, LevelDB for marks, batches and facts, in one data directory that one
// process owns (docs/data-directory.md). Opening it recovers whatever the last process left (recover.ts).

import { resolve } from 'node:path'
import { BatchStates } from './batch-states.ts'
import { explainFailure, openDirectory } from './directory.ts'
import { diskFiles, type Files } from './file.ts'
import { recover } from './recover.ts'
import { RunningStore } from './running-store.ts'
import { SegmentKeeper } from './segment-keeper.ts'
import type { Store } from './store.ts'
import { PLAIN_PARTS, type WorkingParts } from './working-parts.ts'

export interface EmbeddedOptions {
  /** The data directory; made if it is not there. */
  readonly dir: string
  /** Leaves of a segment, a power of two from 256 to 2^22; for good. */
  readonly segmentLeaves?: number
  /** Makes everything derived again from the log, and so checks every entry ever accepted. */
  readonly rebuild?: boolean
  readonly onProgress?: (done: number, total: number) => void
  /** A sentence for the operator's log: a tail that was cut off, an index that is made again. */
  readonly onNotice?: (notice: string) => void
  /** What does the work; the plain parts if none are given. */
  readonly work?: WorkingParts
  /** The file system; tests put faults in here. */
  readonly files?: Files
}

/** Some 400 MB of entries, 35 MB of index, and some seconds of replay. */
const SEGMENT_LEAVES = 2 ** 20
const FEWEST_LEAVES = 256
const MOST_LEAVES = 2 ** 22
/**
 * Opens the store, replaying what was not flushed. Throws `data_in_use`, `data_read_only`, `disk_full`, `disk_failing`,
 * `data_unusable`, `data_format_unknown`, `index_damaged`, `commits_damaged`, `log_truncated`, `log_damaged` or
 * `sealed_damaged`, each with what it found where, and the next step.
 */
export async function openEmbeddedStore(options: EmbeddedOptions): Promise<Store> {
  const { segmentLeaves = SEGMENT_LEAVES, rebuild = false, files = diskFiles, work = PLAIN_PARTS } = options
  const { onProgress = ignore, onNotice = ignore } = options
  if (segmentLeaves < FEWEST_LEAVES || segmentLeaves > MOST_LEAVES || !Number.isInteger(Math.log2(segmentLeaves))) {
    throw new RangeError(`a segment cannot have ${segmentLeaves} leaves`)
  }
  const dir = resolve(options.dir)
  const directory = await openDirectory(dir, files, segmentLeaves)
  const { index } = directory
  const states = new BatchStates(index)
  const keeper = new SegmentKeeper(directory.files, index, states, work, onNotice)
  try {
    const { files } = directory
    const recovered = await recover({ files, index, states, keeper, work }, { rebuild, onProgress, onNotice })
    return new RunningStore(dir, directory, states, keeper, recovered)
  } catch (error) {
    await keeper.close()
    await directory.close()
    throw explainFailure(error, dir)
  }
}

function ignore(): void {}
