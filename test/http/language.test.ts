// What the service says to people comes in the language that they ask for, whole: title, detail, refused lines.

import { expect } from 'chai'
import { type Ledger, line, openLedger } from './fixture.ts'

const HAN = /\p{Script=Han}/u
const CHINESE = { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }

describe('language', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await openLedger()
  })
  after(() => ledger[Symbol.asyncDispose]())

  const WRONG = [
    '/nowhere',
    '/v1/records/99',
    '/v1/resources/none',
    '/v1/grants/99',
    '/v1/usage?from=yesterday',
    '/v1/usage?from=2026-03-02&to=2026-03-01',
    '/v1/usage?cursor=x',
    '/v1/usage?nothing=1',
    '/v1/usage?limit=x',
    '/v1/usage?limit=100000',
    '/v1/usage?purpose=%20',
    '/v1/agreements?state=never',
    '/v1/calendar?time=2026-03-01T00:00:00Z&days=0',
    '/log/tile/x',
  ]
  for (const url of WRONG) {
    it(`${url}: the same problem in Chinese and in English`, async () => {
      const [zh, en] = [await ledger.get(url, CHINESE), await ledger.get(url, { 'accept-language': 'en' })]
      expect(zh.statusCode).to.equal(en.statusCode).and.be.within(400, 499)
      expect([zh.headers['content-language'], en.headers['content-language']]).to.deep.equal(['zh', 'en'])
      expect(zh.headers['vary']).to.contain('accept-language')
      expect(zh.json().code).to.equal(en.json().code)
      for (const text of [zh.json().title, zh.json().detail]) expect(text).to.match(HAN)
      for (const text of [en.json().title, en.json().detail]) expect(text).not.to.match(HAN)
    })
  }

  const ASKED = {
    'zh;q=0,en': 'en',
    'en;q=0, zh': 'zh',
    'zh;q=0': 'en',
    'zh;q=0.000': 'en',
    'en;q=0.3,zh-TW;q=0.7': 'zh',
    'zh ; q=0.9 , en': 'en',
    'fr,zh;q=0.8,en;q=0.8': 'zh',
    'fr, de': 'en',
    'ZH-hans-CN': 'zh',
    '*': 'en',
    'zh;q=2,en;q=0.1': 'en',
    'zhuang,en;q=0.1': 'en',
    '': 'en',
  }
  for (const [asked, expected] of Object.entries(ASKED)) {
    it(`Accept-Language "${asked}" asks for ${expected}`, async () => {
      const { headers } = await ledger.get('/nowhere', { 'accept-language': asked })
      expect(headers['content-language']).to.equal(expected)
    })
  }

  it('says which values are allowed, and of which form', async () => {
    const state = (await ledger.get('/v1/agreements?state=never')).json().detail
    expect(state).to.contain('query parameter "state" must be one of ').and.contain('in-force')
    expect((await ledger.get('/v1/agreements?state=never', CHINESE)).json().detail).to.contain('应为下列之一：')
    const purpose = (await ledger.get('/v1/usage?purpose=%20')).json().detail
    expect(purpose).to.contain('must have the form ^').and.contain('such as "LegalCompliance"')
    const limit = (await ledger.get('/v1/usage?limit=100000', CHINESE)).json().detail
    expect(limit).to.match(/查询参数“limit”不得大于 \d+/u)
  })

  it('refused lines too, now and when the batch is sent again', async () => {
    const payload = `${JSON.stringify(line(0))}\n${JSON.stringify({ ...line(1), resource: 'r?' })}\nno JSON\n`
    for (const [headers, pattern] of [
      [CHINESE, HAN],
      [{ 'accept-language': 'en' }, /^[^\p{Script=Han}]+$/u],
      [CHINESE, HAN],
    ] as const) {
      const response = await ledger.app.inject({
        method: 'POST',
        url: '/v1/records',
        headers: {
          authorization: `Bearer ${ledger.token}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': 'mixed',
          ...headers,
        },
        payload,
      })
      expect(response.headers['content-language']).to.equal(headers === CHINESE ? 'zh' : 'en')
      const { refused } = response.json<{ refused: { message: string; code: string }[] }>()
      expect(refused.map(({ code }) => code)).to.deep.equal(['unknown_resource', 'invalid_json'])
      for (const { message } of refused) expect(message).to.match(pattern)
    }
  })

  it('reasons not to be ready', async () => {
    ledger.setLag(301)
    const { reasons } = (await ledger.get('/readyz', CHINESE)).json<{ reasons: { detail: string }[] }>()
    ledger.setLag(0)
    expect(reasons.map(({ detail }) => HAN.test(detail))).to.deep.equal([true])
  })
})
