// suyuan ingest: no line lost, none doubled, whatever happens to the file, the command or the connection.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { ZeroAddress } from 'ethers'
import { openAnswerKey } from '../../src/answer-key.ts'
import { CONTRACT_NAMES, type ContractAddresses } from '../../src/chain/abi.ts'
import type { FileReport } from '../../src/cli/report.ts'
import { LedgerError } from '../../src/core/error.ts'
import { makeVerifierKey, type VerifierKey } from '../../src/core/note.ts'
import { inBoth } from '../../src/core/words.ts'
import type { IngestResult } from '../../src/ingest/answer.ts'
import type { Ingest } from '../../src/ingest.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { CONSUMER, RESOURCE } from '../http/directory.ts'
import { line } from '../http/fixture.ts'
import { type Ran, runCli, type Service, startService } from './run.ts'

const DATA = join(import.meta.dirname, '../../../shared/data')

/** Combined lines: the k-th asks for item k. */
const access = (k: number, path = `/api/item/${k}`): string =>
  `10.0.0.${k % 250} - user${k % 7} [01/Mar/2026:08:${String(k % 60).padStart(2, '0')}:00 +0800] "GET ${path} HTTP/1.1" 200 ${k} "-" "curl/8"\n`
const log = (from: number, to: number): string => Array.from({ length: to - from }, (_, k) => access(from + k)).join('')

const MAPPING = {
  source: 'web-1',
  channel: 'online-query',
  resources: [{ path: '/api/*', resource: RESOURCE }],
  consumers: [{ any: true, consumer: CONSUMER }],
  skip: [{ path: '/static/*' }],
}

describe('suyuan ingest', () => {
  let service: Service
  let mapping: string
  let count = 0

  before(async () => {
    service = await startService()
    mapping = await service.file('mapping.json', JSON.stringify(MAPPING))
  })
  after(() => service[Symbol.asyncDispose]())

  const size = (): number => service.ledger.store.head.size
  /** A file whose first line no other test has. */
  const logFile = (content: string): Promise<string> => {
    count++
    return service.file(`access-${count}.log`, access(1_000_000 + count) + content)
  }
  const ingest = async (file: string, ...args: string[]) => {
    const before = size()
    const ran = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--json', file, ...args])
    const summary = ran.out === '' ? undefined : (JSON.parse(ran.out) as { files: FileReport[]; anchor?: unknown })
    return { ...ran, report: summary?.files[0], summary, added: size() - before }
  }

  it('adds every line once: run again, it adds nothing and says so', async () => {
    const file = await logFile(log(0, 2_500))
    const first = await ingest(file, '--batch', '1000')
    expect(first.code).to.equal(0)
    expect(first.report).to.include({ lines: 2_501, accepted: 2_501, already: 0, refused: 0 })
    expect(first.added).to.equal(2_501)
    const again = await ingest(file, '--batch', '1000')
    expect(again.report).to.include({ lines: 2_501, accepted: 0, already: 2_501, refused: 0 })
    expect(again.added).to.equal(0)
    const said = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '1000', file])
    expect(said.out).to.contain('2,501 already there').and.contain('nothing new')
    expect(said.code).to.equal(0)
  })

  it('adds of a grown file only what is new, also after it was renamed', async () => {
    const file = await logFile(log(0, 700))
    expect((await ingest(file, '--batch', '300')).added).to.equal(701)
    await appendFile(file, log(700, 1_234))
    expect((await ingest(file, '--batch', '300')).report).to.include({ lines: 1_235, accepted: 534, already: 701 })
    await rename(file, `${file}.1`)
    expect((await ingest(`${file}.1`, '--batch', '300')).added).to.equal(0)
  })

  it('leaves a half-written last line for the next time, unless told that the file is complete', async () => {
    const file = await logFile(log(0, 3) + access(3).slice(0, -12))
    const half = await ingest(file)
    expect(half.code).to.equal(0)
    expect(half.report).to.include({ lines: 4, accepted: 4, unfinished: true })
    await appendFile(file, access(3).slice(-12))
    expect((await ingest(file)).report).to.include({ accepted: 1, already: 4, unfinished: false })
    const whole = await logFile(access(9).trimEnd())
    expect((await ingest(whole, '--complete')).report).to.include({ lines: 2, accepted: 2 })
    await appendFile(whole, '\n')
    expect((await ingest(whole)).added).to.equal(0)
  })

  it('counts every line: refused here, refused by the service, skipped, blank; and names the refused', async () => {
    const content = [
      access(1),
      'rubbish\n',
      access(2, '/static/logo.png'),
      '\n',
      access(3).replace('2026', '2030'),
      access(4, '/other'),
      access(5),
      `${access(6).trimEnd()}${'x'.repeat(140_000)}\n`,
    ].join('')
    const file = await logFile(content)
    const refusedFile = join(service.dir, 'refused.ndjson')
    const { code, report, added } = await ingest(file, '--refused', refusedFile)
    expect(code).to.equal(3)
    expect(report).to.deep.include({ lines: 9, accepted: 3, refused: 4, skipped: { 'skip[0]': 1, 'blank lines': 1 } })
    expect(added).to.equal(3)
    const refused = (await readFile(refusedFile, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(refused.map(({ line, code }) => `${line} ${code}`)).to.deep.equal([
      '3 invalid_line',
      '6 time_in_future',
      '7 unmapped_path',
      '9 line_too_long',
    ])
    expect(refused[1]).to.include({ file, raw: access(3).replace('2026', '2030').trimEnd() })
    const said = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, file])
    expect(said.err).to.contain(`${file}:3: `).and.contain('[unmapped_path]')
    expect(said.out).to.contain('4 refused')
  })

  it('writes every line that the service refused, also those that its answers do not list', async () => {
    const rest = Array.from({ length: 450 }, (_, k) => (k % 3 === 0 ? access(k) : access(k).replace('2026', '2030')))
    const file = await logFile(rest.join(''))
    const refusedFile = join(service.dir, 'many-refused.ndjson')
    const expected = rest.flatMap((_, k) => (k % 3 === 0 ? [] : [`${k + 2} time_in_future`]))
    for (const args of [[], [], ['--dry-run']]) {
      const { code, report, added } = await ingest(file, '--refused', refusedFile, ...args)
      expect(code).to.equal(3)
      expect(report).to.include({ lines: 451, refused: 300 })
      expect(added).to.be.oneOf([0, 151])
      const refused = (await readFile(refusedFile, 'utf8')).trimEnd().split('\n')
      expect(refused.map(line => JSON.parse(line)).map(({ line, code }) => `${line} ${code}`)).to.deep.equal(expected)
    }
  })

  it('a dry run stores nothing, and reports what would happen', async () => {
    const file = await logFile(`${log(0, 20)}rubbish\n`)
    const dry = await ingest(file, '--dry-run')
    expect(dry.code).to.equal(3)
    expect(dry.report).to.include({ accepted: 21, refused: 1 })
    expect(dry.added).to.equal(0)
    expect((await ingest(file)).added).to.equal(21)
    expect((await ingest(file, '--dry-run')).report).to.include({ accepted: 0, already: 21 })
  })

  it('reads NDJSON as it stands, from stdin', async () => {
    const input = [{ seq: 900_001 }, { seq: 900_002 }, { resource: 'no-such' }]
      .map((fields, k) => `${JSON.stringify(line(k, fields))}\n`)
      .join('')
    const before = size()
    const ran = await service.run(['ingest', '--format', 'ndjson', '--json', '-'], { input: input.trimEnd() })
    expect(ran.code).to.equal(3)
    expect(JSON.parse(ran.out).files[0]).to.include({ file: '-', lines: 3, accepted: 2, refused: 1 })
    expect(size() - before).to.equal(2)
  })

  it('explains a changed mapping, adds nothing of it, and can go on under a new name', async () => {
    const file = await logFile(log(0, 10))
    await ingest(file)
    const other = await service.file('other.json', JSON.stringify({ ...MAPPING, channel: 'bulk-download' }))
    await appendFile(file, log(10, 15))
    const args = ['ingest', '--format', 'combined', '--mapping', other, '--json', file]
    const before = size()
    const changed = await service.run(args)
    expect(changed.code).to.equal(2)
    expect(changed.err).to.contain('[batch_differs]').and.contain('--stream NAME').and.contain('--from-line N')
    expect(size()).to.equal(before)
    const bare = await service.run([...args, '--from-line', '12'])
    expect(bare.err).to.contain('--from-line needs --stream')
    const on = await service.run([...args, '--from-line', '12', '--stream', 'march'])
    expect(JSON.parse(on.out).files[0]).to.include({ lines: 5, accepted: 5, already: 0 })
    expect((await service.run([...args, '--from-line', '12', '--stream', 'march'])).code).to.equal(0)
    expect(size() - before).to.equal(5)
  })

  it('killed at any moment and run again, it has every line once', async function () {
    this.timeout(60_000)
    const file = await logFile(log(0, 6_000))
    const before = size()
    const args = ['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '500', '--json', file]
    for (const lines of [1, 1_500, 3_000, 5_000]) {
      const { child, ended } = service.start(args)
      while (size() - before < lines && child.exitCode === null) await new Promise(resolve => setTimeout(resolve, 2))
      child.kill('SIGKILL')
      await ended
    }
    const last = await service.run([...args, '--patience', '20'])
    expect(last.code).to.equal(0)
    expect(size() - before).to.equal(6_001)
    const { lines, accepted, already } = JSON.parse(last.out).files[0] as FileReport
    expect([lines, accepted + already]).to.deep.equal([6_001, 6_001])
  })

  it('goes on by itself when connections are cut and answers lost', async function () {
    this.timeout(60_000)
    const file = await logFile(log(0, 4_000))
    const before = size()
    await using wire = await startFlakyWire(service.url)
    const ran = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '500', file], {
      env: { SUYUAN_URL: wire.url },
    })
    expect(ran.code).to.equal(0)
    expect(wire.cuts).to.be.greaterThan(2)
    expect(ran.err).to.contain('[service_unreachable]')
    expect(size() - before).to.equal(4_001)
  })

  it('comes back when a busy service says so, and not before', async () => {
    let busy = 2
    const times: number[] = []
    await using crowded = await startService({
      ingest: ingest => ({
        ...ingest,
        async submit(stream, options) {
          times.push(Date.now())
          if (busy-- > 0) throw new LedgerError('overloaded', inBoth('Too much.'), { retryable: true, retryAfter: 1 })
          return ingest.submit(stream, options)
        },
      }),
    })
    const file = await logFile(log(0, 3))
    const ran = await crowded.run(['ingest', '--format', 'combined', '--mapping', mapping, file])
    expect(ran.code).to.equal(0)
    expect(ran.err.match(/\[overloaded\] Asking again in 1\.\d s, for \d+ s at most \(--patience\) …/g)).to.have.length(
      2,
    )
    expect(times).to.have.length(3)
    expect(times[1]! - times[0]!).to.be.within(990, 3_000)
    // More than its patience is never waited for.
    busy = 100
    const given = await crowded.run(['ingest', '--patience', '1', '--format', 'combined', '--mapping', mapping, file])
    expect(given.code).to.equal(2)
    expect(given.err).to.contain('[overloaded]')
  })

  it('started twice at once, as cron may, it still adds every line once', async () => {
    const file = await logFile(log(0, 3_000))
    const before = size()
    const args = ['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '1000', file]
    const both = await Promise.all([service.run(args), service.run(args)])
    expect(both.map(({ code }) => code)).to.deep.equal([0, 0])
    expect(size() - before).to.equal(3_001)
  })

  it('gives up after its patience, with the next step', async () => {
    const file = await logFile(log(0, 3))
    const ran = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--patience', '1', file], {
      env: { SUYUAN_URL: 'http://127.0.0.1:9' },
    })
    expect(ran.code).to.equal(2)
    expect(ran.err).to.contain('[service_unreachable]').and.contain('Run the same command again')
  })

  it('checks and keeps receipts, which verify by themselves', async () => {
    const trust = await service.file('trust.json', JSON.stringify(await trustIn(service.ledger.logKey)))
    const receipts = join(service.dir, 'receipts.ndjson')
    const file = await logFile(log(0, 40))
    expect((await ingest(file, '--receipts', receipts, '--trust', trust, '--batch', '20')).code).to.equal(0)
    const lines = (await readFile(receipts, 'utf8')).trimEnd().split('\n')
    const changed = JSON.parse(lines[1]!) as { leaves: string }
    const leaves = Buffer.from(changed.leaves, 'base64')
    leaves[40]! ^= 1
    lines[1] = JSON.stringify({ ...changed, leaves: leaves.toString('base64') })
    const other = await trustIn({ ...service.ledger.logKey, name: 'other.example' })
    const foreign = await service.file('foreign.json', JSON.stringify(other))
    const [good, bad, refused] = await Promise.all([
      runCli(['verify', receipts, '--trust', trust, '--json']),
      runCli(['verify', '-', '--trust', trust], { input: lines.join('\n') }),
      ingest(file, '--trust', foreign),
    ])
    expect(good.code).to.equal(0)
    expect(JSON.parse(good.out)).to.deep.include({ verdict: 'verified', receipts: 3, leaves: 41 })
    expect(bad.code).to.equal(1)
    expect(bad.out).to.contain('TAMPERED').and.contain('on line 2')
    expect(refused.code).to.equal(2)
    expect(refused.err).to.contain('[receipt_invalid]')
  })

  it('keeps each receipt once: run again over the same file, it writes none; after a lost write, what is missing', async () => {
    const trust = await service.file('trust-again.json', JSON.stringify(await trustIn(service.ledger.logKey)))
    const receipts = join(service.dir, 'again.ndjson')
    const file = await logFile(log(0, 40))
    const run = () => ingest(file, '--receipts', receipts, '--trust', trust, '--batch', '20')
    await run()
    const first = await readFile(receipts, 'utf8')
    await run()
    expect(await readFile(receipts, 'utf8')).to.equal(first)
    // Killed between the service's answer and the end of the write: nothing is accepted anew, yet a promise is missing.
    const [whole, ...rest] = first.trimEnd().split('\n')
    await writeFile(receipts, `${whole}\n${rest[0]!.slice(0, 50)}`)
    await run()
    const mended = (await readFile(receipts, 'utf8')).trimEnd().split('\n')
    expect(mended.toSpliced(1, 1).map(leavesOf)).to.deep.equal([whole, ...rest].map(text => leavesOf(text!)))
    // One that stands there but does not hold keeps no good one out.
    await writeFile(receipts, first.replaceAll(/"proof":\["../g, '"proof":["AA'))
    await run()
    expect((await readFile(receipts, 'utf8')).trimEnd().split('\n')).to.have.length(6)
    // A grown file adds the receipt of what is new.
    await writeFile(receipts, first)
    await appendFile(file, log(40, 45))
    await run()
    const grown = (await readFile(receipts, 'utf8')).trimEnd().split('\n')
    expect(grown.slice(0, 3).join('\n')).to.equal(first.trimEnd())
    expect(grown).to.have.length(4)
    const counted = await runCli(['verify', receipts, '--trust', trust, '--json'])
    expect(JSON.parse(counted.out)).to.deep.include({ verdict: 'verified', receipts: 4, leaves: 46 })
  })

  it('misses a line that the service passes over in silence', async () => {
    const drop = (real: Ingest): Ingest => ({
      ...real,
      async submit(body, options) {
        const text = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await Array.fromAsync(body))
        return real.submit(Buffer.from(text.toString().split('\n').toSpliced(3, 1).join('\n')), options)
      },
    })
    await using dropping = await startService({ ingest: drop })
    const args = ['ingest', '--format', 'combined', '--mapping', mapping, await logFile(log(0, 9))]
    const { code, err } = await dropping.run(args)
    expect([code, /accounts for 9: .*\[lines_unaccounted\]/s.test(err)], err).to.deep.equal([2, true])
  })

  it('takes no receipt of one batch for another, called new or there already', async () => {
    for (const claims of [{}, { accepted: 0, already: 20 }]) {
      let first: IngestResult | undefined
      const replay = (real: Ingest): Ingest => ({
        ...real,
        submit: async (...batch) =>
          first === undefined ? (first = await real.submit(...batch)) : { ...first, ...claims },
      })
      await using replaying = await startService({ ingest: replay })
      const args = ['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '20']
      const receipts = join(replaying.dir, 'receipts.ndjson')
      const { code, err } = await replaying.run([...args, await logFile(log(0, 39)), '--receipts', receipts])
      expect([code, (await readFile(receipts, 'utf8')).trimEnd().split('\n').length], err).to.deep.equal([2, 1])
      expect(err).to.contain('[receipts_replayed]')
    }
  })

  it('takes no receipt twice for the lines of one batch', async () => {
    const halve = (real: Ingest): Ingest => ({
      ...real,
      async submit(body, options) {
        const text = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await Array.fromAsync(body))
        const half = `${text.toString().split('\n').slice(0, 10).join('\n')}\n`
        const sent = await real.submit(Buffer.from(half), options)
        return { ...sent, accepted: 20, receipts: [...sent.receipts, ...sent.receipts] }
      },
    })
    await using halving = await startService({ ingest: halve })
    const args = ['ingest', '--format', 'combined', '--mapping', mapping, await logFile(log(0, 19))]
    const { code, err } = await halving.run(args)
    expect([code, err.includes('[receipts_replayed]')], err).to.deep.equal([2, true])
  })

  const leavesOf = (text: string): unknown => {
    const { firstIndex, leaves } = JSON.parse(text) as { firstIndex: number; leaves: string }
    return [firstIndex, leaves]
  }

  const trustIn = async (logKey: VerifierKey): Promise<object> =>
    formatTrust({
      logKey: makeVerifierKey(logKey.name, logKey.type, logKey.publicKey),
      answerKey: (await openAnswerKey(join(service.dir, 'keys'), logKey.name)).verifierKey,
      timeKey: service.ledger.timeKey,
      chainId: 1,
      contracts: Object.fromEntries(CONTRACT_NAMES.map(name => [name, ZeroAddress])) as ContractAddresses,
    })

  it('--anchor waits until the lines are on the chain, or says that they are not', async () => {
    const file = await logFile(log(0, 5))
    const late = await ingest(file, '--anchor', '--anchor-timeout', '1')
    expect(late.code).to.equal(4)
    expect(late.summary?.anchor).to.equal(null)
    const waiting = ingest(file, '--anchor')
    setTimeout(() => {
      service.ledger.publish()
      service.ledger.anchor()
    }, 1_000)
    const { code, summary, added } = await waiting
    expect(code).to.equal(0)
    expect(added).to.equal(0)
    expect(summary?.anchor).to.deep.include({ size: size() })
    const said = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--anchor', file])
    expect(said.out).to.match(/anchored: the first .* block 7 0x\w{64}.* transaction 0x\w{64}/)
  })

  it('tells what the service refuses line after line, dry or not', async () => {
    const lost = await service.file('lost.json', JSON.stringify(MAPPING).replace(RESOURCE, 'no-such'))
    const file = await logFile(log(0, 1_200))
    const args = ['ingest', '--format', 'combined', '--mapping', lost, file]
    const [dry, ran] = [await service.run([...args, '--dry-run']), await service.run(args)]
    for (const { code, err } of [dry, ran]) {
      expect(code).to.equal(3)
      expect(err).to.match(/unknown_resource/)
    }
  })

  describe('several files in turn', () => {
    const run = (...args: string[]) =>
      service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--json', ...args])
    const outcomeOf = ({ out }: Ran): unknown[] =>
      JSON.parse(out).files.map(({ missing, accepted }: FileReport) => (missing ? 'missing' : accepted))

    it('one that cannot be read ends it', async () => {
      const ran = await run(await logFile(log(0, 2)), service.dir, await logFile(log(0, 2)))
      expect(ran.code).to.equal(2)
      expect(ran.err).to.match(
        /: it cannot be read: it is a directory \(EISDIR\); name a file in it\. \[file_unreadable\]\n$/,
      )
      const zh = await service.run(['ingest', '--format', 'ndjson', service.dir], { env: { LANG: 'zh_CN.UTF-8' } })
      expect([zh.code, zh.err]).to.deep.equal([
        2,
        `suyuan: ${service.dir}：无法读取：它是目录（EISDIR），请指定其中的文件。 [file_unreadable]\n`,
      ])
      expect(outcomeOf(ran)).to.deep.equal([3, 0])
    })

    it('one that is not there is told, and the others are read', async () => {
      const ran = await run('/no/such/file', await logFile(log(0, 2)), '--quiet')
      expect(ran.code).to.equal(2)
      expect(ran.err).to.contain('/no/such/file: it cannot be read (ENOENT)').and.contain('[file_missing]')
      expect(outcomeOf(ran)).to.deep.equal(['missing', 3])
    })

    it('one that is not there is no error with --if-exists, unless there is none', async () => {
      const ran = await run('/no/such/file', await logFile(log(0, 2)), '--if-exists')
      expect([ran.code, ran.err, outcomeOf(ran)]).to.deep.equal([0, '', ['missing', 3]])
      const none = await run('/no/such/file', '/nor/this', '--if-exists')
      expect([none.code, outcomeOf(none)]).to.deep.equal([2, ['missing', 'missing']])
      expect(none.err).to.contain('None of the files is there')
      const said = await service.run([
        ...'ingest --if-exists --format combined --mapping'.split(' '),
        mapping,
        '/no/such',
      ])
      expect(said.out).to.equal('/no/such: not there\n')
    })
  })

  describe('refuses to begin', () => {
    const cases: [string, string[], RegExp][] = [
      ['without a token', ['--mapping', 'MAPPING'], /token_missing.*|SUYUAN_TOKEN/],
      ['with an unknown format', ['--format', 'csv'], /Allowed choices are ndjson, combined, xroad/],
      ['without a mapping', [], /needs --mapping FILE/],
      ['with a mapping that is not there', ['--mapping', '/no/such'], /ENOENT/],
      ['with a broken mapping', ['--mapping', 'BROKEN'], /The mapping .*: .*invalid_mapping/],
      ['with a mapping that begins with a byte order mark', ['--mapping', 'MARKED'], /remove the byte order mark/],
      [
        'with a mapping that is not UTF-8',
        ['--mapping', 'LATIN'],
        /latin\.json \(--mapping\) is not valid UTF-8; save it/,
      ],
      ['with an empty mapping', ['--mapping', 'EMPTY'], /empty\.json \(--mapping\) is empty/],
      ['with a nonsense batch', ['--mapping', 'MAPPING', '--batch', '0'], /whole number from 1/],
      ['with a bad source', ['--mapping', 'MAPPING', '--source', 'a b'], /option_invalid/],
    ]
    for (const [what, , words] of cases) {
      it(what, async () => {
        const { ran, added } = (await outcomes).get(what)!
        expect(ran.code).to.equal(2)
        expect(ran.err).to.match(words)
        expect(added).to.equal(0)
      })
    }

    /** All at once: each only has to fail. */
    let outcomes: Promise<Map<string, { ran: Ran; added: number }>>
    before(async () => {
      const files: Record<string, string> = {
        MAPPING: mapping,
        BROKEN: await service.file('broken.json', '{"source": 1}'),
        MARKED: await service.file('marked.json', `\u{feff}${JSON.stringify(MAPPING)}`),
        LATIN: await service.file('latin.json', Buffer.from('{"source": "\u{e9}"}', 'latin1')),
        EMPTY: await service.file('empty.json', ''),
      }
      const file = await logFile('')
      const before = size()
      const refuse = async ([what, args]: (typeof cases)[number]) => {
        const given = args.map(arg => files[arg] ?? arg)
        const format = given.includes('--format') ? [] : ['--format', 'combined']
        const env = what === 'without a token' ? { SUYUAN_TOKEN: undefined } : {}
        const ran = await service.run(['ingest', ...format, ...given, file], { env })
        return [what, { ran, added: size() - before }] as const
      }
      outcomes = Promise.all(cases.map(refuse)).then(found => new Map(found))
      await outcomes
    })
  })

  describe('real logs', () => {
    it('10,000 lines of a web server: all but one are in, and once', async function () {
      this.timeout(60_000)
      const file = join(DATA, 'apache-combined-10k.log')
      if (!existsSync(file)) {
        console.log(`      skipped: ${file} is not there`)
        this.skip()
      }
      const all = await service.file(
        'all.json',
        JSON.stringify({ ...MAPPING, resources: [{ path: '*', resource: RESOURCE }], skip: undefined }),
      )
      const before = size()
      const args = ['ingest', '--format', 'combined', '--mapping', all, '--json', file]
      const first = await service.run(args)
      const report = JSON.parse(first.out).files[0] as FileReport
      expect(report).to.include({ lines: 10_000, accepted: 9_999, refused: 1 })
      expect(first.code).to.equal(3)
      expect(size() - before).to.equal(9_999)
      expect(JSON.parse((await service.run(args)).out).files[0]).to.include({ accepted: 0, already: 9_999, refused: 1 })
    })

    it('100 messages of a data exchange, by a mapping of its services and clients', async function () {
      const file = join(DATA, 'xroad-opendata-sample.tsv')
      if (!existsSync(file)) {
        console.log(`      skipped: ${file} is not there`)
        this.skip()
      }
      const xroad = await service.file(
        'xroad.json',
        JSON.stringify({
          source: { client: 'xroad-client', producer: 'xroad-producer' },
          resources: [{ service: '*', resource: RESOURCE }],
          consumers: [{ any: true, consumer: CONSUMER }],
        }),
      )
      const ran = await service.run(['ingest', '--format', 'xroad', '--mapping', xroad, '--json', file])
      expect(ran.code).to.equal(0)
      expect(JSON.parse(ran.out).files[0]).to.include({ lines: 100, accepted: 100 })
    })
  })
})

/** A TCP relay that cuts connections: some on the way there, some after the service has done its work. */
async function startFlakyWire(target: string): Promise<{ url: string; readonly cuts: number } & AsyncDisposable> {
  const { hostname, port } = new URL(target)
  let connections = 0
  let cuts = 0
  const server: Server = createServer(from => {
    const to = connect({ host: hostname, port: Number(port) })
    const kind = connections++ % 3
    let passed = 0
    from.on('error', () => to.destroy())
    to.on('error', () => from.destroy())
    from.on('close', () => to.destroy())
    to.on('close', () => from.destroy())
    const cut = (): void => {
      cuts++
      from.destroy()
      to.destroy()
    }
    from.on('data', chunk => {
      passed += chunk.length
      to.write(chunk)
      if (kind === 0 && passed > 60_000) cut()
    })
    to.on('data', chunk => {
      if (kind === 1) cut()
      else from.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts
    },
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
