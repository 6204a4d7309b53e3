// The journal keeps its one promise on every kind of broken file: a block that was appended is either replayed as it
// was, or the file is refused. Only what a crash cut off while it was being written may disappear.

import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { decodeBlock, encodeBlock, type JournalBlock } from '../../../src/chain/node/block.ts'
import { decodeFrameHead, decodeHeader, encodeFrame, encodeHeader } from '../../../src/chain/node/frame.ts'
import { type Journal, type JournalIdentity, openJournal } from '../../../src/chain/node/journal.ts'
import { inDirectory, MemoryFile, rejection, systemError } from './fixtures.ts'

const hashOf = (byte: number): Uint8Array => Buffer.alloc(32, byte)

const identity: JournalIdentity = {
  chainId: 520017,
  genesisHash: hashOf(1),
  optionsDigest: hashOf(2),
  engine: 'hardhat 3.18.0, edr 0.22.0',
}

const blockOf = (number: number, ...transactions: Uint8Array[]): JournalBlock => ({
  number,
  timestamp: 1_800_000_000 + number,
  parentHash: hashOf(number),
  blockHash: hashOf(number + 1),
  transactions,
})

const blocks = [blockOf(1, Buffer.from('ab', 'hex')), blockOf(2), blockOf(3, Buffer.alloc(9, 7), Buffer.alloc(0))]
const header = encodeHeader({ version: 1, ...identity })
const frames = blocks.map(block => encodeFrame(encodeBlock(block)))
const whole = Buffer.concat([header, ...frames])
/** Where each frame ends; the first number is where the first begins. */
const ends = [header.length]
for (const { length } of frames) ends.push((ends.at(-1) ?? 0) + length)

async function readAll(journal: Journal): Promise<JournalBlock[]> {
  const read: JournalBlock[] = []
  for await (const { block } of journal.replay()) read.push(block)
  return read
}

const open = (bytes: Uint8Array): Promise<Journal> => openJournal('journal', identity, new MemoryFile(bytes).opener)

/** What became of a journal: the blocks it gave, or the code it was refused with. */
async function outcome(bytes: Uint8Array): Promise<JournalBlock[] | string> {
  try {
    return await readAll(await open(bytes))
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength })
const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const anyBlock = fc.record({
  number: fc.maxSafeNat(),
  timestamp: fc.maxSafeNat(),
  parentHash: anyHash,
  blockHash: anyHash,
  transactions: fc.array(anyBytes(300), { maxLength: 5 }),
})

describe('chain/node: the block journal', () => {
  it('gives back any blocks appended to it, and goes on after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBlock, { maxLength: 4 }), anyBlock, async (some, last) => {
        const file = new MemoryFile(header)
        const journal = await openJournal('journal', identity, file.opener)
        await readAll(journal)
        for (const block of some) await journal.append(block)
        const again = await openJournal('journal', identity, file.opener)
        expect(plain(await readAll(again))).to.deep.equal(plain(some))
        await again.append(last)
        expect(plain(await readAll(await open(file.bytes)))).to.deep.equal(plain([...some, last]))
      }),
      { numRuns: 50 },
    )
  })

  it('cut off at any byte: keeps every whole block, removes the torn rest, and can be appended to', async () => {
    for (let size = header.length; size <= whole.length; size++) {
      const file = new MemoryFile(whole.subarray(0, size))
      const journal = await openJournal('journal', identity, file.opener)
      const kept = ends.findLastIndex(end => end <= size)
      expect(plain(await readAll(journal))).to.deep.equal(plain(blocks.slice(0, kept)))
      const end = ends[kept] ?? 0
      expect(journal.torn).to.deep.equal(end === size ? undefined : { offset: end, bytes: size - end })
      await journal.append(blockOf(9))
      expect(await outcome(file.bytes)).to.have.length(kept + 1)
    }
  })

  it('cut off within its header: refused', async () => {
    for (let size = 0; size < header.length; size++) {
      expect(await outcome(whole.subarray(0, size))).to.equal('chain_journal_damaged')
    }
  })

  it('with any bit flipped: refused, never read as something else and never shortened', async () => {
    for (let at = 0; at < whole.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        const file = new MemoryFile(changed)
        file.onSync = () => Promise.reject(new Error('nothing may be written'))
        const error = await rejection(openJournal('journal', identity, file.opener).then(readAll))
        // A version that is not ours is said to be one; it is refused all the same.
        expect(error.code).to.equal(at >= 8 && at < 12 ? 'chain_journal_version' : 'chain_journal_damaged')
        expect(file.bytes.equals(changed)).to.equal(true)
      }
    }
  })

  it('with any bytes overwritten: refused, or exactly the blocks that are still whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 60 }), async (at, patch) => {
        const changed = Buffer.from(whole)
        changed.set(patch.subarray(0, whole.length - at), at)
        const found = await outcome(changed)
        if (typeof found === 'string') return
        expect(plain(blocks.slice(0, found.length))).to.deep.equal(plain(found))
        // Shorter only if the last record was left unwritten (zeros): everything before it must be there.
        expect(found.length).to.be.at.least(blocks.length - 1)
      }),
      { numRuns: 2_000 },
    )
  })

  it('space that was allocated but never written (zeros at the end) is torn, not damage', async () => {
    expect(await outcome(Buffer.concat([whole, Buffer.alloc(5_000)]))).to.have.length(3)
    const last = ends[2] ?? 0
    for (const written of [0, 1, 4, 6, 8, 30, 90]) {
      const zeroed = Buffer.from(whole).fill(0, last + written)
      expect(await outcome(zeroed), `${written} bytes written`).to.have.length(2)
    }
  })

  it('the same zeros in the middle are damage', async () => {
    const first = ends[0] ?? 0
    const zeroed = Buffer.from(whole).fill(0, first, ends[1])
    expect(await outcome(zeroed)).to.equal('chain_journal_damaged')
  })

  it('reads blocks larger than its read-ahead', async () => {
    const large = blockOf(1, Buffer.alloc(3_000_000, 5), Buffer.alloc(17, 6))
    const file = new MemoryFile(header)
    const journal = await openJournal('journal', identity, file.opener)
    await readAll(journal)
    await journal.append(large)
    await journal.append(blockOf(2))
    expect(plain(await readAll(await open(file.bytes)))).to.deep.equal(plain([large, blockOf(2)]))
  })

  it('refuses the journal of another chain, naming both values', async () => {
    const others: Partial<JournalIdentity>[] = [
      { chainId: 1 },
      { genesisHash: hashOf(8) },
      { optionsDigest: hashOf(9) },
    ]
    for (const other of others) {
      const foreign = new MemoryFile(encodeHeader({ version: 1, ...identity, ...other }))
      const error = await rejection(openJournal('journal', identity, foreign.opener))
      expect(error.code).to.equal('chain_journal_foreign')
      expect(error.message).to.match(/instead of/)
    }
    const sameHashes = new MemoryFile(encodeHeader({ version: 1, ...identity, engine: 'hardhat 9' }))
    await openJournal('journal', identity, sameHashes.opener)
  })

  it('refuses a newer format, naming the version', async () => {
    const newer = new MemoryFile(encodeHeader({ version: 2, ...identity }))
    const error = await rejection(openJournal('journal', identity, newer.opener))
    expect(error.code).to.equal('chain_journal_version')
    expect(error.message).to.contain('version 2')
  })

  it('no bytes make the decoders throw, and a decoded block encodes to the same bytes', () => {
    fc.assert(
      fc.property(anyBytes(400), bytes => {
        decodeHeader(bytes)
        if (bytes.length >= 8) decodeFrameHead(bytes)
        const block = decodeBlock(bytes)
        if (block !== undefined) expect(Buffer.compare(encodeBlock(block), bytes)).to.equal(0)
      }),
      { numRuns: 2_000 },
    )
  })

  describe('when the disk fails', () => {
    const started = async (file: MemoryFile): Promise<Journal> => {
      const journal = await openJournal('journal', identity, file.opener)
      await readAll(journal)
      await journal.append(blockOf(1))
      return journal
    }

    it('full, after any number of bytes: says so, appends no more, and the next start has every appended block', async () => {
      const size = frames[2]?.length ?? 0
      for (let space = 0; space < size; space++) {
        const file = new MemoryFile(header)
        const journal = await started(file)
        file.space = space
        const error = await rejection(journal.append(blocks[2] as JournalBlock))
        expect(error.code).to.equal('chain_journal_write_failed')
        expect(error.message).to.contain('free some space')
        file.space = Number.POSITIVE_INFINITY
        await rejection(journal.append(blockOf(2)))
        expect(await outcome(file.bytes)).to.have.length(1)
      }
    })

    it('a failed fsync is fatal, whether or not the bytes reached the disk', async () => {
      const file = new MemoryFile(header)
      const journal = await started(file)
      file.onSync = () => Promise.reject(systemError('EIO', 'i/o error'))
      expect((await rejection(journal.append(blockOf(2)))).code).to.equal('chain_journal_write_failed')
      file.onSync = async () => {}
      expect((await rejection(journal.append(blockOf(2)))).message).to.contain('after a failed append')
      // It persisted after all: an unacknowledged block may come back, an acknowledged one may not go.
      expect(await outcome(file.bytes)).to.have.length(2)
    })

    it('a block that a restart has shown survives a power cut, though the fsync of its writer had failed', async () => {
      const file = new MemoryFile(header)
      const journal = await started(file)
      file.onSync = () => Promise.reject(systemError('EIO', 'i/o error'))
      await rejection(journal.append(blockOf(2)))
      file.onSync = async () => {}
      const shown = await readAll(await openJournal('journal', identity, file.opener))
      expect(shown).to.have.length(2)
      expect(plain((await outcome(file.durable)) as JournalBlock[])).to.deep.equal(plain(shown))
    })

    it('what is acknowledged is what a power cut leaves', async () => {
      const file = new MemoryFile(header)
      const journal = await started(file)
      for (let number = 2; number < 5; number++) {
        await journal.append(blockOf(number, Buffer.alloc(50, number)))
        expect(await outcome(file.durable)).to.have.length(number)
      }
    })

    it('a directory that cannot be written is refused with the reason', async function () {
      const asRoot = process.getuid?.() === 0
      if (asRoot && process.seteuid === undefined) {
        process.stdout.write('      skipped: no rights to lose on this platform\n')
        this.skip()
      }
      await inDirectory(async path => {
        const directory = join(path, 'chain')
        await mkdir(directory)
        await chmod(path, 0o755)
        await chmod(directory, 0o555)
        // Root may write anywhere, so for the length of this test nobody is root.
        if (asRoot) process.seteuid?.(65_534)
        try {
          const error = await rejection(openJournal(join(directory, 'journal'), identity))
          expect(error.code).to.equal('chain_journal_write_failed')
          expect(error.message)
            .to.match(/EACCES|EPERM/)
            .and.contain('Make it readable and writable')
        } finally {
          if (asRoot) process.seteuid?.(0)
        }
      })
    })
  })

  it('on a real file: private to its owner, and begun only once', async () => {
    await inDirectory(async path => {
      const name = join(path, 'journal')
      const journal = await openJournal(name, identity)
      await readAll(journal)
      await journal.append(blockOf(1, Buffer.alloc(10)))
      await journal.close()
      if (process.platform !== 'win32') expect((await stat(name)).mode & 0o777).to.equal(0o600)
      const again = await openJournal(name, identity)
      expect(await readAll(again)).to.have.length(1)
      await again.close()
      await writeFile(name, 'not a journal')
      expect((await rejection(openJournal(name, identity))).code).to.equal('chain_journal_damaged')
    })
  })
})

/** Byte arrays of one kind, so that deep equality compares their content only. */
function plain(some: readonly JournalBlock[]): unknown[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  return some.map(block => ({
    ...block,
    parentHash: hex(block.parentHash),
    blockHash: hex(block.blockHash),
    transactions: block.transactions.map(hex),
  }))
}
