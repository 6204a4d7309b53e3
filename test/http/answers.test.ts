import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { LedgerError } from '../../src/core/error.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkInclusion, checkLeaves } from '../../src/core/proof.ts'
import { parseQuestion } from '../../src/core/question-parameters.ts'
import { type AccessRecord, encodeEntry } from '../../src/core/record.ts'
import { inBoth } from '../../src/core/words.ts'
import { Usage } from '../../src/http/schemas/usage.ts'
import { CONSUMER, OTHER_CONSUMER, OTHER_RESOURCE, PROVIDER, RESOURCE } from './directory.ts'
import { type Ledger, line, NOW, openLedger } from './fixture.ts'

const PERSON = '张三丰-staff-1024'

describe('answers', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await openLedger()
    await ledger.send([
      ...Array.from({ length: 30 }, (_, k) => line(k, { grant: 1 })),
      ...Array.from({ length: 5 }, (_, k) => line(30 + k, { resource: OTHER_RESOURCE, grant: 2 })),
      ...Array.from({ length: 4 }, (_, k) => line(35 + k, { consumer: OTHER_CONSUMER })),
      line(39, { grant: 1, sealed: { person: PERSON, purposeText: '秘密的用途说明' } }),
    ])
    ledger.anchor()
    await ledger.send([line(40)]) // published, but not anchored yet
  })
  after(() => ledger[Symbol.asyncDispose]())

  describe('GET /v1/usage', () => {
    it('says who took what, under which grant, what for, and how much in all', async () => {
      const answer = (await ledger.get(`/v1/usage?resource=${encodeURIComponent(RESOURCE)}&limit=3`)).json()
      expect(answer.question).to.deep.equal({ resource: RESOURCE })
      expect(answer.rows.map((row: { index: number }) => row.index)).to.deep.equal([40, 39, 38])
      expect(answer.rows[0]).to.deep.include({ judgement: 'no-grant' })
      expect(answer.rows[1]).to.deep.include({ judgement: 'within' })
      expect(answer.rows[1].grant).to.deep.include({ id: 1, state: 'granted' })
      expect(answer.rows[1].grant.decision).to.include({ decision: 'provider', by: PROVIDER })
      expect(answer.rows[1].record).to.include({ consumer: CONSUMER, purpose: 'ImprovePublicServices' })
      expect(answer.totals).to.include({ records: 36, outside: 5 })
      expect(answer.totals.groups[0]).to.include({ consumer: CONSUMER, purpose: 'ImprovePublicServices', records: 31 })
      expect(answer.names.organisations[CONSUMER]).to.equal('市教育局')
      expect(answer.names.resources[RESOURCE]).to.equal('人口基础信息')
      expect(answer.names.purposes).to.deep.equal({
        ImprovePublicServices: { zh: '改进公共服务（本市）', en: 'improving the city’s services' },
      })
    })

    it('names purposes in the words that are registered on the chain, and none that is not', async () => {
      await using other = await openLedger()
      const purposes = ['ImprovePublicServices', 'GY-2026-1', 'ScientificResearch'] // the last is of the seed alone
      await other.send(purposes.map((purpose, k) => line(k, { purpose })))
      const answer = (await other.get('/v1/usage')).json()
      expect(answer.rows.map((row: { record: { purpose: string } }) => row.record.purpose)).to.have.members(purposes)
      expect(answer.names.purposes).to.deep.equal({
        ImprovePublicServices: { zh: '改进公共服务（本市）', en: 'improving the city’s services' },
        'GY-2026-1': { zh: '一网通办', en: 'one-stop service' },
      })
    })

    it('names the tree that it speaks of, and the anchor once there is one', async () => {
      const fresh = (await ledger.get('/v1/usage?limit=1')).json()
      expect(fresh.checkpoint.size).to.equal(41)
      expect(fresh.checkpoint.note).to.contain('suyuan.test/log\n41\n')
      expect(fresh.anchor).to.equal(null)
    })

    it('gives every row once over all pages, though the log grows meanwhile', async () => {
      await using growing = await openLedger()
      await growing.send(Array.from({ length: 25 }, (_, k) => line(k)))
      const indices: number[] = []
      let cursor = ''
      for (let page = 0; page < 10; page++) {
        const answer = (await growing.get(`/v1/usage?limit=10${cursor}`)).json()
        expect(answer.checkpoint.size).to.equal(25)
        expect('totals' in answer).to.equal(page === 0)
        expect(answer.checkpoint.note === undefined).to.equal(page > 0) // by then another one is published
        indices.push(...answer.rows.map((row: { index: number }) => row.index))
        await growing.send([line(100 + page)])
        if (answer.next === undefined) break
        cursor = `&cursor=${answer.next}`
      }
      expect(indices).to.deep.equal(Array.from({ length: 25 }, (_, k) => 24 - k))
    })

    it('proves its rows by the tree that it names, when asked to, and no others', async () => {
      const path = `/v1/usage?resource=${encodeURIComponent(RESOURCE)}&limit=7&proof=true`
      const { rows, checkpoint, proof } = (await ledger.get(path)).json<{
        rows: { index: number; record: AccessRecord }[]
        checkpoint: { size: number; root: string }
        proof: string[]
      }>()
      const oldestFirst = rows.toReversed()
      const indices = oldestFirst.map(({ index }) => index)
      const leaves = oldestFirst.map(({ record }) => hashLeaf(encodeEntry(record)))
      const root = Buffer.from(checkpoint.root, 'base64')
      const hashes = proof.map(hash => Buffer.from(hash, 'base64'))
      expect(rows).to.have.length(7)
      expect(checkLeaves(indices, leaves, checkpoint.size, root, hashes)).to.equal(true)
      const changed = oldestFirst.map(({ record }, k) =>
        hashLeaf(encodeEntry(k === 3 ? { ...record, purpose: 'Other' } : record)),
      )
      expect(checkLeaves(indices, changed, checkpoint.size, root, hashes)).to.equal(false)
      expect((await ledger.get('/v1/usage?limit=2')).json()).not.to.have.property('proof')
      expect((await ledger.get('/v1/usage?consumer=11520100MB1X000000&proof=true')).json()).not.to.have.property(
        'proof',
      )
    })

    it('keeps to its own schema, which the document publishes', async () => {
      const answer: unknown = (await ledger.get('/v1/usage')).json()
      const usage = Compile(Usage)
      expect(usage.Check(answer) ? [] : usage.Errors(answer)).to.deep.equal([])
    })

    it('loses no field of a record on the way out', async () => {
      const { rows } = (await ledger.get('/v1/usage?limit=41')).json()
      const entries = await ledger.store.readEntries(rows.map((row: { index: number }) => row.index))
      for (const [k, entry] of entries.entries()) {
        expect(rows[k].record).to.deep.equal(JSON.parse(Buffer.from(entry).toString()))
      }
    })

    it('answers 304 as long as nothing changed, and is stored by nobody', async () => {
      const first = await ledger.get('/v1/usage?limit=2')
      expect(first.headers['cache-control']).to.equal('no-store')
      const etag = first.headers.etag as string
      const again = await ledger.get('/v1/usage?limit=2', { 'if-none-match': etag })
      expect(again.statusCode).to.equal(304)
      expect(again.body).to.equal('')
      expect((await ledger.get('/v1/usage?limit=3', { 'if-none-match': etag })).statusCode).to.equal(200)
    })

    it('refuses a misspelt, repeated or senseless filter, and names it', async () => {
      const cases: [query: string, code: string, named: string][] = [
        ['resouce=x', 'request_invalid', '"resouce"'],
        ['limit=0', 'request_invalid', '"limit"'],
        ['limit=1.5', 'request_invalid', '"limit"'],
        ['limit=1001', 'request_invalid', '"limit"'],
        ['limit=1&limit=2', 'request_invalid', '"limit"'],
        ['consumer=a&consumer=b', 'request_invalid', '"consumer"'],
        ['grant=0', 'request_invalid', '"grant"'],
        ['actor=zhangsan', 'request_invalid', '"actor"'],
        ['totals=maybe', 'request_invalid', '"totals"'],
        ['from=yesterday', 'invalid_time', 'yesterday'],
        ['from=2026-02-30', 'invalid_time', '2026-02-30'],
        ['from=2026-03-02&to=2026-03-01', 'question_invalid', '"from" and "to"'],
        ['cursor=AAAA', 'cursor_invalid', 'cursor'],
      ]
      for (const [query, code, named] of cases) {
        const response = await ledger.get(`/v1/usage?${query}`)
        expect(response.statusCode, query).to.equal(400)
        expect(response.json().code, query).to.equal(code)
        expect(response.json().detail, query).to.contain(named)
      }
      expect((await ledger.get('/v1/usage?actor=zhangsan')).body).to.not.contain('zhangsan')
    })

    it('shows nothing beyond the published tree, not even to a cursor of one’s own making', async () => {
      await using growing = await openLedger()
      await growing.send([line(0)])
      await growing.accept([line(1)])
      const cursor = Buffer.from('2.2').toString('base64url')
      expect((await growing.get(`/v1/usage?cursor=${cursor}`)).json().code).to.equal('size_beyond_tree')
    })

    it('says that a cursor beyond the tree is none of its own', async () => {
      const cursor = Buffer.from('999.999').toString('base64url')
      expect((await ledger.get(`/v1/usage?cursor=${cursor}`)).json().code).to.equal('size_beyond_tree')
    })
  })

  describe('a question', () => {
    it('takes a date as that whole day in Beijing', () => {
      const question = parseQuestion({ from: '2026-03-01', to: '2026-03-01' })
      expect(question.from).to.equal(Date.parse('2026-02-28T16:00:00Z'))
      expect(question.to).to.equal(Date.parse('2026-03-01T16:00:00Z'))
    })

    it('takes a time with any offset as that instant', () => {
      const question = parseQuestion({ from: '2026-03-01T08:00:00+08:00', to: '2026-03-01T01:00:00Z' })
      expect(question).to.deep.equal({
        where: {},
        from: Date.parse('2026-03-01T00:00:00Z'),
        to: Date.parse('2026-03-01T01:00:00Z'),
      })
    })

    it('is refused, and never crashes the service, whatever stands in it', async () => {
      const parameter = fc.constantFrom(
        'resource',
        'consumer',
        'actor',
        'purpose',
        'grant',
        'from',
        'to',
        'limit',
        'cursor',
        'x',
      )
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(parameter, fc.string({ unit: 'binary', maxLength: 80 })), { maxLength: 4 }),
          async pairs => {
            const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')
            const response = await ledger.get(`/v1/usage?${query}`)
            expect(response.statusCode, query).to.be.oneOf([200, 400, 404])
          },
        ),
        { numRuns: 200 },
      )
    })
  })

  describe('GET /v1/evidence', () => {
    it('hands the question over, and the file out, whole', async () => {
      let asked: unknown
      await using asking = await openLedger({
        evidence: async (question, options) => {
          asked = { question, options }
          return { format: 'suyuan/evidence/v1', anything: { nested: [1, null] } }
        },
      })
      const response = await asking.get(`/v1/evidence?consumer=${CONSUMER}&from=2026-03-01&limit=7`)
      expect(asked).to.deep.equal({
        question: { where: { consumer: CONSUMER }, from: Date.parse('2026-02-28T16:00:00Z') },
        options: { limit: 7 },
      })
      expect(response.json()).to.deep.equal({ format: 'suyuan/evidence/v1', anything: { nested: [1, null] } })
      expect(response.headers['content-disposition']).to.match(/^attachment; filename="suyuan-evidence.*\.json"$/)
      expect(response.headers['content-type']).to.match(/^application\/json/)
    })

    it('packs the file for whoever takes it so', async () => {
      const file = { format: 'suyuan/evidence/v1', text: 'again and again '.repeat(100) }
      await using asking = await openLedger({ evidence: async () => file })
      for (const [accepted, isPacked] of [
        ['gzip, deflate', true],
        ['br;q=1.0, gzip;q=0.8', true],
        ['gzip;q=0', false],
        ['gzip; q=0.0, br', false],
        ['x-gzipped', false],
        ['identity', false],
        ['', false],
      ] as const) {
        const { headers, rawPayload } = await asking.get('/v1/evidence', { 'accept-encoding': accepted })
        expect(headers['content-encoding'], accepted).to.equal(isPacked ? 'gzip' : undefined)
        expect(headers.vary).to.equal('accept-encoding')
        expect(headers['content-type']).to.equal('application/json; charset=utf-8')
        const json = isPacked ? gunzipSync(rawPayload) : rawPayload
        expect(JSON.parse(json.toString())).to.deep.equal(file)
      }
    })

    it('says when to come back while nothing is anchored', async () => {
      await using early = await openLedger({
        evidence: () =>
          Promise.reject(new LedgerError('not_anchored_yet', inBoth('Nothing is anchored yet.'), { retryable: true })),
      })
      const response = await early.get('/v1/evidence')
      expect(response.statusCode).to.equal(409)
      expect(response.json()).to.include({ code: 'not_anchored_yet', retryable: true })
      expect(response.headers['retry-after']).to.equal('5')
    })
  })

  describe('GET /v1/grants', () => {
    it('tells the history of one consumer, with the use that the log has of each grant', async () => {
      const answer = (await ledger.get(`/v1/grants?consumer=${CONSUMER}`)).json()
      expect(answer.consumer.name).to.equal('市教育局')
      expect(answer.grants.map((grant: { id: number }) => grant.id)).to.deep.equal([2, 1])
      const [expired, granted] = answer.grants
      expect(granted.uses).to.deep.equal({ records: 31, bytes: 31_000, rows: 310, outside: 0 })
      expect(expired.uses).to.include({ records: 5, outside: 5 })
      expect(granted.decision).to.deep.include({ outcome: 'granted', decision: 'provider', by: PROVIDER })
      expect(granted.decision.block.number).to.equal(5)
      expect(granted.deliveries).to.have.length(1)
      expect(granted.quota).to.deep.equal({ rows: '1000000' })
    })

    it('gives it in pages', async () => {
      const first = (await ledger.get(`/v1/grants?consumer=${CONSUMER}&limit=1`)).json()
      expect([first.grants.length, first.next]).to.deep.equal([1, 2])
      const second = (await ledger.get(`/v1/grants?consumer=${CONSUMER}&limit=1&before=${first.next}`)).json()
      expect(second.grants[0].id).to.equal(1)
      expect(second.next).to.equal(undefined)
    })

    it('knows who is not registered', async () => {
      expect((await ledger.get('/v1/grants?consumer=nobody')).json().code).to.equal('organisation_not_found')
    })

    it('takes other filters too, and no misspelt one', async () => {
      const idsOf = async (query: string) =>
        (await ledger.get(`/v1/grants${query}`)).json().grants.map(({ id }: { id: number }) => id)
      expect(await idsOf('')).to.deep.equal([2, 1])
      expect(await idsOf(`?provider=${PROVIDER}&state=expired`)).to.deep.equal([2])
      expect(await idsOf('?state=revoked')).to.deep.equal([])
      for (const wrong of ['?state=dead', '?consumr=x', '?agreement=0', '?before=0', '?limit=201']) {
        expect((await ledger.get(`/v1/grants${wrong}`)).statusCode, wrong).to.equal(400)
      }
    })
  })

  describe('GET /v1/records/:index', () => {
    it('shows the record and proves that the log has it', async () => {
      const shown = (await ledger.get('/v1/records/39')).json()
      expect(shown.record).to.include({ consumer: CONSUMER, grant: 1 })
      const leaf = hashLeaf(Buffer.from(shown.entry))
      expect(encodeBase64(leaf)).to.equal(shown.leaf)
      const proof = shown.proof.map((hash: string) => Buffer.from(hash, 'base64'))
      const { size, root } = shown.checkpoint
      expect(checkInclusion(39, size, leaf, Buffer.from(root, 'base64'), proof)).to.equal(true)
    })

    it('tells nothing of what is not published yet', async () => {
      await using early = await openLedger()
      expect((await early.get('/v1/records/0')).json().code).to.equal('not_published_yet')
      expect((await ledger.get('/v1/records/41')).json()).to.include({ code: 'record_not_found', retryable: true })
      expect((await ledger.get('/v1/records/-1')).statusCode).to.equal(400)
      expect((await ledger.get('/v1/records/1e1')).statusCode).to.be.oneOf([200, 400])
    })

    it('opens a sealed part for whoever may, and writes that down, but not what it says', async () => {
      const response = await ledger.get('/v1/records/39/sealed')
      expect(response.json()).to.deep.equal({ index: 39, sealed: { person: PERSON, purposeText: '秘密的用途说明' } })
      expect(response.headers['cache-control']).to.equal('no-store')
      const opening = ledger
        .logged()
        .split('\n')
        .find(one => one.includes('sealed part opened'))
      expect(opening).to.contain('"index":39').and.to.contain(`"holder":"${ledger.tokens.list()[0]!.id}"`)
      expect((await ledger.get('/v1/records/0/sealed')).json().code).to.equal('sealed_not_found')
    })
  })

  describe('POST /v1/actors', () => {
    const ask = (payload: unknown, headers: Record<string, string> = {}) =>
      ledger.app.inject({
        method: 'POST',
        url: '/v1/actors',
        headers: { authorization: `Bearer ${ledger.token}`, 'content-type': 'application/json', ...headers },
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      })

    it('gives the pseudonym by which a person’s records are found', async () => {
      const { actor } = (await ask({ person: PERSON })).json()
      const answer = (await ledger.get(`/v1/usage?actor=${actor}`)).json()
      expect(answer.rows.map((row: { index: number }) => row.index)).to.deep.equal([39])
    })

    it('refuses what is no person, strictly', async () => {
      expect((await ask({ person: ' x' })).statusCode).to.equal(400)
      expect((await ask({ person: 'e\u0301' })).json().code).to.equal('invalid_field') // not NFC
      expect((await ask({ name: 'x' })).statusCode).to.equal(400)
      expect((await ask('{"person":"a","person":"b"}')).json().code).to.equal('duplicate_key')
      expect((await ask('{')).json().code).to.equal('invalid_json')
      expect((await ask({ person: 'x'.repeat(5_000) })).statusCode).to.equal(413)
      expect((await ask('{}', { 'content-type': 'text/plain' })).statusCode).to.equal(415)
    })
  })

  it('writes no person, no pseudonym and no token into the log', async () => {
    const { actor } = (
      await ledger.app.inject({
        method: 'POST',
        url: '/v1/actors',
        headers: { authorization: `Bearer ${ledger.token}`, 'content-type': 'application/json' },
        payload: { person: PERSON },
      })
    ).json()
    await ledger.get(`/v1/usage?actor=${actor}`)
    await ledger.get(`/v1/usage?actor=${actor}&limit=0`)
    await ledger.get(`/nowhere/${actor}`)
    const logged = ledger.logged()
    expect(logged).to.contain('/v1/usage')
    for (const secret of [PERSON, actor, ledger.token, '秘密']) expect(logged).to.not.contain(secret)
  })

  it('dates its answers by the clock that it was given', async () => {
    expect((await ledger.get('/v1/status')).json().now).to.equal(new Date(NOW).toISOString())
  })
})
