// suyuan ingest --compare: a record that is not what its line was is seen by whoever sent it; what the ledger adds to a line is not
// taken for that.

import { join } from 'node:path'
import { expect } from 'chai'
import { ZeroAddress } from 'ethers'
import { openAnswerKey } from '../../src/answer-key.ts'
import { CONTRACT_NAMES, type ContractAddresses } from '../../src/chain/abi.ts'
import { findDifferences } from '../../src/cli/compare.ts'
import type { FileReport } from '../../src/cli/report.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import type { AccessRecord, RecordInput } from '../../src/core/record.ts'
import type { Ingest } from '../../src/ingest.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { altered } from '../altered.ts'
import { CONSUMER, RESOURCE } from '../http/directory.ts'
import { line, tokenWith } from '../http/fixture.ts'
import { makeRecord } from '../store/leaves.ts'
import { type Service, startService } from './run.ts'

const MAPPING = {
  source: 'web-1',
  person: 'user',
  resources: [{ path: '/api/*', resource: RESOURCE }],
  consumers: [{ any: true, consumer: CONSUMER }],
  skip: [{ path: '/static/*' }],
}
const access = (k: number, path = `/api/item/${k}`): string =>
  `10.0.0.1 - user${k} [01/Mar/2026:08:00:${String(k % 60).padStart(2, '0')} +0800] "GET ${path} HTTP/1.1" 200 ${k} "-" "curl/8"\n`
const lines = (...all: readonly object[]): string => all.map(one => `${JSON.stringify(one)}\n`).join('')

/** Logs another line than it was sent. */
const changing =
  (from: string, to: string) =>
  (real: Ingest): Ingest =>
    altered(real, {
      async submit(body, options) {
        const text = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await Array.fromAsync(body))
        return real.submit(Buffer.from(text.toString().replace(from, to)), options)
      },
    })

async function trustFile(service: Service): Promise<string> {
  const { ledger, dir } = service
  const trust = formatTrust({
    logKey: ledger.logKey,
    answerKey: (await openAnswerKey(join(dir, 'keys'), ledger.logKey.name)).verifierKey,
    timeKey: ledger.timeKey,
    chainId: 1,
    contracts: Object.fromEntries(CONTRACT_NAMES.map(name => [name, ZeroAddress])) as ContractAddresses,
  })
  return service.file('trust.json', JSON.stringify(trust))
}

async function compare(service: Service, content: string, ...args: readonly string[]) {
  const trust = await trustFile(service)
  const file = await service.file('lines', content)
  const ran = service.run(['ingest', '--compare', '--trust', trust, '--json', ...args, file])
  // Published once they are in, again and again.
  const publishing = setInterval(() => service.ledger.publish(), 50)
  const { code, out, err } = await ran.finally(() => clearInterval(publishing))
  const { files } = out === '' ? { files: [] } : (JSON.parse(out) as { files: FileReport[] })
  return { code, err, report: files[0] }
}

describe('suyuan ingest --compare', () => {
  it('finds all that was logged to be what was sent, also what was there before', async () => {
    await using service = await startService()
    const mapping = await service.file('mapping.json', JSON.stringify(MAPPING))
    const args = ['--format', 'combined', '--mapping', mapping, '--batch', '100']
    const content = [
      access(1),
      'rubbish\n',
      access(2, '/static/logo.png'),
      access(3).replace('2026', '2030'),
      ...Array.from({ length: 700 }, (_, k) => access(k + 10)),
    ].join('')
    const first = await compare(service, content, ...args)
    expect([first.code, first.err]).to.deep.equal([3, first.err])
    expect(first.report).to.include({ accepted: 701, refused: 2, compared: 701 })
    const again = await compare(service, content + access(9), ...args)
    expect(again.report).to.include({ accepted: 1, already: 701, compared: 702 })
    const ndjson = lines(line(1), line(2, { sealed: { person: '张三' } }), line(3, { purpose: 'LegalCompliance' }))
    expect((await compare(service, ndjson, '--format', 'ndjson')).report).to.include({ accepted: 3, compared: 3 })
  })

  it('names the line that became another record', async () => {
    await using service = await startService({ ingest: changing('"rows":30', '"rows":1') })
    const args = ['--format', 'ndjson', '--batch', '2']
    const content = lines(line(0), line(1), line(2), line(3, { rows: 30 }), line(4))
    for (const _ of ['at first', 'and again']) {
      const { code, err } = await compare(service, content, ...args)
      expect(
        [code, /line 4 was sent, .* record 3 .* otherwise in: rows\..*\[record_differs\]/s.test(err)],
        err,
      ).to.deep.equal([2, true])
      expect(err).not.to.contain('Run the same command again')
    }
  })

  it('names the line that became no record at all', async () => {
    const store = createMemoryStore()
    // One line a batch, and its entry behind two bytes of length; a field of another name makes it none.
    const append: typeof store.append = batches => {
      for (const { leaves } of batches) {
        leaves.entries.set(Buffer.from('{"reason"'), 2)
        leaves.hashes.set(hashLeaf(leaves.entries.subarray(2)))
      }
      return store.append(batches)
    }
    await using service = await startService({ store: altered(store, { append }) })
    const { code, err } = await compare(service, lines(line(0)), '--format', 'ndjson')
    expect(
      [code, /line 1 was sent, .* record 0 .* otherwise in: entry\..*\[record_differs\]/s.test(err)],
      err,
    ).to.deep.equal([2, true])
    expect(err).not.to.contain('Run the same command again')
  })

  it('is not shown another entry than was promised', async () => {
    const store = createMemoryStore()
    const other = Buffer.from('"rows":10,')
    const readTile: typeof store.readTile = async tile => {
      const bytes = await store.readTile(tile)
      if (tile.level !== 'entries' || bytes === undefined) return bytes
      const shown = Buffer.from(bytes)
      shown.set(Buffer.from('"rows":11,'), shown.indexOf(other))
      return shown
    }
    await using service = await startService({ store: altered(store, { readTile }) })
    const { code, err } = await compare(service, lines(line(0)), '--format', 'ndjson')
    expect([code, /line 1 promises leaf 0, .*\[entry_not_promised\]/s.test(err)], err).to.deep.equal([2, true])
  })

  it('waits for what is not published, for as long as its patience', async () => {
    await using service = await startService()
    service.ledger.publish()
    const trust = await trustFile(service)
    const file = await service.file('lines', lines(line(0)))
    const args = ['ingest', '--format', 'ndjson', '--compare', '--trust', trust, '--patience', '1', file]
    const { code, err } = await service.run(args)
    expect([code, /1 lines are promised, and not published yet .*\[log_unpublished\]/s.test(err)], err).to.deep.equal([
      2,
      true,
    ])
  })

  it('needs the key of the log, and leave to read', async () => {
    await using service = await startService()
    const [file, trust] = [await service.file('lines', lines(line(0))), await trustFile(service)]
    const args = ['ingest', '--format', 'ndjson', '--compare', file]
    const keyless = await service.run(args)
    expect([keyless.code, keyless.err.includes('[option_missing]')]).to.deep.equal([2, true])
    expect(service.ledger.store.head.size).to.equal(0)
    const env = { SUYUAN_TOKEN: await tokenWith(service.ledger, 'write') }
    await service.run(['ingest', '--format', 'ndjson', file], { env })
    service.ledger.publish()
    const unread = await service.run([...args, '--trust', trust], { env })
    expect([unread.code, unread.err.includes('[log_refused]')], unread.err).to.deep.equal([2, true])
  })
})

describe('a line and its record', () => {
  const { provider, sealed: _, ...input } = makeRecord(1)
  const record: AccessRecord = makeRecord(1)
  const cases: readonly (readonly [string, Partial<RecordInput>, Partial<AccessRecord>, readonly string[]])[] = [
    ['are the same but for the provider', {}, {}, []],
    ['may both name it', { provider }, {}, []],
    ['name another', { provider: 'another' }, {}, ['provider']],
    ['differ in what the line states', {}, { rows: 77, time: '2026-01-01T00:00:00.000Z' }, ['rows', 'time']],
    ['differ in what the line leaves out', {}, { transaction: 'x' }, ['transaction']],
    ['differ in what the record leaves out', { channel: 'bulk-download' }, {}, ['channel']],
    ['may differ in the purpose of a grant', { grant: 3 }, { grant: 3, purpose: 'LegalCompliance' }, []],
    ['differ in a purpose that no grant has', {}, { purpose: 'LegalCompliance' }, ['purpose']],
    ['may differ in who a sealed person is', { sealed: { person: '张三' } }, { actor: 'a', sealed: 'b' }, []],
    [
      'differ in an actor that nobody named',
      { sealed: { purposeText: '核验' } },
      { actor: 'a', sealed: 'b' },
      ['actor'],
    ],
    ['differ where nothing is sealed', { sealed: { purposeText: '核验' } }, {}, ['sealed']],
    ['differ where something else is sealed', {}, { sealed: 'b' }, ['sealed']],
    ['differ in what was filled into no signed line', {}, { filled: 'provider' }, ['filled']],
    ['may differ in what was filled into a signed one', { signature: 's' }, { signature: 's', filled: 'provider' }, []],
    ['differ in a signature', { signature: 's' }, { signature: 't' }, ['signature']],
  ]
  for (const [what, more, logged, differing] of cases) {
    it(what, () => {
      expect(findDifferences({ ...input, ...more }, { ...record, ...logged })).to.deep.equal(differing)
    })
  }
})
