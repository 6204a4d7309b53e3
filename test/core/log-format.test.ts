// C2SP: tile paths and bundles, signed notes, checkpoints, and our receipts, which are made of them.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { checkCheckpoint, formatCheckpoint, parseCheckpoint } from '../../src/core/checkpoint.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import {
  checkNote,
  cosignedMessage,
  formatNote,
  formatVerifierKey,
  makeVerifierKey,
  parseNote,
  parseVerifierKey,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
  type VerifierKey,
} from '../../src/core/note.ts'
import { leavesNodes } from '../../src/core/proof.ts'
import { checkReceipt, decodeReceipt, type ReceiptJson } from '../../src/core/receipt.ts'
import {
  decodeBundle,
  encodeBundle,
  formatTilePath,
  parseTilePath,
  tileLevelSize,
  tileRunOf,
  tileWidth,
} from '../../src/core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot } from '../../src/core/tree.ts'
import { encodeHash, encodeReceipt } from '../../src/receipts.ts'

function rawPublicKey(privateKey: KeyObject): Buffer {
  return Buffer.from(privateKey.export({ format: 'jwk' }).x!, 'base64url')
}

function makeKey(name: string, type = TYPE_ED25519): { key: VerifierKey; privateKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { key: makeVerifierKey(name, type, rawPublicKey(privateKey)), privateKey }
}

function signText(text: string, { key, privateKey }: ReturnType<typeof makeKey>): string {
  return formatNote({
    text,
    signatures: [{ name: key.name, id: key.id, signature: sign(null, Buffer.from(text), privateKey) }],
  })
}

describe('tiles', () => {
  it('names tiles as the specification does', () => {
    expect(formatTilePath({ level: 0, index: 1234067, width: 256 })).to.equal('tile/0/x001/x234/067')
    expect(formatTilePath({ level: 'entries', index: 0, width: 5 })).to.equal('tile/entries/000.p/5')
    expect(formatTilePath({ level: 2, index: 1000, width: 1 })).to.equal('tile/2/x001/000.p/1')
  })

  it('reads every path it writes, and no other spelling', () => {
    const level = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant('entries' as const))
    fc.assert(
      fc.property(level, fc.nat(2 ** 45), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        const tile = { level, index, width }
        expect(parseTilePath(formatTilePath(tile))).to.deep.equal(tile)
      }),
    )
    const wrong = [
      'tile/0/1',
      'tile/0/x000/001',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/0/001.p/01',
      'tile/00/001',
    ]
    for (const path of [
      ...wrong,
      'tile/64/001',
      'tile/0/0001',
      'tile/0/x01/001',
      'tile/0/001/',
      '/tile/0/001',
      'tile/0/-01',
    ]) {
      expect(parseTilePath(path), path).to.equal(undefined)
    }
  })

  it('gives size 70,000 the widths of the specification’s example', () => {
    expect(tileLevelSize(0, 70_000)).to.equal(70_000)
    expect(tileWidth(0, 272, 70_000)).to.equal(256)
    expect(tileWidth(0, 273, 70_000)).to.equal(112)
    expect(tileWidth(0, 274, 70_000)).to.equal(0)
    expect(tileWidth(1, 0, 70_000)).to.equal(256)
    expect(tileWidth(1, 1, 70_000)).to.equal(17)
    expect(tileWidth(2, 0, 70_000)).to.equal(1)
    expect(tileWidth('entries', 273, 70_000)).to.equal(112)
    expect(tileRunOf({ level: 9, index: 3 })).to.deep.equal({ level: 1, start: 6, count: 2 })
  })

  it('reads back every bundle, and refuses a torn one', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(), (entries, cut) => {
        const bundle = encodeBundle(entries)
        expect(decodeBundle(bundle).map(entry => [...entry])).to.deep.equal(entries.map(entry => [...entry]))
        const torn = bundle.subarray(0, cut % Math.max(1, bundle.length))
        try {
          expect(decodeBundle(torn).length).to.be.lessThan(Math.max(1, entries.length))
        } catch (error) {
          expect(error).to.have.property('code', 'bundle_torn')
        }
      }),
    )
  })
})

describe('signed notes', () => {
  it('recomputes the key ID of the specification’s example', () => {
    const text = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
    expect(formatVerifierKey(parseVerifierKey(text))).to.equal(text)
    expect(() => parseVerifierKey(text.replace('530d903a', '530d903b'))).to.throw(/states ID/)
  })

  // The worked example of golang.org/x/mod/sumdb/note's documentation: made by code that is not ours.
  it('verifies a note that others signed', () => {
    const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
    const text =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replaceAll(
        '’',
        "'",
      )
    const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`
    expect(checkNote(parseNote(note), [key])).to.deep.equal([{ key }])
    expect(() => checkNote(parseNote(note.replace('answer', 'Answer')), [key]))
      .to.throw()
      .with.property('code', 'signature_invalid')
  })

  it('passes over unknown keys, rejects a wrong signature of a known one', () => {
    const mine = makeKey('suyuan.example/log')
    const other = makeKey('other.example/log')
    const note = parseNote(signText('text\n', other))
    expect(checkNote(note, [mine.key])).to.deep.equal([])
    const forged = { ...note, signatures: [{ ...note.signatures[0]!, name: mine.key.name, id: mine.key.id }] }
    expect(() => checkNote(forged, [mine.key]))
      .to.throw()
      .with.property('code', 'signature_invalid')
  })

  it('reads the time of a cosignature, which the signature covers', () => {
    const { key, privateKey } = makeKey('suyuan.example/log/time', TYPE_COSIGNATURE)
    const text = 'suyuan.example/log\n1\nAAAA\n'
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(1_700_000_000n)
    const signature = Buffer.concat([time, sign(null, cosignedMessage(text, 1_700_000_000), privateKey)])
    const note = { text, signatures: [{ name: key.name, id: key.id, signature }] }
    expect(checkNote(note, [key])[0]?.time).to.equal(1_700_000_000)
    signature[7]! ^= 1
    expect(() => checkNote(note, [key]))
      .to.throw()
      .with.property('code', 'signature_invalid')
  })

  it('refuses what is no note', () => {
    const bad = [
      '',
      'text\n',
      'text\n\n',
      'te\u0001xt\n\n— a AAAAAAAA\n',
      'text\n\n— a AAAA\n',
      'text\n\n- a AAAAAAAA\n',
      'text\n\n— a  AAAAAAAA\n',
      'text\n\n— a AAAAAAAA',
      'text\n\n— a+b AAAAAAAA\n',
      `text\n\n${'— a AAAAAAAA\n'.repeat(65)}`,
    ]
    for (const note of bad)
      expect(() => parseNote(note), JSON.stringify(note))
        .to.throw()
        .with.property('code', 'note_malformed')
  })
})

describe('checkpoints', () => {
  const log = makeKey('suyuan.example/log')
  const head = { origin: 'suyuan.example/log', size: 2 ** 40 + 1, root: hashLeaf(Buffer.from('x')) }

  it('are read back when their log signed them', () => {
    const signed = signText(formatCheckpoint(head), log)
    const { checkpoint } = checkCheckpoint(signed, log.key)
    expect({ ...checkpoint, root: Buffer.from(checkpoint.root) }).to.deep.equal(head)
  })

  it('are refused unsigned, of another log, or malformed', () => {
    const signed = signText(formatCheckpoint(head), log)
    expect(() => checkCheckpoint(signed, makeKey('suyuan.example/log').key))
      .to.throw()
      .with.property('code', 'checkpoint_unsigned')
    expect(() => checkCheckpoint(signed, makeKey('other').key))
      .to.throw()
      .with.property('code', 'checkpoint_of_other_log')
    for (const text of [
      '',
      'o\n1\n',
      'o\n01\nAAAA\n',
      `o\n-1\n${'A'.repeat(43)}=\n`,
      'o\n1\nAA==\n',
      `\n1\n${'A'.repeat(43)}=\n`,
    ]) {
      expect(() => parseCheckpoint(text), JSON.stringify(text))
        .to.throw()
        .with.property('code', 'checkpoint_malformed')
    }
  })
})

describe('receipts', () => {
  const log = makeKey('suyuan.example/log')
  const clock = makeKey('suyuan.example/log/time', TYPE_COSIGNATURE)
  const leaves = Array.from({ length: 20 }, (_, i) => hashLeaf(Buffer.from(`entry ${i}`)))
  const nodes = new Map<string, Uint8Array>()
  const frontier = emptyFrontier()
  for (const leaf of leaves) {
    const size = frontier.size + 1
    appendLeaf(frontier, leaf, (level, hash) => nodes.set(`${level}/${size / 2 ** level - 1}`, hash))
  }
  const checkpoint = signText(formatCheckpoint({ origin: log.key.name, size: 20, root: frontierRoot(frontier) }), log)
  const indices = [7, 8, 9, 10, 11]
  const proof = leavesNodes(indices, 20).map(({ level, index }) => nodes.get(`${level}/${index}`)!)
  const receipt = { firstIndex: 7, leaves: leaves.slice(7, 12), proof, checkpoint }
  const encoded = encodeReceipt({ ...receipt, leaves: Buffer.concat(receipt.leaves), proof: proof.map(encodeHash) })

  it('prove their batch, also after a trip through JSON', () => {
    const again = decodeReceipt(JSON.parse(JSON.stringify(encoded)) as ReceiptJson)
    const { size, time } = checkReceipt(again, log.key, clock.key)
    expect({ size, time }).to.deep.equal({ size: 20, time: undefined })
  })

  it('stop proving when moved, cut, or changed', () => {
    const bad = [
      { ...receipt, firstIndex: 8 },
      { ...receipt, leaves: receipt.leaves.slice(1) },
      { ...receipt, leaves: receipt.leaves.toReversed() },
      { ...receipt, proof: receipt.proof.slice(1) },
    ]
    for (const other of bad) {
      expect(() => checkReceipt(other, log.key, clock.key))
        .to.throw()
        .with.property('code', 'receipt_unproven')
    }
    for (const other of [
      { count: 4 },
      { leaves: `${encoded.leaves}\n` },
      { leaves: encoded.leaves.replace(/=$/, '') },
    ]) {
      expect(() => decodeReceipt({ ...encoded, ...other }))
        .to.throw()
        .with.property('code', 'receipt_malformed')
    }
    const spelledElse = decodeReceipt({ ...encoded, proof: encoded.proof.map(hash => `${hash}\n`) })
    expect(() => checkReceipt(spelledElse, log.key, clock.key))
      .to.throw()
      .with.property('code', 'receipt_unproven')
  })
})
