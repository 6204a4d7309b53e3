// Checks segments one after the other, in whatever thread it was made: opens the files of each, and, of one that is in an
// archive, checks all the rest of the archive too.

import { ReadOnlyFile } from '../backup/read-only.ts'
import { checkCheckpoint, parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { parseNote, parseVerifierKey } from '../core/note.ts'
import { verifyArchive } from '../store/archive/archive-check.ts'
import { createQuickParts } from '../store/working-parts.ts'
import { openVault } from '../vault.ts'
import { checkSegment, type SegmentChecked } from './check-segment.ts'
import type { Finding } from './finding.ts'
import { archiveName, archivePath, openSegment, type SegmentJob, type ThreadData } from './segment-job.ts'
import { createSegmentTools } from './segment-tools.ts'

export type SegmentChecker = (job: SegmentJob, onLeaves: (count: number) => void) => Promise<SegmentChecked>

export async function createSegmentChecker({ module, keys, logKey }: ThreadData): Promise<SegmentChecker> {
  const vault = keys === undefined ? undefined : await openVault(keys)
  const tools = createSegmentTools(module)
  const work = createQuickParts(module, tools.read)
  const readCheckpoint = (signed: string): TreeHead => {
    if (logKey === undefined) return parseCheckpoint(parseNote(signed).text)
    return checkCheckpoint(signed, parseVerifierKey(logKey)).checkpoint
  }
  return async (job, onLeaves) => {
    try {
      await using parts = await openSegment(job, vault)
      const checked = await checkSegment(parts, tools, onLeaves)
      if (parts.archive === undefined || checked.findings.length > 0) return checked
      await using opened = new AsyncDisposableStack()
      const file = await ReadOnlyFile.open(archivePath(job))
      opened.defer(() => file.close())
      await verifyArchive(file, { work, readCheckpoint })
      return checked
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const { code, words } = error
      return nothingOf(job.number, { code, file: archiveName(job), words, isDerived: false })
    }
  }
}

/** What is known of a segment whose archive does not read. */
function nothingOf(number: number, finding: Finding): SegmentChecked {
  return {
    number,
    hashes: new Uint8Array(0),
    places: new Float64Array(1),
    sealedLeaves: new Float64Array(0),
    sealedPlaces: new Float64Array(0),
    sealedEnd: 0,
    isSealedWhole: false,
    sealedOpened: 0,
    refused: [],
    erased: [],
    erasures: [],
    findings: [finding],
    index: undefined,
    indexDamage: undefined,
    added: undefined,
  }
}
