// The journal of facts, `log/facts` (docs/data-directory.md): one frame (frames.ts) per `put`, and before them one that
// says which journal this is. It is written anew now and then, without the values that later ones replaced; the new
// file has another generation, so that nobody takes a place in the one for a place in the other.

import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import type { Files, LogFile } from '../file.ts'
import { encodeFrame, findTailDamage, scanFrames } from '../log/frames.ts'

/** By key, all of them or none. */
export type FactValues = Readonly<Record<string, string>>

/** Facts that were put together, and where their frame ends. */
export interface KeptFacts {
  readonly facts: FactValues
  readonly end: number
}

interface Header {
  readonly journal: 'facts'
  readonly generation: string
}

const NEW = '.new'
const GENERATION_BYTES = 8
/** Bytes that are written over at once. */
const AGAIN_BYTES = 1 << 24

export class FactsJournal {
  readonly #disk: Files
  readonly #path: string
  #file: LogFile
  #generation: string
  /** Where the first facts begin. */
  #start: number

  private constructor(disk: Files, path: string, file: LogFile, generation: string, start: number) {
    this.#disk = disk
    this.#path = path
    this.#file = file
    this.#generation = generation
    this.#start = start
  }

  /**
   * Opens the journal, and begins it if there is none. `isKnown`: there was one, so that an empty one is damage.
   * @throws LedgerError `facts_damaged`
   */
  static async open(path: string, disk: Files, isKnown: boolean): Promise<FactsJournal> {
    await disk.remove(path + NEW) // of a rewrite that a crash ended
    const file = await disk.open(path)
    try {
      for await (const { json, end } of scanFrames(file, 0)) {
        const header = parseHeader(json)
        if (header === undefined)
          throw factsDamaged(path, 0, { en: 'is not the head of a journal of facts', zh: '不是登记信息日志的开头' })
        return new FactsJournal(disk, path, file, header.generation, end)
      }
      const finding = (await findTailDamage(file, 0)) ?? (isKnown ? GONE : undefined)
      if (finding !== undefined) throw factsDamaged(path, 0, finding)
      await file.truncate(0)
      const { generation, start } = await begin(file)
      await file.datasync()
      await disk.syncDirectory(dirname(path))
      return new FactsJournal(disk, path, file, generation, start)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get path(): string {
    return this.#path
  }

  get generation(): string {
    return this.#generation
  }

  /** Where the facts begin, behind the head. */
  get start(): number {
    return this.#start
  }

  get size(): number {
    return this.#file.size
  }

  /**
   * The facts from byte `from` on, in the order in which they were put, up to the first frame that is not whole.
   * @throws LedgerError `facts_damaged` for a whole frame of something else
   */
  async *scan(from: number): AsyncGenerator<KeptFacts> {
    for await (const { json, start, end } of scanFrames(this.#file, from)) {
      const facts = parseFacts(json)
      if (facts === undefined)
        throw factsDamaged(this.#path, start, {
          en: 'holds a whole frame that is no facts',
          zh: '是完整的帧，却不是登记信息',
        })
      yield { facts, end }
    }
  }

  /**
   * What a crash may have left at the end: cuts off what is not whole, and makes the frames from `from` on durable by
   * writing them once more, since whoever wrote them may have died before its sync. Resolves to how many bytes were cut.
   * @throws LedgerError `facts_damaged`
   */
  async settle(from: number): Promise<number> {
    let end = from
    for await (const frame of this.scan(from)) end = frame.end
    const torn = this.#file.size - end
    const finding = torn > 0 ? await findTailDamage(this.#file, end) : undefined
    if (finding !== undefined) throw factsDamaged(this.#path, end, finding)
    if (torn > 0) await this.#file.truncate(end)
    for (let at = from; at < end; at += AGAIN_BYTES) {
      await this.#file.rewrite(await this.#file.read(at, Math.min(AGAIN_BYTES, end - at)), at)
    }
    await this.#file.datasync()
    return torn
  }

  /** Durable when it resolves, each of the puts whole. */
  async append(puts: readonly FactValues[]): Promise<void> {
    await this.#file.append(Buffer.concat(puts.map(facts => encodeFrame(JSON.stringify(facts)))))
    await this.#file.datasync()
  }

  /** Begins a journal anew with these facts, beside this one: `take` puts it in its place. */
  async rewrite(facts: AsyncIterable<FactValues>): Promise<NewJournal> {
    const file = await this.#disk.open(this.#path + NEW)
    try {
      await file.truncate(0)
      const { generation, start } = await begin(file)
      for await (const some of facts) await file.append(encodeFrame(JSON.stringify(some)))
      await file.datasync()
      return { file, generation, start }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** From here on this is the journal, also after a crash. */
  async take({ file, generation, start }: NewJournal): Promise<void> {
    await file.close()
    await this.#disk.rename(this.#path + NEW, this.#path)
    await this.#disk.syncDirectory(dirname(this.#path))
    await this.#file.close()
    this.#file = await this.#disk.open(this.#path)
    this.#generation = generation
    this.#start = start
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

interface NewJournal {
  readonly file: LogFile
  readonly generation: string
  readonly start: number
}

/** What an operator can do about facts that were lost or changed. */
export function factsDamaged(path: string, at: number, finding: Words): LedgerError {
  return new LedgerError('facts_damaged', {
    en: `${path}: the facts at byte ${at}: this place ${finding.en}. Keep a copy of the data directory as it is, for the investigation, and restore this file from a backup made after that.`,
    zh: `${path}：第 ${at} 字节处的登记信息${finding.zh}。请原样保留一份数据目录以备调查，并用此后的备份恢复该文件。`,
  })
}

const GONE: Words = { en: 'is where a journal was that is gone', zh: '原有的日志不见了' }

async function begin(file: LogFile): Promise<{ readonly generation: string; readonly start: number }> {
  const header: Header = { journal: 'facts', generation: randomBytes(GENERATION_BYTES).toString('hex') }
  const frame = encodeFrame(JSON.stringify(header))
  await file.append(frame)
  return { generation: header.generation, start: frame.length }
}

export function parseHeader(json: Buffer): Header | undefined {
  const value = parseJson(json) as Partial<Header> | undefined
  return value?.journal === 'facts' && typeof value.generation === 'string' ? (value as Header) : undefined
}

export function parseFacts(json: Buffer): FactValues | undefined {
  const value = parseJson(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.values(value).every(text => typeof text === 'string') ? (value as FactValues) : undefined
}

/** The facts of a journal that is only read, in the order in which they were put; a frame of something else has none. */
export async function* eachFact(file: LogFile): AsyncGenerator<readonly [key: string, value: string]> {
  for await (const { json, start } of scanFrames(file, 0)) {
    if (start > 0) yield* Object.entries(parseFacts(json) ?? {})
  }
}

/** The name of such a journal, by which a rewritten one is told from the one before; undefined where it does not begin as one. */
export async function readGeneration(file: LogFile): Promise<string | undefined> {
  for await (const { json } of scanFrames(file, 0)) return parseHeader(json)?.generation
  return undefined
}

function parseJson(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'))
  } catch {
    return undefined
  }
}
