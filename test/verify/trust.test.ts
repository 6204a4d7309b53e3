// The trust file is the one thing a verifier believes, so nothing in it is guessed.

import { expect } from 'chai'
import { publicKeyOf } from '../../src/core/ed25519.ts'
import { LedgerError } from '../../src/core/error.ts'
import { formatVerifierKey, makeVerifierKey, TYPE_COSIGNATURE, TYPE_ED25519 } from '../../src/core/note.ts'
import { formatTrust, parseTrust } from '../../src/verify/trust.ts'

const publicKey = publicKeyOf(new Uint8Array(32).fill(7))
const key = (name: string, type = TYPE_ED25519) => makeVerifierKey(name, type, publicKey)
const address = (digit: string): string => `0x${digit.repeat(40)}`

const contracts = {
  relay: address('6'),
  accessManager: address('1'),
  organisations: address('2'),
  vocabulary: address('7'),
  workCalendar: address('8'),
  catalogue: address('3'),
  policies: address('9'),
  agreements: address('a'),
  products: address('b'),
  accessLedger: `0x${'Ab'.repeat(20)}`,
  corrections: address('c'),
  conduct: address('d'),
  checkpointAnchor: address('5'),
}
const good = formatTrust({
  logKey: key('example.org/use'),
  answerKey: key('example.org/use/answers'),
  timeKey: key('example.org/use/time', TYPE_COSIGNATURE),
  chainId: 520_017,
  contracts,
})

const parse = (value: unknown) => parseTrust(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

describe('the trust file', () => {
  it('may name the keys of sources', () => {
    const source = key('gateway-1')
    expect(parse({ ...good, sources: [formatVerifierKey(source)] }).sources).to.deep.equal([source])
    for (const wrong of [
      formatVerifierKey(source).replace('gateway-1', 'gateway-2'),
      formatVerifierKey(key('x', TYPE_COSIGNATURE)),
    ]) {
      expect(() => parse({ ...good, sources: [wrong] })).to.throw('The trust file cannot be used')
    }
  })

  it('reads as it is written, addresses in lower case', () => {
    const trust = parse({ ...good, rpc: 'http://node', blocks: [{ number: 3, hash: `0x${'AB'.repeat(32)}` }] })
    expect(trust.logKey).to.deep.equal(key('example.org/use'))
    expect(trust.contracts.accessLedger).to.equal(`0x${'ab'.repeat(20)}`)
    expect(trust.blocks).to.deep.equal([{ number: 3, hash: `0x${'ab'.repeat(32)}` }])
    expect(parse({ ...good, contracts }).contracts).to.deep.equal(trust.contracts)
  })

  const { time: _, ...withoutTime } = good
  it('needs no time key', () => {
    expect(parse(withoutTime).timeKey).to.equal(undefined)
  })

  it('may name the key of the index log, and of no other', () => {
    expect(parse(good).indexKey).to.equal(undefined)
    const index = formatVerifierKey(key('example.org/use/index'))
    expect(parse({ ...good, index }).indexKey).to.deep.equal(key('example.org/use/index'))
    expect(() => parse({ ...good, index: good.log })).to.throw(LedgerError, /"index" is the key "example.org\/use"/)
  })

  const { answers, ...withoutAnswers } = good
  const refused: [string, unknown, RegExp][] = [
    ['that is not JSON', 'trust me', /trust file cannot be used/],
    ['with a key twice', `{"log":"a",${JSON.stringify(good).slice(1)}`, /twice/],
    ['with a misspelt field', { ...good, block: [] }, /block is not a known field/],
    ['without the answer key', withoutAnswers, /answers is not there/],
    [
      'with another log’s answer key',
      { ...good, answers: formatVerifierKey(key('other/answers')) },
      /"answers" is the key "other\/answers"/,
    ],
    ['with the answer key as log key', { ...good, log: answers }, /"answers" is the key/],
    ['with a time key of the wrong type', { ...good, time: formatVerifierKey(key('example.org/use/time')) }, /type 4/],
    [
      'with a key whose id is not its own',
      { ...good, log: good.log.replace(/\+(.)/, (_, digit) => `+${digit === '0' ? 1 : 0}`) },
      /states ID .* copy the whole key again\. Its form/,
    ],
    ['with a short address', { ...good, contracts: { ...contracts, catalogue: '0x12' } }, /contracts\.catalogue/],
    ['with a chain id in text', { ...good, chainId: '1' }, /chainId/],
  ]
  for (const [what, value, words] of refused) {
    it(`is refused ${what}`, () => {
      expect(() => parse(value))
        .to.throw(LedgerError, words)
        .with.property('code', 'trust_unreadable')
    })
  }
})
