// Behaviour: decisions.tree.

import { expect } from 'chai'
import { AbiCoder, keccak256, ZeroHash } from 'ethers'
import { CONDITIONAL, DAY, DIGEST, describeResource, type Party, START, UNCONDITIONAL, useScene } from './fixture.ts'
import { authorise, BASIS, END, grantActs, ID, release, STATE, SUSPENDED } from './grant-acts.ts'

const FAIL = 2

describe('AccessLedger: decisions', () => {
  const scene = useScene()
  const acts = grantActs(scene)
  const { send, request, refuses, says, stateOf, grant, asked, share, veto, lift, suspend, setRule } = acts

  describe('grant', () => {
    beforeEach(() => request())

    it('by the provider may give less than was asked for', async () => {
      await scene.at(START + DAY)
      const quota = { byteCount: 500, rowCount: 7 }
      await says(grant(1, { until: END - DAY, quota }), 'AccessGranted').withArgs(
        1,
        CONDITIONAL,
        ID.statistics,
        ID.tax,
        BASIS.provider,
        0,
        START + DAY,
        END - DAY,
        [500, 7],
        DIGEST,
      )
      await refuses(share(1, { rowCount: 8 }), 'RowQuotaExceeded').withArgs(1, 8, 7)
      await scene.at(END - DAY)
      await refuses(share(1), 'GrantExpired').withArgs(1, END - DAY, END - DAY)
    })

    it('never starts before the block that gives it, and not before what was asked for', async () => {
      const from = START + 10 * DAY
      await request({ from })
      await grant(2)
      expect(await scene.view('accessLedger', 'grantOf', 2)).to.have.nested.property('[4]', BigInt(from))
      await scene.at(from - 1)
      await refuses(share(2), 'GrantNotStarted').withArgs(2, from, from - 1)
      await scene.at(from)
      await share(2)
    })

    it('may not give more than was asked for, or nothing', async () => {
      await refuses(grant(1, { until: END + 1 }), 'PeriodWidened').withArgs(1, END + 1, END)
      const giving = (byteCount: number, rowCount: number): Promise<unknown> =>
        grant(1, { quota: { byteCount, rowCount } })
      await refuses(giving(1_001, 1), 'QuotaWidened').withArgs(1, [1_001, 1], [1_000, 100])
      await refuses(giving(1, 101), 'QuotaWidened').withArgs(1, [1, 101], [1_000, 100])
      await refuses(giving(0, 1), 'QuotaEmpty').withArgs(0, 1)
      await refuses(giving(1, 0), 'QuotaEmpty').withArgs(1, 0)
    })

    it('fits no other request than the one it was signed for', async () => {
      await request({ scope: 0b1 })
      const [first, second] = [await asked(1), await asked(2)]
      await refuses(grant(2, { asked: first }), 'AskedDiffers').withArgs(2, first, second)
    })

    it('is for the provider alone', async () => {
      const by = (party: Party): Promise<unknown> => grant(1, { party })
      await refuses(by('archive'), 'NotTheProvider').withArgs(1, ID.archive, ID.tax)
      await refuses(by('statistics'), 'NotTheProvider').withArgs(1, ID.statistics, ID.tax)
      await refuses(by('taxOfficer'), 'AccountUnknown', 'organisations').withArgs(scene.accounts.taxOfficer)
      await suspend(ID.tax)
      await refuses(by('tax'), 'OrganisationNotActive', 'organisations').withArgs(ID.tax, SUSPENDED)
    })

    it('is not for the provider alone where approvals are needed by now', async () => {
      await setRule(3, 2, 0b111)
      await refuses(grant(1), 'ApprovalsNeeded').withArgs(1, 2, 0b111)
      await setRule(3, 0, 0)
      await grant(1)
    })

    it('is not given to a consumer that is suspended or under veto', async () => {
      await scene.act('inspector', 'organisations', 'vetoOrganisation', ID.statistics, DIGEST, ZeroHash)
      await refuses(grant(1), 'OrganisationIsVetoed', 'organisations').withArgs(ID.statistics)
      await suspend(ID.statistics)
      await refuses(grant(1), 'OrganisationNotActive', 'organisations').withArgs(ID.statistics, SUSPENDED)
    })

    it('is given once', async () => {
      await refuses(grant(9, { asked: ZeroHash }), 'GrantUnknown').withArgs(9)
      await refuses(grant(0, { asked: ZeroHash }), 'GrantUnknown').withArgs(0)
      const before = await asked(1)
      await grant(1)
      await refuses(grant(1, { asked: before }), 'GrantStateWrong').withArgs(1, STATE.granted, STATE.requested)
    })

    it('may not end before it starts', async () => {
      const from = START + 10 * DAY
      await request({ from })
      await scene.at(START + DAY)
      await refuses(grant(2, { until: from }), 'PeriodInvalid').withArgs(from, from, START + DAY)
      const now = START + 2 * DAY
      await scene.at(now)
      await refuses(grant(1, { until: START + DAY }), 'PeriodInvalid').withArgs(now, START + DAY, now)
    })

    it('comes too late after the period asked for', async () => {
      await scene.at(END)
      await refuses(grant(1), 'RequestLapsed').withArgs(1, END, END)
      await send('tax', 'refuse', 1, DIGEST)
    })

    it('is refused once the resource is withheld, withdrawn or under veto', async () => {
      await scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('withheld'))
      await refuses(grant(1), 'ResourceIsWithheld', 'catalogue').withArgs(1)
      await scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('conditional'))
      await scene.act('inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash)
      await refuses(grant(1), 'ResourceIsVetoed', 'catalogue').withArgs(1, 1)
    })

    it('waits while the request is held', async () => {
      await veto(1)
      await refuses(grant(1), 'GrantIsVetoed').withArgs(1, 1)
      await lift(1, 'inspector')
      await refuses(grant(1), 'GrantIsVetoed').withArgs(1, 1)
      await lift(1, 'regulator')
      await grant(1)
    })
  })

  describe('grant under an agreement', () => {
    beforeEach(async () => {
      await authorise(scene)
      await request({ agreement: 1 }, CONDITIONAL, 'operator')
    })

    it('wants the agreement to allow something new', async () => {
      await scene.act('agency', 'agreements', 'evaluate', 1, FAIL, DIGEST)
      await refuses(grant(1), 'EvaluationStands', 'agreements')
      await scene.act('agency', 'agreements', 'endAgreement', 1, DIGEST)
      await refuses(grant(1), 'AgreementNotInForce', 'agreements')
    })

    it('wants the approvals of operation agreements and those of the level', async () => {
      const needing = (needed: number, roles: number): Chai.AsyncAssertion =>
        refuses(grant(1), 'ApprovalsNeeded').withArgs(1, needed, roles)
      await setRule(0, 1, 0b001)
      await needing(1, 0b001)
      await setRule(3, 1, 0b100)
      await needing(2, 0b101)
      await setRule(3, 2, 0b101)
      await needing(2, 0b101)
      await setRule(3, 2, 0b110)
      await needing(3, 0b111)
      await setRule(3, 2, 0b101)
      await setRule(0, 3, 0b111)
      await needing(3, 0b111)
      await request()
      await refuses(grant(2), 'ApprovalsNeeded').withArgs(2, 2, 0b101)
    })

    it('of a product is for its maker, while the product may be taken', async () => {
      await grant(1)
      await release(scene, [1], 'conditional')
      await request({}, 4n)
      await veto(1)
      await refuses(grant(2, { party: 'operator' }), 'GrantIsVetoed').withArgs(2, 1)
      for (const party of ['inspector', 'regulator'] as const) await lift(1, party)
      await refuses(grant(2), 'NotTheProvider').withArgs(2, ID.tax, ID.operator)
      await grant(2, { party: 'operator' })
      expect(await stateOf(2)).to.equal(STATE.granted)
    })
  })

  describe('refuse', () => {
    beforeEach(() => request())
    const refuse = (party: Party = 'tax', reason = DIGEST): Promise<unknown> => send(party, 'refuse', 1, reason)

    it('says why', async () => {
      await says(refuse(), 'AccessRefused').withArgs(1, CONDITIONAL, ID.statistics, ID.tax, DIGEST)
      expect(await stateOf(1)).to.equal(STATE.refused)
      await refuses(grant(1, { asked: ZeroHash }), 'GrantStateWrong').withArgs(1, STATE.refused, STATE.requested)
      await refuses(share(1), 'GrantStateWrong').withArgs(1, STATE.refused, STATE.granted)
    })

    it('is for the provider, with a reason, once', async () => {
      await refuses(refuse('tax', ZeroHash), 'ReasonMissing').withArgs(1)
      await refuses(refuse('archive'), 'NotTheProvider').withArgs(1, ID.archive, ID.tax)
      await refuse()
      await refuses(refuse(), 'GrantStateWrong').withArgs(1, STATE.refused, STATE.requested)
      await refuses(send('tax', 'refuse', 5, DIGEST), 'GrantUnknown').withArgs(5)
    })

    it('is possible where approvals are needed, under a veto, and of a resource that is withdrawn', async () => {
      await setRule(1, 3, 0b111)
      await veto(1)
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await refuse()
    })
  })

  describe('revoke', () => {
    beforeEach(() => request({}, UNCONDITIONAL))
    const revoke = (party: Party = 'tax', reason = DIGEST): Promise<unknown> => send(party, 'revoke', 1, reason)

    it('ends a grant from that block on', async () => {
      await share(1)
      await says(revoke(), 'GrantRevoked').withArgs(1, UNCONDITIONAL, ID.statistics, ID.tax, DIGEST)
      expect(await stateOf(1)).to.equal(STATE.revoked)
      await refuses(share(1), 'GrantStateWrong').withArgs(1, STATE.revoked, STATE.granted)
    })

    it('is for the provider, with a reason, while the grant runs', async () => {
      await refuses(revoke('tax', ZeroHash), 'ReasonMissing').withArgs(1)
      await refuses(revoke('archive'), 'NotTheProvider').withArgs(1, ID.archive, ID.tax)
      await request()
      await refuses(send('tax', 'revoke', 2, DIGEST), 'GrantStateWrong').withArgs(2, STATE.requested, STATE.granted)
      await scene.at(END)
      await refuses(revoke(), 'GrantExpired').withArgs(1, END, END)
    })

    it('is possible under a veto', async () => {
      await veto(1)
      await revoke()
    })
  })

  describe('askedDigest', () => {
    it('is the hash of what was asked for', async () => {
      await authorise(scene)
      await request({ agreement: 1, from: START + DAY, scope: 0b101 }, CONDITIONAL, 'operator')
      const types = ['uint64', 'uint64', 'uint64', 'uint8', 'uint128', 'uint40', 'uint40', 'uint64', 'uint64', 'uint8']
      const values = [CONDITIONAL, ID.operator, 1, 1, 0b101, START + DAY, END, 1_000, 100, 0]
      expect(await asked(1)).to.equal(keccak256(AbiCoder.defaultAbiCoder().encode(types, values)))
    })

    it('is of requests that wait', async () => {
      await refuses(asked(1), 'GrantUnknown').withArgs(1)
      await request({}, UNCONDITIONAL)
      await refuses(asked(1), 'GrantStateWrong').withArgs(1, STATE.granted, STATE.requested)
    })
  })
})
