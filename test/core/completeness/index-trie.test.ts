import { expect } from 'chai'
import fc from 'fast-check'
import {
  bitOf,
  decodeHead,
  EMPTY_TRIE,
  encodeHead,
  encodeLeaf,
  IndexTrie,
  innerHash,
  leafHash,
  lookUp,
  partingBit,
  type TrieLeaf,
  type TrieProof,
} from '../../../src/core/completeness/index-trie.ts'
import { indexKey } from '../../../src/core/completeness/key.ts'
import { blockNode } from '../../../src/core/completeness/sub-log.ts'
import { flipBit } from './blocks.ts'

const head = (index: number) => ({ size: 1 + index, root: blockNode([{ index, time: 7 }]) })

/** Keys that share long beginnings, as well as any. */
const anyKey = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.tuple(fc.nat(255), fc.nat(31)).map(([byte, at]) => new Uint8Array(32).fill(byte, at)),
)
const anyLeaves = (minLength: number): fc.Arbitrary<TrieLeaf[]> =>
  fc
    .uniqueArray(anyKey, { minLength, maxLength: 30, selector: key => key.join() })
    .map(keys => keys.map((key, k) => ({ key, head: head(k) })))

/** The same trie by its definition: the keys part at the first bit in which not all are the same. */
function rootOf(leaves: readonly TrieLeaf[], bit = 0): Uint8Array {
  if (leaves.length === 0) return EMPTY_TRIE
  if (leaves.length === 1) return leafHash(encodeLeaf(leaves[0]!))
  const [zeros, ones] = [0, 1].map(side => leaves.filter(({ key }) => bitOf(key, bit) === side))
  if (zeros!.length === 0 || ones!.length === 0) return rootOf(leaves, bit + 1)
  return innerHash(bit, rootOf(zeros!, bit + 1), rootOf(ones!, bit + 1))
}

describe('the trie of the index', () => {
  it('has the root of its definition, in whatever order its leaves come', () => {
    fc.assert(
      fc.property(anyLeaves(0), leaves => {
        expect(Buffer.compare(new IndexTrie(leaves).root, rootOf(leaves))).to.equal(0)
        expect(Buffer.compare(new IndexTrie(leaves.toReversed()).root, rootOf(leaves))).to.equal(0)
      }),
    )
  })

  it('proves what it has of a key, and that it has nothing of another', () => {
    fc.assert(
      fc.property(anyLeaves(0), anyKey, (leaves, other) => {
        const trie = new IndexTrie(leaves)
        for (const { key, head } of leaves) expect(lookUp(key, trie.root, trie.prove(key))).to.deep.equal(head)
        const known = leaves.find(({ key }) => partingBit(key, other) === undefined)
        expect(lookUp(other, trie.root, trie.prove(other))).to.deep.equal(known?.head ?? 'absent')
      }),
    )
  })

  it('lets no proof deny what is there, nor make up what is not, however it is changed', () => {
    const change = fc.record({
      how: fc.constantFrom('leaf', 'head', 'hash', 'bit', 'drop', 'twice', 'none', 'other'),
      at: fc.nat(),
      place: fc.nat(),
    })
    let refused = 0
    fc.assert(
      fc.property(anyLeaves(2), anyKey, fc.boolean(), change, (leaves, other, ofKnown, { how, at, place }) => {
        const trie = new IndexTrie(leaves)
        const key = ofKnown ? leaves[at % leaves.length]!.key : other
        const honest = trie.prove(key)
        const truth = lookUp(key, trie.root, honest)
        const leaf = honest.leaf!
        const siblings = honest.siblings.slice()
        const k = at % siblings.length
        let proof: TrieProof = { leaf, siblings }
        if (how === 'leaf') proof = { siblings, leaf: flipBit(leaf, place) }
        else if (how === 'head')
          proof = { siblings, leaf: encodeLeaf({ key: leaf.subarray(0, 32), head: head(place % 99) }) }
        else if (how === 'hash') siblings[k] = { ...siblings[k]!, hash: flipBit(siblings[k]!.hash, place) }
        else if (how === 'bit') siblings[k] = { ...siblings[k]!, bit: (place % 400) - 70 }
        else if (how === 'drop') siblings.splice(k, 1)
        else if (how === 'twice') siblings.splice(k, 0, siblings[k]!)
        else if (how === 'none') proof = { leaf: undefined, siblings: [] }
        else proof = trie.prove(leaves[place % leaves.length]!.key)
        const told = lookUp(key, trie.root, proof)
        if (told === undefined) refused++
        else expect(told).to.deep.equal(truth)
      }),
      { numRuns: 3_000 },
    )
    expect(refused).to.be.greaterThan(1_500)
  })

  it('has 256 bits to a key: by no other number can a key be sent where it is not', () => {
    const [left, right] = [new Uint8Array(32), new Uint8Array(32).fill(255, 1)]
    const trie = new IndexTrie([left, right].map((key, k) => ({ key, head: head(k) })))
    const { leaf, siblings } = trie.prove(left)
    for (const add of [256, 512, -256]) {
      const elsewhere = { leaf, siblings: siblings.map(({ bit, hash }) => ({ bit: bit + add, hash })) }
      expect(lookUp(right, trie.root, elsewhere), `bit + ${add}`).to.equal(undefined)
    }
  })

  it('takes nothing for bytes that is none, or more of it than there is', () => {
    const [key, other] = [new Uint8Array(32), new Uint8Array(32).fill(255, 1)]
    const trie = new IndexTrie([key, other].map((each, k) => ({ key: each, head: head(k) })))
    const { leaf, siblings } = trie.prove(key)
    const aliased = Array.from(leaf!)
    aliased[31]! += 256 // as bytes the same key, as numbers another
    for (const bytes of [
      aliased,
      Uint16Array.from(aliased),
      Array.from(leaf!),
      leaf!.subarray(1),
      [...leaf!, 0],
      null,
    ]) {
      const proof = { leaf: bytes, siblings } as unknown as TrieProof
      expect(lookUp(key, trie.root, proof)).to.equal(undefined)
    }
    const [{ bit, hash }] = siblings as [TrieProof['siblings'][number]]
    for (const bytes of [Array.from(hash), hash.subarray(1), new Uint8Array(33)]) {
      const proof = { leaf, siblings: [{ bit, hash: bytes }] } as TrieProof
      expect(lookUp(key, trie.root, proof)).to.equal(undefined)
    }
    const long = Array.from({ length: 257 }, () => ({ bit, hash }))
    expect(lookUp(key, trie.root, { leaf, siblings: long })).to.equal(undefined)
  })

  it('knows nothing of keys that are none', () => {
    const trie = new IndexTrie([{ key: new Uint8Array(32), head: head(1) }])
    for (const bytes of [0, 31, 33])
      expect(lookUp(new Uint8Array(bytes), trie.root, trie.prove(new Uint8Array(32)))).to.equal(undefined)
    expect(lookUp(new Uint8Array(32), trie.root, { leaf: undefined, siblings: [] }), 'not empty').to.equal(undefined)
  })

  it('has no key twice', () => {
    expect(() => new IndexTrie([0, 1].map(k => ({ key: new Uint8Array(32), head: head(k) })))).to.throw(RangeError)
  })

  it('has heads that read as they were written', () => {
    expect(decodeHead(encodeHead(head(3)))).to.deep.equal({
      ...head(3),
      root: { ...head(3).root, hash: Uint8Array.from(head(3).root.hash) },
    })
    expect(decodeHead(encodeHead(head(3)).subarray(1))).to.equal(undefined)
    expect(decodeHead(encodeHead({ ...head(3), size: 0 }))).to.equal(undefined)
  })
})

describe('the key of a value', () => {
  it('is another for each dimension and value, and the same everywhere', () => {
    const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex')
    // printf 'suyuan/index-key/1\ngrant\n12' | sha256sum
    expect(hex(indexKey('grant', '12'))).to.equal('a3b05b1cc0fc62ffb2b158c905e014c052a75f2813820571113606f489e9e431')
    expect(hex(indexKey('source', '交换平台'))).to.equal(
      '9b00246f08563951c10f6914c0c57e64853d37ed8741a54e9765e0ac6904d525',
    )
    expect(hex(indexKey('consumer', 'A'))).not.to.equal(hex(indexKey('provider', 'A')))
  })
})
