// Backups of the real service while batches are sent to it, each restored and started again: every receipt given before a
// backup began still proves, and nothing acknowledged by then is missing. A restored ledger that is behind its own
// anchors is refused, before it signs anything.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { startEmbeddedChain } from '../../src/chain/embedded.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { parseVerifierKey } from '../../src/core/note.ts'
import { checkConsistency } from '../../src/core/proof.ts'
import { checkReceipt, decodeReceipt, type Receipt } from '../../src/core/receipt.ts'
import type { IngestResult } from '../../src/ingest/answer.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { TestLog } from '../chain/fixtures.ts'
import { packed } from '../store/leaves.ts'
import { freePorts, type RunningService, shownToken, startService, suyuan } from './service.ts'

const BATCH = 100
const CLIENTS = 3
const BACKUPS = 3
const CONSUMER = '11520100MB00000026'

interface Acknowledged {
  readonly key: string
  readonly body: string
  readonly receipt: Receipt
}

interface Run {
  readonly status: number | null
  readonly stderr: string
  readonly answer: Record<string, unknown>
}

describe('backups of the service at work', function () {
  this.timeout(240_000)
  let root: string
  let token: string
  const running: RunningService[] = []

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'suyuan-backup-'))
  })
  afterEach(async () => {
    for (const service of running.splice(0)) await service.kill()
  })
  after(() => rm(root, { recursive: true, force: true }))

  const start = async (data: string, environment: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
    const service = await startService(data, await freePorts(), environment)
    running.push(service)
    return service
  }
  const run = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> => {
    const { status, stdout, stderr } = await suyuan([...args, '--json'], environment)
    return { status, stderr, answer: (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, unknown> }
  }
  const ask = async (url: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const send = async (url: string, key: string, body: string): Promise<IngestResult> => {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
    return (await (await ask(url, '/v1/records', { method: 'POST', body, headers })).json()) as IngestResult
  }
  /** Asks until it is so. */
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await isSo().catch(() => false)); tries++) {
      if (tries > 300) throw new Error('it never came to be so')
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  const register = async (data: string, service: RunningService, rpc = service.chainUrl): Promise<void> => {
    const plan = join(import.meta.dirname, 'plan.json')
    const { status, stderr } = await suyuan(['register', plan, '--data', data, '--url', service.url, '--rpc', rpc])
    expect(status, stderr).to.equal(0)
    await until(async () => {
      const answer = await ask(service.url, `/v1/grants?consumer=${CONSUMER}`)
      return ((await answer.json()) as { grants: unknown[] }).grants.length > 0
    })
  }
  const anchoredSize = async (url: string): Promise<number> => {
    const status = (await (await ask(url, '/v1/status')).json()) as { anchored: { size: number } | null }
    return status.anchored?.size ?? 0
  }

  it('are whole, each at its own moment', async () => {
    const data = join(root, 'data')
    const service = await start(data)
    token = shownToken(service)
    await register(data, service)
    const trust = (await (await ask(service.url, '/v1/trust')).json()) as { log: string; time: string }
    const [logKey, timeKey] = [parseVerifierKey(trust.log), parseVerifierKey(trust.time)]
    const acknowledged: Acknowledged[] = []
    let working = true
    const client = async (name: number): Promise<void> => {
      for (let n = 0; working; n++) {
        const [key, body] = [`${name}-${n}`, makeBatch(`${name}-${n}`)]
        const { receipts } = await send(service.url, key, body)
        acknowledged.push({ key, body, receipt: decodeReceipt(receipts[0]!) })
        await new Promise(resolve => setTimeout(resolve, 150))
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, name) => client(name))
    try {
      const to = join(root, 'backup')
      for (let n = 0; n < BACKUPS; n++) {
        await new Promise(resolve => setTimeout(resolve, 1_500))
        const before = acknowledged.slice()
        const made = await run(['backup', '--data', data, '--to', to])
        expect(made.status, made.stderr).to.equal(0)
        expect(made.answer['size']).to.be.at.least(before.length * BATCH)
        const checked = await run(['backup', '--verify', to])
        expect([checked.status, checked.answer['findings']], checked.stderr).to.deep.equal([0, []])
        expect(checked.answer['sha256']).to.equal(made.answer['sha256'])

        const again = join(root, `restored-${n}`)
        const restored = await run(['restore', '--from', to, '--data', again])
        expect(restored.status, restored.stderr).to.equal(0)
        expect(restored.answer['verdict'], restored.stderr).to.be.oneOf(['level', 'ahead'])
        const second = await start(again)
        for (const { key, body, receipt } of before) {
          const { size, root: promised } = checkReceipt(receipt, logKey, timeKey)
          const { checkpoint } = checkCheckpoint(await (await ask(second.url, '/log/checkpoint')).text(), logKey)
          if (checkpoint.size < size) await until(async () => (await anchoredSize(second.url)) >= size)
          const now = checkCheckpoint(await (await ask(second.url, '/log/checkpoint')).text(), logKey).checkpoint
          const path = `/v1/proofs/consistency?from=${size}&to=${now.size}`
          const { proof } = (await (await ask(second.url, path)).json()) as { proof: string[] }
          const hashes = proof.map(hash => Buffer.from(hash, 'base64'))
          expect(checkConsistency(size, now.size, promised, now.root, hashes), key).to.equal(true)
          const record = await ask(second.url, `/v1/records/${receipt.firstIndex}`)
          const { leaf } = (await record.json()) as { leaf: string }
          expect(Buffer.from(leaf, 'base64').equals(receipt.leaves[0]!), key).to.equal(true)
          expect(await send(second.url, key, body)).to.include({ accepted: 0, already: BATCH })
        }
        // It goes on: what is new is taken, and anchored.
        expect(await send(second.url, `after ${n}`, makeBatch(`after-${n}`))).to.include({ accepted: BATCH })
        const { records } = (await (await ask(second.url, '/v1/status')).json()) as { records: number }
        await until(async () => (await anchoredSize(second.url)) >= records)
        expect(second.output()).not.to.match(/"level":50|log_rolled_back|chain_lost/)
        expect(await second.stop()).to.equal(0)
      }
    } finally {
      working = false
    }
    await Promise.all(clients)
    expect(await service.stop()).to.equal(0)
  })

  it('are refused when the chain has a newer anchor, by the command and by the service', async () => {
    const data = join(root, 'anchored')
    await using chain = await openChain(join(root, 'network'))
    const network = { SUYUAN_RPC_URL: chain.url, SUYUAN_CONFIRMATIONS: '1', SUYUAN_FINALITY: '1' }
    const service = await start(data, network)
    token = shownToken(service)
    await register(data, service, chain.url)
    await send(service.url, 'a', makeBatch('a'))
    await until(async () => (await anchoredSize(service.url)) === BATCH)
    const to = join(root, 'old')
    expect((await run(['backup', '--data', data, '--to', to], network)).status).to.equal(0)
    await send(service.url, 'b', makeBatch('b'))
    await until(async () => (await anchoredSize(service.url)) === 2 * BATCH)
    expect(await service.stop()).to.equal(0)

    const again = join(root, 'behind')
    const { status, answer } = await run(['restore', '--from', to, '--data', again], network)
    expect(status).to.equal(1)
    expect(answer).to.include({ verdict: 'behind', size: BATCH, anchored: 2 * BATCH })
    expect(answer['message']).to.contain('at least 100 records are missing')
    const refusal = await start(again, network).then(
      () => 'started',
      (error: Error) => error.message,
    )
    expect(refusal).to.contain('[log_rolled_back]').and.contain('restore the newest data')
    const zh = await start(again, { ...network, LANG: 'zh_CN.UTF-8' }).catch((error: Error) => error.message)
    expect(zh).to.contain('恢复最新的数据')

    // Nor is one of the right size and another root, of which the service would say the same.
    {
      await using store = await openEmbeddedStore({ dir: again })
      await store.append([{ leaves: packed(0, BATCH) }])
    }
    const forked = join(root, 'forked')
    expect((await run(['backup', '--data', again, '--to', forked], network)).status).to.equal(0)
    const other = await run(['restore', '--from', forked, '--data', join(root, 'other')], network)
    expect([other.status, other.answer['verdict'], other.answer['anchored']]).to.deep.equal([1, 'differs', 2 * BATCH])
    expect(other.answer['message']).to.contain('do not go on with this one')
    const differs = await start(join(root, 'other'), network).catch((error: Error) => error.message)
    expect(differs).to.contain('[log_differs]')

    // The newest data is taken, and goes on.
    expect((await run(['backup', '--data', data, '--to', to], network)).status).to.equal(0)
    const newest = join(root, 'newest')
    const level = await run(['restore', '--from', to, '--data', newest], network)
    expect([level.status, level.answer['verdict']], level.stderr).to.deep.equal([0, 'level'])
    const second = await start(newest, network)
    // The index is derived and not in a backup: it is made again, though nothing new comes in.
    await until(async () => (await ask(second.url, '/v1/evidence?resource=30101/000001')).ok)
    await send(second.url, 'c', makeBatch('c'))
    await until(async () => (await anchoredSize(second.url)) === 3 * BATCH)

    // An erasure is on record, in evidence, and in the next backup.
    const part = (await readFile(join(newest, 'log/000000/sealed'))).subarray(10, 70)
    const service2 = { SUYUAN_URL: second.url, SUYUAN_TOKEN: token }
    const erased = await run(['erase', '0', '--basis', 'PIPL-47', '--reason', '到期', '--by', '张三'], service2)
    expect([erased.status, erased.answer['index']], erased.stderr).to.deep.equal([0, 3 * BATCH])
    await until(async () => (await anchoredSize(second.url)) === 3 * BATCH + 1)
    const opening = await fetch(`${second.url}/v1/records/0/sealed`, { headers: { authorization: `Bearer ${token}` } })
    expect([opening.status, ((await opening.json()) as { code: string }).code]).to.deep.equal([410, 'sealed_erased'])
    const [evidence, trust] = [join(root, 'evidence.json'), join(root, 'trust.json')]
    await writeFile(trust, await (await ask(second.url, '/v1/trust')).text())
    const made = await suyuan(['evidence', '--resource', '30101/000001', '-o', evidence], service2)
    expect(made.status, made.stderr).to.equal(0)
    const verified = await suyuan(['verify', evidence, '--trust', trust, '--rpc', chain.url])
    expect(verified.status, verified.stderr + verified.stdout).to.equal(0)
    expect(verified.stdout)
      .to.contain('#0 的密封部分已删除 sealed part erased')
      .and.contain('PIPL-47')
      .and.contain(`#${3 * BATCH}`)
    expect((await readFile(join(to, 'log/000000/sealed'))).includes(part)).to.equal(true)
    expect((await run(['backup', '--data', newest, '--to', to], network)).status).to.equal(0)
    expect((await readFile(join(to, 'log/000000/sealed'))).includes(part)).to.equal(false)

    // Without the keys it says what is missing, and does not begin with new ones.
    const apart = join(root, 'apart')
    expect((await run(['backup', '--data', newest, '--to', apart, '--no-keys'], network)).answer['keys']).to.equal(
      false,
    )
    expect(await second.stop()).to.equal(0)
    const last = join(root, 'last')
    expect((await run(['restore', '--from', to, '--data', last], network)).status).to.equal(0)
    for (const dir of [newest, last]) {
      const { status, stdout, stderr } = await suyuan(['fsck', '--data', dir], network)
      expect(status, stdout + stderr).to.equal(0)
    }
    const keyless = join(root, 'keyless')
    const bare = await run(['restore', '--from', apart, '--data', keyless], network)
    expect([bare.status, bare.answer['keys']], bare.stderr).to.deep.equal([0, false])
    expect(bare.answer['message']).to.contain('may be started once the key files are back')
    const noKeys = await start(keyless, network).catch((error: Error) => error.message)
    expect(noKeys).to.contain('[log_key_lost]')

    const entries = join(apart, 'log/000000/entries')
    const bytes = await readFile(entries)
    bytes[1000]! ^= 4
    await writeFile(entries, bytes)
    const damaged = await run(['backup', '--verify', apart])
    expect(damaged.status).to.equal(1)
    expect(JSON.stringify(damaged.answer['findings'])).to.contain(entries)
  })

  async function openChain(dir: string): Promise<AsyncDisposable & { readonly url: string }> {
    const chain = await startEmbeddedChain({ dir, log: new TestLog() })
    return { url: chain.url, [Symbol.asyncDispose]: () => chain.close() }
  }
})

function makeBatch(name: string): string {
  const lines = Array.from({ length: BATCH }, (_, k) =>
    JSON.stringify({
      action: 'read',
      consumer: CONSUMER,
      grant: 1,
      resource: '30101/000001',
      rows: 1,
      sealed: { person: `officer ${k % 7}` },
      source: 'exchange',
      status: 'ok',
      time: '2026-03-17T08:00:00Z',
      transaction: `${name}-${k}`,
    }),
  )
  return `${lines.join('\n')}\n`
}
