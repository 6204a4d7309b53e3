// Our verification of Ed25519 against node:crypto's: whatever one takes the other takes, and nothing else.

import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { Point } from '@noble/ed25519'
import { expect } from 'chai'
import fc from 'fast-check'
import { publicKeyOf, signEd25519, verifyEd25519 } from '../../src/core/ed25519.ts'
import { verifyEd25519 as verifyByNode } from '../../src/core/ed25519-node.ts'

const ORDER = Point.CURVE().n
const P = Point.CURVE().p

const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const sha512 = (bytes: Uint8Array): Buffer => hash('sha512', bytes, 'buffer')
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** Every encoding that OpenSSL reads as a point of small order, the canonical ones among them. */
const SMALL = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(hex)

/** Of order 8. */
const torsion = Point.fromBytes(SMALL[4]!)

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const KEY = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const anyMessage = fc.uint8Array({ maxLength: 300 })

describe('Ed25519', () => {
  it('holds for the vectors of RFC 8032, and signs as they do', () => {
    const vectors = [
      [
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
        'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
        'af82',
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      ],
    ].map(vector => vector.map(hex))
    for (const [secret, key, message, signature] of vectors as [Buffer, Buffer, Buffer, Buffer][]) {
      expect(verifyEd25519(signature, message, key)).to.equal(true)
      expect(verifyByNode(signature, message, key)).to.equal(true)
      expect(Buffer.from(publicKeyOf(secret))).to.deep.equal(key)
      expect(Buffer.from(signEd25519(message, secret))).to.deep.equal(signature)
    }
  })

  it('takes what node:crypto signs', () => {
    fc.assert(
      fc.property(anyMessage, message => verifyEd25519(sign(null, message, privateKey), message, KEY)),
      { numRuns: 50 },
    )
  })

  it('agrees with node:crypto on signature, message and key with any bits changed', () => {
    const anyPart = fc.constantFrom('signature', 'message', 'key', 'order')
    fc.assert(
      fc.property(anyMessage, anyPart, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, part, at, bits) => {
        const given = {
          signature: Buffer.from(sign(null, message, privateKey)),
          message: Buffer.from(message),
          key: Buffer.from(KEY),
        }
        if (part === 'order') {
          // The same number, modulo the order: as many times greater as 32 bytes hold.
          const s = numberOf(given.signature.subarray(32)) + BigInt(1 + (bits % 15)) * ORDER
          if (s < 2n ** 256n) bytesOf(s).copy(given.signature, 32)
        } else if (given[part as 'key'].length > 0) given[part as 'key'][at % given[part as 'key'].length]! ^= bits
        const ours = verifyEd25519(given.signature, given.message, given.key)
        expect(ours).to.equal(verifyByNode(given.signature, given.message, given.key))
      }),
      { numRuns: 300 },
    )
  })

  it('agrees with node:crypto on points with a part of small order: both take them without the cofactor', () => {
    // Whoever has the secret can add such a part to R or to the key, and has signatures that hold only for those who
    // multiply by the cofactor.
    const [secret, nonce] = [12345678901234567890n, 98765432109876543210n]
    const counts = { true: 0, false: 0 }
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }), (message, inKey, inR) => {
        const part = (times: number): Point => (times === 0 ? Point.ZERO : torsion.multiplyUnsafe(BigInt(times)))
        const key = Point.BASE.multiply(secret).add(part(inKey)).toBytes()
        const r = Point.BASE.multiply(nonce).add(part(inR)).toBytes()
        const k = numberOf(sha512(Buffer.concat([r, key, message]))) % ORDER
        const signature = Buffer.concat([r, bytesOf((nonce + k * secret) % ORDER)])
        const byNode = verifyByNode(signature, message, key)
        counts[`${byNode}`]++
        expect(verifyEd25519(signature, message, key)).to.equal(byNode)
      }),
      { numRuns: 200 },
    )
    expect(Math.min(counts.true, counts.false)).to.be.greaterThan(5)
  })

  it('takes neither a key nor an R of small order, though the equation holds, as node:crypto takes none', () => {
    const points = [Point.ZERO, ...[1n, 2n, 3n, 4n, 5n, 6n, 7n].map(times => torsion.multiplyUnsafe(times))]
    const secret = 4242424242n
    const key = Point.BASE.multiply(secret)
    let held = 0
    for (const small of points) {
      for (const other of points) {
        const message = Buffer.from(`text ${held}`)
        // A small key, then a small R; the other one has a part of small order, so that for some of them it holds.
        for (const [a, r, scalar, nonce] of [
          [small, Point.BASE.multiply(7n).add(other), 0n, 7n],
          [key.add(other), small, secret, 0n],
        ] as const) {
          const k = numberOf(sha512(Buffer.concat([r.toBytes(), a.toBytes(), message]))) % ORDER
          const s = (nonce + k * scalar) % ORDER
          if (!Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).equals(r)) continue
          held++
          const signature = Buffer.concat([r.toBytes(), bytesOf(s)])
          expect(verifyEd25519(signature, message, a.toBytes())).to.equal(false)
          expect(verifyByNode(signature, message, a.toBytes())).to.equal(false)
        }
      }
    }
    expect(held).to.be.greaterThan(5)
    for (const encoding of SMALL) {
      // [7]B = R + [k]A for every text whose k is a multiple of the order of A.
      const signature = Buffer.concat([Point.BASE.multiply(7n).toBytes(), bytesOf(7n)])
      for (const message of Array.from({ length: 24 }, (_, n) => Buffer.from(`text ${n}`))) {
        expect(verifyEd25519(signature, message, encoding), encoding.toString('hex')).to.equal(false)
        expect(verifyByNode(signature, message, encoding), encoding.toString('hex')).to.equal(false)
      }
    }
  })

  it('takes no key in any encoding but the canonical, and none that is no point', () => {
    const message = Buffer.from('text')
    let points = 0
    for (let y = 0n; y < 19n; y++) {
      for (const sign of [0, 0x80]) {
        const key = bytesOf(y + P)
        key[31]! |= sign
        const signature = Buffer.concat([Point.BASE.multiply(7n).toBytes(), bytesOf(7n)])
        expect(verifyEd25519(signature, message, key)).to.equal(false)
        expect(verifyByNode(signature, message, key)).to.equal(false)
        points++
      }
    }
    expect(points).to.equal(38)
    for (const length of [0, 31, 33]) {
      for (const verify of [verifyEd25519, verifyByNode]) {
        expect(verify(new Uint8Array(64), message, new Uint8Array(length))).to.equal(false)
      }
    }
    for (const length of [0, 63, 65]) {
      for (const verify of [verifyEd25519, verifyByNode]) {
        expect(verify(new Uint8Array(length), message, KEY)).to.equal(false)
      }
    }
  })
})
