// The log, and the log of its index, as C2SP tlog-tiles serves them, so that any tlog client can read them under the
// prefixes /log and /index. Nothing beyond a published checkpoint is served, though the store may have more: a tile of
// unpublished leaves could still change hands before the log has committed itself to them.

import { Type } from 'typebox'
import { LedgerError } from '../../core/error.ts'
import { parseTilePath, TILE_WIDTH, tileWidth } from '../../core/tile.ts'
import type { Access } from '../access.ts'
import { publishedHead } from '../head.ts'
import type { Parts, ServedLog } from '../parts.ts'
import { exact } from '../schemas/common.ts'
import type { App } from '../typed.ts'

export function logRoutes(
  app: App,
  { log, store, indexLog }: Pick<Parts, 'log' | 'store' | 'indexLog'>,
  access: Access,
): void {
  serveLog(app, 'log', { checkpoint: () => log.checkpoint(), readTile: tile => store.readTile(tile) }, access, {
    checkpoint: 'The published checkpoint (C2SP tlog-checkpoint) 检查点',
    tile: 'A tile or entry bundle (C2SP tlog-tiles) 数据块',
    entries: 'entries',
  })
  serveLog(app, 'index', indexLog, access, {
    checkpoint: 'The published checkpoint of the index log 索引日志检查点',
    tile: 'A tile or bundle of epochs of the index log 索引日志数据块',
    entries: 'epochs, each the root of the index and the checkpoint of the log that it goes up to (docs/index-log.md)',
  })
}

interface Words {
  readonly checkpoint: string
  readonly tile: string
  readonly entries: string
}

function serveLog(app: App, name: 'log' | 'index', log: ServedLog, access: Access, words: Words): void {
  app.get(
    `/${name}/checkpoint`,
    {
      config: { access: 'public' },
      schema: {
        tags: ['check'],
        summary: words.checkpoint,
        produces: ['text/plain'],
        response: { 200: Type.String({ description: 'A signed note: origin, size, root, signatures.' }) },
      },
    },
    async (_, reply) => {
      const { note } = publishedHead(log)
      reply.headers({ 'cache-control': 'no-cache', 'content-type': 'text/plain; charset=utf-8' })
      return note
    },
  )

  app.get(
    `/${name}/tile/*`,
    {
      config: { access },
      schema: {
        tags: ['check'],
        summary: words.tile,
        description: `\`/${name}/tile/<L>/<N>[.p/<W>]\` holds hashes, \`/${name}/tile/entries/<N>[.p/<W>]\` ${words.entries}; N in groups of three digits, as in x001/x234/067. A partial tile may be gone once the full one exists.`,
        params: exact({
          '*': Type.String({ maxLength: 100, description: 'Level, index and width.', examples: ['entries/000.p/5'] }),
        }),
        produces: ['application/octet-stream'],
        response: { 200: Type.Unknown({ description: 'The bytes of the tile.' }) },
      },
    },
    async (request, reply) => {
      const path = `tile/${request.params['*']}`
      const tile = parseTilePath(path)
      const widest = tile === undefined ? 0 : tileWidth(tile.level, tile.index, publishedHead(log).size)
      const bytes = tile === undefined || tile.width > widest ? undefined : await log.readTile(tile)
      if (tile === undefined || bytes === undefined) {
        throw new LedgerError('tile_not_found', {
          en: `The published tree has no ${JSON.stringify(path)}; take size and spelling from /${name}/checkpoint and C2SP tlog-tiles.`,
          zh: `已发布的树没有 ${JSON.stringify(path)}；大小和写法见 /${name}/checkpoint 和 C2SP tlog-tiles。`,
        })
      }
      const shared = access === 'public' ? 'public' : 'private'
      const lifetime = tile.width === TILE_WIDTH ? 'max-age=31536000, immutable' : 'max-age=3600'
      reply.headers({ 'cache-control': `${shared}, ${lifetime}`, 'content-type': 'application/octet-stream' })
      return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    },
  )
}
