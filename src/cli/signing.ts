// suyuan ingest --source-key: each line becomes a link of its source's chain on its way to the service.

import { LedgerError } from '../core/error.ts'
import { parseNdjson } from '../core/line/ndjson.ts'
import { formatVerifierKey } from '../core/note.ts'
import type { RecordInput } from '../core/record.ts'
import { ChainFile } from '../source/chain-file.ts'
import { readKeyFile } from '../source/key-file.ts'
import type { SourceKey } from '../source/sign.ts'
import { type IngestAnswer, SOURCES } from './answers.ts'
import type { Client } from './client.ts'
import { listRefused, type Patience, persist, sendBatch, sendLines } from './send.ts'
import type { Batch } from './source.ts'

/** What came of a batch, the batch as it was sent, and the idempotency key that it was sent under. */
export interface SentBatch {
  readonly sent: IngestAnswer
  readonly signed: Batch
  readonly key: string
}

export class Signer implements AsyncDisposable {
  readonly #client: Client
  readonly #key: SourceKey
  readonly #chain: ChainFile

  private constructor(client: Client, key: SourceKey, chain: ChainFile) {
    this.#client = client
    this.#key = key
    this.#chain = chain
  }

  /**
   * Opens the key, and sees that the service takes what it signs: a link that is refused is a number that is missing.
   * @throws LedgerError of the key's files; `source_key_unknown`, `source_key_retired`, `source_chain_old`
   */
  static async open(path: string, client: Client, patience: Patience): Promise<Signer> {
    const key = await readKeyFile(path)
    const chain = await ChainFile.open(path, key)
    try {
      await requireTaken(key, chain, client, patience)
      return new Signer(client, key, chain)
    } catch (error) {
      await chain[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Sends what an earlier run signed and may not have brought to its end. */
  async ship(patience: Patience): Promise<Pick<SentBatch, 'sent' | 'key'> | undefined> {
    const { pending } = this.#chain
    if (pending === undefined) return undefined
    const sent = await sendLines(this.#client, pending.key, Buffer.from(pending.body), false, patience)
    await this.#chain.shipped()
    return { sent, key: pending.key }
  }

  /** The batch with its lines signed, sent. @throws LedgerError `links_differ`, `lines_sent_before`, `source_key_other` */
  async send(key: string, batch: Batch, patience: Patience): Promise<SentBatch> {
    const lines = this.#read(batch)
    const signedKey = `${key} signed`
    if (!this.#chain.knows(signedKey)) await this.#requireUnsent(key, signedKey, batch, patience)
    const texts = await this.#chain.sign(signedKey, lines)
    const signed = { ...batch, body: Buffer.from(texts.map(text => `${text}\n`).join('')) }
    const sent = await sendBatch(this.#client, signedKey, signed, false, patience)
    await this.#chain.shipped()
    return { sent, signed, key: signedKey }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chain[Symbol.asyncDispose]()
  }

  #read({ body, lines }: Batch): readonly RecordInput[] {
    const texts = body.toString().split('\n').slice(0, -1)
    return texts.map((text, k) => {
      const input = parseNdjson(text)
      const { source, seq, signature } = input
      if (source === this.#key.source && seq === undefined && signature === undefined) return input
      const why =
        source !== this.#key.source
          ? { en: `names the source ${source}`, zh: `写的来源为 ${source}` }
          : { en: 'has a seq or a signature already', zh: '已有 seq 或签名' }
      throw new LedgerError('source_key_other', {
        en: `line ${lines[k]!.line} ${why.en}, and the key signs lines of ${this.#key.source} that have neither; nothing of this batch was signed. Send such lines without --source-key, in a file of their own.`,
        zh: `第 ${lines[k]!.line} 行${why.zh}，而该密钥只签署 ${this.#key.source} 的、没有序号和签名的行；本批没有签名。请将此类行放入单独的文件，不带 --source-key 报送。`,
      })
    })
  }

  /** Lines that are in the log already, unsigned or signed by another key, would be there twice. */
  async #requireUnsent(key: string, signedKey: string, batch: Batch, patience: Patience): Promise<void> {
    const { already } = await sendBatch(this.#client, key, batch, true, patience)
    // Of what was signed under this key's name the service knows other bytes than these.
    const isOthers = await sendBatch(this.#client, signedKey, batch, true, patience).then(
      () => false,
      (error: unknown) => {
        if (error instanceof LedgerError && /^batch_(?:differs|shorter)$/.test(error.code)) return true
        throw error
      },
    )
    if (already === 0 && !isOthers) return
    throw new LedgerError('lines_sent_before', {
      en: `Lines of this batch are in the ledger already, ${isOthers ? 'signed by another key' : 'unsigned'}; signed now, they would be there twice. Nothing was signed. Begin with the next log file; or with the first line that was not sent: --from-line N --stream NAME.`,
      zh: `本批有行已${isOthers ? '以另一密钥签名' : '不带签名'}入账；现在签名报送就会重复。没有签名任何内容。请从下一个日志文件开始；或从第一条未报送的行开始：--from-line N --stream 名称。`,
    })
  }
}

/**
 * What a dry run came to, had the lines been signed: nothing is signed in one, for what was signed once is shipped. A line
 * that is refused for nothing else would be taken.
 */
export async function asIfSigned(
  client: Client,
  batch: Batch,
  sent: IngestAnswer,
  patience: Patience,
): Promise<IngestAnswer> {
  const refused = (await listRefused(client, batch, sent, patience)).filter(({ code }) => code !== 'source_unsigned')
  const taken = sent.refusedCount - refused.length
  return { ...sent, accepted: sent.accepted + taken, refused, refusedCount: refused.length }
}

async function requireTaken(key: SourceKey, chain: ChainFile, client: Client, patience: Patience): Promise<void> {
  const { sources } = await persist(patience, () => client.get('/v1/sources', { source: key.source }, SOURCES))
  const vkey = formatVerifierKey(key.verifierKey)
  const known = sources.flatMap(({ keys }) => keys).find(known => known.vkey === vkey)
  if (known === undefined) {
    throw new LedgerError('source_key_unknown', {
      en: `The service does not know the key of ${key.source}, and would refuse what it signs. Have the operator run: suyuan source add ${vkey}`,
      zh: `服务没有登记来源 ${key.source} 的这一公钥，会拒收其签名的行。请运营者运行：suyuan source add ${vkey}`,
    })
  }
  if (known.retired !== undefined) {
    throw new LedgerError('source_key_retired', {
      en: `The key ${vkey} was retired at ${known.retired.time}; sign with the one that goes on.`,
      zh: `公钥 ${vkey} 已于 ${known.retired.time} 停用；请用接续的密钥签名。`,
    })
  }
  const { seq } = chain.place
  if (known.next <= seq) return
  throw new LedgerError('source_chain_old', {
    en: `The log has links up to ${known.next - 1} of this key, and its files here know ${seq}: they were restored from an older copy, or the key is used elsewhere too. To go on would give numbers twice. Put the newest files back, or make a new key and register it.`,
    zh: `日志中该密钥的链节已到第 ${known.next - 1} 条，而此处的文件只记到第 ${seq} 条：它们是从旧副本恢复的，或该密钥还在别处使用。继续签名会重复使用序号。请恢复最新的文件，或生成新的密钥并登记。`,
  })
}
