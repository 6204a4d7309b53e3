// One record: its public part with the proof that the log has it, and, for whoever may, its sealed part.

import { Type } from 'typebox'
import { encodeBase64 } from '../../core/bytes.ts'
import { LedgerError } from '../../core/error.ts'
import { hashLeaf } from '../../core/hash.ts'
import { inclusionNodes, proveInclusion } from '../../core/proof.ts'
import { decodeEntry } from '../../core/record.ts'
import { sealedErased } from '../../erasure.ts'
import { type Access, READ } from '../access.ts'
import { formatHead, publishedHead, requireLeaf } from '../head.ts'
import type { Parts } from '../parts.ts'
import { Base64Hash, exact, Head, Index, list } from '../schemas/common.ts'
import { LogRecord } from '../schemas/record.ts'
import { formatTlogProof } from '../tlog-proof.ts'
import type { App } from '../typed.ts'

type RecordParts = Pick<Parts, 'log' | 'store' | 'vault' | 'erasures'>

const AtIndex = exact({ index: Index })

/** @param proofAccess Who may have a record's proof: whoever may have the log's tiles, which it follows from. */
export function recordRoutes(app: App, { log, store, vault, erasures }: RecordParts, proofAccess: Access): void {
  const prove = async (index: number, size: number) =>
    proveInclusion(index, size, await store.readNodes(inclusionNodes(index, size)))

  app.get(
    '/v1/records/:index',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'One record, with the proof that the log has it 单条记录及证明',
        description:
          'SHA-256 of a zero byte and the UTF-8 bytes of "entry" is the leaf; leaf and proof lead to the checkpoint’s root (RFC 9162 §2.1.3.2).',
        params: AtIndex,
        response: {
          200: Type.Object({
            index: Index,
            record: LogRecord,
            entry: Type.String({ description: 'The entry as it was hashed: canonical JSON (RFC 8785).' }),
            leaf: Base64Hash('Leaf hash of the entry.'),
            proof: list(Type.String(), { description: 'Inclusion proof, base64 hashes from leaf to root.' }),
            checkpoint: Head,
            erasedBy: Type.Optional(
              Type.Integer({ minimum: 0, description: 'The record by which its sealed part was erased, if it was.' }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { index } = request.params
      const published = publishedHead(log)
      requireLeaf(index, published.size)
      const [entry] = await store.readEntries([index])
      const record = decodeEntry(entry!)
      const erasedBy = record.sealed === undefined ? undefined : await erasures.find({ index })
      reply.header('cache-control', 'no-store')
      return {
        index,
        record,
        entry: Buffer.from(entry!).toString(),
        leaf: encodeBase64(hashLeaf(entry!)),
        proof: (await prove(index, published.size)).map(encodeBase64),
        checkpoint: formatHead(published, published),
        ...(erasedBy !== undefined && { erasedBy }),
      }
    },
  )

  app.get(
    '/v1/records/:index/proof',
    {
      config: { access: proofAccess },
      schema: {
        tags: ['check'],
        summary: 'The inclusion proof of one record as a C2SP tlog-proof 单条证明',
        params: AtIndex,
        produces: ['text/plain'],
        response: { 200: Type.String({ description: 'c2sp.org/tlog-proof@v1' }) },
      },
    },
    async (request, reply) => {
      const { index } = request.params
      const published = publishedHead(log)
      requireLeaf(index, published.size)
      reply.headers({ 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' })
      return formatTlogProof(index, await prove(index, published.size), published.note)
    },
  )

  app.get(
    '/v1/records/:index/sealed',
    {
      config: { access: { allOf: ['sealed'] } },
      schema: {
        tags: ['ask'],
        summary: 'The sealed part of one record, opened 查看密封部分',
        description: 'Every opening is written to the service’s log, with who opened what.',
        params: AtIndex,
        response: {
          200: Type.Object({
            index: Index,
            sealed: Type.Object(
              {
                person: Type.Optional(Type.String()),
                purposeText: Type.Optional(Type.String()),
                detail: Type.Optional(Type.Unknown()),
              },
              { description: 'What the entry commits to.' },
            ),
          }),
        },
      },
      serializerCompiler: () => value => JSON.stringify(value), // a detail is any JSON
    },
    async (request, reply) => {
      const { index } = request.params
      requireLeaf(index, publishedHead(log).size)
      const [entry] = await store.readEntries([index])
      const digest = decodeEntry(entry!).sealed
      const erasedBy = await erasures.find({ index })
      if (erasedBy !== undefined) throw sealedErased(index, erasedBy)
      const bytes = await store.readSealed(index)
      if (digest === undefined || bytes === undefined) {
        throw new LedgerError('sealed_not_found', {
          en: `Record ${index} has no sealed part.`,
          zh: `第 ${index} 号记录没有密封部分。`,
        })
      }
      // Before it is opened: an opening that cannot be told of must not happen.
      request.log.warn({ index, holder: request.holder?.id }, 'sealed part opened')
      reply.header('cache-control', 'no-store')
      return { index, sealed: vault.open(bytes, digest) }
    },
  )
}
