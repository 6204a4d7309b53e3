// The ledger of sources.ts in a process of its own, so that it can be killed and its memory be its own: `fill` writes records
// as the service would have, and is killed; `start` opens what is there, and says how long that took.

import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import { type AccessRecord, encodeEntry, formatTime } from '../../src/core/record.ts'
import { linkHash, linkText } from '../../src/core/source-link.ts'
import { createGroupCommit } from '../../src/group-commit.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { openLogKey } from '../../src/log-key.ts'
import { makeSourceKey } from '../../src/source/sign.ts'
import { openSources } from '../../src/sources.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { createQuickParts } from '../../src/store/working-parts.ts'

const ORIGIN = 'bench/log'
const START = Date.UTC(2026, 2, 1)
const PACK = 16_384
/** As many as come in the five seconds between two looks of the service at its sources, at full speed: the last are not looked at. */
const LOOK = 2 * PACK
const KEY = makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(7) })

const [work, dir, kind, count] = process.argv.slice(2) as [string, string, 'signed' | 'unsigned', string]
const began = performance.now()
const lines = await compileLines()
const store = await openEmbeddedStore({ dir, work: createQuickParts(lines, createEntryReader(lines)) })
const opened = performance.now()
const logKey = await openLogKey({ dir: join(dir, 'keys'), origin: ORIGIN, facts: store.facts })
const parts = { store, commit: createGroupCommit(store, logKey, Date.now), origin: ORIGIN, now: Date.now }
const log = { info() {}, warn() {}, error() {} }
const sources = await openSources({ ...parts, clock: systemClock, log })

if (work === 'fill') {
  await sources.register({ key: formatVerifierKey(KEY.verifierKey) })
  const next = kind === 'signed' ? signedRecords() : unsignedRecords()
  for (let made = 0; made < Number(count); made += PACK) {
    const records = Array.from({ length: Math.min(PACK, Number(count) - made) }, () => next.next().value)
    await store.append([{ leaves: packLeaves(records.map(record => ({ record, entry: encodeEntry(record) }))) }])
    if (made % LOOK === 0 && made + LOOK < Number(count)) await sources.list()
  }
  process.kill(process.pid, 'SIGKILL')
}

const open = performance.now()
const { sources: all } = await sources.list()
const read = performance.now()
console.log(
  JSON.stringify({
    records: store.head.size - 1,
    links: all[0]!.keys[0]!.links,
    store: opened - began,
    sources: open - opened,
    read: read - open,
    resident: process.resourceUsage().maxRSS * 1024,
  }),
)
await sources[Symbol.asyncDispose]()
await store[Symbol.asyncDispose]()

/** A start checks no signature: these are of random bytes, which compress as badly as true ones. */
function* signedRecords(): Generator<AccessRecord, never> {
  const id = Buffer.from(KEY.verifierKey.id)
  let previous: string | undefined
  for (let k = 0; ; k++) {
    const signature = Buffer.concat([id, crypto.getRandomValues(Buffer.alloc(64))]).toString('base64')
    const record = { ...recordOf(k), filled: 'provider', ...(previous && { previous }), seq: k, signature }
    previous = linkHash(linkText(record, ORIGIN))
    yield record
  }
}

function* unsignedRecords(): Generator<AccessRecord, never> {
  for (let k = 0; ; k++) yield recordOf(k)
}

function recordOf(k: number): AccessRecord {
  return {
    action: 'read',
    bytes: k,
    consumer: `c-${k % 50}`,
    grant: 7,
    provider: 'p',
    resource: `r-${k % 200}`,
    source: KEY.source,
    status: 'ok',
    time: formatTime(START + k * 10),
    transaction: `transaction-${k}`,
  }
}
