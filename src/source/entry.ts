// The package's entry, `suyuan/source`: for a platform that ships its lines by a program of its own (docs/sources.md). The
// build makes one file of it and of all that it takes, for Node, without any package.

import { LedgerError } from '../core/error.ts'
import { parseNdjson } from '../core/line/ndjson.ts'
import { formatVerifierKey } from '../core/note.ts'
import type { RecordInput } from '../core/record.ts'
import { ChainFile } from './chain-file.ts'
import { createKeyFile, readKeyFile } from './key-file.ts'
import type { CreateKey, OpenSource, Shipment } from './published.ts'
import type { Pending } from './runs.ts'

export { rotateKey } from './rotate.ts'

export const createKey: CreateKey = async (path, { source, origin }) =>
  formatVerifierKey((await createKeyFile(path, source, origin)).verifierKey)

export const openSource: OpenSource = async path => {
  const key = await readKeyFile(path)
  const chain = await ChainFile.open(path, key)
  const { source, origin, verifierKey } = key
  return {
    source,
    origin,
    key: formatVerifierKey(verifierKey),
    get next() {
      return chain.place.seq
    },
    get pending() {
      return shipmentOf(chain.pending)
    },
    async sign(batch, lines) {
      if (!/^[ -~]{1,200}$/.test(batch)) throw batchInvalid(batch)
      const inputs = lines.map((line, k) => readLine(line, k + 1, source))
      const texts = await chain.sign(batch, inputs)
      return { key: batch, body: texts.map(text => `${text}\n`).join('') }
    },
    shipped: () => chain.shipped(),
    close: () => chain[Symbol.dispose](),
    [Symbol.dispose]: () => chain[Symbol.dispose](),
  }
}

function shipmentOf(pending: Pending | undefined): Shipment | undefined {
  return pending && { key: pending.key, body: pending.body }
}

/** @throws LedgerError what is wrong with it, naming its number */
function readLine(line: object, number: number, source: string): RecordInput {
  try {
    const input = parseNdjson(JSON.stringify(line))
    if (input.source === source && input.seq === undefined && input.signature === undefined) return input
    throw new LedgerError('source_key_other', {
      en: `it names the source ${input.source}, or has a seq or a signature; the key signs lines of ${source} that have neither.`,
      zh: `其来源为 ${input.source}，或已有 seq 或签名；该密钥只签署 ${source} 的、没有序号和签名的行。`,
    })
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    const { en, zh } = cause.words
    throw new LedgerError(cause.code, { en: `Line ${number}: ${en}`, zh: `第 ${number} 行：${zh}` }, { cause })
  }
}

function batchInvalid(batch: string): LedgerError {
  return new LedgerError('batch_invalid', {
    en: `"${batch.slice(0, 200)}" cannot name a batch: it is an idempotency key, 1 to 200 printable ASCII characters.`,
    zh: `“${batch.slice(0, 200)}”不能用作批次名称：它是幂等键，须为 1 至 200 个可打印 ASCII 字符。`,
  })
}
