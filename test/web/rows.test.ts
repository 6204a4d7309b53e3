// The table of records, with what is longest in it: on screens and on paper, in both languages.

import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { formatVerifierKey } from '../../src/core/note.ts'
import { makeSourceKey } from '../../src/source/sign.ts'
import { line } from '../http/fixture.ts'
import { type City, openCity, openPage, requireChromium, startBrowser } from './fixture.ts'

const KEY = formatVerifierKey(
  makeSourceKey({ source: 'gy-gateway-2', origin: 'suyuan.test/log', secret: new Uint8Array(32).fill(2) }).verifierKey,
)
const DIGEST = `0x${'5b'.repeat(32)}`
const BASIS = 'PIPL/Article-47/paragraph-1/item-3/withdrawal-of-consent-by-self'
/** A4 less its margins, at 96 pixels an inch. */
const PAPER = { width: 718, height: 1000 }

describe('the table of records', function () {
  this.timeout(60_000)
  let browser: Browser
  let city: City
  let page: Page

  before(async function () {
    requireChromium(this)
    ;[browser, city] = await Promise.all([startBrowser(), openCity()])
    const { ledger } = city
    const headers = { authorization: `Bearer ${ledger.token}` }
    await ledger.app.inject({ method: 'POST', url: '/v1/sources', payload: { key: KEY }, headers })
    await ledger.send([line(402, { purpose: 'P'.repeat(32), bytes: 2 ** 40, rows: 10_000_000, channel: 'in-place' })])
  })
  after(async () => {
    await browser?.close()
    await city?.[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    await page?.context().close()
  })

  /** The answer to everything, or about the grant; its third row is the erasure of a text, as the service would tell it. */
  const open = async (options: BrowserContextOptions, grant?: number): Promise<void> => {
    ;({ page } = await openPage(browser, options))
    await page.addInitScript(`sessionStorage.setItem('suyuan-token', '${city.ledger.token}')`)
    await page.route('**/v1/usage**', async route => {
      const response = await route.fetch()
      const json = (await response.json()) as { rows: object[] }
      if (grant === undefined) {
        const record = { action: 'erase', basis: BASIS, erasesText: DIGEST, time: '2026-03-02T00:00:00.000Z' }
        json.rows[2] = { index: 400, judgement: 'erasure', record }
      }
      await route.fulfill({ response, json })
    })
    await page.goto(city.origin + (grant === undefined ? '' : `/?grant=${grant}`))
    if (grant === undefined) await page.click('#submit')
    await page.waitForSelector('#answer .rows')
  }
  /** Of every table and cell that is too wide for its place, which. */
  const tooWide = () =>
    page.evaluate<string[]>(`[...document.querySelectorAll('.table-box')].flatMap(box => {
      const edge = box.getBoundingClientRect().right + 1
      return [box, ...box.querySelectorAll('th, td')]
        .filter(part => part.closest('thead') === null || getComputedStyle(part.closest('thead')).position !== 'absolute')
        .filter(part => part.scrollWidth > part.clientWidth || part.getBoundingClientRect().right > edge)
        .map(part => part.className + ' ' + part.textContent.slice(0, 60))
    })`)
  /** Of the columns of words, how many Chinese characters a line takes, at the least. */
  const narrowest = () =>
    page.evaluate<number>(`Math.min(...[...document.querySelectorAll('.rows tbody td:not(.number)')].map(cell => {
      const { fontSize, paddingLeft, paddingRight } = getComputedStyle(cell)
      return (cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) / parseFloat(fontSize)
    }))`)

  for (const locale of ['zh-CN', 'en-GB']) {
    for (const grant of [undefined, 1]) {
      it(`is whole on paper (${locale}, ${grant === undefined ? 'everything' : 'one grant'})`, async () => {
        await open({ locale, viewport: PAPER }, grant)
        await page.emulateMedia({ media: 'print' })
        for (const width of [PAPER.width, 620, 1_040]) {
          await page.setViewportSize({ ...PAPER, width })
          expect(await tooWide(), `${width}`).to.deep.equal([])
        }
        await page.setViewportSize(PAPER)
        expect(await narrowest()).to.be.at.least(4)
      })
    }
  }

  for (const locale of ['zh-CN', 'en-GB']) {
    it(`gives every column of words room for words, whatever is long in another (${locale})`, async () => {
      await open({ locale })
      for (const width of [1_200, 1_440]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await narrowest(), `${width}`).to.be.at.least(4)
        expect(await tooWide(), `${width}`).to.deep.equal([])
      }
      await page.setViewportSize({ width: 375, height: 740 })
      expect(await tooWide(), 'phone').to.deep.equal([])
    })
  }

  it('shows a source’s key and the digest of a text short, and whole to copy and on paper', async () => {
    await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    const cell = page.locator('.rows tbody tr', { hasText: '登记来源密钥' }).locator('td').nth(3)
    const [name, id] = KEY.split('+')
    expect(await cell.textContent()).to.equal(`登记来源密钥 · ${name} · ${id}…`)
    const button = cell.locator('.copy')
    expect(await button.getAttribute('title')).to.equal(KEY)
    await button.click()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(KEY)
    await page.locator('#told').filter({ hasText: '已复制' }).waitFor({ state: 'attached' })
    const erasure = page.locator('.rows tbody tr').nth(2).locator('td').nth(3)
    expect(await erasure.textContent()).to.equal(`删除 · ${DIGEST.slice(0, 10)}…5b5b · ${BASIS}`)
    await page.emulateMedia({ media: 'print' })
    const printed = `[...document.querySelectorAll('.rows .copy')].map(one => getComputedStyle(one, '::before').content)`
    expect(await page.evaluate(printed)).to.deep.equal([`"${KEY}"`, `"${DIGEST}"`])
  })
})
