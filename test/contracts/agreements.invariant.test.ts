// Behaviour: agreements.tree. When a development agreement is in force, whatever was done.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import { DEVELOPER, MEASURE, OPERATOR, TEXT, useAgreements } from './agreement-acts.ts'
import { DAY, DIGEST, type Party, START } from './fixture.ts'

describe('Agreements', () => {
  const { scene, view, apply, operate } = useAgreements()

  describe('invariant', () => {
    type Act = readonly [Party, string, ...(string | number)[]]
    const acts: readonly Act[] = [
      ['operator', 'publicise', 2, DIGEST],
      ['traffic', 'object', 2, DIGEST],
      ['regulator', 'resolveObjection', 2, DIGEST],
      ['operator', 'signAgreement', 2, TEXT],
      ['operator', 'signAgreement', 2, DIGEST],
      ['developer', 'signAgreement', 2, TEXT],
      ['developer', 'signAgreement', 2, DIGEST],
      ['developer', 'declineAgreement', 2, DIGEST],
      ['operator', 'endAgreement', 2, DIGEST],
      ['agency', 'endAgreement', 1, DIGEST],
      ['inspector', 'vetoAgreement', 2, DIGEST, ZeroHash],
      ['inspector', 'vetoAgreement', 1, DIGEST, ZeroHash],
      ['inspector', 'liftAgreementVeto', 2, 1, DIGEST],
      ['regulator', 'liftAgreementVeto', 2, 1, DIGEST],
      ['regulator', 'liftAgreementVeto', 1, 1, DIGEST],
      ['inspector', 'liftAgreementVeto', 1, 1, DIGEST],
      ['operator', 'takeMeasure', 7, MEASURE.barred, DIGEST],
      ['operator', 'takeMeasure', 7, MEASURE.none, DIGEST],
    ]
    /** What is on record, by events alone: the model knows nothing of the contract's checks. */
    interface Record {
      publicUntil: number
      readonly signatures: { party: bigint; text: string; time: number }[]
      objections: number
      readonly vetoed: Map<bigint, Set<string>>
      readonly over: Set<bigint>
      barred: boolean
    }

    const note = (record: Record, name: string, args: readonly unknown[], time: number): void => {
      const id = args[0] as bigint
      if (name === 'AgreementPublicised') record.publicUntil = Number(args[2])
      if (name === 'AgreementObjected') record.objections += 1
      if (name === 'AgreementObjectionResolved') record.objections -= 1
      if (name === 'AgreementSigned') {
        expect([record.objections, time >= record.publicUntil, record.vetoed.size, record.barred]).to.deep.equal([
          0,
          true,
          0,
          false,
        ])
        record.signatures.push({ party: args[1] as bigint, text: args[2] as string, time })
      }
      if (name === 'AgreementEnded' || name === 'AgreementDeclined') record.over.add(id)
      if (name === 'AgreementVetoed') record.vetoed.set(id, new Set())
      if (name === 'AgreementVetoLiftAgreed') {
        const agreed = record.vetoed.get(id)?.add(String(args[1]))
        if (agreed?.size === 2) record.vetoed.delete(id)
      }
      if (name === 'MeasureTaken') record.barred = Number(args[2]) === MEASURE.barred
    }

    it('in force, by the record alone: signed by both after publicity, one text, nothing open, nothing above it', async () => {
      await operate()
      await apply({ until: START + 60 * DAY })
      const opened = await scene.request('evm_snapshot', [])
      let snapshot = opened
      let everInForce = 0
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...acts) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
      )
      // Half of the runs begin with the regular course, so that they get to where it matters.
      const course = [acts[0], 9, acts[3], acts[5]] as (Act | number)[]
      const steps = fc
        .tuple(fc.integer({ min: 0, max: 4 }), fc.array(step, { minLength: 4, maxLength: 14 }))
        .map(([prefix, rest]) => [...course.slice(0, prefix), ...rest])
      await fc.assert(
        fc.asyncProperty(steps, async given => {
          await scene.request('evm_revert', [snapshot])
          snapshot = await scene.request('evm_snapshot', [])
          let time = START + DAY
          const record: Record = {
            publicUntil: Number.POSITIVE_INFINITY,
            signatures: [],
            objections: 0,
            vetoed: new Map(),
            over: new Set(),
            barred: false,
          }
          for (const act of given) {
            time += typeof act === 'number' ? act * DAY : 60
            await scene.at(time)
            if (typeof act === 'number') {
              await scene.request('evm_mine', [])
            } else {
              const [party, method, ...args] = act
              const receipt = await scene
                .send(party, 'agreements', method, ...args)
                .then(sent => sent.wait())
                .catch(() => scene.request('evm_mine', []).then(() => undefined))
              for (const log of receipt?.logs ?? []) {
                const event = scene.contract('agreements').interface.parseLog(log)
                if (event) note(record, event.name, [...event.args], time)
              }
            }
            const inForce = await view('checkInForce', 2).then(
              () => true,
              () => false,
            )
            const texts = new Set(record.signatures.map(({ text }) => text))
            const parties = record.signatures.map(({ party }) => party)
            const expected =
              parties.length === 2 &&
              parties[0] === OPERATOR &&
              parties[1] === DEVELOPER &&
              texts.size === 1 &&
              record.objections === 0 &&
              record.vetoed.size === 0 &&
              record.over.size === 0 &&
              !record.barred &&
              time < START + 60 * DAY
            expect(inForce, JSON.stringify(given)).to.equal(expected)
            if (inForce) everInForce += 1
          }
        }),
        { numRuns: 40 },
      )
      expect(everInForce, 'no run got as far as an agreement in force').to.be.greaterThan(0)
    }).timeout(120_000)
  })
})
