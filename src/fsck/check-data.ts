// A data directory checked as a whole, while the service is stopped: everything is computed again from the entries and the
// journals, and whatever differs is named. Nothing is changed (LevelDB, which has to be opened to hold the lock, is closed
// as a stop would).

import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MANIFEST } from '../backup/manifest.ts'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { EVENT_JOURNAL_FILE } from '../chain/event-journal.ts'
import { recallIdentity } from '../chain/identity.ts'
import { STRETCH_LEAVES } from '../completeness/columns.ts'
import { EDGES_FILE, type EdgesHead } from '../completeness/edge-file.ts'
import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { formatVerifierKey } from '../core/note.ts'
import type { Words } from '../core/words.ts'
import { createQuickHashEach } from '../hashing/hash-each.ts'
import { createEntryReader } from '../lines/entries.ts'
import { compileLines } from '../lines/wasm.ts'
import { INDEX_KEYS_FACT, recallKeys } from '../log-key.ts'
import { ignoreMissing, isThere } from '../missing.ts'
import { isPrunedFact, type PrunedSegment, parsePruned } from '../store/archive/pruned.ts'
import { noLedger } from '../store/directory.ts'
import { SEGMENT_LEAVES } from '../store/embedded.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import { decodeHead, HEAD_BYTES } from '../store/index/index-head.ts'
import { checkSums } from '../store/level/folder-sums.ts'
import { createQuickParts } from '../store/working-parts.ts'
import { CHAIN_JOURNAL, checkChainJournal, NO_JOURNAL, needsChainJournal } from './check-chain-journal.ts'
import { checkStates, MarksCheck, type OpenDatabase, openDatabase } from './check-database.ts'
import { findEdgesDamage } from './check-edges.ts'
import { checkEpochs } from './check-epochs.ts'
import { checkEvents } from './check-events.ts'
import { checkFactsIndex, type FactsFound, readFacts } from './check-facts.ts'
import { IndexRootsCheck } from './check-index-roots.ts'
import { canOpenSealed, checkKeys, KEYS, pinnedFiles } from './check-keys.ts'
import { checkLog } from './check-log.ts'
import { checkPostings } from './check-postings.ts'
import { checkCovering, checkPublished } from './check-published.ts'
import { OF_LOG, only, type ToldTree, TreesCheck } from './check-trees.ts'
import { findCommits } from './find-commits.ts'
import { BACKUP, type Finding, Findings } from './finding.ts'
import { noteOthers } from './other-files.ts'
import { openSegmentPool } from './segment-pool.ts'
import { StretchEnds } from './stretch-ends.ts'
import { TileReader } from './tile-reader.ts'
import { type OrderedFacts, readAnchors, readEpochs } from './told-facts.ts'
import { openTrieWork } from './trie-work.ts'

export interface DataCheckOptions {
  readonly data: string
  /** Where archives are. */
  readonly archives: string
  /** Leaves out what takes longest: deriving the index again from the entries. */
  readonly skipIndex?: boolean
  /** A network is named as the ledger's chain, in the place of the embedded one. */
  readonly isNetworkNamed?: boolean
  /** Told of leaves that were checked, of how many. */
  readonly onProgress: (done: number, total: number) => void
}

export interface DataReport {
  readonly size: number
  /** The log's root in base64, as checkpoints state it; empty without a log. */
  readonly root: string
  readonly sealedOpened: number
  readonly segmentLeaves: number
  readonly findings: readonly Finding[]
  /** What is no damage, but worth knowing. */
  readonly notes: readonly Words[]
}

/** Folders that hold no data, only a lock (chain/node/lock.ts). */
export const LOCK_FOLDERS = ['chain/lock', 'keys/tokens.lock'] as const

/**
 * @throws LedgerError `data_unknown`, `data_is_backup`, `data_in_use`, `data_format_unknown`, and of a disk that cannot be read
 */
export async function checkData(options: DataCheckOptions): Promise<DataReport> {
  await requireLedger(options.data)
  const findings = new Findings()
  const database = await openDatabase(options.data, findings)
  try {
    return await new DataCheck(options, database, findings).run()
  } finally {
    await database?.index.close()
  }
}

class DataCheck {
  readonly #options: DataCheckOptions
  readonly #database: OpenDatabase | undefined
  readonly #findings: Findings
  readonly #notes: Words[] = []
  /** What is left of the index of pruned records, if it is whole. */
  #edges: EdgesHead | undefined

  constructor(options: DataCheckOptions, database: OpenDatabase | undefined, findings: Findings) {
    this.#options = options
    this.#database = database
    this.#findings = findings
  }

  async run(): Promise<DataReport> {
    const { data } = this.#options
    await using opened = new AsyncDisposableStack()
    const open = async (name: string): Promise<ReadOnlyFile | undefined> => {
      const file = await ReadOnlyFile.open(join(data, name)).catch(ignoreMissing)
      if (file !== undefined) opened.defer(() => file.close())
      return file
    }
    const facts = await this.#checkFacts(await open(FACTS_FILE))
    const good = await checkKeys(data, facts.found.facts, this.#findings, this.#notes)
    const checked = await this.#checkLog(await open('log/commits'), facts, canOpenSealed(good))
    const events = await open(EVENT_JOURNAL_FILE)
    if (events !== undefined) await checkEvents(events, this.#findings)
    const isLost = this.#edges === undefined && prunedOf(facts.found).length > 0
    await checkPostings(data, isLost, this.#findings, this.#notes)
    await this.#checkChain(await open(CHAIN_JOURNAL), facts.found)
    await this.#checkLocks()
    this.#notes.push(...(await noteOthers(data, checked.size, checked.segmentLeaves, pinnedFiles(facts.found.facts))))
    return { ...checked, findings: this.#findings.all, notes: this.#notes }
  }

  async #checkFacts(file: ReadOnlyFile | undefined): Promise<FactsChecked> {
    const database = this.#database
    if (file === undefined) {
      this.#findings.lost('facts_damaged', FACTS_FILE, { en: 'it is not there', zh: '不存在' }, BACKUP)
      return { found: { facts: new Map(), late: new Map(), puts: 0, end: 0, generation: undefined }, isIndexed: false }
    }
    const found = await readFacts(file, database?.factsMark, this.#findings, this.#notes)
    const isIndexed =
      database !== undefined &&
      !this.#findings.has(FACTS_FILE) &&
      (await checkFactsIndex(file, found, database.index.database, database.factsMark, this.#findings))
    return { found, isIndexed }
  }

  async #checkLog(
    commits: ReadOnlyFile | undefined,
    { found, isIndexed }: FactsChecked,
    withKeys: boolean,
  ): Promise<Pick<DataReport, 'size' | 'root' | 'sealedOpened' | 'segmentLeaves'>> {
    const { data, archives, onProgress } = this.#options
    const [findings, database] = [this.#findings, this.#database]
    const segmentLeaves = database?.segmentLeaves ?? (await guessSegmentLeaves(data))
    if (commits === undefined) {
      findings.lost('log_truncated', 'log/commits', { en: 'it is not there', zh: '不存在' }, BACKUP)
      return { size: 0, root: '', sealedOpened: 0, segmentLeaves }
    }
    const known = database?.knownEnd ?? 0
    const commitsFound = await findCommits(commits, segmentLeaves, known, findings, this.#notes)
    const { last, states } = commitsFound
    const module = await compileLines()
    const keys = await recallKeys({ get: async key => found.facts.get(key) }).catch(ignoreWrongKey)
    const logKey = keys?.verifierKey
    let done = 0
    const onLeaves = (count: number): void => {
      done += count
      onProgress(done, last.size)
    }
    const threadData = {
      module,
      keys: withKeys ? join(data, KEYS) : undefined,
      logKey: logKey && formatVerifierKey(logKey),
    }
    await using pool = await openSegmentPool(threadData, last.size, onLeaves)
    await using tiles = await TileReader.open(join(data, 'log/tile'))
    const { hashPairs } = createQuickParts(module, createEntryReader(module))
    const marks = database && new MarksCheck(database, findings)
    const told: AsyncIterator<ToldTree>[] = [
      only(await checkPublished(found, '', findings)),
      only(checkCovering(found, logKey, findings)),
    ]
    const ordered = isIndexed ? { database: database!.index.database, late: found.late } : undefined
    if (ordered !== undefined) {
      told.push(readAnchors(ordered), checkEpochs({ ordered, found, logKey, findings }))
    }
    const pruned = prunedOf(found)
    this.#edges = await findEdgesDamage(data, pruned.at(-1), createQuickHashEach(module), findings)
    await using index =
      found.facts.has(INDEX_KEYS_FACT) && this.#options.skipIndex !== true
        ? await this.#deriveIndex(ordered, pruned.length > 0, { module, segmentLeaves, size: last.size })
        : undefined
    const trees = new TreesCheck(told, OF_LOG, findings)
    const parts = {
      data,
      archives,
      segmentLeaves,
      commits,
      tiles,
      pool,
      hashPairs,
      findings,
      notes: this.#notes,
      pruned: new Set(pruned.map(({ segment }) => segment)),
      index,
      onCommit: async (frame: Parameters<MarksCheck['see']>[0]) => {
        marks?.see(frame)
        await trees.see(frame.commit)
      },
    }
    const { sealedOpened, isDone } = await checkLog(parts, commitsFound)
    await trees.end(isDone)
    await index?.end()
    if (isDone) {
      marks?.end()
      if (database !== undefined) await checkStates(database, commits, last, states, segmentLeaves, findings)
    }
    return { size: last.size, root: encodeBase64(last.root), sealedOpened, segmentLeaves }
  }

  async #deriveIndex(
    facts: OrderedFacts | undefined,
    isPruned: boolean,
    {
      module,
      segmentLeaves,
      size,
    }: { readonly module: WebAssembly.Module; readonly segmentLeaves: number; readonly size: number },
  ): Promise<IndexRootsCheck | undefined> {
    const edges = this.#edges
    if (facts === undefined || (isPruned && edges === undefined)) {
      this.#notes.push(facts === undefined ? NOT_WITHOUT_FACTS : NOT_FROM_PRUNED)
      return undefined
    }
    const ends = new StretchEnds(readEpochs(facts), Math.min(segmentLeaves, STRETCH_LEAVES), edges?.leaves)
    const path = edges && join(this.#options.data, EDGES_FILE)
    return new IndexRootsCheck(ends, await openTrieWork({ module, edges: path }, size), this.#findings, this.#notes)
  }

  async #checkChain(journal: ReadOnlyFile | undefined, { facts }: FactsFound): Promise<void> {
    const identity = await recallIdentity({ get: async key => facts.get(key) })
    if (journal === undefined) {
      const { data, isNetworkNamed = false } = this.#options
      if (!(await needsChainJournal(data, identity, isNetworkNamed))) return
      this.#findings.lost('chain_journal_damaged', CHAIN_JOURNAL, NO_JOURNAL, BACKUP)
      return
    }
    const known = { genesisHash: identity?.deployment.genesisHash, lastSeen: identity?.lastSeen }
    await checkChainJournal(journal, known, this.#findings, this.#notes)
  }

  async #checkLocks(): Promise<void> {
    for (const folder of LOCK_FOLDERS) {
      for (const name of (await checkSums(join(this.#options.data, folder))).changed) {
        this.#findings.derived('lock_damaged', `${folder}/${name}`, CHANGED_LOCK, REMOVE_LOCK)
      }
    }
  }
}

interface FactsChecked {
  readonly found: FactsFound
  /** LevelDB has what the journal has. */
  readonly isIndexed: boolean
}

/** In their order. */
function prunedOf({ facts }: FactsFound): readonly PrunedSegment[] {
  const told = [...facts].filter(([key]) => isPrunedFact(key)).sort(([a], [b]) => (a < b ? -1 : 1))
  return told.map(([, value]) => parsePruned(value))
}

async function requireLedger(data: string): Promise<void> {
  // A backup leaves out all that is derived, and what is added to it would be no part of it.
  if (await isThere(join(data, MANIFEST))) {
    throw new LedgerError('data_is_backup', {
      en: `${data} is a backup, not a data directory: check it with suyuan backup --verify ${data}.`,
      zh: `${data} 是备份，不是数据目录：请用 suyuan backup --verify ${data} 检查。`,
    })
  }
  await access(join(data, 'log')).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EACCES' ? cause : noLedger(data, cause) // it may be there
  })
}

/** Where LevelDB cannot say it: what the first index that there is is the index of. */
async function guessSegmentLeaves(data: string): Promise<number> {
  for (const folder of (await readdir(join(data, 'log'))).filter(name => /^[0-9a-f]{6}$/.test(name)).sort()) {
    const file = await ReadOnlyFile.open(join(data, 'log', folder, 'index')).catch(ignoreMissing)
    if (file === undefined) continue
    const head = file.size < HEAD_BYTES ? undefined : decodeHead(await file.read(0, HEAD_BYTES))
    await file.close()
    if (head !== undefined) return head.count
  }
  return SEGMENT_LEAVES
}

const NOT_WITHOUT_FACTS: Words = {
  en: 'The index was not derived again, nor the index log looked into: index/ first has to have the facts of log/facts.',
  zh: '未重新推导索引，也未检查索引日志：须先使 index/ 与 log/facts 的登记信息一致。',
}
const NOT_FROM_PRUNED: Words = {
  en: 'The index was not derived again, nor compared with what its epochs state: the records of the first segments are no more, nor is what is left of them in the index there.',
  zh: '未重新推导索引，也未与各期所述比对：最早的段已无记录，其在索引中仅存的内容也不在。',
}
const CHANGED_LOCK: Words = { en: 'it is not what it was when the lock was released', zh: '与锁释放时不同' }
const REMOVE_LOCK: Words = {
  en: 'The folder holds no data: suyuan fsck --repair removes it, and it is made anew when it is needed.',
  zh: '该目录中没有数据：suyuan fsck --repair 会将其移除，需要时重新生成。',
}

function ignoreWrongKey(error: unknown): undefined {
  if (!(error instanceof LedgerError)) throw error
}
