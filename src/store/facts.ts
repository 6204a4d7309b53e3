// Small facts in the index: published checkpoint, anchors, transactions sent. They are the one thing there that cannot
// be made again from the log.

import { LedgerError } from '../core/error.ts'
import { FACT_PREFIX } from './keys.ts'
import type { Database } from './level.ts'
import type { Facts } from './store.ts'

/** `fail` is told when a write failed, and makes of it what the caller gets. */
export function openFacts(database: Database, fail: (cause: unknown) => LedgerError): Facts {
  return {
    async get(key) {
      return (await database.get(FACT_PREFIX + key))?.toString()
    },

    async put(facts) {
      const writes = Object.entries(facts).map(([key, value]) => {
        return { type: 'put' as const, key: FACT_PREFIX + key, value: Buffer.from(value) }
      })
      try {
        await database.batch(writes, { sync: true })
      } catch (error) {
        throw fail(error)
      }
    },

    async list(prefix, { from = prefix, reverse = false, limit = -1 } = {}) {
      const first = Buffer.from(FACT_PREFIX + from)
      // No UTF-8 text holds the byte FF, so this is the end of all that starts with the prefix.
      const end = Buffer.concat([Buffer.from(FACT_PREFIX + prefix), Buffer.of(0xff)])
      const found = await database
        .iterator<Buffer, Buffer>({ gte: first, lt: end, reverse, limit, keyEncoding: 'buffer' })
        .all()
      return found.map(([key, value]) => [key.toString().slice(FACT_PREFIX.length), value.toString()] as const)
    },
  }
}
