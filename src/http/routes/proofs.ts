// Proofs over the tree, by index and size: hashes only, no records.

import { Type } from 'typebox'
import { encodeBase64 } from '../../core/bytes.ts'
import { LedgerError } from '../../core/error.ts'
import { consistencyNodes, inclusionNodes, proveConsistency, proveInclusion } from '../../core/proof.ts'
import type { NodeId } from '../../core/tree.ts'
import { rootAt } from '../../published.ts'
import type { Access } from '../access.ts'
import { publishedHead, requireLeaf, requirePublished } from '../head.ts'
import type { Parts } from '../parts.ts'
import { Base64Hash, exact, Index, list, Size } from '../schemas/common.ts'
import type { App } from '../typed.ts'

const Proof = list(Type.String(), { description: 'Base64 hashes.' })

export function proofRoutes(app: App, { log, store }: Pick<Parts, 'log' | 'store'>, access: Access): void {
  const settled = `${access === 'public' ? 'public' : 'private'}, max-age=31536000, immutable`
  const read = (nodes: readonly NodeId[]) => store.readNodes(nodes)

  app.get(
    '/v1/proofs/inclusion',
    {
      config: { access },
      schema: {
        tags: ['check'],
        summary: 'That a leaf is in a tree (RFC 9162 §2.1.3) 包含证明',
        querystring: exact({ index: Index, size: Type.Optional(Size) }),
        response: {
          200: Type.Object({
            index: Index,
            size: Size,
            leaf: Base64Hash('Hash of the leaf.'),
            root: Base64Hash('Root of the tree.'),
            proof: Proof,
          }),
        },
      },
    },
    async (request, reply) => {
      const { index } = request.query
      const size = requirePublished(request.query.size, publishedHead(log))
      requireLeaf(index, size)
      const [leaf] = await read([{ level: 0, index }])
      const proof = proveInclusion(index, size, await read(inclusionNodes(index, size)))
      const root = await rootAt(store, size)
      // A proof for a stated size never changes; without one, the size is whatever is published now.
      reply.header('cache-control', request.query.size === undefined ? 'no-cache' : settled)
      return { index, size, leaf: encodeBase64(leaf!), root: encodeBase64(root), proof: proof.map(encodeBase64) }
    },
  )

  app.get(
    '/v1/proofs/consistency',
    {
      config: { access },
      schema: {
        tags: ['check'],
        summary: 'That a later tree extends an earlier one (RFC 9162 §2.1.4) 一致性证明',
        querystring: exact({
          from: Type.Integer({
            minimum: 1,
            maximum: Number.MAX_SAFE_INTEGER,
            description: 'Earlier size, in leaves.',
            examples: [100],
          }),
          to: Type.Optional(Size),
        }),
        response: {
          200: Type.Object({
            from: Size,
            to: Size,
            fromRoot: Base64Hash('Root of the earlier tree.'),
            toRoot: Base64Hash('Root of the later tree.'),
            proof: Proof,
          }),
        },
      },
    },
    async (request, reply) => {
      const { from } = request.query
      const to = requirePublished(request.query.to, publishedHead(log))
      if (from > to) {
        throw new LedgerError('range_invalid', {
          en: `A tree of ${to} leaves cannot extend one of ${from}; exchange "from" and "to".`,
          zh: `${to} 片叶的树不可能由 ${from} 片叶的树增长而来；请对调“from”与“to”。`,
        })
      }
      const proof = proveConsistency(from, to, await read(consistencyNodes(from, to)))
      const [fromRoot, toRoot] = await Promise.all([rootAt(store, from), rootAt(store, to)])
      reply.header('cache-control', request.query.to === undefined ? 'no-cache' : settled)
      return {
        from,
        to,
        fromRoot: encodeBase64(fromRoot),
        toRoot: encodeBase64(toRoot),
        proof: proof.map(encodeBase64),
      }
    },
  )
}
