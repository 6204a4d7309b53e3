// suyuan ingest --source-key: a batch may have lines of several sources. Those of each are signed by its key and sent under
// an idempotency key of their own, so that each chain goes its way, whatever becomes of the others.

import { LedgerError } from '../core/error.ts'
import { parseNdjson } from '../core/line/ndjson.ts'
import type { RecordInput } from '../core/record.ts'
import { languageOf } from '../core/words.ts'
import type { SourceKey } from '../source/sign.ts'
import type { IngestAnswer } from './answers.ts'
import type { Client } from './client.ts'
import { readKeyFiles } from './key-files.ts'
import { listRefused, type Patience, sendLines } from './send.ts'
import { type SentPart, Signer } from './signing.ts'
import type { Batch, RefusedLine } from './source.ts'

export interface SignersOptions {
  /** Key files, and folders that have some. */
  readonly paths: readonly string[]
  readonly client: Client
  /** Of what is done before the first batch. */
  readonly patience: Patience
  /** Nothing is signed in a dry run: what was signed once is shipped. */
  readonly isDry: boolean
  /** Lines of sources that have no key here are sent as they are. */
  readonly isUnsignedTaken: boolean
}

/** What came of a batch: source by source, and of lines that went nowhere. */
export interface SentParts {
  readonly parts: readonly SentPart[]
  readonly refused: readonly RefusedLine[]
}

/** Lines of one source, with their places in the batch. */
interface Part {
  readonly source: string
  readonly batch: Batch
  readonly lines: readonly RecordInput[]
}

export class Signers implements Disposable {
  readonly #options: SignersOptions
  readonly #keys: ReadonlyMap<string, SourceKey>
  /** By source; none in a dry run. */
  readonly #signers = new Map<string, Signer>()

  private constructor(options: SignersOptions, keys: ReadonlyMap<string, SourceKey>) {
    this.#options = options
    this.#keys = keys
  }

  /** @throws LedgerError of the files of the keys; as `Signer.open`; `source_keys_missing`, `source_key_double` */
  static async open(options: SignersOptions): Promise<Signers> {
    const { client, patience } = options
    const files = await readKeyFiles(options.paths)
    const keys = new Map([...files.values()].map(key => [key.source, key]))
    using opened = new DisposableStack()
    const signers = opened.use(new Signers(options, keys))
    if (!options.isDry) {
      for (const [path, key] of files) signers.#signers.set(key.source, await Signer.open(path, key, client, patience))
    }
    opened.move()
    return signers
  }

  /** Sends what earlier runs signed and may not have brought to its end. */
  async *ship(): AsyncGenerator<Pick<SentPart, 'sent' | 'key'>> {
    for (const signer of this.#signers.values()) {
      const shipped = await signer.ship(this.#options.patience)
      if (shipped !== undefined) yield shipped
    }
  }

  /** The batch, signed and sent. @throws LedgerError `links_differ`, `lines_sent_before`, `line_signed_already` */
  async send(key: string, batch: Batch, patience: Patience): Promise<SentParts> {
    const [parts, refused] = this.#divide(batch)
    if (!this.#options.isDry && parts.some(part => !this.#isKnown(key, part))) {
      // As a run that signs nothing sends it.
      await this.#requireUnsent(key, batch, false, patience)
    }
    const sent: SentPart[] = []
    for (const part of parts) {
      sent.push(
        this.#options.isDry ? await this.#tryPart(key, part, patience) : await this.#sendPart(key, part, patience),
      )
    }
    return { parts: sent, refused }
  }

  async #sendPart(key: string, part: Part, patience: Patience): Promise<SentPart> {
    const { signed, unsigned } = keysOf(key, part.source)
    const signer = this.#signers.get(part.source)
    if (signer === undefined) {
      await this.#requireUnsent(signed, part.batch, true, patience)
      const sent = await sendLines(this.#options.client, unsigned, part.batch.body, false, patience)
      return { sent, lines: part.batch, isSigned: false, key: unsigned }
    }
    if (!signer.knows(signed)) {
      await this.#requireUnsent(unsigned, part.batch, false, patience)
      // Of what was signed by another key the service knows other bytes than these.
      await this.#requireUnsent(signed, part.batch, true, patience)
    }
    return signer.send(signed, part.batch, part.lines, patience)
  }

  async #tryPart(key: string, { source, batch }: Part, patience: Patience): Promise<SentPart> {
    const { client } = this.#options
    const { unsigned } = keysOf(key, source)
    const sent = await sendLines(client, unsigned, batch.body, true, patience)
    const told = this.#keys.has(source) ? await asIfSigned(client, batch, sent, patience) : sent
    return { sent: told, lines: batch, isSigned: false, key: unsigned }
  }

  /** Whether lines of it were signed before. */
  #isKnown(key: string, { source }: Part): boolean {
    return this.#signers.get(source)?.knows(keysOf(key, source).signed) === true
  }

  [Symbol.dispose](): void {
    for (const signer of this.#signers.values()) signer[Symbol.dispose]()
  }

  #divide(batch: Batch): readonly [readonly Part[], readonly RefusedLine[]] {
    const texts = batch.body.toString().split('\n').slice(0, -1)
    const lines = texts.map((text, k) => ({ text, input: parseNdjson(text), origin: batch.lines[k]! }))
    const signed = lines.find(({ input: { seq, signature } }) => seq !== undefined || signature !== undefined)
    if (signed !== undefined) throw signedAlready(signed.origin.line)
    const parts: Part[] = []
    const refused: RefusedLine[] = []
    for (const [source, own] of Map.groupBy(lines, ({ input }) => input.source)) {
      const origins = own.map(({ origin }) => origin)
      if (this.#keys.has(source) || this.#options.isUnsignedTaken) {
        const body = Buffer.from(own.map(({ text }) => `${text}\n`).join(''))
        parts.push({ source, batch: { ...batch, body, lines: origins }, lines: own.map(({ input }) => input) })
      } else {
        const { code, words } = keyMissing(source)
        refused.push(...origins.map(({ line, raw }) => ({ line, code, message: words[languageOf(process.env)], raw })))
      }
    }
    return [parts, refused]
  }

  /** Lines that are in the log already, unsigned or signed by another key (`isSigned`), would be there twice. */
  async #requireUnsent(key: string, batch: Batch, isSigned: boolean, patience: Patience): Promise<void> {
    const isSent = await sendLines(this.#options.client, key, batch.body, true, patience).then(
      ({ already }) => already > 0,
      (error: unknown) => {
        if (error instanceof LedgerError && /^batch_(?:differs|shorter)$/.test(error.code)) return true
        throw error
      },
    )
    if (isSent) throw sentBefore(isSigned)
  }
}

/** Under which the lines of one source in a batch are sent; a source is printable ASCII. */
function keysOf(batchKey: string, source: string): { readonly signed: string; readonly unsigned: string } {
  return { signed: `${batchKey} signed ${source}`, unsigned: `${batchKey} unsigned ${source}` }
}

/**
 * What a dry run came to, had the lines been signed. A line that is refused for nothing else would be taken.
 */
async function asIfSigned(client: Client, batch: Batch, sent: IngestAnswer, patience: Patience): Promise<IngestAnswer> {
  const refused = (await listRefused(client, batch, sent, patience)).filter(({ code }) => code !== 'source_unsigned')
  const taken = sent.refusedCount - refused.length
  return { ...sent, accepted: sent.accepted + taken, refused, refusedCount: refused.length }
}

function keyMissing(source: string): LedgerError {
  return new LedgerError('source_key_missing', {
    en: `no key of source ${source} was given, so that the line is not sent: give its key (--source-key), or send such lines unsigned (--unsigned-too)`,
    zh: `没有给出来源 ${source} 的密钥，该行没有报送：请给出其密钥（--source-key），或不带签名报送此类行（--unsigned-too）`,
  })
}

function signedAlready(line: number): LedgerError {
  return new LedgerError('line_signed_already', {
    en: `line ${line} has a seq or a signature already; nothing of this batch was signed. Send such lines without --source-key, in a file of their own.`,
    zh: `第 ${line} 行已有 seq 或签名；本批没有签名。请将此类行放入单独的文件，不带 --source-key 报送。`,
  })
}

function sentBefore(isSigned: boolean): LedgerError {
  return new LedgerError('lines_sent_before', {
    en: `Lines of this batch are in the ledger already, ${isSigned ? 'signed by another key' : 'unsigned'}; sent now, they would be there twice. Nothing more was signed. Begin with the next log file; or with the first line that was not sent: --from-line N --stream NAME.`,
    zh: `本批有行已${isSigned ? '以另一密钥签名' : '不带签名'}入账；现在报送就会重复。没有再签名任何内容。请从下一个日志文件开始；或从第一条未报送的行开始：--from-line N --stream 名称。`,
  })
}
