// The judge of the crash harness: whatever a ledger could do wrong in its sight, it calls by name.

import { expect } from 'chai'
import { Book, Violation } from '../../scripts/crash/book.ts'
import { makeBatch, type SentLine } from '../../scripts/crash/lines.ts'
import { hashEntry, PlainTree } from '../../scripts/crash/plain-tree.ts'
import { createRandom } from '../../scripts/demo/random.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { expectedRoot } from '../store/conformance.ts'
import { makeLeaf } from '../store/leaves.ts'

const batch = makeBatch(createRandom(7), 0, 5, true, 0)

function entryFor(line: SentLine, change: Record<string, unknown> = {}): Buffer {
  const { person, ...rest } = line
  const sealed = person === undefined ? {} : { sealed: 'digest' }
  const fixed = { action: 'read', consumer: '11520100MB00000026', grant: 1, resource: '30101/000001', status: 'ok' }
  return Buffer.from(JSON.stringify({ ...fixed, ...rest, ...sealed, ...change }))
}

function begin(): Book {
  const book = new Book()
  book.sent(batch)
  return book
}

describe('the judge of crashes', () => {
  const [first, second] = batch.good as [SentLine, SentLine]

  it('finds nothing wrong with a log that keeps its promises', () => {
    const book = begin()
    for (const [k, line] of batch.good.entries()) book.promise(k, hashEntry(entryFor(line)), line)
    for (const line of batch.good) book.read(entryFor(line))
    book.claim(5, book.tree.root(5), 'receipt')
    book.answered.add(batch)
    book.requireKept()
    expect(book.countIn(batch, 3)).to.equal(3)
  })

  const wrongs: Readonly<Record<string, (book: Book) => void>> = {
    'two roots of one size': book => {
      book.claim(3, 'one', 'receipt')
      book.claim(3, 'another', 'checkpoint')
    },
    'a root that the entries do not lead to': book => {
      book.claim(1, 'another', 'receipt')
      book.read(entryFor(first))
    },
    'a root of a size that was read already': book => {
      book.read(entryFor(first))
      book.claim(1, 'another', 'receipt')
    },
    'a line twice': book => {
      book.read(entryFor(first))
      book.read(entryFor(first))
    },
    'a line that nobody sent': book => book.read(entryFor(first, { transaction: 'invented' })),
    'a line that was changed': book => book.read(entryFor(first, { rows: first.rows + 1 })),
    'another leaf than was promised': book => {
      book.promise(0, hashEntry(entryFor(first, { time: 'else' })), first)
      book.read(entryFor(first))
    },
    'another line at the place of a promised one': book => {
      book.promise(0, hashEntry(entryFor(second)), second)
      book.read(entryFor(first))
    },
    'one leaf promised twice': book => {
      book.promise(0, hashEntry(entryFor(first)), first)
      book.promise(0, hashEntry(entryFor(second)), second)
    },
    'one line promised at two places': book => {
      book.read(entryFor(first))
      book.promise(1, hashEntry(entryFor(first)), first)
    },
    'a promised tree that is not published': book => {
      book.claim(2, 'root', 'receipt')
      book.requireKept()
    },
    'a promised leaf that is not there': book => {
      book.promise(0, hashEntry(entryFor(first)), first)
      book.requireKept()
    },
    'an acknowledged batch that is not there': book => {
      book.answered.add(batch)
      book.requireKept()
    },
  }
  for (const [wrong, act] of Object.entries(wrongs)) {
    it(`calls out ${wrong}`, () => {
      expect(() => act(begin())).to.throw(Violation)
    })
  }

  it('computes the tree as the ledger does', () => {
    const tree = new PlainTree()
    for (let index = 0; index < 300; index++) {
      expect(hashEntry(makeLeaf(index).entry)).to.deep.equal(Buffer.from(hashLeaf(makeLeaf(index).entry)))
      tree.add(hashEntry(makeLeaf(index).entry))
    }
    for (let size = 0; size <= 300; size++) {
      expect(tree.root(size)).to.equal(Buffer.from(expectedRoot(size)).toString('base64'))
    }
  })
})
