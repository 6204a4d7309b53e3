// The commands that ask and check: what they print, and the exit code that a script goes by.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { LedgerError } from '../../src/core/error.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import type { AccessRecord } from '../../src/core/record.ts'
import { inBoth } from '../../src/core/words.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { CONSUMER, OTHER_CONSUMER, RESOURCE } from '../http/directory.ts'
import { line } from '../http/fixture.ts'
import { type Scene, setScene } from '../verify/scene.ts'
import { runCli, type Service, startService } from './run.ts'

/** Columns that a terminal gives a line: two for a Chinese character and its punctuation. */
const columnsOf = (line: string): number => line.length + (line.match(/[\u3000-\u9fff\uff00-\uff60]/g)?.length ?? 0)

describe('suyuan', () => {
  let scene: Scene
  let service: Service
  let trust: string

  before(async () => {
    scene = await setScene()
    await scene.anchor()
    service = await startService({ evidence: scene.evidence })
    trust = await service.file('trust.json', JSON.stringify(trustJson()))
    const lines = [line(1, { grant: 1 }), line(2, { grant: 1 }), line(3, { consumer: OTHER_CONSUMER }), line(4)]
    await service.ledger.send(lines)
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await scene.close()
  })

  const trustJson = (): object => ({
    ...formatTrust({
      logKey: scene.logKey.verifierKey,
      answerKey: scene.answerKey.verifierKey,
      timeKey: scene.logKey.timeKey,
      chainId: scene.deployment.chainId,
      contracts: scene.deployment.contracts,
    }),
    warning: 'as GET /v1/trust has it',
  })

  it('asks a busy service again when it says, some times and not for ever', async function () {
    this.timeout(30_000)
    let asked = 0
    let busy = 1
    await using crowded = await startService({
      evidence: async (question, options) => {
        asked++
        if (busy-- > 0) throw new LedgerError('overloaded', inBoth('Too much.'), { retryable: true, retryAfter: 1 })
        return scene.evidence(question, options)
      },
    })
    const ran = await crowded.run(['evidence', '-o', '-', '--resource', RESOURCE])
    expect(ran.code, ran.err).to.equal(0)
    expect(ran.err).to.contain('Too much. [overloaded] Asking again in 1 s …')
    asked = 0
    busy = 100
    const given = await crowded.run(['evidence', '-o', '-', '--resource', RESOURCE])
    expect(given.code).to.equal(2)
    expect(asked).to.equal(4)
  })

  it('takes no evidence of another question than it asked, however true', async () => {
    const narrower: Parameters<typeof scene.evidence>[] = []
    await using framing = await startService({
      evidence: (question, options) => scene.evidence(...(narrower.shift() ?? [question, options])),
    })
    const [whole, to] = [{ where: { resource: RESOURCE } }, '2026-03-02T08:00:00.000+08:00']
    const ask = (...more: string[]) => framing.run(['evidence', '-o', '-', '--resource', RESOURCE, ...more])
    expect((await ask()).code).to.equal(0)
    expect((await ask('--from', '2026-03-01', '--to', to, '--limit', '3')).code).to.equal(0)
    narrower.push([{ ...whole, to: Date.parse(to) }, { limit: 10_000 }])
    narrower.push([{ where: { ...whole.where, consumer: OTHER_CONSUMER } }, { limit: 10_000 }])
    narrower.push([whole, { limit: 1 }])
    while (narrower.length > 0) {
      const { code, out, err } = await ask()
      expect([code, out], err).to.deep.equal([2, ''])
      expect(err).to.contain('[answer_not_asked]')
    }
  })

  describe('usage', () => {
    it('answers as tables whose columns stand straight, Chinese or English', async () => {
      const zh = await service.run(['usage', '--resource', RESOURCE], { env: { LANG: 'zh_CN.UTF-8' } })
      expect(zh.code).to.equal(0)
      expect(zh.out).to.contain('市教育局').and.contain('人口基础信息').and.contain('授权内').and.contain('无授权')
      expect(zh.out).to.contain('2026-03-01 08:00:10') // Beijing
      expect(zh.err).to.contain('尚未上链存证')
      const widths = zh.out.split('\n').map(line => columnsOf(line))
      expect(new Set(widths.filter(width => width > 0)).size).to.equal(2) // two tables
      const en = await service.run(['usage', '--grant', '1'])
      expect(en.out).to.contain('within its grant').and.contain('improving the city’s services')
      const { rows } = JSON.parse((await service.run(['usage', '--json'])).out) as { rows: { index: number }[] }
      const all = await service.run(['usage'])
      const lines = all.out.slice(all.out.indexOf('│ record │ time (Beijing)')).split('\n')
      const indexes = lines.flatMap(line => /^│ +(\d+) │/.exec(line)?.[1] ?? [])
      expect(indexes.map(Number))
        .to.deep.equal(rows.map(({ index }) => index))
        .and.have.length(4)
      expect(zh.out).to.contain('│ 记录号 │ 时间（北京）')
      const unknown = await service.run(['usage', '--consumer', 'nobody', '--resource', 'none'])
      expect(unknown.out).to.equal('No record fits.\n')
      expect(unknown.err).to.contain('The catalogue has no resource "none"')
      expect(unknown.err).to.contain('No organisation is registered under "nobody"')
    })

    it('answers as JSON, page by page', async () => {
      const first = await service.run(['usage', '--limit', '3', '--json'])
      const { rows, next, totals } = JSON.parse(first.out)
      expect([rows.length, totals.records]).to.deep.equal([3, 4])
      const second = await service.run(['usage', '--limit', '3', '--json', '--cursor', next])
      expect(JSON.parse(second.out).rows).to.have.length(1)
    })

    it('tells a wrong question, a missing token, a lacking scope, with exit code 2', async () => {
      const wrong = await service.run(['usage', '--from', 'yesterday'])
      expect([wrong.code, wrong.out]).to.deep.equal([2, ''])
      expect(wrong.err).to.match(/^suyuan: .*yesterday.*\[invalid_time\]\n$/)
      const none = await service.run(['usage'], { env: { SUYUAN_TOKEN: undefined } })
      expect([none.code, none.err.includes('--token-file FILE')]).to.deep.equal([2, true])
      const token = await service.ledger.tokens.create(['write'], 'gateway')
      const tokenFile = await service.file('gateway.token', `${token}\n`)
      const lacking = await service.run(['usage', '--token-file', tokenFile])
      expect(lacking.err).to.contain('[scope_missing]')
      const empty = await service.run(['usage'], { env: { SUYUAN_TOKEN: ' ' } })
      expect([empty.code, empty.err]).to.deep.equal([2, none.err])
      const turned = await service.run(['usage', '--from', '2026-03-18', '--to', '2026-03-17'])
      expect(turned.err).to.contain('from "2026-03-18" to "2026-03-17", does not end after it begins')
      expect((await service.run(['usage', '--grant', 'x'])).code).to.equal(2)
      expect((await service.run(['no-such-command'])).code).to.equal(2)
    })

    it('speaks Chinese where the environment does: what the service refuses, files, and the options themselves', async () => {
      const run = (...args: string[]) => service.run(args, { env: { LANG: 'zh_CN.UTF-8' } })
      const said = await Promise.all([
        run('usage', '--from', 'yesterday'),
        run('verify', 'missing.json', '--trust', 'missing-trust.json'),
        run('usage', '--grant', 'x'),
        run('act', 'send', 'act.json', '--signature', 'zz'),
        run('ingest', 'a.log', '--format', 'other'),
        run('usage', '--no-such-option'),
      ])
      expect(said.map(({ code }) => code)).to.deep.equal([2, 2, 2, 2, 2, 2])
      const [time, file, grant, signature, format, option] = said.map(({ err }) => err)
      expect(time).to.match(/^suyuan: 时间 "yesterday" 不正确：.*\[invalid_time\]\n$/u)
      expect(file).to.contain('文件 missing-trust.json（--trust）无法读取：没有该文件')
      expect(grant).to.contain('选项“--grant <id>”的取值“x”不正确。请给出从 1 起的整数。')
      expect(signature).to.contain('“zz”不正确。请给出 0x 加十六进制数字')
      expect(format).to.contain('可选：ndjson, combined, xroad。')
      expect(option).to.contain('未知选项“--no-such-option”')
    })

    it('ends quietly when its reader has seen enough', async () => {
      const { child } = service.start(['usage', '--json'], { keepOutput: false })
      child.stdout.destroy()
      let err = ''
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString()
      })
      const [code] = (await once(child, 'close')) as [number]
      expect([code, err]).to.deep.equal([0, ''])
    })
  })

  it('says so, with exit code 2, when its answer cannot be written', async function () {
    if (!existsSync('/dev/full')) {
      console.log('      skipped: this system has no /dev/full')
      this.skip()
    }
    for (const args of [['usage', '--json'], ['status']]) {
      const ran = await service.run(args, { into: '/dev/full' })
      expect(ran.code, args.join(' ')).to.equal(2)
      expect(ran.err).to.match(/^suyuan: The answer cannot be written: no space .*\[output_unwritable\]\n$/m)
      expect(ran.err).to.not.contain('unexpected')
    }
  })

  it('grants: the history of one consumer', async () => {
    const ran = await service.run(['grants', CONSUMER], { env: { LANG: 'zh_CN.UTF-8' } })
    expect(ran.code).to.equal(0)
    expect(ran.out).to.contain('市教育局').and.contain('合约自动').and.contain('已到期')
    const json = await service.run(['grants', CONSUMER, '--json'])
    expect(JSON.parse(json.out).grants.map(({ id }: { id: number }) => id)).to.deep.equal([2, 1])
    expect((await service.run(['grants', 'nobody'])).err).to.contain('[organisation_not_found]')
  })

  it('status: a few lines, and exit code 2 when the ledger is not ready', async () => {
    const good = await service.run(['status'])
    expect(good.code).to.equal(0)
    expect(good.out).to.contain('records: 4').and.contain('ready: yes')
    service.ledger.ailments.push({ code: 'store_broken', words: inBoth('The disk is full.') })
    const ill = await service.run(['status', '--json'])
    service.ledger.ailments.pop()
    expect(ill.code).to.equal(2)
    expect(JSON.parse(ill.out)).to.include({ ready: false })
  })

  describe('evidence and verify', () => {
    let evidence: string

    before(async () => {
      evidence = join(service.dir, 'evidence.json')
      const ran = await service.run(['evidence', '--source', 'exchange-1', '-o', evidence])
      expect(ran.err).to.contain('suyuan verify')
      expect(ran.code).to.equal(0)
    })

    const verify = (...args: string[]) => runCli(['verify', ...args])

    it('asks for all rows unless told otherwise, and warns wherever some were cut off', async () => {
      const whole = await readFile(evidence, 'utf8')
      expect(JSON.parse(whole)).to.include({ limit: 10_000, more: false })
      const cut = join(service.dir, 'cut.json')
      const made = await service.run(['evidence', '--source', 'exchange-1', '--limit', '5', '-o', cut])
      expect(made.code).to.equal(0)
      expect(made.err).to.match(/rows, .* --rpc URL.*\nWARNING: more rows fit than the 5 newest.*NOT in it/)
      const asked = ['evidence', '--source', 'exchange-1', '--limit', '5', '-o', '-']
      expect((await service.run(asked)).err).to.contain('WARNING')
      const chinese = await service.run(asked, { env: { LANG: 'zh_CN.UTF-8' } })
      expect(chinese.err).to.equal(
        '警告：符合条件的不止这 5 条；本文件只含最新的 5 条，更早的不在其中。请用 --from、--to 分段索取。\n',
      )
      const [some, all] = [
        await verify(cut, '--trust', trust, '--rpc', scene.node.url),
        await verify(evidence, '--trust', trust, '--rpc', scene.node.url),
      ]
      expect(some.code).to.equal(0)
      expect(some.out).to.match(/VERIFIED[^]*\n! 不完整.*5 条[^]*\n! CUT OFF:.*newest 5[^]*使用方 consumer/)
      expect(all.out).to.not.contain('CUT OFF')
    })

    it('says what was asked: a true answer to another question is verified as well', async () => {
      const options = [
        '--source',
        'exchange-1',
        '--purpose',
        'LegalCompliance',
        '--from',
        '2026-03-01',
        '--to',
        '2027-01-01',
      ]
      const narrow = join(service.dir, 'narrow.json')
      expect((await service.run(['evidence', ...options, '-o', narrow])).code).to.equal(0)
      const [some, all] = [
        await verify(narrow, '--trust', trust, '--rpc', scene.node.url),
        await verify(evidence, '--trust', trust, '--rpc', scene.node.url),
      ]
      expect(some.out).to.contain(
        '所问 asked: 用途 purpose LegalCompliance; 来源 source exchange-1; 2026-03-01 00:00:00 – 2027-01-02 00:00:00（不含 exclusive）',
      )
      expect(all.out).to.contain('所问 asked: 来源 source exchange-1; 不限时间 any time\n')
    })

    it('packs a file whose name says so, and reads it as it is', async () => {
      const packed = join(service.dir, 'evidence.json.gz')
      await service.run(['evidence', '--source', 'exchange-1', '-o', packed])
      const bytes = await readFile(packed)
      expect(gunzipSync(bytes).toString()).to.contain('suyuan-evidence/v3')
      const ran = await verify(packed, '--trust', trust, '--rpc', scene.node.url)
      expect(ran.code, ran.err).to.equal(0)
      const torn = await service.file('torn.json.gz', bytes.subarray(0, 500))
      const refused = await verify(torn, '--trust', trust)
      expect(refused.code).to.equal(2)
      expect(refused.err).to.contain('cannot be unpacked')
    })

    it('names a byte order mark, in evidence, receipts or trust file', async () => {
      const marked = await service.file('marked.json', `\u{feff}${await readFile(evidence, 'utf8')}`)
      const markedTrust = await service.file('marked-trust.json', `\u{feff}${await readFile(trust, 'utf8')}`)
      const wide = await service.file('wide.json', Buffer.from(`\u{feff}{}`, 'utf16le'))
      const outcomes = await Promise.all([
        verify(marked, '--trust', trust),
        verify(evidence, '--trust', markedTrust),
        verify(wide, '--trust', trust),
      ])
      for (const { code, err } of outcomes) {
        expect(code).to.equal(2)
        expect(err)
          .to.contain('byte order mark')
          .and.match(/\.json \((?:--trust|<file>)\) begins with/u)
      }
      expect(outcomes[0].err).to.contain('remove the byte order mark')
    })

    it('says of an empty file that it is, as evidence and as a plan', async () => {
      const empty = await service.file('nothing.json', '')
      const ran = await verify(empty, '--trust', trust)
      expect([ran.code, ran.err.includes('nothing.json (<file>) is empty')], ran.err).to.deep.equal([2, true])
      const plan = await service.run(['register', empty])
      expect([plan.code, plan.err.includes('nothing.json is empty')], plan.err).to.deep.equal([2, true])
    })

    it('verified: exit code 0, and plain words in both languages', async () => {
      const ran = await verify(evidence, '--trust', trust, '--rpc', scene.node.url)
      expect(ran.err).to.equal('')
      expect(ran.code).to.equal(0)
      expect(ran.out).to.contain('已核实 VERIFIED').and.contain('卫生健康委').and.contain('授权已撤销')
      expect(ran.out)
        .to.contain('COMPLETE: as of that anchor no other record fits')
        .and.contain('That the index is the log’s own')
      const json = JSON.parse((await verify(evidence, '--trust', trust, '--rpc', scene.node.url, '--json')).out)
      expect(json).to.include({ verdict: 'verified' })
      expect(json.answer.rows).to.have.length(14)
    })

    it('by a pipe, with the node named in the trust file', async () => {
      const withNode = await service.file('trust-rpc.json', JSON.stringify({ ...trustJson(), rpc: scene.node.url }))
      const file = await readFile(evidence)
      const ran = await runCli(['verify', '-', '--trust', withNode], { input: file })
      expect(ran.code).to.equal(0)
      const piped = await service.run(['evidence', '--source', 'exchange-1', '-o', '-'])
      expect(JSON.parse(piped.out).format).to.equal('suyuan-evidence/v3')
    })

    it('tampered: exit code 1, and which record', async () => {
      const text = await readFile(evidence, 'utf8')
      const changed = await service.file('changed.json', text.replace('\\"rows\\":3', '\\"rows\\":4'))
      const ran = await verify(changed, '--trust', trust, '--rpc', scene.node.url)
      expect(ran.code).to.equal(1)
      expect(ran.out)
        .to.contain('被篡改 TAMPERED')
        .and.match(/Record \d+ does not make the leaf hash/)
    })

    it('cannot be checked: exit code 2, why, and the next step', async () => {
      const cases: [string[], RegExp][] = [
        [[evidence, '--trust', trust], /无法核实 CANNOT BE CHECKED[^]*--rpc/],
        [[evidence, '--trust', trust, '--rpc', 'http://127.0.0.1:9'], /did not answer/],
        [[evidence, '--trust', trust, '--rpc', 'ftp://x'], /not an http/],
        [['/no/such', '--trust', trust], /ENOENT/],
        [[evidence, '--trust', '/no/such'], /ENOENT/],
        [[evidence, '--trust', evidence], /trust file cannot be used/],
        [[trust, '--trust', trust], /not readable evidence/],
        [[evidence], /required option '--trust/],
      ]
      const outcomes = await Promise.all(cases.map(([args]) => verify(...args)))
      for (const [k, { code, out, err }] of outcomes.entries()) {
        expect(code, cases[k]![0].join(' ')).to.equal(2)
        expect(out + err).to.match(cases[k]![1])
      }
    })

    it('says that more is anchored by now than a file tells', async () => {
      const ask = async () => verify(evidence, '--trust', trust, '--rpc', scene.node.url)
      expect((await ask()).out).not.to.contain('NOT THE NEWEST')
      const { size } = scene.store.head
      await scene.append([JSON.parse((await scene.store.readEntries([0]))[0]!.toString()) as AccessRecord])
      await scene.anchor()
      const { code, out } = await ask()
      expect(code).to.equal(0)
      expect(out)
        .to.contain(`! NOT THE NEWEST: ${size + 1} records are anchored by now`)
        .and.contain(`! 不是最新`)
    })

    it('never writes over a file unless told to', async () => {
      const ran = await service.run(['evidence', '-o', evidence])
      expect(ran.code).to.equal(2)
      expect(ran.err).to.contain('it is there already')
      expect((await service.run(['evidence', '--source', 'exchange-1', '-o', evidence, '--force'])).code).to.equal(0)
    })
  })

  it('token: made once, shown once, listed without it, revoked', async () => {
    const data = join(service.dir, 'data')
    const token = (...args: string[]) => runCli(['token', ...args, '--data', data])
    const made = await token('create', '--name', 'gateway-1', '--scope', 'write', 'read')
    expect(made.code).to.equal(0)
    expect(made.out).to.match(/^suyuan_[\w-]{43}\n$/)
    const listed = await token('list', '--json')
    const [{ id, name, scopes }] = JSON.parse(listed.out)
    expect({ name, scopes }).to.deep.equal({ name: 'gateway-1', scopes: ['write', 'read'] })
    expect(listed.out).to.not.contain(made.out.trim().slice(8))
    expect((await token('revoke', id)).code).to.equal(0)
    expect((await token('revoke', id)).err).to.contain('[token_not_found]')
    expect((await token('create', '--name', 'x', '--scope', 'everything')).code).to.equal(2)
  })

  it('help of a command that there is none of says so, and which is meant', async () => {
    const { code, out, err } = await runCli(['help', 'usages'])
    expect([code, out]).to.deep.equal([2, ''])
    expect(err).to.equal(
      "error: unknown command 'usages'\n(Did you mean usage?)\n(suyuan help COMMAND shows what a command takes)\n",
    )
    const zh = await runCli(['help', 'nosuch'], { env: { LANG: 'zh_CN.UTF-8' } })
    expect([zh.code, zh.err.split('\n')[0]]).to.deep.equal([2, '未知命令“nosuch”'])
    const usage = await runCli(['help', 'usage'])
    expect([usage.code, usage.out.startsWith('Usage: suyuan usage')]).to.deep.equal([0, true])
    expect((await runCli(['help'])).out).to.equal((await runCli(['--help'])).out)
  })

  it('help names the exit codes; a version is a line', async () => {
    const help = await runCli(['--help'])
    expect(help.code).to.equal(0)
    expect(help.out).to.contain('Exit codes').and.contain('tampered')
    expect((await runCli(['--version'])).out).to.match(/^\d+\.\d+\.\d+\n$/)
    expect(formatVerifierKey(scene.answerKey.verifierKey)).to.contain('/answers+')
  })
})
