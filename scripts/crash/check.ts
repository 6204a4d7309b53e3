// What is checked after every start, and once more of everything at the end: all that was promised is there, in place, byte
// for byte, once; every tree ever signed is a beginning of this one; queries give what was acknowledged, and evidence
// proves that nothing is left out.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Chain } from '../../src/chain/network.ts'
import { checkConsistency } from '../../src/core/proof.ts'
import type { ReceiptJson } from '../../src/core/receipt.ts'
import { checkReceipt, decodeReceipt } from '../../src/core/receipt.ts'
import { decodeBundle, formatTilePath, TILE_WIDTH } from '../../src/core/tile.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import type { Random } from '../demo/random.ts'
import { Violation } from './book.ts'
import { type Client, Refused } from './client.ts'
import type { Batch } from './lines.ts'
import { readCommits, readEntries, readSealedLeaves } from './plain-log.ts'
import { hashEntry } from './plain-tree.ts'
import type { Witness } from './witness.ts'

const PUBLISH_PATIENCE_MS = 60_000

export interface CheckParts {
  readonly client: Client
  readonly witness: Witness
  readonly random: Random
  readonly data: string
  /** Connects to the node of the chain. */
  readonly chain: () => Promise<Chain>
}

/** Bytes of `log/commits` that were looked at already, by data directory. */
export interface CommitsSeen {
  bytes: number
}

/** After a start, before it is given any load. */
export async function checkStart(parts: CheckParts, seen: CommitsSeen): Promise<void> {
  const { client, witness, random } = parts
  noteCommits(parts, seen)
  const { records } = await client.json<{ records: number }>('/v1/status')
  if (records < witness.book.promisedSize) {
    throw new Violation(`the service has ${records} records, and ${witness.book.promisedSize} were promised`)
  }
  await readPublished(parts)
  witness.book.requireKept()
  for (let n = 0; n < 3; n++) await checkOne(parts)
  for (const batch of pickSome(random, witness.book.batches, 4)) await checkQuery(client, witness, batch)
}

/** At the end, with the service running and no load: every receipt, every entry, every query of a hundred. */
export async function checkAll(parts: CheckParts): Promise<void> {
  const { client, witness, random } = parts
  const { tree } = witness.book
  await readPublished(parts)
  witness.book.requireKept()
  for (const { receipt } of witness.receipts) checkKept(witness, receipt)
  for (const note of witness.checkpoints) witness.noteCheckpoint(note)
  for (let index = 0; index * TILE_WIDTH < tree.size; index++) await compareBundle(client, witness, index)
  for (const { receipt } of pickSome(random, witness.receipts, 50)) await proveGrowth(client, witness, receipt)
  for (const batch of pickSome(random, witness.book.batches, 100)) await checkQuery(client, witness, batch)
  await untilAnchored(parts)
  for (const batch of pickSome(random, witness.book.batches, 20)) await checkComplete(parts, batch)
}

/** With nobody running: the files alone, read by the plain reader, are the log that was promised. */
export function checkFiles({ witness, data }: CheckParts): void {
  const { tree } = witness.book
  const entries = readEntries(data, tree.size)
  const sealed: number[] = []
  for (const [index, entry] of entries.entries()) {
    if (!hashEntry(entry).equals(tree.leaf(index))) throw new Violation(`on the disk leaf ${index} is another`)
    if ('sealed' in (JSON.parse(entry.toString()) as object)) sealed.push(index)
  }
  if (JSON.stringify(readSealedLeaves(data)) !== JSON.stringify(sealed))
    throw new Violation('sealed parts of other leaves')
  const commits = readCommits(data)
  for (const { size, root, start } of commits) witness.book.claim(size, root, `commit at byte ${start}`)
  if (commits.at(-1)?.size !== tree.size) throw new Violation(`the last commit has size ${commits.at(-1)?.size}`)
}

/** What a start shows to be committed may have been signed by it: it binds like a receipt. */
function noteCommits({ witness, data }: CheckParts, seen: CommitsSeen): void {
  for (const { size, root, start, end } of readCommits(data, seen.bytes)) {
    witness.book.claim(size, root, `commit at byte ${start}`)
    seen.bytes = end
  }
}

/** Reads the log on, as any client of a tiled log does, until all that was promised is published. */
async function readPublished({ client, witness }: CheckParts): Promise<void> {
  const { book } = witness
  const deadline = performance.now() + PUBLISH_PATIENCE_MS
  let size = witness.noteCheckpoint(await client.checkpoint())
  while (size < book.promisedSize) {
    if (performance.now() > deadline)
      throw new Violation(`${size} leaves are published, and ${book.promisedSize} promised`)
    await sleep(30)
    size = witness.noteCheckpoint(await client.checkpoint())
  }
  while (book.tree.size < size) {
    const first = book.tree.size
    const index = Math.floor(first / TILE_WIDTH)
    const entries = await readBundle(client, index, Math.min(TILE_WIDTH, size - index * TILE_WIDTH))
    for (const [k, entry] of entries.entries()) {
      if (index * TILE_WIDTH + k >= first) book.read(Buffer.from(entry))
      else if (!hashEntry(entry).equals(book.tree.leaf(index * TILE_WIDTH + k)))
        throw new Violation(`leaf ${k} changed`)
    }
  }
}

async function readBundle(client: Client, index: number, width: number): Promise<Uint8Array[]> {
  return decodeBundle(await client.ask(`/log/${formatTilePath({ level: 'entries', index, width })}`))
}

/** One old receipt, with its growth to the tree of today; one old bundle; one sealed part. */
async function checkOne({ client, witness, random }: CheckParts): Promise<void> {
  const { book, receipts } = witness
  if (receipts.length === 0) return
  const { receipt, batch } = random.pick(receipts)
  checkKept(witness, receipt)
  await proveGrowth(client, witness, receipt)
  await compareBundle(client, witness, Math.floor(receipt.firstIndex / TILE_WIDTH))
  const line = batch.good.find(({ person }) => person !== undefined)
  const leaf = line === undefined ? undefined : book.leafOf(line)
  if (line === undefined || leaf === undefined) return
  const { sealed } = await client.json<{ sealed: { person: string } }>(`/v1/records/${leaf}/sealed`)
  if (sealed.person !== line.person) throw new Violation(`the sealed part of leaf ${leaf} is another`)
}

/** A receipt that was given once still proves, now against a tree that was computed without the ledger. */
function checkKept({ book, keys }: Witness, receipt: ReceiptJson): void {
  const decoded = decodeReceipt(receipt)
  const { size, root } = checkReceipt(decoded, keys.log, keys.time)
  if (book.tree.root(size) !== Buffer.from(root).toString('base64')) {
    throw new Violation(`the receipt from leaf ${receipt.firstIndex} on is for a root that size ${size} does not have`)
  }
  for (const [k, leaf] of decoded.leaves.entries()) {
    if (book.tree.leaf(decoded.firstIndex + k).equals(leaf)) continue
    throw new Violation(`the receipt from leaf ${receipt.firstIndex} on is for other leaves`)
  }
}

async function proveGrowth(client: Client, witness: Witness, receipt: ReceiptJson): Promise<void> {
  const { size, root } = checkReceipt(decodeReceipt(receipt), witness.keys.log, witness.keys.time)
  const to = witness.book.tree.size
  const { proof } = await client.json<{ proof: string[] }>(`/v1/proofs/consistency?from=${size}&to=${to}`)
  const hashes = proof.map(hash => Buffer.from(hash, 'base64'))
  if (checkConsistency(size, to, root, Buffer.from(witness.book.tree.root(to), 'base64'), hashes)) return
  throw new Violation(`the proof that ${to} leaves extend ${size} does not prove it`)
}

async function compareBundle(client: Client, { book }: Witness, index: number): Promise<void> {
  const first = index * TILE_WIDTH
  const entries = await readBundle(client, index, Math.min(TILE_WIDTH, book.tree.size - first))
  for (const [k, entry] of entries.entries()) {
    if (!hashEntry(entry).equals(book.tree.leaf(first + k))) throw new Violation(`leaf ${first + k} is another now`)
  }
}

/** Until an anchor covers all that is published, with its epoch of the index. */
async function untilAnchored({ client, witness }: CheckParts): Promise<void> {
  const deadline = performance.now() + PUBLISH_PATIENCE_MS
  for (;;) {
    const status = await client.json<{ anchored?: { size: number } }>('/v1/status')
    if (status.anchored?.size === witness.book.tree.size) return
    if (performance.now() > deadline) {
      throw new Violation(
        `${witness.book.tree.size} leaves are published; the anchor stays behind:\n${JSON.stringify(status)}`,
      )
    }
    await sleep(30)
  }
}

/** Evidence of a source shows all its lines that are in the anchored log, and that there are no others. */
async function checkComplete({ client, witness, chain }: CheckParts, batch: Batch): Promise<void> {
  const { book, trust } = witness
  const file = await client.ask(`/v1/evidence?source=${batch.source}&limit=10000&newest=true`)
  const node = await chain()
  try {
    const { verdict, checks, answer } = await verifyEvidence(file, trust, async () => node)
    if (verdict !== 'verified')
      throw new Violation(`evidence of ${batch.source} is ${verdict}: ${JSON.stringify(checks)}`)
    const [expected, found] = [book.countIn(batch, answer!.anchor.size), answer!.rows.length]
    if (answer!.complete === 'all' && found === expected) return
    throw new Violation(`evidence of ${batch.source} shows ${answer!.complete}, ${found} of ${expected} records`)
  } finally {
    node.close()
  }
}

/** A search by source finds exactly the lines of its batch that are in the log. */
async function checkQuery(client: Client, { book }: Witness, batch: Batch): Promise<void> {
  const answer = await client
    .json<{ totals: { records: number; rows: number }; checkpoint: { size: number } }>(
      `/v1/usage?source=${batch.source}&limit=1&totals=true`,
    )
    .catch((error: unknown) => {
      if (error instanceof Refused) throw new Violation(`a query was refused: ${error.message}`)
      throw error
    })
  const { totals, checkpoint } = answer
  if (checkpoint.size !== book.tree.size) return // it has grown meanwhile; the next start compares
  const expected = book.countIn(batch, checkpoint.size)
  if (totals.records === expected) return
  throw new Violation(`a query for ${batch.source} finds ${totals.records} records, and the log has ${expected}`)
}

function pickSome<T>(random: Random, from: readonly T[], count: number): T[] {
  return from.length === 0 ? [] : Array.from({ length: Math.min(count, from.length) }, () => random.pick(from))
}
