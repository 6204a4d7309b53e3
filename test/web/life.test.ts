// The pages about grants, parties and what is overdue: in a real browser, on what real contracts said.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { GrantLife } from '../../src/http/schemas/grant.ts'
import { useScene } from '../contracts/fixture.ts'
import { CODES } from '../contracts/parties.ts'
import { type City, openLives, openPage, requireChromium, startBrowser } from './fixture.ts'
import { LIFE } from './lives.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PHONE = { viewport: { width: 360, height: 740 } }
const [, TAX, STATISTICS, , , AGENCY, OPERATOR] = CODES

describe('the pages about the life of grants', function () {
  this.timeout(60_000)
  const scene = useScene()
  let browser: Browser
  let city: City
  let page: Page
  let troubles: string[]

  before(async function () {
    requireChromium(this)
    ;[browser, city] = await Promise.all([startBrowser(), openLives(scene)])
  })
  after(async () => {
    await browser?.close()
    await city?.[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    await page?.context().close()
  })

  const start = async (options: BrowserContextOptions = {}): Promise<void> => {
    ;({ page, troubles } = await openPage(browser, options))
    await page.addInitScript(`sessionStorage.setItem('suyuan-token', '${city.ledger.token}')`)
  }
  const settled = () => page.locator('#view[aria-busy=false]').waitFor()
  const go = async (path: string): Promise<void> => {
    await page.goto(city.origin + path)
    await settled()
  }
  const open = async (path: string, options: BrowserContextOptions = {}): Promise<void> => {
    await start(options)
    await go(path)
  }
  const texts = async (selector: string) =>
    (await page.locator(selector).allInnerTexts()).map(text => text.replaceAll(/\s+/g, ' ').trim())
  /** Lets a test change one grant's answer on its way. */
  const change = (id: number, alter: (grant: GrantLife) => void) =>
    page.route(`**/v1/grants/${id}`, async route => {
      const response = await route.fetch()
      const json = (await response.json()) as { grant: GrantLife }
      alter(json.grant)
      await route.fulfill({ response, json })
    })

  describe('of one grant', () => {
    it('says in one sentence what may be done now, and what was asked for', async () => {
      await open(`/grant?id=${LIFE.usable}`)
      expect(await page.innerText('.now')).to.equal(
        '统计局现在可以取用纳税人登记信息，用于官方统计，到 2027-01-01 08:00:00 为止。',
      )
      expect(await page.title()).to.equal('授权 1 · 溯源 Suyuan')
      const terms = await page.innerText('.terms')
      for (const words of ['4 项（共 8 项）', '税务局', '2026-01-20 00:00:00 · 10 个工作日 · 日历第 1 版', '校核 1']) {
        expect(terms).to.contain(words)
      }
      expect(await texts('.roles li')).to.deep.equal(['✓ 提供部门首席数据官', '– 使用部门首席数据官', '✓ 监管'])
      expect(terms).to.contain('已同意 2 / 至少须 2')
      expect(troubles).to.deep.equal([])
    })

    it('draws its life: approvals k of n, vetoes as spans, deliveries summed, who signed and who sent', async () => {
      await open(`/grant?id=${LIFE.usable}`)
      expect(await texts('.step h3')).to.deep.equal([
        '申请数据',
        '会签同意',
        '撤回会签',
        '会签同意',
        '会签同意',
        '授权',
        '共享 5 次：64,815 条，18.5 MB；使用方确认收到 1 次',
        '否决',
        '同意解除否决',
        '同意解除否决',
        '解除否决',
        '用量结算 1 次：9,000 条，10 B (汇总 1,204 次访问)；下载 1 次：30,247 条，8.6 MB；计算（数据可用不可见） 1 次：100 条，20 KB',
        '期限届满',
      ])
      expect(await texts('.step.vetoed h3')).to.deep.equal(['否决', '同意解除否决', '同意解除否决'])
      expect(await texts('.step.ahead h3')).to.deep.equal(['期限届满'])
      const [asked, , , , last, granted] = await texts('.step')
      expect(asked).to.contain('至少须 2 方同意：提供部门首席数据官、使用部门首席数据官、监管').and.to.contain('代发')
      expect(asked)
        .to.contain('2026-01-05 10:00')
        .and.to.match(/区块 \d+/)
      expect(last).to.contain('监管，第 2 个，须 2 个').and.to.contain('数据主管部门').and.to.contain('自行发送')
      expect(granted).to.contain('由多方会签批准')
      await page.locator('.signature summary').first().click()
      expect(await page.locator('.signature dd').nth(1).innerText()).to.match(/^0x[0-9a-f]{130}$/)
      await page.locator('.each summary').last().click()
      expect(await page.locator('.each li').last().innerText())
        .to.contain('算法')
        .and.to.contain('授权 8')
      expect(await texts('.meter p')).to.deep.equal([
        '数据条数 已用 104,162，共 1,000,000 10 %',
        '数据量 已用 27.2 MB，共 500 MB 5 %',
      ])
    })

    const LIVES: readonly (readonly [keyof typeof LIFE, ...string[]])[] = [
      ['unanswered', '原因：尚未决定', '逾期可向监管反映', '逾期未答复', '已逾期'],
      ['byPolicy', '原因：额度用尽', '由自动共享策略批准 · 策略第 2 版', '合约自动执行'],
      ['refused', '原因：已拒绝', '拒绝申请'],
      ['revoked', '原因：已撤销', '撤销授权', '如仍需使用，请重新申请'],
      ['suspended', '原因：因否决暂停', '须待外部检验与监管双方同意解除'],
      ['held', '已中止审批', '已逾期'],
      ['unconditional', '由合约：无条件批准', '合约当即作出决定'],
    ]
    for (const [name, ...words] of LIVES) {
      it(`tells the life of one that is: ${name}`, async () => {
        await open(`/grant?id=${LIFE[name]}`)
        const text = await page.innerText('#view')
        for (const expected of words) expect(text).to.contain(expected)
        expect(troubles).to.deep.equal([])
      })
    }

    it('shows the agreements that it hangs on, the upper one first', async () => {
      await open(`/grant?id=${LIFE.development}`)
      const [above, below] = await texts('.agreements > li')
      expect(above).to.contain('协议 1 运营协议').and.to.contain('生效').and.to.contain('评估：限期整改')
      expect(above).to.contain('已逾期') // its filing
      expect(above)
        .to.contain('被否决')
        .and.to.match(/否决于 2026-02-07 10:00:\d\d [^·]+ · .*区块 \d+/)
      expect(below).to.contain('协议 2 开发利用协议').and.to.contain('数据运营公司 → 数据开发公司')
      expect(below).to.match(/终止于 2026-02-06 10:00:\d\d 数据开发公司 · .*区块 \d+/)
    })

    it('ends the life of a grant where its agreement ended, and says why', async () => {
      await open(`/grant?id=${LIFE.development}`)
      expect(await page.innerText('.why')).to.equal('原因：协议未生效或已终止（协议 2）。须先签订新的协议。')
      const steps = await texts('.step h3')
      expect(steps.slice(-3)).to.deep.equal(['共享 1 次：4,321 条，1.2 MB', '协议 2：终止协议', '协议 1：协议被中止'])
      expect(await texts('.step.vetoed h3')).to.deep.equal(['协议 1：协议被中止'])
      await page.click('#language')
      expect(await page.innerText('.why')).to.equal(
        'Why: its agreement is not, or no longer, in force (Agreement 2). A new agreement comes first.',
      )
    })

    it('names what stands in the way, and links to it', async () => {
      await start()
      await change(LIFE.development, grant => {
        const says = { zh: '机构被冻结', en: 'an organisation it takes is frozen by a veto' }
        Object.assign(grant, { now: { usable: false, why: 'organisation-vetoed', of: AGENCY, says } })
      })
      await go(`/grant?id=${LIFE.development}`)
      expect(await page.innerText('.why')).to.equal('原因：机构被冻结（大数据发展管理局）。')
      expect(await page.getAttribute('.why a', 'href')).to.equal(`/party?code=${AGENCY}`)
    })

    it('copies a transaction whole, and shows it whole where there is no clipboard, and on paper', async () => {
      await open(`/grant?id=${LIFE.usable}`, { permissions: ['clipboard-read', 'clipboard-write'] })
      const button = page.locator('.copy').nth(2)
      const whole = await button.getAttribute('title')
      expect(whole).to.match(/^0x[0-9a-f]{64}$/)
      await button.click()
      await page.locator('#told').filter({ hasText: '已复制' }).waitFor({ state: 'attached' })
      expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(whole)
      await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`)
      await button.click()
      expect(await button.innerText()).to.equal(whole)
      expect(await page.evaluate('getSelection().toString()')).to.equal(whole)
      await page.emulateMedia({ media: 'print' })
      const content = `getComputedStyle(document.querySelectorAll('.copy')[2], '::before').content`
      expect(await page.evaluate(content)).to.equal(`"${whole}"`)
    })

    it('saves the evidence of its acts, to be checked without a node, and says how', async () => {
      await open(`/grant?id=${LIFE.usable}`)
      const saving = page.waitForEvent('download')
      await page.click('#acts-evidence')
      const saved = await saving
      expect(saved.suggestedFilename()).to.equal('suyuan-grant-1.json.gz')
      const file = JSON.parse(gunzipSync(await readFile(await saved.path())).toString()) as { chain: { asOf: number } }
      expect(file).to.deep.include({ subject: { grant: 1 }, asked: { offline: true, newest: false } })
      const told = `查得区块 ${file.chain.asOf} 的哈希`
      await page.locator('.evidence [role=status]').filter({ hasText: told }).waitFor()
      await page.click('.evidence summary')
      expect(await page.locator('.evidence pre').nth(1).innerText()).to.equal(
        'suyuan verify suyuan-grant-1.json.gz --trust trust.json',
      )
    })

    it('shows a thousand events at once, and the middle of them when asked', async () => {
      await start()
      await change(LIFE.usable, grant => {
        const [first] = grant.history
        const entry = { ...first!, event: 'ApprovalWithdrawn', says: { zh: '撤回会签', en: 'withdrawn' } }
        const history = Array.from({ length: 1_000 }, (_, k) => ({
          ...entry,
          arguments: { role: 'regulator' },
          place: { ...entry.place, block: { ...entry.place.block, number: k + 1 } },
        }))
        Object.assign(grant, { history, deliveries: [], delivered: { count: 250, bytes: '9', rows: '9' } })
      })
      await go(`/grant?id=${LIFE.usable}`)
      expect(await page.locator('.step').count()).to.be.below(50)
      expect(await page.innerText('.unlisted')).to.contain('更早还有 250 次交付')
      const began = Date.now()
      await page.getByRole('button', { name: /展开中间/ }).click()
      await page.locator('.step').nth(1_000).waitFor()
      expect(Date.now() - began).to.be.below(5_000)
      expect(await page.locator('.fold').count()).to.equal(0)
      expect(await page.evaluate(`document.activeElement.className`)).to.contain('step')
    })

    it('refuses an address that names no grant, and says when there is none of that number', async () => {
      await open('/grant?id=1e3')
      expect(await page.innerText('[role=alert]')).to.contain('“1e3”不是授权编号')
      expect(await page.inputValue('#id')).to.equal('1e3')
      await go('/grant')
      expect(await page.innerText('[role=alert]')).to.contain('请给出授权编号')
      await page.fill('#id', '999')
      await page.click('#choose button')
      await page.locator('[role=alert]').filter({ hasText: '999' }).waitFor()
      expect(await page.inputValue('#id')).to.equal('999')
      expect(page.url()).to.equal(`${city.origin}/grant?id=999`)
    })

    it('asks for a token, and shows what it opens', async () => {
      ;({ page, troubles } = await openPage(browser))
      await page.goto(`${city.origin}/grant?id=1`)
      await page.locator('[role=alert]').filter({ hasText: '需要访问令牌' }).waitFor()
      await page.fill('#token', city.ledger.token)
      await page.press('#token', 'Enter')
      await page.locator('.now.good').waitFor()
      expect(page.url()).to.not.contain(city.ledger.token)
      expect(troubles).to.deep.equal([])
    })

    it('shows a name full of HTML as that very text', async () => {
      await start()
      const evil = '<img src=x onerror="window.hacked=1">'
      await page.route('**/v1/organisations', async route => {
        const response = await route.fetch()
        const json = (await response.json()) as { organisations: { name: string }[] }
        for (const one of json.organisations) one.name = evil
        await route.fulfill({ response, json })
      })
      await go(`/grant?id=${LIFE.usable}`)
      expect(await page.innerText('.now')).to.contain(evil)
      expect(await page.evaluate('window.hacked')).to.equal(undefined)
    })
  })

  describe('of one party', () => {
    it('says what it may do now, grouped, and who owes it an answer', async () => {
      await open(`/party?code=${STATISTICS}`)
      expect(await page.innerText('.sentence')).to.equal('统计局现在可以凭 2 项授权取用数据。')
      expect(await texts('#taken .group h3')).to.deep.equal([
        '现在可用 2 项',
        '已中止审批 1 项',
        '已暂停 1 项',
        '额度用尽 1 项',
        '已撤销 1 项',
        '已拒绝 1 项',
      ])
      expect(await page.innerText('#overdue-of'))
        .to.contain('他方欠它的答复')
        .and.to.contain('申请 7')
      await page.click('#taken a')
      await page.waitForURL('**/grant?id=*')
      expect(troubles).to.deep.equal([])
    })

    it('shows the log’s uses of each grant beside what the chain has, also where nothing may be taken', async () => {
      await start()
      await page.route('**/v1/grants?**', async route => {
        const response = await route.fetch()
        const json = (await response.json()) as { grants: { id: number; uses: object }[] }
        for (const grant of json.grants) {
          if (grant.id === LIFE.revoked) grant.uses = { records: 536, bytes: 9_000, rows: 700, outside: 5 }
        }
        await route.fulfill({ response, json })
      })
      await go(`/party?code=${STATISTICS}`)
      const one = (id: number) =>
        page.locator('#taken .grants > li').filter({ has: page.locator(`a[href='/grant?id=${id}']`) })
      expect(await one(LIFE.usable).innerText())
        .to.contain('链上记录的交付与结算')
        .and.to.contain('日志中 3 次访问')
      expect(await one(LIFE.revoked).innerText())
        .to.contain('日志中 536 次访问')
        .and.to.contain('其中 5 次不在授权内')
      expect(await one(LIFE.refused).innerText()).to.not.contain('日志中')
    })

    it('says what it owes, and who takes its data', async () => {
      await open(`/party?code=${TAX}`)
      expect(await texts('#overdue-of .owed a')).to.include.members(['申请 2', '申请 7', '校核 1'])
      expect(await page.innerText('#given')).to.contain('授权 9')
      expect(await page.innerText('#corrections'))
        .to.contain('再次提出')
        .and.to.contain('答复：核实无误')
    })

    it('shows its agreements, and a frozen one as frozen', async () => {
      await open(`/party?code=${OPERATOR}#agreement-2`)
      expect(await page.locator('#agreements .agreement').count()).to.equal(2)
      await go(`/party?code=${CODES[4]}`)
      expect(await page.innerText('#view')).to.contain('冻结参与方')
    })

    it('is found by a name that was typed before the names came', async () => {
      await start()
      let letCome = (): void => {}
      const come = new Promise<void>(resolve => {
        letCome = resolve
      })
      await page.route('**/v1/organisations**', async route => {
        await come
        await route.continue()
      })
      await go('/party')
      await page.fill('#organisation', '税务')
      expect(await page.locator('#organisation-list [role=option]').count()).to.equal(0)
      letCome()
      await page.locator('#organisation-list [role=option]').first().waitFor({ timeout: 5_000 })
    })

    it('is chosen by name, and one that is not registered is told', async () => {
      await open('/party')
      await page.fill('#organisation', '税务')
      await page.locator('#organisation-list [role=option]').first().waitFor() // also when it was typed before the names came
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.click('#choose button')
      await page.waitForURL(`**/party?code=${TAX}`)
      // Here only what is registered can be chosen.
      await page.fill('#organisation', '11520100MB0000099Z')
      expect(await page.innerText('#organisation-list')).to.equal('没有匹配项')
      await page.click('#choose button')
      expect(await page.evaluate(`document.querySelector('#organisation').validationMessage`)).to.contain(
        '请从列表中选择',
      )
      await go('/party?code=11520100MB0000099Z')
      expect(await page.innerText('[role=alert]')).to.contain('11520100MB0000099Z')
    })

    it('shows more when asked, where a list is long', async () => {
      await start()
      await page.route('**/v1/grants?**', route =>
        route.continue({ url: route.request().url().replace('limit=100', 'limit=3') }),
      )
      await go(`/party?code=${STATISTICS}`)
      expect(await page.innerText('.sentence')).to.contain('最新 3 项中')
      await page.click('#taken .more')
      await page.locator('#taken .grants > li').nth(5).waitFor()
    })
  })

  describe('of what is overdue', () => {
    it('lists what is owed, by whom, since when, and the vetoes that stand', async () => {
      await open('/overdue')
      expect(await page.innerText('.sentence')).to.equal('4 项逾期未办')
      expect(await texts('#view h3')).to.deep.equal(['答复申请 2', '答复校核 1', '协议备案 1'])
      const text = await page.innerText('#view')
      for (const words of [
        '2026-01-22 00:00:00 起逾期（39天前）',
        '冻结参与方 档案局',
        '中止授权 授权 6',
        '已同意解除：数据主管部门',
      ]) {
        expect(text).to.contain(words)
      }
      expect(troubles).to.deep.equal([])
    })

    it('is counted in the head of the first page', async () => {
      await start()
      await page.goto(city.origin)
      await page.locator('#overdue-count').filter({ hasText: /^4$/ }).waitFor()
      await page.click('a[href="/overdue"]')
      await page.waitForURL('**/overdue')
    })

    it('says so where there is nothing', async () => {
      await start()
      await page.route('**/v1/overdue', route => route.fulfill({ json: { block: 1, overdue: [] } }))
      await page.route('**/v1/vetoes', route => route.fulfill({ json: { block: 1, vetoes: [] } }))
      await go('/overdue')
      expect(await page.innerText('#view'))
        .to.contain('没有逾期事项')
        .and.to.contain('没有生效中的否决')
        .and.to.contain('尚无来源登记密钥')
      expect(await page.locator('#overdue-count').isHidden()).to.equal(true)
    })

    it('shows sources whose lines are missing, or that are silent', async () => {
      await start()
      const key = {
        links: 6,
        missing: 4,
        holes: [
          { from: 2, to: 4 },
          { from: 9, to: 9 },
        ],
        faults: [{ kind: 'forked' }],
      }
      const sources = [
        {
          source: 'gate-1',
          unsigned: 3,
          keys: [key],
          silentSince: '2026-03-01T00:00:00.000Z',
          heard: '2026-03-01T00:00:00.000Z',
        },
        { source: 'gate-2', unsigned: 0, keys: [{ ...key, missing: 0, holes: [], faults: [{ kind: 'repeated' }] }] },
      ]
      await page.route('**/v1/sources', route => route.fulfill({ json: { size: 1, sources } }))
      await go('/overdue')
      const items = await texts('.sources li')
      expect(items[0])
        .to.contain('需核查')
        .and.contain('gate-1')
        .and.contain('缺 4 行：2–4、9')
        .and.contain('1 处自相矛盾')
      expect(items[0]).to.contain('2026-03-01 08:00:00 起静默').and.contain('已签名 6 行，未签名 3 行')
      expect(items[1]).to.contain('完整').and.not.contain('缺')
    })

    it('says what is wrong when the ledger does not answer', async () => {
      await start()
      await page.route('**/v1/vetoes', route => route.abort())
      await go('/overdue')
      expect(await page.innerText('[role=alert]')).to.contain('无法连接账本服务')
    })
  })

  const PATHS = [`/grant?id=${LIFE.usable}`, `/grant?id=${LIFE.development}`, `/party?code=${TAX}`, '/overdue']

  it('have no barrier that axe-core finds, and fit 360 pixels, in light and dark, in both languages', async () => {
    for (const options of [{}, { ...PHONE, colorScheme: 'dark', locale: 'en-GB' }] as const) {
      await start(options)
      for (const path of PATHS) {
        await go(path)
        await page.evaluate(await readFile(AXE, 'utf8'))
        const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
          'axe.run()',
        )
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
        expect(found, `${path} ${JSON.stringify(options)}`).to.deep.equal([])
        expect(
          await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
          path,
        ).to.equal(true)
      }
      await page.context().close()
    }
  })

  it('speak English throughout, but for names', async () => {
    await start({ locale: 'en-GB' })
    for (const [path, field] of [
      ['organisations', 'organisations'],
      ['resources', 'resources'],
    ] as const) {
      await page.route(`**/v1/${path}`, async route => {
        const response = await route.fetch()
        const json = (await response.json()) as Record<string, { name: string }[]>
        for (const one of json[field]!) one.name = 'Somebody'
        await route.fulfill({ response, json })
      })
    }
    await page.route('**/v1/vetoes', async route => {
      const response = await route.fetch()
      const json = (await response.json()) as { vetoes: { name?: string }[] }
      for (const one of json.vetoes) if (one.name !== undefined) one.name = 'Somebody'
      await route.fulfill({ response, json })
    })
    for (const path of PATHS.filter(path => !path.startsWith('/party'))) {
      await go(path)
      expect(await page.innerText('main'), path).to.not.match(/\p{Script=Han}/u)
    }
  })
})
