// The pages in a real browser, on the real application.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { CONSUMER, RESOURCE } from '../http/directory.ts'
import { line } from '../http/fixture.ts'
import { type City, openCity, openPage, requireChromium, startBrowser } from './fixture.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PHONE = { viewport: { width: 360, height: 740 } }

describe('the first page', function () {
  this.timeout(30_000)
  let browser: Browser
  let city: City
  let page: Page
  let troubles: string[]

  before(async function () {
    requireChromium(this)
    ;[browser, city] = await Promise.all([startBrowser(), openCity()])
  })
  after(async () => {
    await browser?.close()
    await city?.[Symbol.asyncDispose]()
  })

  const open = async (options: object = {}): Promise<void> => {
    ;({ page, troubles } = await openPage(browser, options))
    await page.goto(city.origin)
  }
  afterEach(async () => {
    await page?.context().close()
  })
  const ask = async (): Promise<void> => {
    await page.fill('#token', city.ledger.token)
    await page.click('#submit')
    await page.waitForSelector('#answer .summary')
  }
  /** Waits until it does. */
  const shows = (selector: string, text: string) => page.locator(selector).filter({ hasText: text }).waitFor()
  /** Whatever axe-core finds wrong, in words. */
  const findBarriers = async (): Promise<string[]> => {
    // As a script of the debugger's, since the page's own policy lets no foreign one in.
    await page.evaluate(await readFile(AXE, 'utf8'))
    const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }
  const fitsWidth = () => page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')

  it('shows the health of the ledger, and keeps it fresh', async () => {
    ;({ page, troubles } = await openPage(browser))
    await page.clock.install()
    await page.goto(city.origin)
    await shows('#step-records .figure', '402')
    await shows('#step-anchored .figure', '400')
    await shows('#step-lag .figure', '2')
    await shows('#state', '运行正常')
    city.ledger.setLag(400)
    await city.ledger.send([line(402)])
    await page.clock.fastForward(3_000)
    await shows('#state', '需要处理')
    await shows('#reasons', '最长已等 400 秒')
    await shows('#step-records .figure', '403')
    await page.click('#language')
    await shows('#reasons', 'have waited up to 400 s')
    await page.click('#language')
    city.ledger.setLag(0)
    await page.clock.fastForward(3_000)
    await shows('#state', '运行正常')
    expect(troubles).to.deep.equal([])
  })

  it('answers who took what, in words, sums and rows', async () => {
    await open()
    await ask()
    expect(await page.textContent('.summary')).to.contain('403 次使用，5 个使用方，3 种用途')
    expect(await page.textContent('.summary .badge')).to.contain('其中 23 次不在授权内')
    expect(await page.locator('.totals tbody tr').count()).to.equal(7)
    expect(await page.locator('.rows tbody tr').count()).to.equal(25)
    const first = await page.locator('.rows tbody tr').first().innerText()
    expect(first).to.contain('2026-03-01 09:07:00').and.to.contain('市教育局').and.to.contain('无授权')
    await page.click('.more')
    await page.locator('.rows tbody tr').nth(49).waitFor()
    expect(troubles).to.deep.equal([])
  })

  it('links every grant and every party to its page, and can be asked by its address', async () => {
    await open()
    await page.fill('#token', city.ledger.token)
    await page.goto(`${city.origin}/?grant=2`)
    await page.waitForSelector('#answer .summary')
    expect(await page.textContent('.summary')).to.contain('1 次使用')
    expect(await page.getAttribute('.rows .authority a', 'href')).to.equal('/grant?id=2')
    for (const table of ['.rows', '.totals']) {
      expect(await page.getAttribute(`${table} td a`, 'href')).to.equal(`/party?code=${CONSUMER}`)
    }
  })

  it('finds a resource by typing, with the keyboard alone', async () => {
    await open()
    await page.fill('#token', city.ledger.token)
    await page.focus('#resource')
    await page.keyboard.type('门楼')
    expect(await page.getAttribute('#resource', 'aria-expanded')).to.equal('true')
    await page.keyboard.press('ArrowDown')
    expect(await page.getAttribute('#resource', 'aria-activedescendant')).to.equal('resource-option-0')
    await page.keyboard.press('Enter')
    expect(await page.inputValue('#resource')).to.equal('门楼牌地址信息')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#answer .summary')
    expect(await page.textContent('.summary')).to.contain('2 次使用')
  })

  it('asks for a code that nobody registered, and says so', async () => {
    await open()
    await page.fill('#token', city.ledger.token)
    await page.waitForFunction(`document.querySelector('#state').textContent !== ''`)
    const notices = () => page.locator('#answer .notice').allInnerTexts()
    const asked = async (field: string, typed: string): Promise<string> => {
      await page.click('button[type=reset]')
      await page.fill(field, typed)
      const answered = page.waitForResponse(/\/v1\/usage/)
      await page.click('#submit')
      await page.waitForSelector('#answer .summary')
      return new URL((await answered).url()).search
    }
    await page.fill('#consumer', '91520100MBNOSUCH00')
    expect(await page.innerText('#consumer-list')).to.equal('未登记；可按此代码查询')
    expect(await asked('#consumer', '91520100MBNOSUCH00')).to.contain('consumer=91520100MBNOSUCH00')
    expect(await page.textContent('.summary')).to.equal('没有符合条件的记录')
    expect((await notices())[0]).to.match(/^使用方“91520100MBNOSUCH00”未登记。/)
    await page.click('#language')
    expect((await notices())[0]).to.match(/^Consumer “91520100MBNOSUCH00” is not registered\./)
    await page.click('#language')
    // What the log has under such a code is shown as any other record is.
    await asked('#purpose', 'LegalCompliance')
    expect(await page.textContent('.summary')).to.contain('次使用')
    expect(await notices()).to.deep.equal(['用途“LegalCompliance”未登记。日志中可能有从未登记的代码，故仍按其查询。'])
    expect(await asked('#resource', '306009/000001?#')).to.contain('resource=306009%2F000001%3F%23')
    expect((await notices())[0]).to.contain('信息资源“306009/000001?#”未登记')
    // What is registered is asked for without a word, and a part of a name is no code.
    await asked('#consumer', CONSUMER)
    expect(await notices()).to.deep.equal([])
    for (const [field, typed] of [
      ['#consumer', 'two words'],
      ['#consumer', '教育局分局'],
      ['#purpose', 'P'.repeat(33)],
    ] as const) {
      await page.click('button[type=reset]')
      await page.fill(field, typed)
      await page.click('#submit')
      expect(await page.evaluate(`document.querySelector('${field}').validationMessage`)).to.contain(typed)
    }
    expect(troubles).to.deep.equal([])
  })

  it('asks for a whole code typed out, and for nothing that it does not know', async () => {
    await open()
    await page.fill('#token', city.ledger.token)
    await page.fill('#resource', RESOURCE)
    await page.click('#submit')
    await page.waitForSelector('#answer .summary')
    expect(await page.textContent('.summary')).to.contain('401 次使用')
    await page.fill('#resource', '不存在的资源')
    await page.click('#submit')
    expect(await page.evaluate(`document.querySelector('#resource').validationMessage`)).to.contain('不存在的资源')
    await page.click('button[type=reset]')
    expect(await page.inputValue('#resource')).to.equal('')
  })

  it('speaks Chinese and English, and remembers which', async () => {
    await open()
    await ask()
    await page.click('#language')
    expect(await page.getAttribute('html', 'lang')).to.equal('en-GB')
    expect(await page.textContent('.summary')).to.contain('403 uses by 5 consumers for 3 purposes')
    expect(await page.innerText('main')).to.not.match(/授权|用途|查询/)
    await page.reload()
    expect(await page.textContent('#submit')).to.equal('Ask')
    await page.click('#language')
    expect(await page.textContent('#submit')).to.equal('查询')
  })

  it('begins in the language of the browser', async () => {
    await open({ locale: 'en-GB' })
    expect(await page.textContent('#submit')).to.equal('Ask')
  })

  describe('the evidence', () => {
    const save = async (): Promise<object> => {
      const saving = page.waitForEvent('download')
      await page.click('#evidence')
      const download = await saving
      expect(download.suggestedFilename()).to.equal('suyuan-evidence.json.gz')
      return JSON.parse(gunzipSync(await readFile(await download.path())).toString()) as object
    }
    beforeEach(async () => {
      Object.assign(city.evidence, { more: false, long: false }).asked.length = 0
      await open()
      await ask()
    })

    it('is saved as the service gave it: all rows that one file takes, to be checked without a node', async () => {
      const file = await save()
      expect(file).to.deep.include({ more: false, chain: { asOf: 290 }, offline: {} })
      expect(city.evidence.asked).to.deep.equal([{ limit: 10_000, offline: true }])
      await shows('.evidence [role=status]', '含 402 条记录。 文件本身可表明没有遗漏。 核验前请另行查得区块 290 的哈希')
      expect(await page.locator('.evidence .warning').count()).to.equal(0)
    })

    it('says loudly that rows were cut off', async () => {
      city.evidence.more = true
      await save()
      await shows('.evidence .warning', '只含最新的 402 条，更早的不在其中')
      expect(await findBarriers()).to.deep.equal([])
    })

    it('is made for a node where the chain is too long to be shown, and says so', async () => {
      city.evidence.long = true
      expect(await save()).to.not.have.property('offline')
      expect(city.evidence.asked).to.deep.equal([{ limit: 10_000, offline: true }, { limit: 10_000 }])
      await shows('.evidence [role=status]', '--rpc')
    })

    it('is explained with commands that work, by a block’s hash or by a node', async () => {
      await page.click('details summary')
      const commands = await page.locator('.evidence pre').allInnerTexts()
      expect(commands[0]).to.contain('"blocks"')
      expect(commands[1]).to.equal('suyuan verify suyuan-evidence.json.gz --trust trust.json')
      expect(commands[2]).to.equal(`${commands[1]} --rpc http://…`)
    })
  })

  it('draws bars of one length, in which the least part is seen', async () => {
    await open()
    await page.route('**/v1/usage**', async route => {
      const response = await route.fetch()
      const json = (await response.json()) as { totals: { groups: { records: number; outside: number }[] } }
      const figures = [
        [25_617, 1],
        [120, 1],
        [1, 1],
        [1, 0],
      ]
      json.totals.groups = figures.map(([records, outside]) =>
        Object.assign({}, json.totals.groups[0], { records, outside }),
      )
      await route.fulfill({ response, json })
    })
    for (const viewport of [{ width: 1200, height: 800 }, PHONE.viewport]) {
      await page.setViewportSize(viewport)
      await ask()
      const widths = (selector: string) =>
        page.$$eval(selector, found => found.map(part => (part as unknown as { offsetWidth: number }).offsetWidth))
      expect(new Set(await widths('.bar')).size).to.equal(1)
      for (const width of await widths('.bar .some')) expect(width).to.be.at.least(11)
      const bars = await widths('.bar')
      const parts = await page.$$eval('.bar', found =>
        found.map(bar => (bar as unknown as { scrollWidth: number }).scrollWidth),
      )
      expect(parts).to.deep.equal(bars) // nothing is pushed out of sight
    }
  })

  it('folds what many took to the most of it, and tells what the rest comes to', async () => {
    await open()
    await page.route('**/v1/usage**', async route => {
      const response = await route.fetch()
      const json = (await response.json()) as { totals?: { groups: object[] } } // pages behind the first have none
      const [group] = json.totals?.groups ?? []
      if (json.totals !== undefined) {
        json.totals.groups = Array.from({ length: 30 }, (_, k) =>
          Object.assign({}, group, { records: 1_000 - k, outside: k < 25 ? 0 : 3 }),
        )
      }
      await route.fulfill({ response, json })
    })
    await ask()
    const visible = () => page.locator('.totals tbody tr:visible').count()
    expect(await visible()).to.equal(12)
    const fold = page.locator('button.fold')
    expect(await fold.innerText()).to.equal('显示其余 18 组：17,631 次，其中 15 次不在授权内')
    expect(await fold.getAttribute('aria-expanded')).to.equal('false')
    await fold.click()
    expect(await visible()).to.equal(30)
    expect(await fold.innerText()).to.equal('只显示前 12 组')
    expect(await fold.getAttribute('aria-expanded')).to.equal('true')
    // More rows below make the answer anew: what was unfolded stays so.
    await page.click('button.more')
    await page.locator('.rows tbody tr').nth(49).waitFor()
    expect(await visible()).to.equal(30)
    await fold.click()
    expect(await visible()).to.equal(12)
    await page.emulateMedia({ media: 'print' })
    expect(await visible()).to.equal(30)
    await page.emulateMedia({ media: 'screen' })
  })

  it('says what is wrong, why, and what to do next', async () => {
    await open()
    await page.click('#submit')
    expect(await page.textContent('[role=alert]'))
      .to.contain('查询记录需要访问令牌')
      .and.to.contain('suyuan token create')
    await page.fill('#token', 'suyuan_nonsense')
    await page.click('#submit')
    await shows('[role=alert]', '令牌无效或已撤销')
    expect(await page.textContent('[role=alert]')).to.match(/请求编号 [0-9a-f-]{36}/)
    await page.fill('#token', city.ledger.token)
    await page.route('**/v1/usage**', route => route.abort())
    await page.click('#submit')
    await shows('[role=alert]', '无法连接账本服务')
  })

  it('says that nothing was found, and what to try', async () => {
    await open()
    await page.fill('#from', '2020-01-01')
    await page.fill('#to', '2020-01-02')
    await ask()
    expect(await page.textContent('.summary')).to.equal('没有符合条件的记录')
  })

  it('keeps the token in its tab, and in no address', async () => {
    await open()
    const urls: string[] = []
    page.on('request', request => urls.push(request.url()))
    await ask()
    expect(urls.join()).to.not.contain(city.ledger.token)
    expect(page.url()).to.equal(`${city.origin}/`)
    expect(await page.evaluate('Object.values(localStorage).join()')).to.not.contain(city.ledger.token)
  })

  it('shows a name that is full of HTML as that very text', async () => {
    await open()
    const evil = '<img src=x onerror="window.hacked=1">'
    await page.route('**/v1/usage**', async route => {
      const response = await route.fetch()
      const body = (await response.json()) as { names: { organisations: Record<string, string> } }
      for (const code of Object.keys(body.names.organisations)) body.names.organisations[code] = evil
      await route.fulfill({ response, json: body })
    })
    await ask()
    expect(await page.innerText('.totals tbody')).to.contain(evil)
    expect(await page.evaluate('window.hacked')).to.equal(undefined)
  })

  it('fetches nothing from anywhere else', async () => {
    await open()
    const origins = new Set<string>()
    page.on('request', request => origins.add(new URL(request.url()).origin))
    await page.reload()
    await ask()
    expect([...origins].filter(origin => origin !== 'null')).to.deep.equal([city.origin]) // null: the saved file's blob
    expect(troubles).to.deep.equal([])
  })

  it('has no barrier that axe-core finds, in light and dark, wide and narrow, in both languages', async () => {
    for (const options of [{}, { ...PHONE, colorScheme: 'dark', locale: 'en-GB' }]) {
      await open(options)
      // A few rows have every kind of thing in them, and axe-core takes its time over each.
      await page.route('**/v1/usage**', route =>
        route.continue({ url: route.request().url().replace('limit=25', 'limit=5') }),
      )
      await ask()
      await page.click('#resource') // with its list open
      expect(await findBarriers(), JSON.stringify(options)).to.deep.equal([])
      await page.context().close()
    }
    await open()
    await page.click('#submit')
    expect(await findBarriers(), 'error').to.deep.equal([])
  })

  it('fits a screen 360 pixels wide, whatever it shows', async () => {
    await open(PHONE)
    expect(await fitsWidth()).to.equal(true)
    await ask()
    await page.click('details summary')
    expect(await fitsWidth()).to.equal(true)
    await page.click('#consumer')
    expect(await fitsWidth()).to.equal(true)
  })
})

describe('the API page', function () {
  this.timeout(30_000)
  let browser: Browser
  let city: City
  before(async function () {
    requireChromium(this)
    ;[browser, city] = await Promise.all([startBrowser(), openCity()])
  })
  after(async () => {
    await browser?.close()
    await city?.[Symbol.asyncDispose]()
  })

  it('lists every operation of the document with a call to copy, and every error', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(`${city.origin}/docs#scope_missing`)
    await page.waitForSelector('.operation')
    const document = city.ledger.app.swagger() as { paths: Record<string, object> }
    const operations = Object.values(document.paths).flatMap(methods => Object.keys(methods))
    expect(await page.locator('.operation').count()).to.equal(operations.length)
    const calls = await page.locator('.operation pre').allInnerTexts()
    expect(calls.every(call => call.startsWith('curl '))).to.equal(true)
    expect(await page.locator('#scope_missing').isVisible()).to.equal(true)
    expect(await page.locator('#get-v1-usage').innerText())
      .to.contain('read')
      .and.to.contain('resource')
    await page.click('#language')
    expect(await page.innerText('main')).to.contain('The token does not allow this')
    await page.evaluate(await readFile(AXE, 'utf8'))
    const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()')
    expect(violations.map(({ id }) => id)).to.deep.equal([])
    expect(troubles).to.deep.equal([])
  })

  it('fits a screen 360 pixels wide, in both languages', async () => {
    for (const locale of ['en-GB', 'zh-CN']) {
      const { page } = await openPage(browser, { ...PHONE, locale })
      await page.goto(`${city.origin}/docs`)
      await page.waitForSelector('.operation')
      expect(await page.evaluate('document.documentElement.scrollWidth'), locale).to.equal(360)
      await page.context().close()
    }
  })

  it('gives calls that work', async () => {
    const { page } = await openPage(browser)
    await page.goto(`${city.origin}/docs`)
    await page.waitForSelector('.operation')
    const paths = await page.locator('.operation h3 code').allInnerTexts()
    const calls = await page.locator('.operation pre').allInnerTexts()
    const { paths: told } = (await city.ledger.get('/openapi.json')).json<{
      paths: Record<string, { get: { responses: { 200: { content?: object } } } }>
    }>()
    const questions = calls
      .map((call, k) => ({ call, path: paths[k]! }))
      .filter(({ call }) => !call.includes('-X POST'))
    expect(questions).to.have.length.above(20)
    for (const { call, path } of questions) {
      const url = /"(http[^"]+)"/.exec(call)![1]!
      const response = await city.ledger.get(url.slice(city.origin.length))
      expect(response.statusCode, url).to.be.oneOf([200, 404, 409]) // examples may name what this city has not
      const types =
        response.statusCode === 200
          ? Object.keys(told[path]!.get.responses[200].content ?? {})
          : ['application/problem+json']
      expect(types, url).to.include(String(response.headers['content-type']).replace(/;.*/u, ''))
      if (response.statusCode === 404) expect(response.json().code, url).to.not.equal('not_found')
    }
  })
})
