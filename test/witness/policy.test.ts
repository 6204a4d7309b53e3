// C2SP tlog-policy: which texts are policies, and which checkpoints meet them.

import { expect } from 'chai'
import fc from 'fast-check'
import {
  formatNote,
  formatVerifierKey,
  makeVerifierKey,
  type NoteSignature,
  parseNote,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
} from '../../src/core/note.ts'
import { mergeCosignatures } from '../../src/core/witness.ts'
import { isMet, type PolicyMember, type QuorumState } from '../../src/core/witness-policy.ts'
import { parseQuorum, parseWitnessPolicy } from '../../src/core/witness-policy-text.ts'
import { bytes, cosign, makeKey, mutated, outcomeOf, TestLogOf, textOf } from './scene.ts'

const NAMES = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']
const keys = NAMES.map(name => makeKey(`witness.example/${name}`))
const vkey = (k: number): string => formatVerifierKey(keys[k]!.key)
const WITNESSES = NAMES.map((name, k) => `witness ${name} ${vkey(k)}\n`).join('')
const log = new TestLogOf(7)
const checkpoint = log.checkpoint()

/** The policy of the specification's example. */
const EXAMPLE = `# two organisations
log ${formatVerifierKey(log.logKey.key)} https://log.example/
${WITNESSES}
group X-witnesses 2 X1 X2 X3
\tgroup Y-witnesses  any Y1\tY2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

function stateWith(policy: string, names: readonly string[], extra: readonly NoteSignature[] = []): QuorumState {
  const lines = names.map(name => cosign(keys[NAMES.indexOf(name)]!, textOf(checkpoint)))
  return isMet(parseWitnessPolicy(policy), mergeCosignatures(parseNote(checkpoint), [...lines, ...extra]))
}

describe('witness policy: a checkpoint', () => {
  it("meets the specification's example with two of X and one of Y", () => {
    expect(stateWith(EXAMPLE, ['X1', 'X3', 'Y2'])).to.deep.equal({
      met: true,
      cosigned: ['X1', 'X3', 'Y2'],
      missing: [],
    })
    expect(stateWith(EXAMPLE, NAMES).met).to.be.true
    expect(stateWith(EXAMPLE, ['X1', 'X2', 'X3']).met).to.be.false
    expect(stateWith(EXAMPLE, ['X1', 'Y1', 'Y2', 'Y3']).met).to.be.false
  })

  it('that lacks something is told what, in both languages', () => {
    const state = stateWith(EXAMPLE, ['X2', 'Y1'])
    expect(state.missing).to.deep.equal(['X1', 'X3']) // of Y, nothing more is needed
    expect(state.words?.en).to.include(
      'X-and-Y has 1 of the 2 that it needs (not yet: X-witnesses has 1 of the 2 that it needs (not yet: X1, X3))',
    )
    expect(state.words?.zh).to.include(
      'X-and-Y 需 2 个，已有 1 个（尚缺：X-witnesses 需 2 个，已有 1 个（尚缺：X1、X3））',
    )
  })

  it('needs nothing when no quorum is wanted', () => {
    expect(stateWith('quorum none', [])).to.deep.equal({ met: true, cosigned: [], missing: [] })
    expect(stateWith(`${WITNESSES}quorum none`, ['Y3'])).to.deep.equal({ met: true, cosigned: ['Y3'], missing: [] })
  })

  it('may need a single witness', () => {
    expect(stateWith(`${WITNESSES}quorum Y1\n`, ['Y1']).met).to.be.true
    expect(stateWith(`${WITNESSES}quorum Y1\n`, ['Y2', 'Y3']).missing).to.deep.equal(['Y1'])
  })

  it('counts no line twice, no unknown key, and no witness under the key of another', () => {
    const policy = `${WITNESSES}group two 2 X1 X2\nquorum two\n`
    const text = textOf(checkpoint)
    const line = cosign(keys[0]!, text)
    const twice = {
      text,
      signatures: [...parseNote(checkpoint).signatures, line, cosign(keys[0]!, text, 1_800_000_009)],
    }
    expect(isMet(parseWitnessPolicy(policy), twice).met).to.be.false
    const stranger = makeKey('witness.example/X2')
    expect(stateWith(policy, ['X1'], [cosign(stranger, text)]).missing).to.deep.equal(['X2'])
    // The log's own key, however often, is no witness; nor is an Ed25519 signature without a time.
    const bare = { ...line, id: makeVerifierKey(line.name, TYPE_ED25519, keys[0]!.key.publicKey).id }
    expect(stateWith(policy, ['X2'], [bare]).missing).to.deep.equal(['X1'])
  })

  it('counts alike when its note was written and read again', () => {
    const note = mergeCosignatures(
      parseNote(checkpoint),
      keys.map(key => cosign(key, textOf(checkpoint))),
    )
    expect(isMet(parseWitnessPolicy(EXAMPLE), parseNote(formatNote(note))).met).to.be.true
  })

  it('counts no cosignature without a time', () => {
    const policy = `${WITNESSES}quorum X1\n`
    expect(stateWith(policy, [], [cosign(keys[0]!, textOf(checkpoint), 0)]).met).to.be.false
    expect(stateWith(policy, [], [cosign(keys[0]!, textOf(checkpoint), 2 ** 60)]).met).to.be.false
    expect(stateWith(policy, [], [cosign(keys[0]!, textOf(checkpoint), 1)]).met).to.be.true
  })

  it('is spoiled by a line of a known witness that is not its signature', () => {
    const other = cosign(keys[0]!, textOf(log.checkpoint(6)))
    expect(outcomeOf(() => stateWith(EXAMPLE, ['X2', 'X3', 'Y1'], [other]))?.code).to.equal('signature_invalid')
    const short = { ...other, signature: other.signature.subarray(0, 64) }
    expect(outcomeOf(() => stateWith(EXAMPLE, ['X2', 'X3', 'Y1'], [short]))?.code).to.equal('signature_type_unknown')
  })

  it('meets any policy exactly when its groups say so', () => {
    // Thresholds and who signed are free; the shape is that of the example.
    const shape = fc.record({
      x: fc.integer({ min: 1, max: 3 }),
      y: fc.integer({ min: 1, max: 3 }),
      top: fc.integer({ min: 1, max: 2 }),
    })
    fc.assert(
      fc.property(shape, fc.subarray(NAMES), ({ x, y, top }, names) => {
        const policy = `${WITNESSES}group X ${x} X1 X2 X3\ngroup Y ${y} Y3 Y1 Y2\ngroup top ${top} Y X\nquorum top`
        const state = stateWith(policy, names)
        const groups = [
          ['X', x],
          ['Y', y],
        ] as const
        const met = groups.filter(([letter, least]) => names.filter(name => name.startsWith(letter)).length >= least)
        expect(state.met).to.equal(met.length >= top)
        expect(state.cosigned).to.deep.equal(names)
        expect(state.missing.length > 0).to.equal(!state.met)
      }),
      { numRuns: 15 },
    )
  })
})

describe('witness policy: its text', () => {
  it('says what there is', () => {
    const policy = parseWitnessPolicy(
      EXAMPLE.replace(`witness X1 ${vkey(0)}`, `witness X1 ${vkey(0)} https://x1.example/a//`),
    )
    expect(policy.logs).to.deep.equal([log.logKey.key])
    expect(policy.witnesses.map(({ name }) => name)).to.deep.equal(NAMES)
    expect(policy.witnesses[0]).to.deep.equal({ name: 'X1', key: keys[0]!.key, url: 'https://x1.example/a' })
    expect(policy.witnesses[1]).to.deep.equal({ name: 'X2', key: keys[1]!.key })
    const describe = (member: PolicyMember): unknown =>
      'members' in member ? [member.name, member.threshold, member.members.map(describe)] : member.name
    expect(describe(policy.quorum!)).to.deep.equal([
      'X-and-Y',
      2,
      [
        ['X-witnesses', 2, ['X1', 'X2', 'X3']],
        ['Y-witnesses', 1, ['Y1', 'Y2', 'Y3']],
      ],
    ])
  })

  const renamed = formatVerifierKey(makeVerifierKey('witness.example/other', TYPE_COSIGNATURE, keys[0]!.key.publicKey))
  /** One fault each, with the line that it is in. */
  const refused: Readonly<Record<string, readonly [text: string, line: number]>> = {
    'an unknown word': ['witnes X1 key', 1],
    'a carriage return': [`${WITNESSES}quorum X1\r\n`, 7],
    'a witness without a key': ['witness X1', 1],
    'a witness with too much': [`witness X1 ${vkey(0)} https://a.example b`, 1],
    'a key that is none': ['witness X1 name+00000000+AAAA', 1],
    "a log's key for a witness": [`witness X1 ${formatVerifierKey(log.logKey.key)}`, 1],
    "a witness's key for a log": [`log ${vkey(0)}`, 1],
    'a log twice': [`log ${formatVerifierKey(log.logKey.key)}\n`.repeat(2), 2],
    'the same key under two names': [`witness A ${vkey(0)}\nwitness B ${vkey(0)}`, 2],
    'the same key that calls itself otherwise': [`witness A ${vkey(0)}\nwitness B ${renamed}`, 2],
    'a name twice': [`witness A ${vkey(0)}\nwitness A ${vkey(1)}`, 2],
    'a witness named none': [`witness none ${vkey(0)}`, 1],
    'a group of the name of a witness': [`${WITNESSES}group X1 any X2`, 7],
    'an address that is none': [`witness X1 ${vkey(0)} x1.example`, 1],
    'an address of another kind': [`witness X1 ${vkey(0)} file:///etc/passwd`, 1],
    'an address with a password': [`witness X1 ${vkey(0)} https://a:b@x1.example`, 1],
    'an address with a query': [`witness X1 ${vkey(0)} https://x1.example/?`, 1],
    'a group without members': [`${WITNESSES}group G any`, 7],
    'a group of itself': [`${WITNESSES}group G any G`, 7],
    'a group of one that comes later': [`${WITNESSES}group G any H\ngroup H any X1`, 7],
    'a group with none': [`${WITNESSES}group G any none`, 7],
    'a member twice': [`${WITNESSES}group G 2 X1 X1`, 7],
    'a member of two groups': [`${WITNESSES}group G any X1 X2\ngroup H any X2 X3`, 8],
    'a threshold of nobody': [`${WITNESSES}group G 0 X1 X2`, 7],
    'a threshold above all': [`${WITNESSES}group G 3 X1 X2`, 7],
    'a threshold that is no number': [`${WITNESSES}group G 1.5 X1 X2`, 7],
    'a threshold with a zero before it': [`${WITNESSES}group G 01 X1 X2`, 7],
    'two quorums': ['quorum none\nquorum none', 2],
    'a quorum of nothing known': ['quorum X1', 1],
    'a quorum of two': [`${WITNESSES}quorum X1 X2`, 7],
  }
  for (const [what, [text, line]] of Object.entries(refused)) {
    it(`refuses ${what}, and says where`, () => {
      const error = outcomeOf(() => parseWitnessPolicy(text))
      expect(error?.code).to.equal('witness_policy_invalid')
      expect(error?.words.en).to.include(`: line ${line}: `)
      expect(error?.words.zh).to.include(`：第 ${line} 行：`)
    })
  }

  it('to verify by asks nobody: addresses are passed over, and all else is as strict', () => {
    const text = `witness X1 ${vkey(0)} file:///x\nquorum X1`
    expect(outcomeOf(() => parseWitnessPolicy(text))?.message).to.include('is no address')
    expect(parseQuorum(text)).to.deep.equal(parseWitnessPolicy(text.replace(' file:///x', '')))
    for (const [text] of Object.values(refused).filter(([text]) => !/x1\.example|file:/.test(text))) {
      expect(outcomeOf(() => parseQuorum(text))?.code, text).to.equal('witness_policy_invalid')
    }
  })

  it('needs a quorum line, and has an end', () => {
    expect(outcomeOf(() => parseWitnessPolicy(WITNESSES))?.message).to.include('no quorum line')
    expect(outcomeOf(() => parseWitnessPolicy('#'.repeat(100_000)))?.message).to.include('100000')
  })

  it('has no more witnesses than a note has lines for', () => {
    const witness = (k: number): string => `witness W${k} ${formatVerifierKey(makeKey(`w${k}`).key)}\n`
    const most = Array.from({ length: 62 }, (_, k) => witness(k)).join('')
    expect(parseWitnessPolicy(`${most}quorum none`).witnesses).to.have.length(62)
    expect(outcomeOf(() => parseWitnessPolicy(`${most}${witness(62)}quorum none`))?.message).to.include('line 63')
  })

  it('is an outcome whatever it is', () => {
    fc.assert(
      fc.property(mutated(bytes(EXAMPLE)), text => {
        const error = outcomeOf(() => parseWitnessPolicy(Buffer.from(text).toString()))
        expect(error?.code ?? 'witness_policy_invalid').to.equal('witness_policy_invalid')
      }),
      { numRuns: 200 },
    )
  })
})
