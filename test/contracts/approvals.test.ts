// Behaviour: approvals.tree.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import { CONDITIONAL, DAY, DIGEST, describeResource, type Party, requestFor, START, useScene } from './fixture.ts'
import { authorise, BASIS, END, grantActs, ID, ROLE, STATE, SUSPENDED } from './grant-acts.ts'

const { providerOfficer, consumerOfficer, regulator } = ROLE
const ALL = 0b111

describe('AccessLedger: approvals', () => {
  const scene = useScene()
  const acts = grantActs(scene)
  const { send, told, request, refuses, says, stateOf, approve, grant, setRule, share, veto, suspend } = acts
  const ruleAt = async (level: number): Promise<unknown[]> => [
    ...((await scene.view('accessLedger', 'approvalRuleAt', level)) as Iterable<unknown>),
  ]
  const withdraw = (role: number, party: Party, id = 1): Promise<unknown> =>
    send(party, 'withdrawApproval', id, role, DIGEST)

  describe('setApprovalRule', () => {
    it('holds for a level and all above it', async () => {
      await says(setRule(3, 1, 0b001), 'ApprovalRuleSet').withArgs(3, [1, 0b001])
      await setRule(7, 2, 0b101)
      for (let level = 0; level <= 15; level++) {
        const rule = level < 3 ? [0n, 0n] : level < 7 ? [1n, 0b001n] : [2n, 0b101n]
        expect(await ruleAt(level), `level ${level}`).to.deep.equal(rule)
      }
      expect(await ruleAt(255)).to.deep.equal([2n, 0b101n])
      await setRule(15, 3, ALL)
      expect([await ruleAt(14), await ruleAt(16)]).to.deep.equal([
        [2n, 0b101n],
        [3n, 7n],
      ])
    })

    it('of level 0 stands apart: it neither sets nor clears the others', async () => {
      await setRule(0, 3, ALL)
      expect([await ruleAt(0), await ruleAt(1)]).to.deep.equal([
        [3n, 7n],
        [0n, 0n],
      ])
      await setRule(1, 1, 0b100)
      await setRule(0, 0, 0)
      expect([await ruleAt(0), await ruleAt(1)]).to.deep.equal([
        [0n, 0n],
        [1n, 4n],
      ])
    })

    it('keeps whatever was set last', async () => {
      const rule = fc.constantFrom([0, 0], [1, 1], [1, 7], [2, 3], [2, 6], [3, 7])
      const change = fc.record({ level: fc.integer({ min: 0, max: 15 }), rule })
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async changes => {
          await setRule(0, 0, 0)
          await setRule(1, 0, 0)
          const expected: (readonly number[])[] = Array.from({ length: 16 }, () => [0, 0])
          for (const { level, rule } of changes) {
            await setRule(level, rule[0] ?? 0, rule[1] ?? 0)
            for (let i = level; i <= (level === 0 ? 0 : 15); i++) expected[i] = rule
          }
          for (const [level, rule] of expected.entries()) expect(await ruleAt(level)).to.deep.equal(rule.map(BigInt))
        }),
        { numRuns: 8 },
      )
    })

    it('is refused if nobody could meet it, or somebody could for nothing', async () => {
      for (const [level, needed, roles] of [
        [16, 1, 1],
        [3, 1, 0],
        [3, 0, 1],
        [3, 2, 0b100],
        [3, 4, ALL],
        [3, 1, 0b1000],
        [3, 255, 255],
      ] as const) {
        await refuses(setRule(level, needed, roles), 'ApprovalRuleInvalid').withArgs(level, needed, roles)
      }
    })

    it('is for the keeper of the rules', async () => {
      const act = send('tax', 'setApprovalRule', 3, { needed: 1, roles: 1 })
      await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts.tax)
    })
  })

  describe('approve', () => {
    beforeEach(async () => {
      await setRule(3, 2, ALL)
      await request()
    })

    it('grants as it was asked at the number needed, and not before', async () => {
      const { taxOfficer } = scene.accounts
      await says(approve(1, providerOfficer, { until: START + DAY }), 'ApprovalGiven').withArgs(
        1,
        ID.tax,
        providerOfficer,
        taxOfficer,
        START + DAY,
        1,
        1,
        DIGEST,
      )
      expect(await stateOf(1)).to.equal(STATE.requested)
      expect(await scene.view('accessLedger', 'approvalsOf', 1)).to.deep.equal([BigInt(START + DAY), 0n, 0n])
      await refuses(share(1), 'GrantStateWrong').withArgs(1, STATE.requested, STATE.granted)
      await scene.at(START + 1_000)
      const last = approve(1, regulator)
      await says(last, 'ApprovalGiven').withArgs(
        1,
        ID.regulator,
        regulator,
        scene.accounts.regulator,
        END,
        2,
        0,
        DIGEST,
      )
      await says(last, 'AccessGranted').withArgs(
        1,
        CONDITIONAL,
        ID.statistics,
        ID.tax,
        BASIS.approvals,
        0,
        START + 1_000,
        END,
        [1_000, 100],
        ZeroHash,
      )
      await share(1)
      await refuses(approve(1, consumerOfficer, { asked: ZeroHash }), 'GrantStateWrong').withArgs(
        1,
        STATE.granted,
        STATE.requested,
      )
    })

    it('is for the account of the role alone', async () => {
      await refuses(approve(1, providerOfficer, { party: 'statisticsOfficer' }), 'ApproverWrong').withArgs(
        1,
        providerOfficer,
        ID.statistics,
        ID.tax,
      )
      await refuses(approve(1, consumerOfficer, { party: 'taxOfficer' }), 'ApproverWrong').withArgs(
        1,
        consumerOfficer,
        ID.tax,
        ID.statistics,
      )
      await refuses(approve(1, providerOfficer, { party: 'tax' }), 'OfficerUnknown', 'organisations').withArgs(
        scene.accounts.tax,
      )
      await refuses(approve(1, regulator, { party: 'inspector' }), 'KindMissing', 'organisations').withArgs(
        ID.inspector,
        64,
        128,
      )
      await refuses(approve(1, regulator, { party: 'taxOfficer' }), 'AccountUnknown', 'organisations')
    })

    it('is only for the roles that are named, where approvals are needed at all', async () => {
      await setRule(3, 1, 0b101)
      await refuses(approve(1, consumerOfficer), 'ApproverNotNamed').withArgs(1, consumerOfficer, 0b101)
      await setRule(3, 0, 0)
      await refuses(approve(1, providerOfficer), 'ApprovalsNotNeeded').withArgs(1)
    })

    it('counts once for each role, and again after it has run out', async () => {
      const until = START + DAY
      await approve(1, regulator, { until })
      await refuses(approve(1, regulator), 'ApprovalStands').withArgs(1, regulator, until)
      await scene.at(until)
      await says(approve(1, regulator), 'ApprovalGiven').withArgs(
        1,
        ID.regulator,
        regulator,
        scene.accounts.regulator,
        END,
        1,
        1,
        DIGEST,
      )
      expect(await stateOf(1)).to.equal(STATE.requested)
    })

    it('counts until the second before its end', async () => {
      const until = START + DAY
      await approve(1, providerOfficer, { until })
      await request()
      await approve(2, providerOfficer, { until })
      await scene.at(until - 1)
      await approve(1, regulator)
      await scene.at(until)
      await approve(2, regulator)
      expect([await stateOf(1), await stateOf(2)]).to.deep.equal([STATE.granted, STATE.requested])
    })

    it('is not given for the past', async () => {
      const now = START + DAY
      await scene.at(now)
      await refuses(approve(1, regulator, { until: now }), 'ApprovalPeriodInvalid').withArgs(1, now, now)
    })

    it('counts only the roles of the rule in force', async () => {
      await approve(1, consumerOfficer)
      await setRule(3, 2, 0b101)
      await approve(1, providerOfficer)
      expect(await stateOf(1)).to.equal(STATE.requested)
      await setRule(3, 1, 0b100)
      await approve(1, regulator)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('follows the highest level that the resource ever had: nobody lowers it to decide alone', async () => {
      const level = (level: number): Promise<unknown> =>
        scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('conditional', { level }))
      await level(2)
      await refuses(grant(1), 'ApprovalsNeeded').withArgs(1, 2, ALL)
      await request()
      await refuses(grant(2), 'ApprovalsNeeded').withArgs(2, 2, ALL)
      await level(200)
      await approve(2, regulator)
      await refuses(grant(2), 'ApprovalsNeeded').withArgs(2, 2, ALL)
    })

    it('is refused where a decision would be', async () => {
      await refuses(approve(7, regulator, { asked: ZeroHash }), 'GrantUnknown').withArgs(7)
      const given = ZeroHash
      await refuses(approve(1, regulator, { asked: given }), 'AskedDiffers').withArgs(1, given, await acts.asked(1))
      await veto(1)
      await refuses(approve(1, regulator), 'GrantIsVetoed').withArgs(1, 1)
      await request()
      await suspend(ID.statistics)
      await refuses(approve(2, regulator), 'OrganisationNotActive', 'organisations').withArgs(ID.statistics, SUSPENDED)
      await scene.at(END)
      await refuses(approve(2, regulator, { until: END + DAY }), 'RequestLapsed').withArgs(2, END, END)
    })

    it('moves nothing while the provider is suspended', async () => {
      await suspend(ID.tax)
      for (const role of [providerOfficer, regulator]) {
        await refuses(approve(1, role), 'OrganisationNotActive', 'organisations').withArgs(ID.tax, SUSPENDED)
      }
    })
  })

  describe('under an operation agreement', () => {
    const rulesOf = async (changes: object, party: Party): Promise<unknown> => {
      const [asked] = await told(party, 'request', requestFor(CONDITIONAL, changes))
      expect(asked).to.have.property('name', 'AccessRequested')
      return Reflect.get(asked!.args, 'approvals')
    }
    const given = (role: number, standing: number, missing: number): Promise<unknown> => {
      const [by, party] = APPROVERS[role]!
      const { [party]: account } = scene.accounts
      const args = [1, by, role, account, END, standing, missing, DIGEST]
      return says(approve(1, role, { party }), 'ApprovalGiven').withArgs(...args)
    }
    /** Whoever approves for the operator is the stranger, whom the registrar appoints its officer. */
    const APPROVERS: readonly (readonly [bigint, Party])[] = [
      [ID.tax, 'taxOfficer'],
      [ID.operator, 'stranger'],
      [ID.regulator, 'regulator'],
    ]

    beforeEach(async () => {
      await authorise(scene)
      await scene.act('registrar', 'organisations', 'appointOfficer', ID.operator, scene.accounts.stranger)
    })

    it('takes what both rules ask for: neither goes missing behind the one that asks for more', async () => {
      await setRule(3, 2, 0b011)
      await setRule(0, 1, 0b100)
      const asked = await rulesOf({ agreement: 1 }, 'operator')
      expect(asked).to.deep.equal({ needed: 3, roles: ALL })
      await refuses(grant(1), 'ApprovalsNeeded').withArgs(1, 3, ALL)
      await given(providerOfficer, 1, 2)
      await given(consumerOfficer, 2, 1)
      expect(await stateOf(1)).to.equal(STATE.requested)
      await given(regulator, 3, 0)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('counts for both rules whom both name', async () => {
      await setRule(3, 2, ALL)
      await setRule(0, 1, 0b101)
      expect(await rulesOf({ agreement: 1 }, 'operator')).to.deep.equal({ needed: 2, roles: ALL })
      await given(consumerOfficer, 1, 1)
      await given(regulator, 2, 0)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('says how many are missing at least, also where those that stand are not the ones it takes', async () => {
      await setRule(3, 1, 0b001)
      await setRule(0, 1, 0b110)
      await rulesOf({ agreement: 1 }, 'operator')
      await given(regulator, 1, 1)
      await given(consumerOfficer, 2, 1)
      await given(providerOfficer, 3, 0)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('leaves the decision to the provider only where neither rule asks for anybody', async () => {
      await rulesOf({ agreement: 1 }, 'operator')
      await setRule(0, 1, 0b100)
      await refuses(grant(1), 'ApprovalsNeeded').withArgs(1, 1, 0b100)
      await refuses(approve(1, providerOfficer), 'ApproverNotNamed').withArgs(1, providerOfficer, 0b100)
      await setRule(0, 0, 0)
      await setRule(3, 1, 0b001)
      await refuses(grant(1), 'ApprovalsNeeded').withArgs(1, 1, 0b001)
      await setRule(3, 0, 0)
      await refuses(approve(1, providerOfficer), 'ApprovalsNotNeeded').withArgs(1)
      await grant(1)
    })

    it('asks nothing of requests that stand under none', async () => {
      await setRule(3, 1, 0b001)
      await setRule(0, 3, ALL)
      expect(await rulesOf({}, 'statistics')).to.deep.equal({ needed: 1, roles: 0b001 })
      await approve(1, providerOfficer)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })
  })

  describe('withdrawApproval', () => {
    beforeEach(async () => {
      await setRule(3, 2, ALL)
      await request()
      await approve(1, providerOfficer)
    })

    it('takes it back, and leaves the others', async () => {
      await setRule(3, 3, ALL)
      await approve(1, consumerOfficer, { until: END - 1 })
      await says(withdraw(providerOfficer, 'taxOfficer'), 'ApprovalWithdrawn').withArgs(
        1,
        ID.tax,
        providerOfficer,
        scene.accounts.taxOfficer,
        DIGEST,
      )
      expect(await scene.view('accessLedger', 'approvalsOf', 1)).to.deep.equal([0n, BigInt(END - 1), 0n])
      await approve(1, regulator)
      expect(await stateOf(1)).to.equal(STATE.requested)
      await approve(1, providerOfficer)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('takes with it what was signed before and held back: a second approval, and those of the others', async () => {
      const asked = (await scene.view('accessLedger', 'askedDigest', 1)) as string
      const signed = (party: Party, role: number) =>
        scene.signed(party, 'accessLedger', 'approve', [1, asked, role, END, DIGEST])
      const held = [await signed('taxOfficer', providerOfficer), await signed('regulator', regulator)]
      await withdraw(providerOfficer, 'taxOfficer')
      const current = await scene.view('accessLedger', 'askedDigest', 1)
      expect(await scene.view('accessLedger', 'grantOf', 1)).to.have.nested.property('[11]', 1n)
      for (const act of held) {
        await refuses(scene.send('relayer', 'relay', 'relay', act), 'AskedDiffers').withArgs(1, asked, current)
      }
      await approve(1, providerOfficer)
      await approve(1, regulator)
      expect(await stateOf(1)).to.equal(STATE.granted)
    })

    it('is for who holds the role, while the approval stands and nothing is granted', async () => {
      await refuses(withdraw(providerOfficer, 'statisticsOfficer'), 'ApproverWrong').withArgs(
        1,
        providerOfficer,
        ID.statistics,
        ID.tax,
      )
      await refuses(withdraw(regulator, 'regulator'), 'ApprovalNone').withArgs(1, regulator)
      await refuses(withdraw(regulator, 'regulator', 6), 'GrantUnknown').withArgs(6)
      await approve(1, regulator)
      await refuses(withdraw(regulator, 'regulator'), 'GrantStateWrong').withArgs(1, STATE.granted, STATE.requested)
      await request()
      await approve(2, regulator, { until: START + DAY })
      await scene.at(START + DAY)
      await refuses(withdraw(regulator, 'regulator', 2), 'ApprovalNone').withArgs(2, regulator)
    })

    it('is possible while the request is held', async () => {
      await veto(1)
      await withdraw(providerOfficer, 'taxOfficer')
    })
  })
})
