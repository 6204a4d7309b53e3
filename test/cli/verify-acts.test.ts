// `suyuan evidence --acts`, and `suyuan verify` on such a file: known by what it says of itself, and answered in plain
// words.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readBlock } from '../../src/chain/read.ts'
import { CODES, type Life, liveThrough, POPULATION } from '../verify/life.ts'
import { type Ran, runCli, type Service, startService } from './run.ts'

describe('suyuan verify, evidence of acts', () => {
  let life: Life
  let dir: string

  before(async () => {
    life = await liveThrough()
    dir = await mkdtemp(join(tmpdir(), 'suyuan-acts-'))
  })
  after(async () => {
    await life.close()
    await rm(dir, { recursive: true })
  })

  const verify = async (evidence: object, blocks: readonly object[], ...options: string[]): Promise<Ran> => {
    const [file, trust] = [join(dir, 'acts.json'), join(dir, 'trust.json')]
    await writeFile(file, JSON.stringify(evidence))
    await writeFile(trust, JSON.stringify({ ...life.trustFile, blocks }))
    return runCli(['verify', file, '--trust', trust, ...options])
  }

  it('says what may be done now, since when and by whose signature, with a node or one block hash', async () => {
    const evidence = await life.acts({ party: CODES.health }, { offline: true })
    const known = evidence.blocks.at(-1)!
    const trusted = [{ number: known.number, hash: known.hash }]
    for (const { code, out } of [await verify(evidence, trusted), await verify(evidence, [], '--rpc', life.node.url)]) {
      expect(out).to.contain('已核实 VERIFIED')
      expect(code).to.equal(0)
      expect(out).to.match(/授权 grant 1: 已授权 granted; 现在 now: 可用 may be used/)
      expect(out).to.match(new RegExp(`AccessGranted census ${CODES.census}, .*签名已核验 signature checked\n`))
      expect(out).to.contain('交付 deliveries 3, 字节 bytes 1084').and.contain('It does not prove:')
    }
    expect((await verify(evidence, [])).code).to.equal(2)
    const changed = { ...evidence, answer: { ...(evidence.answer as object), grants: [] } }
    for (const [file, check] of [
      [changed, '✘ 答复由可信的答复密钥签名'],
      [life.sign(changed), '✘ 答复由合约事件重算一致'],
    ] as const) {
      const ran = await verify(file, trusted)
      expect(ran.code).to.equal(1)
      expect(ran.out).to.contain(check)
    }
  })

  it('shows agreements, resources and corrections, and a number that is none', async () => {
    const rpc = ['--rpc', life.node.url]
    const outOf = async (subject: Parameters<Life['acts']>[0]): Promise<string> =>
      (await verify(await life.acts(subject), [], ...rpc)).out
    expect(await outOf({ agreement: 1 })).to.match(/运营协议 .* 1: 终止 ended/)
    expect(await outOf({ resource: POPULATION })).to.contain('资源 resource 人口基础信息')
    expect(await outOf({ correction: 1 })).to.contain('校核 correction 1')
    expect(await outOf({ grant: 77 })).to.contain('The contracts know of no such thing.')
    const json = await verify(await life.acts({ grant: 2 }), [], '--json', ...rpc)
    expect(JSON.parse(json.out).acts.answer.grants[0].now).to.deep.equal({
      usable: false,
      why: 'agreement-over',
      of: 1,
    })
  })

  it('of rows marks what was stated', async () => {
    const { out, code } = await verify(
      await life.evidence({ where: { grant: '1' } }, { limit: 10 }),
      [],
      '--rpc',
      life.node.url,
    )
    expect(out).to.match(/· 用量结算 statement: 授权 grant 1, #0–#5, 2 次 times 1024 字节 bytes .*与所示记录一致/)
    expect(code).to.equal(0)
    const json = await verify(
      await life.evidence({ where: { grant: '1' } }, { limit: 10 }),
      [],
      '--json',
      '--rpc',
      life.node.url,
    )
    expect(JSON.parse(json.out).answer.statements[0]).to.deep.include({ result: 'agrees', first: '0', end: '6' })
  })
})

describe('suyuan evidence --acts', () => {
  let life: Life
  let service: Service
  let trust: string

  before(async () => {
    life = await liveThrough()
    service = await startService({
      // Of grant 2 it answers with something else, as no honest service does.
      more: () => ({
        actsEvidence: (subject, options) => life.acts(subject.grant === 2 ? { grant: 1 } : subject, options),
      }),
    })
    trust = await service.file('trust.json', JSON.stringify(life.trustFile))
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await life.close()
  })

  const subjects = ['grant=1', 'agreement=1', 'correction=1', `party=${CODES.health}`, `resource=${POPULATION}`]
  for (const subject of subjects) {
    it(`${subject} saves a file that verifies, and says how to check it`, async () => {
      const [kind, code] = subject.split('=') as [string, string]
      const file = join(service.dir, `${kind}.json`)
      const made = await service.run(['evidence', '--acts', subject, '-o', file])
      expect(made.err).to.match(/^.*: [\d,]+ bytes\. Check it with: suyuan verify .* --rpc URL/)
      expect(made.code).to.equal(0)
      const saved = JSON.parse(await readFile(file, 'utf8'))
      expect(saved.subject).to.deep.equal({ [kind]: /^\d+$/.test(code) ? Number(code) : code })
      const verified = await runCli(['verify', file, '--trust', trust, '--rpc', life.node.url])
      expect(verified.out).to.contain('已核实 VERIFIED')
      expect(verified.code).to.equal(0)
    })
  }

  it('says where there is no such thing, in both languages', async () => {
    const asked = ['evidence', '--acts', 'grant=99999', '--force', '-o', join(service.dir, 'none.json')]
    const made = await service.run(asked)
    expect(made.err).to.match(/none\.json: there is no grant 99999, [\d,]+ bytes\. Check it with: suyuan verify/u)
    const zh = (await service.run(asked, { env: { LANG: 'zh_CN.UTF-8' } })).err
    expect(zh).to.match(/none\.json：没有授权 99999，[\d,]+ 字节。核验命令： ?suyuan verify .* --rpc URL （?/u)
  })

  it('--offline verifies by the hash of the block that it names', async () => {
    const file = join(service.dir, 'offline.json')
    const made = await service.run(['evidence', '--acts', 'grant=1', '--offline', '-o', file])
    const { number, hash } = (await readBlock(life.chain, 'latest'))!
    expect(made.err).to.contain(`hash of block ${number} `)
    const known = await service.file('known.json', JSON.stringify({ ...life.trustFile, blocks: [{ number, hash }] }))
    const verified = await runCli(['verify', file, '--trust', known])
    expect(verified.out).to.contain('已核实 VERIFIED')
  })

  it('refuses what is no subject, filters beside it, an unknown code, and evidence of something else', async () => {
    const cases: readonly [readonly string[], RegExp][] = [
      [['--acts', 'grant'], /Give one of grant=, agreement=, correction=, party=, resource=/],
      [['--acts', 'grant=x'], /whole number from 1/],
      [['--acts', 'offer=1'], /Give one of/],
      [['--acts', 'grant=1', '--purpose', 'LegalCompliance'], /--acts.* cannot be used with .*--purpose/],
      [['--acts', 'grant=1', '--limit', '5'], /--acts.* cannot be used with .*--limit/],
      [['--acts', 'party=11520100MB0000009Z'], /there is nothing to prove about it/],
      [['--acts', 'grant=2'], /asked for evidence of grant 2, and answered with one of {"grant":1}/],
    ]
    for (const [options, words] of cases) {
      const file = join(service.dir, 'refused.json')
      const ran = await service.run(['evidence', ...options, '-o', file])
      expect(ran.err).to.match(words)
      expect(ran.code).to.equal(2)
      expect(await readFile(file).catch(({ code }: NodeJS.ErrnoException) => code)).to.equal('ENOENT')
    }
  })
})
