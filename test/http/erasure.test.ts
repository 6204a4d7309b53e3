// POST /v1/records/…/erasure: who may, what it says, and what every other answer says of the record afterwards.

import { expect } from 'chai'
import type { LightMyRequestResponse } from 'fastify'
import { RESOURCE } from './directory.ts'
import { type Ledger, line, openLedger, tokenWith } from './fixture.ts'

const PERSON = '张三丰-staff-1024'
const ASKED = { basis: 'PIPL-47', reason: '保存期限已满', by: '市大数据局 李四' }

describe('POST /v1/records/…/erasure', () => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await openLedger()
    await ledger.send([line(0, { sealed: { person: PERSON } }), line(1), line(2, { sealed: { person: PERSON } })])
  })
  afterEach(() => ledger[Symbol.asyncDispose]())

  const erase = async (index: number, body: object = ASKED, token = ledger.token): Promise<LightMyRequestResponse> =>
    ledger.app.inject({
      method: 'POST',
      url: `/v1/records/${index}/erasure`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: body,
    })

  it('takes a scope of its own', async () => {
    for (const scope of ['write', 'read', 'sealed', 'act'] as const) {
      expect((await erase(0, ASKED, await tokenWith(ledger, scope))).json().code).to.equal('scope_missing')
    }
    expect((await ledger.get('/v1/records/0/sealed')).statusCode).to.equal(200)
    expect((await erase(0, ASKED, await tokenWith(ledger, 'erase'))).statusCode).to.equal(201)
  })

  it('answers with the record of the erasure; from then on the part is gone', async () => {
    const before = (await ledger.get('/v1/records/0')).json()
    const response = await erase(0)
    expect(response.statusCode, response.body).to.equal(201)
    expect(response.json()).to.deep.include({ index: 3 })
    expect(response.json().receipt).to.include({ firstIndex: 3, count: 1 })
    ledger.publish()

    const gone = await ledger.get('/v1/records/0/sealed')
    expect(gone.statusCode).to.equal(410)
    expect(gone.json()).to.include({ code: 'sealed_erased', retryable: false })
    expect(gone.json().detail).to.contain('as record 3 tells')
    const zh = await ledger.get('/v1/records/0/sealed', { 'accept-language': 'zh' })
    expect(zh.json().detail).to.contain('见第 3 号记录')

    const after = (await ledger.get('/v1/records/0')).json()
    expect(after).to.deep.include({ record: before.record, entry: before.entry, leaf: before.leaf, erasedBy: 3 })
    expect((await ledger.get('/v1/records/2')).json()).to.not.have.property('erasedBy')
    const own = (await ledger.get('/v1/records/3')).json()
    expect(own.record).to.deep.include({ action: 'erase', basis: 'PIPL-47', erases: 0, resource: RESOURCE })
    expect(own.record).to.not.have.property('consumer')
    expect((await ledger.get('/v1/records/3/sealed')).json().sealed).to.include({
      person: ASKED.by,
      purposeText: ASKED.reason,
    })

    const usage = (await ledger.get(`/v1/usage?resource=${encodeURIComponent(RESOURCE)}`)).json()
    expect(usage.rows[0]).to.deep.include({ index: 3, judgement: 'erasure' })
    expect(usage.totals.records).to.equal(3)
    expect((await erase(0)).json().code).to.equal('sealed_erased')
    expect(ledger.logged()).to.contain('"msg":"erased"').and.not.contain(ASKED.by).and.not.contain(ASKED.reason)
  })

  it('erases a text of an act likewise', async () => {
    const digest = `0x${'0'.repeat(64)}`
    const post = (token = ledger.token): Promise<LightMyRequestResponse> =>
      ledger.app.inject({
        method: 'POST',
        url: `/v1/texts/${digest}/erasure`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        payload: ASKED,
      })
    expect((await post(await tokenWith(ledger, 'sealed'))).json().code).to.equal('scope_missing')
    expect((await post()).json()).to.include({ code: 'text_not_found', status: 404 })
    expect(ledger.store.head.size).to.equal(3)
  })

  it('refuses what is no erasure, and puts nothing on record for it', async () => {
    const codeOf = async (index: number, body: object = ASKED): Promise<string> =>
      (await erase(index, body)).json().code
    expect(await codeOf(1)).to.equal('sealed_not_found')
    expect(await codeOf(9)).to.equal('record_not_found')
    expect(await codeOf(0, {})).to.equal('request_invalid')
    expect(await codeOf(0, { ...ASKED, basis: '' })).to.equal('request_invalid')
    expect(await codeOf(0, { ...ASKED, basis: 'no code' })).to.equal('request_invalid')
    expect(await codeOf(0, { ...ASKED, index: 2 })).to.equal('request_invalid')
    expect(await codeOf(0, { ...ASKED, by: 'a\u0000b' })).to.equal('invalid_field')
    expect(ledger.store.head.size).to.equal(3)
    // Nor can a client log one that did not happen.
    const forged = { ...line(4), action: 'erase', erases: 0, basis: 'PIPL-47', source: 'suyuan/erasure' }
    const response = await ledger.app.inject({
      method: 'POST',
      url: '/v1/records',
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': 'application/x-ndjson' },
      payload: `${JSON.stringify(forged)}\n`,
    })
    expect(response.json()).to.include({ accepted: 0, refusedCount: 1 })
    expect((await ledger.get('/v1/records/0/sealed')).statusCode).to.equal(200)
  })
})
