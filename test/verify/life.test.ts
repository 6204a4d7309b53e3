// Evidence of rows whose grants were vetoed, freed, stated, or hung on an agreement: the verdict on each access comes out
// the same for whoever checks it, and nothing that changes it can be left out.

import { expect } from 'chai'
import type { Chain } from '../../src/chain/network.ts'
import { readBlock } from '../../src/chain/read.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import { createEvidence } from '../../src/evidence.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { type Verification, verifyEvidence } from '../../src/verify/verify.ts'
import { blindTo } from './blind.ts'
import { type Life, liveThrough } from './life.ts'

const ALL = { where: { source: 'exchange-1' } }

describe('evidence of grants that were vetoed or hung on an agreement', () => {
  let life: Life
  let honest: Evidence
  let trust: Trust

  const fileOf = (evidence: unknown): Buffer => Buffer.from(JSON.stringify(evidence))
  const byHash = (evidence: unknown): Promise<Verification> => verifyEvidence(fileOf(evidence), trust, undefined)
  const byNode = (evidence: unknown, chain: Chain = life.chain): Promise<Verification> =>
    verifyEvidence(fileOf(evidence), life.trust, async () => chain)

  before(async () => {
    life = await liveThrough()
    honest = await life.evidence(ALL, { limit: 100, offline: true })
    const { asOf } = honest.chain
    trust = { ...life.trust, blocks: [{ number: asOf, hash: (await readBlock(life.chain, asOf))!.hash }] }
  })
  after(() => life.close())

  it('judges by vetoes and the end of an agreement, the same by a node and by a block hash', async () => {
    for (const result of [await byHash(honest), await byNode(honest)]) {
      expect(result.failed?.detail.en).to.equal(undefined)
      expect(result.verdict).to.equal('verified')
      expect(result.answer!.rows.map(({ judgement }) => judgement)).to.deep.equal([
        'within',
        'while-vetoed',
        'within',
        'within',
        'after-agreement',
        'while-vetoed',
      ])
    }
  })

  for (const name of [
    'GrantVetoed',
    'AgreementEnded',
    'OrganisationVetoed',
    'Delivered',
    'OperatorEntrusted',
  ] as const) {
    it(`a ${name} left out is missed, by a node and by a block hash`, async () => {
      const chain = blindTo(life.chain, [name])
      const blind = await createEvidence({ ...life.parts, chain })(ALL, { limit: 100 })
      if (name.endsWith('ed') && !['Delivered', 'OperatorEntrusted'].includes(name)) {
        expect(blind.answer.judgements).to.not.deep.equal(honest.answer.judgements)
      }
      const seen = await byNode(blind)
      expect(`${seen.verdict} ${seen.failed?.check} ${seen.failed?.detail.en}`).to.match(
        // Without the statements nothing hangs on an entrustment either, and that is the first that is missed.
        new RegExp(`^tampered hidden Event \\d+ of block \\d+, ${name === 'Delivered' ? 'OperatorEntrusted' : name}`),
      )
      const shown = await byHash(life.sign({ ...blind, offline: honest.offline }))
      expect(`${shown.verdict} ${shown.failed?.check}`).to.match(/^tampered (hidden|chain)$/)
      expect(shown.failed?.detail.en).to.match(new RegExp(`, ${name}|may hold|left out`))
    })
  }

  describe('usage statements', () => {
    const resultsOf = async (question: Evidence['question'] & { where: object }, limit = 100): Promise<string[]> => {
      const { answer, failed } = await byNode(await life.evidence({ where: question.where }, { limit }))
      expect(failed?.detail.en).to.equal(undefined)
      return answer!.statements.map(({ result, grant }) => `${grant} ${result}`)
    }

    it('agree with the accesses within the grant that the log has in their range', async () => {
      expect(await resultsOf(ALL)).to.deep.equal(['1 agrees'])
      expect(await resultsOf({ where: { grant: '1' } })).to.deep.equal(['1 agrees'])
    })

    it('are not contradicted by an answer that asks for less', async () => {
      expect(await resultsOf(ALL, 1)).to.deep.equal(['1 fewer-shown'])
    })

    it('are contradicted where they count the same twice, and not compared beyond the checkpoint', async () => {
      const snapshot = await life.node.ask('evm_snapshot')
      await life.state(5, 2_000, 6, 12)
      await life.state(1, 512, 2, 4, [2])
      await life.state(1, 100, 4, 6)
      expect(await resultsOf({ where: { grant: '1' } })).to.deep.equal([
        '1 agrees',
        '1 not-yet',
        '1 overlaps',
        '1 missing',
      ])
      await life.node.ask('evm_revert', [snapshot])
    })
  })
})
