// State and history by id, over HTTP, on real contracts: what may this party do now, since when, by whose signature.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { logIdOf } from '../../src/chain/deploy.ts'
import { CHANNELS, DELIVERY_KINDS } from '../../src/chain/terms.ts'
import { createDirectory } from '../../src/directory.ts'
import type { Directory } from '../../src/http/parts.ts'
import { createStatements } from '../../src/statements.ts'
import { readState } from '../chain/state-scene.ts'
import {
  CODES,
  CONDITIONAL,
  DAY,
  DIGEST,
  handoverOf,
  ORIGIN,
  requestFor,
  START,
  UNCONDITIONAL,
  useScene,
} from '../contracts/fixture.ts'
import { type Ledger, openLedger, tokenWith } from './fixture.ts'

const [, TAX, STATISTICS, TRAFFIC, , AGENCY, OPERATOR, , PLATFORM, INSPECTOR] = CODES
const YEAR = 365 * DAY

describe('state and history over HTTP', () => {
  const scene = useScene()
  let ledger: Ledger
  let books: Awaited<ReturnType<typeof readState>>
  let now = 0
  const asked: object[] = []

  before(async () => {
    const directory: Directory = new Proxy({} as Directory, {
      get: (_, name) =>
        Reflect.get(
          createDirectory({
            registry: { books, block: { number: 99 } },
            contracts: scene.deployment.contracts,
            now: () => now,
          }),
          name,
        ),
    })
    ledger = await openLedger({
      directory,
      more: store => ({
        actsEvidence: async (subject, options) => {
          asked.push({ subject, ...options })
          return { format: 'suyuan-acts/v1', extra: 1 }
        },
        statements: createStatements({
          store,
          registry: {
            get books() {
              return books
            },
            get block() {
              return { time: now / 1000 + 3_600 }
            },
          },
          log: logIdOf(ORIGIN),
          anchored: () => store.head.size,
        }),
        now: () => now,
      }),
    })
    ledger.publish()
  })
  after(() => ledger[Symbol.asyncDispose]())

  /** What the chain says by now; the service's clock is the chain's unless told otherwise. */
  const read = async (at?: number): Promise<void> => {
    books = await readState(scene)
    now = at ?? ((await scene.provider.getBlock('latest'))?.timestamp ?? 0) * 1000
  }
  const get = async (url: string): Promise<ReturnType<typeof JSON.parse>> => {
    const response = await ledger.get(url)
    expect(response.statusCode, `${url}: ${response.body}`).to.equal(200)
    return response.json()
  }
  const codeOf = async (url: string): Promise<string> => (await ledger.get(url)).json().code

  it('tells a grant’s life: each act, by whose signature, relayed by whom, in which block', async () => {
    await scene.relayed('statistics', 'accessLedger', 'request', [requestFor(CONDITIONAL)])
    const digest = await scene.view('accessLedger', 'askedDigest', 1)
    await scene.act(
      'tax',
      'accessLedger',
      'grant',
      1,
      digest,
      START + 30 * DAY,
      { byteCount: 900, rowCount: 90 },
      DIGEST,
    )
    await scene.act('tax', 'accessLedger', 'share', 1, handoverOf())
    await scene.act('statistics', 'accessLedger', 'confirmReceipt', 1, DIGEST)
    const input = { grant: 1, rowCount: 1, byteCount: 1, scope: 1 }
    await scene.act('statistics', 'accessLedger', 'compute', [input], DIGEST, DIGEST)
    await scene.act('statistics', 'corrections', 'raise', 1, DIGEST)
    await scene.act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
    await read()
    const { grant, uses } = await get('/v1/grants/1')
    expect(grant.history.map(({ event }: { event: string }) => event)).to.deep.equal([
      'AccessRequested',
      'AccessGranted',
      'GrantVetoed',
    ])
    const [request, decision, veto] = grant.history
    expect(request.place.by).to.deep.include({
      organisation: STATISTICS,
      account: scene.accounts.statistics,
      relayer: scene.accounts.relayer,
    })
    expect(request.place.by.signature).to.match(/^0x[0-9a-f]{130}$/u)
    expect(request.arguments.terms).to.deep.include({ purpose: 'ProvideOfficialStatistics' })
    expect(decision.place.by).to.deep.equal({ organisation: TAX, account: scene.accounts.tax })
    expect(decision.says.zh).to.equal('授权')
    expect(veto.place.by.organisation).to.equal(INSPECTOR)
    expect(grant).to.deep.include({ state: 'suspended', ground: 'sharing', corrections: [1], fields: [0, 1, 2, 3] })
    expect(grant.now).to.deep.include({ usable: false, why: 'suspended' })
    expect(grant.now.next.en).to.contain('inspector and a regulator')
    expect(grant.veto.inspector).to.equal(INSPECTOR)
    expect(grant.deliveries.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['computation', 'share'])
    expect(grant.computations.newest[0]).to.deep.include({ inputs: [1], recordedBy: STATISTICS })
    expect(grant.confirmations.count).to.equal(1)
    expect(grant.due).to.deep.include({ overdue: false, late: false })
    expect(uses).to.deep.equal({ records: 0, bytes: 0, rows: 0, outside: 0 })
    expect((await get('/v1/vetoes')).vetoes).to.have.length(1)
    expect(await codeOf('/v1/grants/2')).to.equal('grant_not_found')
  })

  it('lists grants by consumer, provider, state', async () => {
    await scene.act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
    await scene.act('traffic', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await read()
    const idsOf = async (query: string): Promise<number[]> =>
      (await get(`/v1/grants?${query}`)).grants.map(({ id }: { id: number }) => id)
    expect(await idsOf(`consumer=${TRAFFIC}`)).to.deep.equal([2])
    expect(await idsOf(`provider=${TAX}`)).to.deep.equal([2, 1])
    expect(await idsOf(`provider=${TAX}&state=requested`)).to.deep.equal([1])
    expect(await idsOf('resource=306-01-002&limit=1')).to.deep.equal([2])
    expect(await codeOf('/v1/grants?resource=nope')).to.equal('resource_not_found')
    expect(await codeOf('/v1/grants?agreement=777')).to.equal('agreement_not_found')
  })

  it('tells what is overdue, once it is, and who owes it', async () => {
    await scene.act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
    await scene.act('traffic', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await scene.act('traffic', 'corrections', 'raise', 2, DIGEST)
    await read()
    const due = Date.parse((await get('/v1/grants/1')).grant.due.time)
    const overdueAt = async (time: number, query = ''): Promise<string[]> => {
      now = time
      const { overdue } = await get(`/v1/overdue${query}`)
      return overdue.map(({ what, of, owedBy }: Record<string, string>) => `${what} ${of} ${owedBy}`)
    }
    expect(await overdueAt(due - 1)).to.deep.equal([])
    expect(await overdueAt(due)).to.deep.equal([`decision 1 ${TAX}`, `correction 1 ${TAX}`])
    expect(await overdueAt(due, '?what=correction')).to.deep.equal([`correction 1 ${TAX}`])
    expect(await overdueAt(due, `?owedBy=${STATISTICS}`)).to.deep.equal([])
    expect(await codeOf('/v1/overdue?owedBy=nobody')).to.equal('organisation_not_found')
    expect(await codeOf('/v1/corrections?party=nobody')).to.equal('organisation_not_found')
    expect(await codeOf('/v1/corrections?resource=nope')).to.equal('resource_not_found')
    const { corrections } = await get(`/v1/corrections?party=${TAX}`)
    expect(corrections[0]).to.deep.include({ id: 1, state: 'raised', raiser: TRAFFIC, provider: TAX, rounds: 1 })
    expect(corrections[0].due.overdue).to.equal(true)
    await scene.act('tax', 'corrections', 'answer', 1, 0, DIGEST)
    await read()
    const { correction } = await get('/v1/corrections/1')
    expect(correction.answers[0]).to.include({ answer: 'corrected', overdue: false })
    expect(correction.history.map(({ event }: { event: string }) => event)).to.deep.equal([
      'CorrectionRaised',
      'CorrectionAnswered',
    ])
    expect((await get('/v1/corrections?resource=306-01-001')).corrections).to.deep.equal([])
    expect(await codeOf('/v1/corrections/7')).to.equal('correction_not_found')
  })

  it('tells how an agreement stands: parties, signatures, filing, veto', async () => {
    await scene.act('agency', 'agreements', 'offerOperation', 6, START, START + 2 * YEAR, [CONDITIONAL], DIGEST)
    await read()
    expect((await get(`/v1/agreements?party=${OPERATOR}`)).agreements[0]).to.deep.include({ id: 1, state: 'offered' })
    await scene.act('operator', 'agreements', 'signAgreement', 1, DIGEST)
    await read()
    const { agreement } = await get('/v1/agreements/1')
    expect(agreement).to.deep.include({
      kind: 'operation',
      state: 'in-force',
      grants: 0,
      products: 0,
      range: ['306-01-001'],
    })
    expect(agreement.parties.map(({ code }: { code: string }) => code)).to.deep.equal([AGENCY, OPERATOR])
    expect(agreement.signatures.map(({ by }: { by: string }) => by)).to.deep.equal([AGENCY, OPERATOR])
    expect(agreement.filing.due).to.include({ overdue: false, late: false })
    expect(agreement.history.map(({ event }: { event: string }) => event)).to.include.members([
      'AgreementOffered',
      'AgreementSigned',
      'AgreementInForce',
    ])
    now = Date.parse(agreement.filing.due.time)
    expect((await get('/v1/agreements/1')).agreement.filing.due.overdue).to.equal(true)
    now = (START + 2 * YEAR) * 1000
    expect((await get('/v1/agreements?state=expired')).agreements).to.have.length(1)
    expect(await codeOf('/v1/agreements/2')).to.equal('agreement_not_found')
    expect(await codeOf('/v1/agreements?party=nobody')).to.equal('organisation_not_found')
  })

  it('tells a resource’s history, policy and upkeep', async () => {
    const terms = {
      longestPeriod: 60 * DAY,
      validUntil: START + YEAR,
      mostBytes: 1_000,
      mostRows: 100,
      scope: 0b11,
      purposes: 0b11,
    }
    await scene.act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [2])
    await read()
    await scene.act('tax', 'catalogue', 'noteChange', CONDITIONAL, 0, now / 1000, DIGEST)
    await read()
    const resource = await get('/v1/resources/306-01-001')
    expect(resource.policy).to.deep.include({ version: 1, standing: true, fields: [0, 1], consumers: [STATISTICS] })
    expect(resource.policy.purposes).to.have.length(2)
    expect(resource.upkeep.notes[0].due).to.include({ overdue: false })
    expect(resource.history[0]).to.include({ event: 'ResourceRegistered' })
    now = (START + 2 * YEAR) * 1000
    const late = await get('/v1/resources/306-01-001')
    expect(late.upkeep.overdue.map(({ what }: { what: string }) => what)).to.deep.equal([
      'catalogue-change',
      'catalogue-upkeep',
    ])
    expect(late.policy.standing).to.equal(false)
  })

  it('hands out purposes and the calendar, and computes when working days are over', async () => {
    await read()
    const { purposes } = await get('/v1/purposes')
    expect(purposes.map(({ number }: { number: number }) => number)).to.deep.equal([...purposes.keys()])
    const { calendar } = await get('/v1/calendar')
    expect(calendar).to.not.have.property('due')
    expect(calendar.version).to.equal(1)
    // Ten working days from a Thursday, with no holiday among them.
    const asked = await get(`/v1/calendar?time=${encodeURIComponent('2026-03-05T10:00:00+08:00')}&days=10`)
    expect(asked.calendar.due.time).to.equal('2026-03-19T16:00:00.000Z')
    const beyond = await get(`/v1/calendar?time=${encodeURIComponent('2199-03-05T10:00:00+08:00')}&days=1`)
    expect(beyond.calendar.due.provisional).to.equal(true)
    for (const wrong of ['days=0', 'days=61', 'days=1&time=yesterday', 'dayz=1']) {
      expect((await ledger.get(`/v1/calendar?${wrong}`)).statusCode, wrong).to.equal(400)
    }
  })

  it('makes evidence of acts through the part that is there for it, and hands it out whole', async () => {
    await read()
    const file = await get('/v1/grants/3/evidence')
    expect(file).to.deep.equal({ format: 'suyuan-acts/v1', extra: 1 })
    await get('/v1/agreements/4/evidence?offline=true&newest=true')
    await get('/v1/corrections/5/evidence')
    await get(`/v1/evidence/acts?party=${TAX}`)
    await get('/v1/evidence/acts?resource=306-01-001')
    for (const wrong of ['', `?party=${TAX}&resource=306-01-001`]) {
      expect(await codeOf(`/v1/evidence/acts${wrong}`)).to.equal('question_invalid')
    }
    expect(asked).to.deep.equal([
      { subject: { grant: 3 }, offline: false, newest: false },
      { subject: { agreement: 4 }, offline: true, newest: true },
      { subject: { correction: 5 }, offline: false, newest: false },
      { subject: { party: TAX }, offline: false, newest: false },
      { subject: { resource: '306-01-001' }, offline: false, newest: false },
    ])
  })

  it('says what is to be stated, and checks what was', async () => {
    await scene.act('tax', 'accessLedger', 'entrust', 8, logIdOf(ORIGIN))
    await scene.act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await read()
    const line = {
      action: 'read',
      resource: '306-01-002',
      consumer: STATISTICS,
      source: 'gateway-1',
      status: 'ok',
      grant: 1,
    }
    const time = new Date(now + 60_000).toISOString()
    const purpose = 'ProvideOfficialStatistics'
    await ledger.send([
      { ...line, time, purpose, bytes: 70, rows: 7 },
      { ...line, time, purpose: 'LegalCompliance', bytes: 5, rows: 1 },
    ])
    const pending = await get(`/v1/statements/pending?by=${PLATFORM}`)
    expect(pending.statements).to.have.length(1)
    expect(pending.statements[0]).to.deep.include({
      grant: 1,
      accesses: 1,
      bytes: '70',
      rows: '7',
      fields: [0, 1, 2, 3],
      logFirst: 0,
      logEnd: 2,
    })
    expect(pending.outside[0]).to.include({ grant: 1, judgement: 'other-purpose', accesses: 1, first: 1 })
    expect((await get('/v1/statements?grant=1')).statements).to.deep.equal([])
    expect(await codeOf('/v1/statements?grant=2')).to.equal('grant_not_found')
    expect(await codeOf('/v1/statements/pending?by=nobody')).to.equal('organisation_not_found')

    for (const logEnd of [1, 2, 3]) {
      const handover = { channel: CHANNELS['online-query'].value, rowCount: 1, byteCount: 1, scope: 1, accessCount: 1 }
      const claimed = { ...handover, contentDigest: `0x${'11'.repeat(32)}`, logFirst: 0, logEnd }
      const delivery = { grant: 1, kind: DELIVERY_KINDS.statement.value, handover: claimed }
      await scene.act('platform', 'accessLedger', 'deliver', [delivery])
    }
    await read()
    const ends = ({ statements }: { statements: { statement: { logEnd: string } }[] }): string[] =>
      statements.map(({ statement }) => statement.logEnd)
    // In pages, with the number of all that are not so.
    const newest = await get('/v1/statements?grant=1&limit=2')
    expect(newest).to.deep.include({ count: 3, disagreeing: 3, next: 2 })
    const rest = await get(`/v1/statements?grant=1&limit=2&before=${newest.next}`)
    expect(rest).to.not.have.property('next')
    expect([ends(newest), ends(rest)]).to.deep.equal([['3', '2'], ['1']])
  })

  it('shows the rules to everybody, and lives only to who may read', async () => {
    await read()
    const writer = await tokenWith(ledger, 'write')
    for (const path of ['/v1/purposes', '/v1/calendar', '/v1/resources/306-01-001']) {
      expect((await ledger.app.inject(path)).statusCode, path).to.equal(200)
    }
    for (const path of [
      '/v1/grants/1',
      '/v1/agreements',
      '/v1/agreements/1',
      '/v1/corrections',
      '/v1/corrections/1',
      '/v1/overdue',
      '/v1/vetoes',
      '/v1/statements?grant=1',
      '/v1/statements/pending',
      '/v1/grants/1/evidence',
      `/v1/evidence/acts?party=${TAX}`,
    ]) {
      expect((await ledger.app.inject(path)).statusCode, path).to.equal(401)
      const response = await ledger.get(path, { authorization: `Bearer ${writer}` })
      expect(response.statusCode, path).to.equal(403)
    }
  })
})
