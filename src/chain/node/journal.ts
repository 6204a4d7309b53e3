// The block journal: an append-only file of frames (frame.ts), one block each (block.ts), fsynced one by one. It is the
// only durable thing a chain has; the engine's state is rebuilt from it at every start.
//
// What a crash leaves, and what we make of it:
// - the file ends inside its last frame, or the last frame's space was allocated but never filled: the write was cut
//   off, so its block was never acknowledged. The rest is cut away and the chain goes on.
// - anything else that is not a whole frame was whole once: damage. The journal is refused, never shortened, since the
//   block there, and all after it, may have been acknowledged.

import { type FileHandle, open as openFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { decodeBlock, encodeBlock, type JournalBlock } from './block.ts'
import { isZero, readAhead, readFully, syncDirectory, writeAll } from './file-bytes.ts'
import * as frame from './frame.ts'
import { codeOf, damaged, foreign, writeFailed, wrongVersion } from './journal-error.ts'

/** The part of a file handle that a journal needs; tests inject one that fails. */
export type JournalFile = Pick<FileHandle, 'read' | 'write' | 'stat' | 'truncate' | 'sync' | 'datasync' | 'close'>
export type OpenFile = (path: string, flags: 'r+' | 'w') => Promise<JournalFile>

/** Which chain a journal belongs to. */
export type JournalIdentity = Omit<frame.JournalHeader, 'version'>

/** The end of a journal that a crash had cut off, and that was therefore removed. */
export interface TornTail {
  readonly offset: number
  readonly bytes: number
}

export interface JournalEntry {
  readonly block: JournalBlock
  /** Where the block's frame begins in the file, and where it ends; with `size`, how far the replay is. */
  readonly offset: number
  readonly end: number
  readonly size: number
}

export class Journal {
  readonly path: string
  readonly header: frame.JournalHeader
  readonly #file: JournalFile
  /** Where the next frame goes; unknown until `replay` has found the end. */
  #end: number | undefined
  readonly #start: number
  #torn: TornTail | undefined
  #failed = false

  /** Use `openJournal`. */
  constructor(path: string, file: JournalFile, header: frame.JournalHeader, start: number) {
    this.path = path
    this.header = header
    this.#file = file
    this.#start = start
  }

  /** What the last `replay` cut away, if anything. */
  get torn(): TornTail | undefined {
    return this.#torn
  }

  /**
   * All blocks in order. Must be read to its end before `append`: only then is the end known, and a torn record cut.
   * Blocks read before an error were whole; whether they follow each other is for the reader to check.
   * @throws LedgerError `chain_journal_damaged`, `chain_journal_write_failed`
   */
  async *replay(): AsyncGenerator<JournalEntry, void, undefined> {
    const { size } = await this.#file.stat()
    const read = readAhead(this.#file, size)
    let offset = this.#start
    let last = offset
    while (offset < size) {
      const head = await read(offset, frame.FRAME_HEAD)
      if (head.length < frame.FRAME_HEAD) break
      const length = frame.decodeFrameHead(head)
      if (length === undefined) {
        // Written from the front: when its last byte and all behind it are zero, the head itself was cut off.
        if (await isZero(read, offset + frame.FRAME_HEAD - 1, size)) break
        throw damaged(this.path, offset, {
          en: 'the length of a record fails its checksum',
          zh: '一条记录的长度与校验和不符',
        })
      }
      const end = offset + frame.FRAME_HEAD + length + frame.FRAME_TAIL
      if (end > size) break
      const body = await read(offset + frame.FRAME_HEAD, length + frame.FRAME_TAIL)
      const state = frame.checkFrameBody(body)
      if (state === 'unwritten' && end === size) break
      if (state !== 'whole')
        throw damaged(this.path, offset, { en: 'a record fails its checksum', zh: '一条记录与校验和不符' })
      const block = decodeBlock(body.subarray(0, length))
      if (block === undefined)
        throw damaged(this.path, offset, { en: 'a record is not a block', zh: '一条记录不是区块' })
      yield { block, offset, end, size }
      last = offset
      offset = end
    }
    try {
      await this.#settle(last, offset, size)
    } catch (error) {
      throw writeFailed(this.path, { en: 'The end of the journal', zh: '区块日志的末尾' }, error)
    }
    this.#end = offset
  }

  /**
   * Makes what was read durable, before anyone is shown it. That we can read the last record does not mean that it is on
   * disk: its writer may have been killed before its fsync, or stopped because that failed, after which Linux keeps the
   * pages but believes them written. So the last record is written again and synced; all before it were, in their turn.
   */
  async #settle(last: number, end: number, size: number): Promise<void> {
    if (end < size) {
      await this.#file.truncate(end)
      this.#torn = { offset: end, bytes: size - end }
    }
    const record = await readFully(this.#file, Buffer.alloc(end - last), last)
    await writeAll(this.#file, record, last)
    await this.#file.sync()
  }

  /**
   * Writes a block and returns once it is on disk. After a failure nothing more can be appended: what reached the disk
   * is unknown, and only the next start, which reads it back, can tell.
   * @throws LedgerError `chain_journal_write_failed`
   */
  async append(block: JournalBlock): Promise<void> {
    if (this.#end === undefined) throw new Error('append before the journal was replayed to its end')
    if (this.#failed) throw new Error('append after a failed append')
    const bytes = frame.encodeFrame(encodeBlock(block))
    try {
      await writeAll(this.#file, bytes, this.#end)
      await this.#file.datasync()
    } catch (error) {
      this.#failed = true
      throw writeFailed(this.path, { en: `Block ${block.number}`, zh: `区块 ${block.number} ` }, error)
    }
    this.#end += bytes.length
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/**
 * Opens the journal at `path`, or begins it.
 * @throws LedgerError `chain_journal_damaged`, `chain_journal_version`, `chain_journal_foreign`,
 *   `chain_journal_write_failed`
 */
export async function openJournal(
  path: string,
  identity: JournalIdentity,
  open: OpenFile = openPrivate,
): Promise<Journal> {
  const file = await openOrBegin(path, identity, open)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(Math.min(size, frame.MAX_HEADER))
    const decoded = frame.decodeHeader(await readFully(file, head, 0))
    if (decoded.kind === 'damage')
      throw damaged(path, 0, {
        en: 'it does not begin with the header of a block journal',
        zh: '开头不是区块日志的文件头',
      })
    if (decoded.kind === 'version') throw wrongVersion(path, decoded.version)
    const refusal = foreign(path, decoded.header, identity)
    if (refusal !== undefined) throw refusal
    return new Journal(path, file, decoded.header, decoded.size)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openOrBegin(path: string, identity: JournalIdentity, open: OpenFile): Promise<JournalFile> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw writeFailed(path, { en: 'The journal', zh: '区块日志' }, error)
  }
  // Written aside and renamed, so that a crash here leaves either no journal or one with a whole header.
  const draft = `${path}.new`
  try {
    const file = await open(draft, 'w')
    try {
      await writeAll(file, frame.encodeHeader({ version: frame.FORMAT_VERSION, ...identity }), 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncDirectory(dirname(path))
    return await open(path, 'r+')
  } catch (error) {
    throw writeFailed(path, { en: 'The new journal', zh: '新的区块日志' }, error)
  }
}

const openPrivate: OpenFile = (path, flags) => openFile(path, flags, 0o600)
