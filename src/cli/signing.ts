// The lines of one source on their way to the service: each becomes a link of its chain.

import { LedgerError } from '../core/error.ts'
import { formatVerifierKey } from '../core/note.ts'
import type { RecordInput } from '../core/record.ts'
import { ChainFile } from '../source/chain-file.ts'
import type { SourceKey } from '../source/sign.ts'
import { type IngestAnswer, SOURCES } from './answers.ts'
import type { Client } from './client.ts'
import { type Patience, persist, sendLines } from './send.ts'
import type { Batch } from './source.ts'

/** What came of lines, the lines as they were sent, and the idempotency key that they were sent under. */
export interface SentPart {
  readonly sent: IngestAnswer
  readonly lines: Batch
  readonly isSigned: boolean
  readonly key: string
}

export class Signer implements Disposable {
  readonly #client: Client
  readonly #key: SourceKey
  readonly #chain: ChainFile

  private constructor(client: Client, key: SourceKey, chain: ChainFile) {
    this.#client = client
    this.#key = key
    this.#chain = chain
  }

  /**
   * Locks the key, and sees that the service takes what it signs: a link that is refused is a number that is missing.
   * @throws LedgerError of the key's files; `source_key_unknown`, `source_key_retired`, `source_chain_old`
   */
  static async open(path: string, key: SourceKey, client: Client, patience: Patience): Promise<Signer> {
    using opened = new DisposableStack()
    const chain = opened.use(await ChainFile.open(path, key))
    await requireTaken(key, chain, client, patience)
    opened.move()
    return new Signer(client, key, chain)
  }

  get source(): string {
    return this.#key.source
  }

  /** Sends what an earlier run signed and may not have brought to its end. */
  async ship(patience: Patience): Promise<Pick<SentPart, 'sent' | 'key'> | undefined> {
    const { pending } = this.#chain
    if (pending === undefined) return undefined
    const sent = await sendLines(this.#client, pending.key, Buffer.from(pending.body), false, patience)
    await this.#chain.shipped()
    return { sent, key: pending.key }
  }

  /** Whether lines of this batch were signed before. */
  knows(batchKey: string): boolean {
    return this.#chain.knows(batchKey)
  }

  /** Lines of its source, signed and sent. @throws LedgerError `links_differ` */
  async send(key: string, batch: Batch, lines: readonly RecordInput[], patience: Patience): Promise<SentPart> {
    const texts = await this.#chain.sign(key, lines)
    const signed = { ...batch, body: Buffer.from(texts.map(text => `${text}\n`).join('')) }
    const sent = await sendLines(this.#client, key, signed.body, false, patience)
    await this.#chain.shipped()
    return { sent, lines: signed, isSigned: true, key }
  }

  [Symbol.dispose](): void {
    this.#chain[Symbol.dispose]()
  }
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
