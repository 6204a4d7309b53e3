// suyuan source and suyuan ingest --source-key: what was signed once is shipped, and never signed otherwise, whatever is
// killed when.

import { appendFile, chmod, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { formatVerifierKey } from '../../src/core/note.ts'
import { decodeEntry, isAccess } from '../../src/core/record.ts'
import { checkLink, isSigned } from '../../src/core/source-link.ts'
import { ChainFile } from '../../src/source/chain-file.ts'
import { readKeyFile } from '../../src/source/key-file.ts'
import { CONSUMER, RESOURCE } from '../http/directory.ts'
import { type Service, startService } from './run.ts'

const ORIGIN = 'suyuan.test/log'
const access = (k: number, path = `/api/item/${k}`): string =>
  `10.0.0.${k % 250} - user${k % 7} [01/Mar/2026:08:${String(k % 60).padStart(2, '0')}:00 +0800] "GET ${path} HTTP/1.1" 200 ${k} "-" "curl/8"\n`
const log = (from: number, to: number): string => Array.from({ length: to - from }, (_, k) => access(from + k)).join('')

describe('a source that signs', function () {
  this.timeout(60_000)
  let service: Service
  let count = 0

  before(async () => {
    service = await startService()
  })
  after(() => service[Symbol.asyncDispose]())

  /** A source of its own, registered, with a mapping that names it. */
  async function newSource(isRegistered = true) {
    const name = `web-${++count}`
    const key = join(service.dir, `${name}.key`)
    const made = await service.run(['source', 'key', '--source', name, '--origin', ORIGIN, '--out', key])
    expect(made.code, made.err).to.equal(0)
    const vkey = made.out.trim()
    if (isRegistered) expect((await service.run(['source', 'add', vkey])).code).to.equal(0)
    const mapping = await service.file(
      `${name}.json`,
      JSON.stringify({
        source: name,
        resources: [{ path: '/api/*', resource: RESOURCE }],
        consumers: [{ any: true, consumer: CONSUMER }],
      }),
    )
    const file = await service.file(`${name}.log`, access(1_000_000 + count))
    const ingestBy = async (keys: readonly string[], ...args: readonly string[]) => {
      const before = service.ledger.store.head.size
      const command = ['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '10', '--json']
      const signing = keys.flatMap(path => ['--source-key', path])
      const ran = await service.run([...command, ...signing, file, ...args])
      return { ...ran, added: service.ledger.store.head.size - before }
    }
    const ingest = (...args: readonly string[]) => ingestBy([key], ...args)
    const report = async () => {
      const { sources } = JSON.parse((await service.run(['source', 'list', '--json', '--source', name])).out)
      return sources[0]
    }
    return { name, key, vkey, file, mapping, ingest, ingestBy, report }
  }

  it('signs each line for its place, run again adds nothing, grown adds what is new, renamed is the same', async () => {
    const { key, file, ingest, report, vkey } = await newSource()
    await appendFile(file, log(0, 24))
    const first = await ingest()
    expect(first.code, first.err).to.equal(0)
    expect(first.added).to.equal(25)
    expect((await ingest()).added).to.equal(0)
    await appendFile(file, log(24, 40))
    expect((await ingest()).added).to.equal(16)
    await rename(file, `${file}.1`)
    await writeFile(file, log(500, 503))
    expect((await ingest(`${file}.1`)).added).to.equal(3)
    const { keys, unsigned } = await report()
    expect(keys[0]).to.deep.include({ vkey, links: 44, next: 44, missing: 0, holes: [], faults: [] })
    expect(unsigned).to.equal(0)
    const { verifierKey } = await readKeyFile(key)
    expect(formatVerifierKey(verifierKey)).to.equal(vkey)
    const { store } = service.ledger
    const entries = await store.readEntries([...Array(store.head.size).keys()])
    const own = entries.map(entry => decodeEntry(entry)).filter(record => isAccess(record) && isSigned(record))
    for (const record of own) expect(isSigned(record) && checkLink(record, ORIGIN, [verifierKey])).to.equal(verifierKey)
    expect(own).to.have.length(44)
  })

  it('keeps its key to itself', async () => {
    const { key } = await newSource()
    expect((await stat(key)).mode & 0o777).to.equal(0o600)
    const { secret } = JSON.parse(await readFile(key, 'utf8')) as { secret: string }
    expect(service.ledger.logged()).to.not.contain(secret)
    const again = await service.run(['source', 'key', '--source', 'x', '--origin', ORIGIN, '--out', key])
    expect(again.code).to.equal(2)
    expect(again.err).to.match(/key_file_exists/)
  })

  it('signs nothing that the service would refuse for its key, and nothing in a dry run', async () => {
    const { vkey, key, ingest, report } = await newSource(false)
    const unknown = await ingest()
    expect(unknown.code).to.equal(2)
    expect(unknown.err).to.contain(`suyuan source add ${vkey}`).and.contain('source_key_unknown')
    await service.run(['source', 'add', vkey, '--unsigned', 'refused', '--every', '3600'])
    const dry = await ingest('--dry-run')
    expect({ code: dry.code, added: dry.added }).to.deep.equal({ code: 0, added: 0 })
    expect(JSON.parse(dry.out).files[0]).to.include({ accepted: 1, refused: 0 })
    expect(await readFile(`${key}.chain`, 'utf8')).to.equal('')
    expect((await ingest()).added).to.equal(1)
    expect(await report()).to.deep.include({ strict: true, every: 3600, unsigned: 0 })
  })

  it('ships what was signed, also when the file says something else by now', async () => {
    const { key, file, name, ingest, report } = await newSource()
    await appendFile(file, log(0, 4))
    await ingest()
    const chain = await ChainFile.open(key, await readKeyFile(key))
    const line = {
      action: 'read',
      consumer: CONSUMER,
      resource: RESOURCE,
      source: name,
      status: 'ok',
      time: '2026-03-01T00:00:00.000Z',
    } as const
    const [text] = await chain.sign('a batch of its own', [line])
    chain[Symbol.dispose]()
    await appendFile(file, log(4, 6))
    expect((await ingest()).added).to.equal(3)
    expect((await report()).keys[0]).to.deep.include({ links: 8, missing: 0, faults: [] })
    // And a copy of it, sent by whoever has one, adds nothing.
    const copied = await service.run(['ingest', '--format', 'ndjson', '--stream', 'copy', '-'], { input: `${text}\n` })
    expect(copied.code).to.equal(3)
    expect(copied.err).to.match(/on record already as leaf \d+.*\[link_recorded\]/)
    expect((await report()).keys[0]).to.deep.include({ links: 8, faults: [] })
  })

  it('signs no line otherwise than it did', async () => {
    const { file, ingest, report, mapping } = await newSource()
    await appendFile(file, log(0, 4))
    await ingest()
    const changed = JSON.parse(await readFile(mapping, 'utf8'))
    await writeFile(mapping, JSON.stringify({ ...changed, channel: 'online-query' }))
    const ran = await ingest()
    expect(ran.code).to.equal(2)
    expect(ran.err).to.contain('links_differ').and.contain('--stream')
    expect(ran.added).to.equal(0)
    expect((await report()).keys[0]).to.deep.include({ links: 5, missing: 0, faults: [] })
  })

  it('refuses files that are older than the log, lost, damaged, or in use', async () => {
    const { key, file, ingest, report } = await newSource()
    await cp(`${key}.chain`, `${key}.old`)
    await appendFile(file, log(0, 4))
    await ingest()
    const newest = await readFile(`${key}.chain`, 'utf8')
    const codes: Record<string, () => Promise<unknown>> = {
      source_chain_old: () => cp(`${key}.old`, `${key}.chain`),
      source_chain_missing: () => rm(`${key}.chain`),
      source_chain_damaged: () => writeFile(`${key}.chain`, newest.replace('"seq":0', '"seq":1')),
      key_damaged: () => writeFile(key, '{}', { mode: 0o600 }),
      key_readable_by_others: () => chmod(key, 0o644),
    }
    const secret = await readFile(key, 'utf8')
    for (const [code, damage] of Object.entries(codes)) {
      await damage()
      const ran = await ingest()
      expect(ran.err, code).to.contain(`[${code}]`)
      expect({ code: ran.code, added: ran.added }, code).to.deep.equal({ code: 2, added: 0 })
      await writeFile(`${key}.chain`, newest)
      await writeFile(key, secret)
      await chmod(key, 0o600)
    }
    {
      using _ = await ChainFile.open(key, await readKeyFile(key))
      expect((await ingest()).err).to.contain('[source_key_busy]')
    }
    expect((await ingest()).added).to.equal(0)
    expect((await report()).keys[0]).to.deep.include({ links: 5, missing: 0, faults: [] })
  })

  it('does not bring lines in twice that are there unsigned, or signed by the key before', async () => {
    const { key, file, mapping, ingest, ingestBy, vkey, report } = await newSource()
    const unsigned = ['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '10', file]
    expect((await service.run(unsigned)).code).to.equal(0)
    const ran = await ingest()
    expect({ code: ran.code, added: ran.added }).to.deep.equal({ code: 2, added: 0 })
    expect(ran.err).to.contain('lines_sent_before').and.contain('--from-line')
    expect((await report()).keys[0]).to.deep.include({ links: 0 })
    // The next file is signed, until the key gives over to another.
    await writeFile(file, access(2_000_000 + count) + log(0, 3))
    expect((await ingest()).added).to.equal(4)
    const next = `${key}.next`
    const rotated = await service.run(['source', 'rotate', '--key', key, '--out', next])
    expect(rotated.code, rotated.err).to.equal(0)
    const endorsement = await service.file('endorsement.json', rotated.out)
    expect((await service.run(['source', 'add', '--endorsement', endorsement])).code).to.equal(0)
    const both = await ingest('--source-key', next)
    expect(both.err).to.contain('[source_key_double]')
    const other = await ingestBy([next])
    expect({ code: other.code, added: other.added }).to.deep.equal({ code: 2, added: 0 })
    expect(other.err).to.contain('signed by another key')
    await writeFile(file, access(3_000_000 + count))
    expect((await ingestBy([next])).added).to.equal(1)
    const { keys } = await report()
    expect(keys[0]).to.deep.include({ vkey, ends: 4, links: 4, missing: 0 })
    expect(keys[1]).to.deep.include({ follows: vkey, links: 1, missing: 0 })
  })

  it('tries unsigned first by mistake, is refused, and then signs the same file', async () => {
    const { file, mapping, ingest, vkey } = await newSource(false)
    await service.run(['source', 'add', vkey, '--unsigned', 'refused'])
    const unsigned = await service.run(['ingest', '--format', 'combined', '--mapping', mapping, '--batch', '10', file])
    expect(unsigned.code).to.equal(3)
    expect((await ingest()).added).to.equal(1)
  })

  it('shows a line that was refused as missing, and keeps it as it was signed, to be sent again', async () => {
    const { name, file, mapping, ingest, report } = await newSource()
    const known = JSON.parse(await readFile(mapping, 'utf8'))
    const rules = [{ path: '/api/item/2', resource: 'nothing/1' }, ...known.resources]
    await writeFile(mapping, JSON.stringify({ ...known, resources: rules }))
    await appendFile(file, log(0, 4))
    const refusedFile = join(service.dir, `${name}.refused`)
    expect((await ingest('--refused', refusedFile)).code).to.equal(3)
    expect((await report()).keys[0]).to.deep.include({ links: 4, missing: 1, holes: [{ from: 3, to: 3 }] })
    const listed = await service.run(['source', 'list', '--source', name])
    expect(listed.out).to.match(/! web-\d+ [0-9a-f]{8}: 缺失 missing 3\n/)
    const { signed } = JSON.parse(await readFile(refusedFile, 'utf8')) as { signed: string }
    expect(JSON.parse(signed)).to.include({ seq: 3, resource: 'nothing/1' })
    // It is taken as it stands, and refused as before: the resource is still unknown.
    const retry = await service.run(['ingest', '--format', 'ndjson', '--stream', 'retry', '-'], {
      input: `${signed}\n`,
    })
    expect(retry.code).to.equal(3)
    expect(retry.err).to.contain('[unknown_resource]')
  })

  it('lists every line that was refused, also beyond those that an answer tells of, and no other', async () => {
    const { name, file, mapping, ingest } = await newSource()
    const known = JSON.parse(await readFile(mapping, 'utf8'))
    const rules = [{ path: '/api/nothing/*', resource: 'nothing/1' }, ...known.resources]
    await writeFile(mapping, JSON.stringify({ ...known, resources: rules }))
    const unknown = Array.from({ length: 130 }, (_, k) => access(k, `/api/nothing/${k}`)).join('')
    await appendFile(file, log(0, 10) + unknown + log(10, 20))
    const refusedFile = join(service.dir, `${name}.all-refused`)
    const ran = await ingest('--refused', refusedFile, '--batch', '1000')
    expect({ code: ran.code, added: ran.added }, ran.err).to.deep.equal({ code: 3, added: 21 })
    const told = (await readFile(refusedFile, 'utf8')).split('\n').slice(0, -1)
    expect(told.map(text => (JSON.parse(text) as { code: string }).code)).to.deep.equal(
      Array(130).fill('unknown_resource'),
    )
  })

  it('signs no line of another source', async () => {
    const { mapping, ingest } = await newSource()
    const known = JSON.parse(await readFile(mapping, 'utf8'))
    await writeFile(mapping, JSON.stringify({ ...known, source: 'somebody' }))
    const ran = await ingest()
    expect(ran.err).to.contain('[source_key_missing]')
    expect({ code: ran.code, added: ran.added }).to.deep.equal({ code: 3, added: 0 })
  })

  it('signs each line by the key of its source, where several are in one file', async () => {
    const [one, two, none] = [await newSource(), await newSource(), await newSource()]
    const line = (source: string, bytes: number): string =>
      `${JSON.stringify({
        action: 'read',
        bytes,
        consumer: CONSUMER,
        resource: RESOURCE,
        source,
        status: 'ok',
        time: '2026-03-01T00:00:00.000Z',
      })}\n`
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, k) => line((k + from) % 3 === 0 ? two.name : one.name, from + k)).join('')
    const file = await service.file(`${one.name}.ndjson`, lines(0, 25))
    const run = async (...args: readonly string[]) => {
      const before = service.ledger.store.head.size
      const ran = await service.run(['ingest', '--format', 'ndjson', '--batch', '10', '--json', file, ...args])
      return { ...ran, added: service.ledger.store.head.size - before, told: JSON.parse(ran.out || '{}').files?.[0] }
    }
    const folder = join(service.dir, `keys-${one.name}`)
    await mkdir(folder)
    for (const { key } of [one, two]) {
      for (const end of ['', '.chain']) await rename(key + end, join(folder, basename(key) + end))
    }
    const dry = await run('--source-key', folder, '--dry-run')
    expect({ code: dry.code, added: dry.added, accepted: dry.told.accepted }, dry.err).to.deep.equal({
      code: 0,
      added: 0,
      accepted: 25,
    })
    const first = await run('--source-key', folder)
    expect({ code: first.code, added: first.added }, first.err).to.deep.equal({ code: 0, added: 25 })
    expect((await run('--source-key', folder)).added).to.equal(0)

    // Another source joins in the middle of a batch: its lines are refused, unless asked for otherwise.
    await appendFile(file, line(none.name, 1_000) + lines(25, 40))
    const refused = await run('--source-key', folder)
    expect({ code: refused.code, added: refused.added }, refused.err).to.deep.equal({ code: 3, added: 15 })
    expect(refused.err).to.contain(`source ${none.name}`).and.contain('[source_key_missing]')
    const [taken, again] = [await run('--source-key', folder, '--unsigned-too'), await run('--source-key', folder)]
    expect([taken.code, taken.added, again.added], taken.err).to.deep.equal([0, 1, 0])
    // What was sent unsigned is not signed later, nor the other way round.
    expect((await run('--source-key', folder, '--source-key', none.key)).err).to.contain('[lines_sent_before]')
    const without = await run('--source-key', join(folder, basename(one.key)), '--unsigned-too')
    expect(without.err).to.contain('[lines_sent_before]').and.contain('signed by another key')
    for (const { report } of [one, two]) {
      const { keys, unsigned } = await report()
      expect({ ...keys[0], unsigned }).to.include({ missing: 0, unsigned: 0 })
      expect(keys[0].faults).to.deep.equal([])
    }
    expect((await one.report()).keys[0].links + (await two.report()).keys[0].links).to.equal(40)
  })
})
