// The page that verifies, in a real browser: as the service gives it, and as a file on a disk.

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { bundleEntry } from '../../scripts/build-verify.ts'
import { openAnswerKey } from '../../src/answer-key.ts'
import { answerText } from '../../src/core/evidence.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import { makeSourceKey } from '../../src/source/sign.ts'
import { type Ledger, openLedger } from '../http/fixture.ts'
import { openPage, requireChromium, startBrowser } from './fixture.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PHONE = { viewport: { width: 360, height: 740 } }
const VECTORS = resolve(import.meta.dirname, '../vectors/evidence')
const PAGE = resolve(import.meta.dirname, '../../build/verify/page.html')

interface Given {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}
const fileOf = (name: string, content: Buffer | string): Given => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(content),
})
const vector = (name: string): Given => fileOf(name, readFileSync(join(VECTORS, name)))
const TRUST = vector('trust.json')
const { blocks, ...rest } = JSON.parse(TRUST.buffer.toString()) as { blocks: { number: number; hash: string }[] }
const WITHOUT_BLOCK = fileOf('trust.json', JSON.stringify(rest))
const BLOCK = blocks[0]!

/** Words that are asked for by a name in the data. */
const FROM_DATA: ReadonlySet<string> = new Set(
  'verified tampered unchecked all newest unproven resource provider consumer actor purpose grant source'.split(' '),
)

describe('the page that verifies', function () {
  this.timeout(60_000)
  let browser: Browser
  let ledger: Ledger
  let origin: string
  let page: Page
  let troubles: string[]

  before(async function () {
    requireChromium(this)
    ;[browser, ledger] = await Promise.all([startBrowser(), openLedger()])
    await ledger.app.listen({ host: '127.0.0.1', port: 0 })
    origin = `http://127.0.0.1:${(ledger.app.server.address() as AddressInfo).port}`
  })
  after(async () => {
    await browser?.close()
    await ledger?.[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    await page?.context().close()
  })

  const open = async (options: object = {}, address = `${origin}/verify`): Promise<void> => {
    ;({ page, troubles } = await openPage(browser, options))
    await page.goto(address)
  }
  const give = async (evidence: Given | string, trust: Given | string = TRUST): Promise<void> => {
    await page.setInputFiles('#trust-file', trust)
    await page.setInputFiles('#evidence-file', evidence)
  }
  const shows = (selector: string, text: string) => page.locator(selector).filter({ hasText: text }).first().waitFor()
  const findBarriers = async (): Promise<string[]> => {
    await page.evaluate(await readFile(AXE, 'utf8'))
    const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }
  const fitsWidth = () => page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')

  it('is served with a policy that lets it run itself and fetch nothing', async () => {
    const response = await ledger.get('/verify')
    expect(response.statusCode).to.equal(200)
    expect(response.headers['content-type']).to.equal('text/html; charset=utf-8')
    expect(response.headers['cache-control']).to.equal('no-cache')
    expect(response.headers['x-content-type-options']).to.equal('nosniff')
    const policy = String(response.headers['content-security-policy'])
    expect(policy).to.match(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; worker-src blob:; img-src data:; /,
    )
    expect(policy)
      .to.contain("frame-ancestors 'none'")
      .and.to.not.match(/unsafe|http/)
    const again = await ledger.app.inject({
      url: '/verify',
      headers: { 'if-none-match': String(response.headers.etag) },
    })
    expect(again.statusCode).to.equal(304)
    const others = await ledger.get('/')
    expect(others.headers['content-security-policy']).to.contain("default-src 'self'")
  })

  it('verifies: the verdict, how complete, what it says, check by check, and what it does not prove', async () => {
    await open()
    await give(vector('good-grants.json'))
    await shows('.verdict h2', '已核实')
    expect(await page.textContent('.answered'))
      .to.contain('完整：截至该存证')
      .and.to.contain('4 次使用')
    expect(await page.textContent('.answered .badge')).to.contain('其中 3 次不在授权内')
    expect(await page.locator('.checks li.passed').count()).to.equal(15)
    expect(await page.locator('.unproven li').count()).to.equal(3)
    expect(await page.textContent('.unproven')).to.contain('从未写入日志的访问')
    await page.click('.records summary')
    expect(await page.locator('.records tbody tr').count()).to.equal(4)
    expect(await page.textContent('.records tbody tr')).to.contain('无授权')
    expect(await page.textContent('#told')).to.equal('已核实')
    const { buffer } = vector('good-grants.json')
    expect(await page.textContent('.note.hash')).to.contain(createHash('sha256').update(buffer).digest('hex'))
    expect(troubles).to.deep.equal([])
  })

  it('shows which rows their sources signed, and whose word the others are', async () => {
    const { sources, ...withoutSources } = JSON.parse(TRUST.buffer.toString()) as { sources: string[] }
    const { verifierKey } = makeSourceKey({ source: 'exchange-1', origin: 'x', secret: new Uint8Array(32).fill(1) })
    const trusting = (sources: readonly string[]): Given =>
      fileOf('t.json', JSON.stringify({ ...withoutSources, sources }))
    for (const [locale, evidence, trust, words, mark] of [
      ['zh-CN', 'good-signed.json', TRUST, '全部 3 条都由来源签名，签名成立', '成立'],
      ['en-GB', 'good-grants.json', TRUST, 'for the other 4 rests on the operator’s word', 'none, the operator’s word'],
      [
        'en-GB',
        'good-signed.json',
        fileOf('t.json', JSON.stringify(withoutSources)),
        'Rows that carry a signature, which was not checked: 3',
        'not checked',
      ],
      [
        'zh-CN',
        'good-grants.json',
        trusting([...sources, formatVerifierKey(verifierKey)]),
        '4 条记录没有签名，而其来源有签名密钥',
        '未签名',
      ],
    ] as const) {
      await open({ locale })
      await give(vector(evidence), trust)
      await shows('.answered', words)
      await page.click('.records summary')
      const marks = await page.locator('.records td .signed').allTextContents()
      expect(new Set(marks.map(text => text.trim()))).to.deep.equal(new Set([mark]))
      expect(marks.length).to.equal(await page.locator('.records tbody tr').count())
      await page.context().close()
    }
    await open()
  })

  it('says which record was tampered with, and by which check', async () => {
    await open()
    await give(vector('bad-record-changed.json'))
    await shows('.verdict h2', '被篡改')
    expect(await page.textContent('.culprit')).to.match(/^所涉记录：日志第 \d+ 号$/)
    expect(await page.textContent('.detail')).to.contain('与其哈希不符')
    expect(await page.textContent('.checks li.failed')).to.contain('每条记录都与其哈希一致')
    expect(await page.locator('.checks li.skipped').count()).to.equal(11)
    expect(await page.locator('.answered').count()).to.equal(0)
  })

  it('asks for the one block hash that is missing, and goes on with it; never with what the file claims', async () => {
    await open()
    await give(vector('good-window.json'), WITHOUT_BLOCK)
    await shows('.verdict h2', '无法核实')
    await shows('.block h3', `区块 ${BLOCK.number} 的哈希`)
    expect(await page.innerText('body')).to.not.contain(BLOCK.hash)
    expect(await page.inputValue('#block-hash')).to.equal('')
    await page.fill('#block-hash', '0x12')
    await page.click('.block button')
    expect(await page.textContent('.verdict h2')).to.equal('无法核实') // of no such form
    await page.fill('#block-hash', `0x${'1'.repeat(64)}`)
    await page.click('.block button')
    await shows('.verdict h2', '被篡改')
    await shows('.detail', '哈希抄写无误')
    await page.fill('#block-hash', BLOCK.hash)
    await page.click('.block button')
    await shows('.verdict h2', '已核实')
    await shows('.hash', JSON.stringify(BLOCK))
  })

  it('says of evidence that only a node can check what to do', async () => {
    const keys = mkdtempSync(join(tmpdir(), 'suyuan-page-'))
    const answerKey = await openAnswerKey(keys, 'example.org/use')
    rmSync(keys, { recursive: true })
    const { offline: _, signature: __, ...evidence } = JSON.parse(vector('good-window.json').buffer.toString())
    const signed = { ...evidence, signature: answerKey.sign(answerText('example.org/use', evidence)) }
    const trust = { ...rest, blocks, answers: formatVerifierKey(answerKey.verifierKey) }
    await open({ locale: 'en-GB' })
    await give(fileOf('e.json', JSON.stringify(signed)), fileOf('t.json', JSON.stringify(trust)))
    await shows('.verdict h2', 'Cannot be checked')
    expect(await page.textContent('.detail'))
      .to.contain('does not show the chain')
      .and.to.contain('offline=true')
      .and.to.contain('--rpc')
    expect(await page.locator('.block').count()).to.equal(0)
  })

  it('reads both files from either box, packed or pasted', async () => {
    await open()
    await page.setInputFiles('#evidence-file', [
      TRUST,
      fileOf('e.json.gz', gzipSync(vector('good-window.json').buffer)),
    ])
    await shows('.verdict h2', '已核实')
    await shows('#trust-given', '已放到右栏')
    await page.reload()
    await page.setInputFiles('#trust-file', vector('good-window.json'))
    await shows('#evidence-given', '已放到左栏')
    await page.click('.box summary')
    await page.fill('#trust-text', TRUST.buffer.toString())
    await page.click('#trust-use')
    await shows('#trust-given', '粘贴的文本：日志 example.org/use')
    await shows('.verdict h2', '已核实')
  })

  it('takes what is dropped, wherever it is dropped', async () => {
    await open()
    const drop = (selector: string, { name, buffer }: Given) =>
      page.evaluate(
        `{
          const data = new DataTransfer()
          data.items.add(new File([${JSON.stringify(buffer.toString())}], ${JSON.stringify(name)}))
          document.querySelector(${JSON.stringify(selector)}).dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
        }`,
      )
    await drop('#trust-box h3', TRUST)
    await shows('#trust-given', 'trust.json')
    await drop('footer', vector('good-window.json'))
    await shows('.verdict h2', '已核实')
  })

  it('has a clear word for every file that is something else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-page-'))
    const large = join(folder, 'large.json')
    writeFileSync(large, '{')
    truncateSync(large, 500_000_000) // a hole: it takes no room
    await open()
    const cases: readonly (readonly [Given | string, string])[] = [
      [fileOf('a.json', '{"format":"suyuan-acts/v1"}'), '这是行为证据'],
      [fileOf('a.json', '{"format":"suyuan-finding/v1"}'), '监测者的发现'],
      [fileOf('a.ndjson', '{"firstIndex":0}\n'), '入账回执'],
      [fileOf('a.txt', 'hello'), '不是可读的证据'],
      [fileOf('a.bin', Buffer.from([0xff, 0xfe, 0x00])), '不是正确的 UTF-8'],
      [fileOf('a.json', ''), '是空文件'],
      [fileOf('a.json.gz', gzipSync('{}').subarray(0, 12)), '无法解压'],
      [fileOf('a.json.gz', gzipSync(Buffer.alloc(260 * 1024 * 1024))), '最多读取'],
      [large, '500 MB'],
    ]
    for (const [given, words] of cases) {
      await give(given)
      await shows('.verdict.unchecked', words)
    }
    rmSync(folder, { recursive: true })
    for (const [text, words] of [
      ['{"log":1}', '不能作为信任文件'],
      ['nonsense', '不能作为信任文件'],
      [JSON.stringify({ ...rest, answers: 'x' }), '不能作为信任文件'],
    ] as const) {
      await page.setInputFiles('#trust-file', fileOf('t.json', text))
      await shows('#trust-given', words)
      expect(await page.isHidden('#result')).to.equal(true)
    }
    const other = JSON.parse(TRUST.buffer.toString()) as { chainId: number }
    await give(vector('good-window.json'), fileOf('t.json', JSON.stringify({ ...other, chainId: 5 })))
    await shows('.verdict.unchecked', '文件属于另一个账本')
    expect(troubles).to.deep.equal([])
  })

  it('says that it cannot unpack, or not verify at all, where the browser is too old', async () => {
    await open()
    await page.addInitScript('delete globalThis.Worker; delete globalThis.DecompressionStream')
    await page.reload()
    await give(fileOf('e.json.gz', gzipSync(vector('good-window.json').buffer)))
    await shows('.verdict.unchecked', '不能解压 .gz')
    await page.setInputFiles('#evidence-file', vector('good-window.json')) // and without a thread of its own
    await shows('.verdict h2', '已核实')
    await page.addInitScript('delete Map.groupBy')
    await page.reload()
    await shows('.verdict.unchecked', '浏览器过旧')
  })

  it('checks itself first, and no file where it does not come to what is known', async () => {
    // Of what every browser has, one thing that does not do what it should, or nothing at all.
    for (const otherwise of ['return this.slice()', 'throw new Error("none")']) {
      await open()
      await page.addInitScript(
        `delete globalThis.Worker; Uint8Array.prototype.toReversed = function () { ${otherwise} }`,
      )
      await page.reload()
      await give(vector('good-window.json'))
      await shows('.verdict.unchecked', '没有通过自检')
    }
    expect(await page.locator('.verdict.verified').count()).to.equal(0)
  })

  it('is not content with a sample that comes out verified, whatever it has', async () => {
    await open()
    await page.addInitScript(`
      delete globalThis.Worker
      const { replace } = String.prototype
      String.prototype.replace = function (what, by) {
        return String(what).includes('rows') ? String(this) : replace.call(this, what, by)
      }`)
    await page.reload()
    await give(vector('good-window.json'))
    await shows('.verdict.unchecked', '没有通过自检')
  })

  it('has a thread ready before the first file comes, and keeps it for those behind', async () => {
    ;({ page, troubles } = await openPage(browser))
    let begun = 0
    page.on('worker', () => begun++)
    await Promise.all([page.waitForEvent('worker'), page.goto(`${origin}/verify`)])
    await give(vector('good-window.json'))
    await shows('.verdict h2', '已核实')
    // Not the trust file again: that would begin the file before it anew, which this one then ends with its thread.
    await page.setInputFiles('#evidence-file', vector('bad-complete-dropped.json'))
    await shows('.verdict h2', '被篡改')
    expect([begun, page.workers().length]).to.deep.equal([1, 1])
    expect(troubles).to.deep.equal([])
  })

  it('speaks Chinese and English, also of what it has found', async () => {
    await open({ locale: 'en-GB' })
    await give(vector('bad-complete-dropped.json'))
    await shows('.verdict h2', 'Tampered with')
    expect(await page.innerText('main')).to.not.match(/核验|证据|检查/)
    await page.click('#language')
    await shows('.verdict h2', '被篡改')
    expect(await page.title()).to.equal('核验证据 · 溯源 Suyuan')
  })

  it('can be used by keyboard alone', async () => {
    await open()
    page.on('filechooser', () => {}) // choosers are handed over from here on: turned on with the key, it may come too late
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).to.equal('skip')
    await page.keyboard.press('Enter')
    for (const id of ['evidence-file', 'trust-file']) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.id')).to.equal(id)
      const choosing = page.waitForEvent('filechooser')
      await page.keyboard.press('Space')
      await (await choosing).setFiles(id === 'trust-file' ? TRUST : vector('good-window.json'))
    }
    await shows('.verdict h2', '已核实')
  })

  it('fetches nothing, keeps nothing but the language, and takes no trust from the service', async () => {
    await open()
    const urls: string[] = []
    page.on('request', request => urls.push(request.url()))
    await page.reload()
    await give(vector('good-window.json'))
    await shows('.verdict h2', '已核实')
    expect(urls.filter(url => !url.startsWith('data:') && !url.startsWith('blob:'))).to.deep.equal([`${origin}/verify`])
    expect(await page.evaluate('Object.keys(localStorage).join()')).to.equal('')
    const refused = page.waitForEvent('console', message => message.text().includes('Content Security Policy'))
    expect(await page.evaluate(`fetch('/v1/trust').then(() => 'fetched', () => 'refused')`)).to.equal('refused')
    await refused
  })

  it('works as a file on a disk, without any server', async () => {
    await open({ offline: true }, pathToFileURL(PAGE).href)
    await give(vector('good-window.json'))
    await shows('.verdict h2', '已核实')
    expect(await page.locator('.served:visible').count()).to.equal(0)
    expect(troubles).to.deep.equal([])
  })

  it('has no barrier that axe-core finds, and fits 360 pixels, whatever it shows', async () => {
    for (const options of [{}, { ...PHONE, colorScheme: 'dark', locale: 'en-GB' }]) {
      await open(options)
      await page.click('.why-trust summary')
      await page.click('.box summary')
      expect(await findBarriers(), 'start').to.deep.equal([])
      for (const [evidence, trust, verdict] of [
        ['good-grants.json', TRUST, 'verified'],
        ['bad-record-changed.json', TRUST, 'tampered'],
        ['good-window.json', WITHOUT_BLOCK, 'unchecked'],
      ] as const) {
        await give(vector(evidence), trust)
        await page.waitForSelector(`.verdict.${verdict}`)
        if (verdict === 'verified') await page.click('.records summary')
        expect(await findBarriers(), `${verdict} ${JSON.stringify(options)}`).to.deep.equal([])
        expect(await fitsWidth(), verdict).to.equal(true)
      }
      await page.context().close()
    }
    await open()
  })

  it('has a word in both languages for all that it says, and says them all', async () => {
    const folder = resolve(import.meta.dirname, '../../src/web/verify')
    type Table = { readonly page: Readonly<Record<string, string>> }
    const { WORDS } = (await import(join(folder, 'words.js'))) as { WORDS: Readonly<Record<'zh' | 'en', Table>> }
    const names = (await readdir(folder)).filter(name => name !== 'words.js')
    const text = (await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')))).join('\n')
    const placesIn = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(([place]) => place).toSorted()
    for (const [key, zh] of Object.entries(WORDS.zh.page)) {
      expect(zh, key).to.match(/\S/)
      expect(placesIn(WORDS.en.page[key]!), key).to.deep.equal(placesIn(zh))
      // Verdicts and dimensions are looked up by what the verifier calls them.
      const base = key.replace(/Means$/, '')
      if (!FROM_DATA.has(base)) expect(text, key).to.match(new RegExp(`['"]${key}['"]`))
    }
    for (const [, key] of text.matchAll(/\bsay\('(\w+)'/g)) expect(WORDS.zh.page, key).to.have.property(key!)
    for (const [, key] of text.matchAll(/data-word(?:-aria-label)?="(\w+)"/g)) {
      expect(WORDS.zh.page, key).to.have.property(key!)
    }
    await open()
  })

  it('is linked from the other pages', async () => {
    for (const address of ['/', '/docs', '/overdue']) {
      expect((await ledger.get(address)).body, address).to.contain('href="/verify"')
    }
    await open()
  })

  it('says in the browser of every vector what the list of vectors says', async () => {
    ;({ page, troubles } = await openPage(browser))
    await page.goto('about:blank')
    await page.evaluate(`${await bundleEntry('iife')};globalThis.suyuan = suyuan`)
    const { vectors } = JSON.parse(readFileSync(join(VECTORS, 'vectors.json'), 'utf8')) as {
      vectors: { file: string; verdict: string; check?: string }[]
    }
    expect(vectors.length).to.equal((await readdir(VECTORS)).length - 2)
    for (const { file, verdict, check } of vectors) {
      const given = [vector(file), TRUST].map(({ buffer }) => JSON.stringify(buffer.toString()))
      const found = await page.evaluate(
        `suyuan.verify(${given.join()}).then(({ verdict, failed }) => [verdict, failed?.check])`,
      )
      expect(found, file).to.deep.equal([verdict, check])
    }
  })
})
