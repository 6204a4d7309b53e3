// A good backup is not given up for a ledger that lost, or has otherwise than before, what no entry tells of: the embedded
// chain, facts, keys that no fact knows. Nor is a ledger without its chain backed up for the first time.

import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openAccounts } from '../../src/accounts.ts'
import { type BackupOptions, makeBackup } from '../../src/backup/make.ts'
import { verifyBackup } from '../../src/backup/verify.ts'
import { decodeBlock, encodeBlock } from '../../src/chain/node/block.ts'
import {
  decodeFrameHead,
  decodeHeader,
  encodeFrame as encodeChainFrame,
  FRAME_HEAD,
  FRAME_TAIL,
} from '../../src/chain/node/frame.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { parseFacts } from '../../src/store/facts/facts-journal.ts'
import { diskFiles } from '../../src/store/file.ts'
import { encodeFrame, scanFrames } from '../../src/store/log/frames.ts'
import { PLAIN_PARTS as work } from '../../src/store/working-parts.ts'
import { fillDirectory, SEGMENT_LEAVES } from '../fsck/scene.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'

after(removeDirectories)

const ORGANISATION = 'keys/organisations/11520100MB1234567X.key'
const JOURNAL = 'chain/journal'
const FACTS = 'log/facts'

const WHOLE = { keys: true, segmentLeaves: SEGMENT_LEAVES, work }
const backUp = (data: string, to: string, options: Partial<BackupOptions> = {}) =>
  makeBackup({ ...WHOLE, data, to, now: Date.now, onProgress() {}, onNotice() {}, ...options })

const open = (dir: string) => openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })

/** Every file of a folder, by its name. */
function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(item => item.isFile() && !item.parentPath.startsWith(join(folder, 'lock')))
    .map(item => join(item.parentPath, item.name))
  return Object.fromEntries(files.map(path => [path.slice(folder.length + 1), readFileSync(path).toString('base64')]))
}

function flip(path: string, place: number): void {
  const bytes = readFileSync(path)
  bytes[place]! ^= 1
  writeFileSync(path, bytes)
}

/** The frame of one more block, with this transaction. */
function makeBlockAfter(journal: Buffer, transaction: Buffer): Buffer {
  const head = decodeHeader(journal)
  let last: ReturnType<typeof decodeBlock>
  for (let at = head.kind === 'header' ? head.size : journal.length; at < journal.length; ) {
    const from = at + FRAME_HEAD
    const end = from + decodeFrameHead(journal.subarray(at, from))!
    last = decodeBlock(journal.subarray(from, end))
    at = end + FRAME_TAIL
  }
  const { number, timestamp, blockHash: parentHash } = last!
  const blockHash = Buffer.alloc(32, transaction[0])
  const block = { number: number + 1, timestamp, parentHash, blockHash, transactions: [transaction] }
  return Buffer.from(encodeChainFrame(encodeBlock(block)))
}

/** Cuts a file to this length; from its end, when that is negative. */
function cut(path: string, length: number): void {
  const { length: whole } = readFileSync(path)
  truncateSync(path, length < 0 ? whole + length : length)
}

/** The facts of a journal, in a journal begun anew, but for those with this key. */
async function rewriteFacts(path: string, without?: string): Promise<void> {
  const file = await diskFiles.open(path)
  const frames = [encodeFrame(JSON.stringify({ journal: 'facts', generation: 'ab'.repeat(8) }))]
  for await (const { json, start } of scanFrames(file, 0)) {
    const facts = Object.entries(start === 0 ? {} : parseFacts(json)!).filter(([key]) => key !== without)
    if (facts.length > 0) frames.push(encodeFrame(JSON.stringify(Object.fromEntries(facts))))
  }
  await file.close()
  writeFileSync(path, Buffer.concat(frames))
}

describe('backup: what the backup made before has', function () {
  this.timeout(120_000)
  const source = freshDirectory()
  const made = freshDirectory()

  before(async () => {
    await fillDirectory(source)
    await openAccounts(join(source, 'keys'), ['11520100MB1234567X'])
    {
      await using store = await open(source)
      await store.facts.put({ 'text/0xab': JSON.stringify({ sealed: 'ab', bytes: 'c2VhbGVk' }) })
    }
    await backUp(source, made)
  })

  type Harm = readonly [what: string, code: string, names: string, harm: (data: string) => unknown]
  const harms: readonly Harm[] = [
    ['the chain journal is gone', 'chain_journal_damaged', JOURNAL, data => rmSync(join(data, JOURNAL))],
    ['the chain is gone', 'chain_journal_damaged', JOURNAL, data => rmSync(join(data, 'chain'), { recursive: true })],
    [
      'the chain was begun anew by a start',
      'chain_journal_damaged',
      'ends with block 0, but the ledger saw block 12',
      data => {
        const head = decodeHeader(readFileSync(join(data, JOURNAL)))
        if (head.kind === 'header') cut(join(data, JOURNAL), head.size)
      },
    ],
    ['the chain journal is cut', 'chain_journal_damaged', 'block 11', data => cut(join(data, JOURNAL), -5)],
    ['a bit of it flipped', 'chain_journal_damaged', 'does not read', data => flip(join(data, JOURNAL), 700)],
    ['its head does not read', 'chain_journal_damaged', 'its head', data => flip(join(data, JOURNAL), 30)],
    ['the facts are cut within a frame', 'backup_of_other_history', FACTS, data => cut(join(data, FACTS), -5)],
    ['the facts are cut to their head', 'backup_of_other_history', FACTS, data => cut(join(data, FACTS), 60)],
    ['the facts are empty', 'backup_of_other_history', FACTS, data => cut(join(data, FACTS), 0)],
    [
      'facts begun anew lack an anchor',
      'backup_of_other_history',
      'anchor/0000000000000250',
      data => rewriteFacts(join(data, FACTS), 'anchor/0000000000000250'),
    ],
    [
      'facts begun anew are of an earlier time',
      'backup_of_other_history',
      'chain/seen',
      async data => {
        await rewriteFacts(join(data, FACTS))
        appendFileSync(join(data, FACTS), encodeFrame('{"chain/seen":"{\\"number\\":3,\\"hash\\":\\"0x00\\"}"}'))
      },
    ],
    [
      'the keys of organisations are gone',
      'key_damaged',
      ORGANISATION,
      data => rmSync(join(data, 'keys/organisations'), { recursive: true }),
    ],
    [
      'one of them is another, and SUMS is gone',
      'key_damaged',
      ORGANISATION,
      data => {
        rmSync(join(data, 'keys/organisations/SUMS'))
        flip(join(data, ORGANISATION), 3)
      },
    ],
    ['the tokens are gone', 'key_damaged', 'keys/tokens.json', data => rmSync(join(data, 'keys/tokens.json'))],
  ]
  for (const [what, code, names, harm] of harms) {
    it(`stays as it was where ${what}`, async () => {
      const [data, to] = [copyOf(source), copyOf(made)]
      const before = filesOf(to)
      await harm(data)
      const error = await failureOf(backUp(data, to))
      expect(error.code, error.message).to.equal(code)
      expect(error.words.en)
        .to.contain(names)
        .and.contain(to)
        .and.match(/is left as it (is|was)/)
      expect(error.words.zh).to.contain(to).and.contain('保持不变')
      expect(filesOf(to)).to.deep.equal(before)
    })
  }

  it('is followed by one of facts begun anew, of which a text was erased, and of a chain that went on', async () => {
    const [data, to] = [copyOf(source), copyOf(made)]
    {
      await using store = await open(data)
      await store.facts.put({ 'chain/seen': (await store.facts.get('chain/seen'))!, late: 'fact' })
      await store.facts.replace({ 'text/0xab': JSON.stringify({ erasedBy: 7 }) })
    }
    expect(
      readFileSync(join(data, FACTS))
        .subarray(0, 60)
        .equals(readFileSync(join(to, FACTS)).subarray(0, 60)),
    ).to.equal(false)
    await backUp(data, to)
    expect((await verifyBackup(to, work, () => {})).findings).to.deep.equal([])
    expect(readFileSync(join(to, FACTS), 'utf8'))
      .to.contain('erasedBy')
      .and.not.contain('c2VhbGVk')
    // The other way round, it is of an earlier time.
    expect((await failureOf(backUp(source, to))).code).to.equal('backup_of_other_history')
  })

  it('may have the last block of the chain half, of which another was written later', async () => {
    const [data, to] = [copyOf(source), freshDirectory()]
    const journal = readFileSync(join(data, JOURNAL))
    const [one, other] = [1, 2].map(fill => makeBlockAfter(journal, Buffer.alloc(50, fill)))
    writeFileSync(join(data, JOURNAL), Buffer.concat([journal, one!.subarray(0, -7)])) // never acknowledged
    await backUp(data, to)
    const grown = Buffer.concat([journal, other!])
    writeFileSync(join(data, JOURNAL), grown)
    await backUp(data, to)
    expect(readFileSync(join(to, JOURNAL)).equals(grown)).to.equal(true)
    // A whole one that is another now, or gone, is another history, though the ledger never saw it as final.
    for (const changed of [journal, Buffer.concat([journal, one!])]) {
      writeFileSync(join(data, JOURNAL), changed)
      const before = filesOf(to)
      const error = await failureOf(backUp(data, to))
      expect([error.code, error.words.en.includes(join(data, JOURNAL))]).to.deep.equal([
        'backup_of_other_history',
        true,
      ])
      expect(filesOf(to)).to.deep.equal(before)
    }
  })

  it('need not be there for a chain that is lost to be no backup; but of a network there is no journal', async () => {
    const data = copyOf(source)
    rmSync(join(data, 'chain'), { recursive: true })
    const error = await failureOf(backUp(data, freshDirectory()))
    expect([error.code, error.words.en.includes('SUYUAN_RPC_URL')]).to.deep.equal(['chain_journal_damaged', true])
    await backUp(data, freshDirectory(), { isNetworkNamed: true })
  })
})
