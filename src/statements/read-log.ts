// The whole log, read from its public bundles by somebody who does not trust whoever serves it: every entry is hashed
// into the tree, and the tree must be the one that the chain has anchored (RFC 6962, C2SP tlog-tiles). Of the entries only
// those of one grant are kept.

import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { hashLeaf } from '../core/hash.ts'
import { decodeEntry } from '../core/record.ts'
import { decodeBundle, formatTilePath, TILE_WIDTH, tileWidth } from '../core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import type { StatementParts } from '../statements.ts'

/**
 * @param head Size and root as the chain has them.
 * @param fetchTile The bytes at a path below the log's prefix, such as `tile/entries/000`.
 * @throws LedgerError `log_differs` when the entries are not those that were anchored; what `fetchTile` throws
 */
export async function readLogOf(
  grant: number,
  head: TreeHead,
  fetchTile: (path: string) => Promise<Uint8Array>,
): Promise<StatementParts['store']> {
  const frontier = emptyFrontier()
  const kept = new Map<number, Uint8Array>()
  for (let bundle = 0; frontier.size < head.size; bundle++) {
    const width = tileWidth('entries', bundle, head.size)
    const path = formatTilePath({ level: 'entries', index: bundle, width })
    const entries = decodeBundle(await fetchTile(path))
    if (entries.length !== width)
      throw differs({
        en: `${path} holds ${entries.length} entries and not ${width}`,
        zh: `${path} 有 ${entries.length} 条，应为 ${width} 条`,
      })
    for (const [k, entry] of entries.entries()) {
      appendLeaf(frontier, hashLeaf(entry))
      if (decodeEntry(entry).grant === grant) kept.set(bundle * TILE_WIDTH + k, entry)
    }
  }
  const root = Buffer.from(frontierRoot(frontier))
  if (!root.equals(head.root)) {
    const anchored = Buffer.from(head.root).toString('hex')
    throw differs({
      en: `its first ${head.size} entries have the root ${root.toString('hex')}, and the chain holds ${anchored}`,
      zh: `其前 ${head.size} 条的根为 ${root.toString('hex')}，而链上为 ${anchored}`,
    })
  }
  const indices = [...kept.keys()].toReversed()
  return {
    head,
    async *search({ below }) {
      yield indices.filter(index => index < below)
    },
    readEntries: async asked => asked.map(index => kept.get(index)!),
  }
}

function differs(why: Words): LedgerError {
  return new LedgerError('log_differs', {
    en: `The log that the service shows is not the one on the chain: ${why.en}. Keep what it showed, and tell the regulator.`,
    zh: `服务所示的日志与链上的不一致：${why.zh}。请保存其所示内容，并告知监管部门。`,
  })
}
