// The client of a source as everybody gets it, one file of a package: that it needs nothing but Node, that its types are
// right, and that it keeps its word when it is killed.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { parseVerifierKey } from '../../src/core/note.ts'
import { parseRecordInput } from '../../src/core/record.ts'
import { newChain, takeLink } from '../../src/core/source-chain.ts'
import { checkLink, linkHash, linkText, type SignedRecord } from '../../src/core/source-link.ts'
import { lockKey } from '../../src/source/lock.ts'
import type { CreateKey, OpenSource, RotateKey, SourceError } from '../../src/source/published.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ORIGIN = 'suyuan.test/log'
const line = (bytes: number, more: object = {}): object => ({
  action: 'read',
  bytes,
  consumer: 'c',
  resource: 'r',
  source: 'gate',
  status: 'ok',
  time: '2026-03-01T00:00:00Z',
  ...more,
})
const codeOf = (error: unknown): string => (error as SourceError).code

describe('the client of a source, as a package', function () {
  this.timeout(120_000)
  let folder: string
  let project: string
  let client: { createKey: CreateKey; openSource: OpenSource; rotateKey: RotateKey }
  let count = 0
  const newPath = (): string => join(folder, `gate-${++count}.key`)
  const run = (command: string, args: readonly string[], cwd = folder): string =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-source-'))
    run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT)
    run('tar', ['-xzf', readdirSync(folder).find(name => name.endsWith('.tgz'))!])
    project = join(folder, 'project')
    mkdirSync(join(project, 'node_modules'), { recursive: true })
    cpSync(join(folder, 'package'), join(project, 'node_modules/suyuan'), { recursive: true })
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    client = await import(join(project, 'node_modules/suyuan/build/source/index.js'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('signs what the ledger takes, by a key that only its owner may read', async () => {
    const path = newPath()
    const vkey = await client.createKey(path, { source: 'gate', origin: ORIGIN })
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(await client.createKey(path, { source: 'gate', origin: ORIGIN }).catch(codeOf)).to.equal('key_file_exists')
    using source = await client.openSource(path)
    expect(source).to.include({ source: 'gate', origin: ORIGIN, key: vkey, next: 0, pending: undefined })
    const sent = await source.sign('a', [line(1), line(2, { sealed: { person: '张三' } })])
    expect(source.pending).to.deep.equal(sent)
    expect(await source.sign('b', [line(3)]).catch(codeOf)).to.equal('source_pending')
    await source.shipped()
    const more = await source.sign('a', [line(1), line(2, { sealed: { person: '张三' } }), line(3)])
    expect(more.body.startsWith(sent.body)).to.equal(true)
    await source.shipped()
    expect(await source.sign('a', [line(1), line(1)]).catch(codeOf)).to.equal('links_differ')
    for (const [wrong, code] of [
      [line(1, { source: 'other' }), 'source_key_other'],
      [line(1, { seq: 5 }), 'source_key_other'],
      [line(-1), 'invalid_field'],
      [{}, 'missing_field'],
    ] as const) {
      const error = (await source.sign('c', [line(9), wrong]).catch((error: unknown) => error)) as SourceError
      expect([error.code, error.words.en.startsWith('Line 2: ')], JSON.stringify(wrong)).to.deep.equal([code, true])
    }
    expect(await source.sign('中', [line(1)]).catch(codeOf)).to.equal('batch_invalid')
    expect(source.next).to.equal(3)
    checkChain(more.body.split('\n').slice(0, -1), vkey)
  })

  it('gives over to the next key, once all is shipped', async () => {
    const path = newPath()
    await client.createKey(path, { source: 'gate', origin: ORIGIN })
    {
      using source = await client.openSource(path)
      await source.sign('a', [line(1)])
    }
    expect(await client.rotateKey(path, `${path}.next`).catch(codeOf)).to.equal('source_pending')
    {
      using source = await client.openSource(path)
      await source.shipped()
    }
    const { key, endorsement } = await client.rotateKey(path, `${path}.next`)
    expect(endorsement.ends).to.equal(1)
    using next = await client.openSource(`${path}.next`)
    expect(next).to.include({ key, next: 0 })
  })

  it('is opened by one at a time, whoever that is', async () => {
    const path = newPath()
    await client.createKey(path, { source: 'gate', origin: ORIGIN })
    const source = await client.openSource(path)
    const other = lockKey(path)
    await sleep(300)
    source.close()
    using _ = await other
    expect(await client.openSource(path).catch(codeOf)).to.equal('source_key_busy')
  })

  it('killed at any moment, ships what it signed, and gives no number twice', async () => {
    const service = await startService()
    const path = newPath()
    const vkey = await client.createKey(path, { source: 'gate', origin: ORIGIN })
    const script = join(project, 'ship.mjs')
    writeFileSync(script, SHIP)
    const url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}/v1/records`
    let done = false
    for (let k = 0; !done; k++) {
      const child = spawn('node', [script, path, url], { stdio: ['ignore', 'inherit', 'inherit'] })
      const killed = sleep(k < 12 ? 60 + 17 * k : 60_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))
      const [code] = (await Promise.race([once(child, 'exit'), killed.then(() => once(child, 'exit'))])) as [number]
      done = code === 0
      expect(code === 0 || child.signalCode === 'SIGKILL').to.equal(true)
    }
    service.server.close()
    expect(service.log).to.have.length(400)
    checkChain(service.log, vkey)
  })

  it('runs and has its types where no other package is', () => {
    writeFileSync(
      join(project, 'try.mjs'),
      `import { createKey, openSource } from 'suyuan/source'
const key = await createKey('try.key', { source: 'gate', origin: '${ORIGIN}' })
const source = await openSource('try.key')
const { body } = await source.sign('a', [${JSON.stringify(line(1))}])
console.log(key.startsWith('gate+'), JSON.parse(body).seq, source.next)`,
    )
    expect(run('node', ['try.mjs'], project)).to.equal('true 0 1\n')
    writeFileSync(
      join(project, 'try.ts'),
      `import { createKey, openSource, rotateKey, type Shipment, type SourceError } from 'suyuan/source'
const key: string = await createKey('a', { source: 's', origin: 'o' })
using source = await openSource('a')
const sent: Shipment = source.pending ?? (await source.sign('batch', [{ bytes: 1 }]))
await source.shipped()
const { endorsement } = await rotateKey('a', 'b')
const ends: number = endorsement.ends
const words = (error: SourceError): string => error.code + error.words.zh
// @ts-expect-error it is told by whoever signs
source.next = 5
console.log(key, sent.body, ends, words)`,
    )
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '']
    const lib = ['--lib', 'es2024,esnext.disposable,dom']
    run('node', [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, ...lib, 'try.ts'], project)
  })
})

/** As docs/sources.md shows it: forty batches of ten lines. */
const SHIP = `import { openSource } from 'suyuan/source'
const [path, url] = process.argv.slice(2)
const send = async ({ key, body }) => {
  const answer = await fetch(url, { method: 'POST', headers: { 'idempotency-key': key }, body })
  if (answer.status !== 200) throw new Error(String(answer.status))
}
using source = await openSource(path)
if (source.pending) {
  await send(source.pending)
  await source.shipped()
}
for (let batch = 0; batch < 40; batch++) {
  const lines = Array.from({ length: 10 }, (_, k) => (${line.toString()})(batch * 10 + k))
  await send(await source.sign('batch ' + batch, lines))
  await source.shipped()
}
`

/** What the service does with batches: lines of a key that it has are passed over. */
async function startService(): Promise<{ readonly server: Server; readonly log: string[] }> {
  const log: string[] = []
  const batches = new Map<string, string>()
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const key = String(request.headers['idempotency-key'])
      const known = batches.get(key) ?? ''
      response.statusCode = body.startsWith(known) ? 200 : 409
      if (response.statusCode === 200) {
        log.push(...body.slice(known.length).split('\n').slice(0, -1))
        batches.set(key, body)
      }
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, log }
}

/** Each number once, each behind the one before, each by this key. */
function checkChain(lines: readonly string[], vkey: string): void {
  const chain = newChain()
  const key = parseVerifierKey(vkey)
  for (const [index, one] of lines.entries()) {
    const { sealed, salt: _, ...open } = parseRecordInput(JSON.parse(one))
    const record = open as unknown as SignedRecord
    if (sealed === undefined) expect(checkLink(record, ORIGIN, [key])).to.equal(key)
    const link = { seq: record.seq, previous: record.previous, hash: linkHash(linkText(record, ORIGIN)), index }
    expect(takeLink(chain, link)).to.equal(true)
  }
  expect({ next: chain.next, holes: chain.holes }).to.deep.equal({ next: lines.length, holes: [] })
  if (lines.every(one => !one.includes('"sealed"'))) expect(chain.counts).to.deep.equal({})
}
