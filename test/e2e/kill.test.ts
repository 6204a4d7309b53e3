// The real service is killed (-9) again and again while batches are sent. Afterwards every receipt ever returned must
// still prove, no batch may be lost or doubled, and the log and chain must go on from where they were.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { parseVerifierKey, type VerifierKey } from '../../src/core/note.ts'
import { checkConsistency } from '../../src/core/proof.ts'
import { checkReceipt, decodeReceipt, type Receipt } from '../../src/core/receipt.ts'
import { decodeBundle } from '../../src/core/tile.ts'
import type { IngestResult } from '../../src/ingest.ts'
import { freePorts, type RunningService, type ServicePorts, shownToken, startService, suyuan } from './service.ts'

/** More with SUYUAN_KILLS=50. */
const KILLS = Number(process.env['SUYUAN_KILLS'] ?? 3)
const CLIENTS = 3
const BATCH = 200
const CONSUMER = '11520100MB00000026'

interface Sent {
  readonly key: string
  readonly body: string
  receipt: Receipt | undefined
}

describe('kill -9 of the service', function () {
  this.timeout(120_000 + KILLS * 15_000)
  let data: string
  let ports: ServicePorts
  let service: RunningService
  let token: string

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'suyuan-kill-'))
    ports = await freePorts()
    service = await startService(data, ports)
    token = shownToken(service)
    const plan = join(import.meta.dirname, 'plan.json')
    const { status, stderr } = await suyuan([
      'register',
      plan,
      '--data',
      data,
      '--url',
      service.url,
      '--rpc',
      service.chainUrl,
    ])
    expect(status, stderr).to.equal(0)
    await untilKnown()
  })
  after(async () => {
    await service.kill()
    await rm(data, { recursive: true, force: true })
  })

  const ask = async (path: string, body?: string, more: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, ...more }
    const response = await fetch(
      `${service.url}${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body },
    )
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  /** The service reads the chain by itself, a moment after something was registered. */
  const untilKnown = async (): Promise<void> => {
    const path = `/v1/grants?consumer=${CONSUMER}`
    while (
      !(
        await ask(path).then(
          response => response.json() as Promise<{ grants: unknown[] }>,
          () => ({ grants: [] }),
        )
      ).grants.length
    ) {
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }

  const send = async (sent: Sent): Promise<IngestResult> => {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': sent.key }
    const response = await ask('/v1/records', sent.body, headers)
    return (await response.json()) as IngestResult
  }

  it('loses nothing, doubles nothing, and goes on', async () => {
    const trust = (await (await ask('/v1/trust')).json()) as { log: string; time: string }
    const [logKey, timeKey] = [parseVerifierKey(trust.log), parseVerifierKey(trust.time)]
    const everything: Sent[] = []
    const checkpoints: string[] = []
    let killing = true
    let up: Promise<void> = Promise.resolve()

    const client = async (name: number): Promise<void> => {
      for (let n = 0; killing; n++) {
        const sent: Sent = { key: `${name}-${n}`, body: makeBatch(name, n), receipt: undefined }
        everything.push(sent)
        try {
          sent.receipt = decodeReceipt((await send(sent)).receipts[0]!)
          await new Promise(resolve => setTimeout(resolve, 60)) // a hundred or two batches are enough to check
        } catch {
          await new Promise(resolve => setTimeout(resolve, 50)) // killed under way: sent again at the end
          await up // batches for nobody would only be more to check, the more the slower the machine
        }
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, name) => client(name))
    const restart = async (): Promise<void> => {
      await service.kill()
      service = await startService(data, ports)
    }
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise(resolve => setTimeout(resolve, 300 + Math.random() * 1_200))
        checkpoints.push(await (await ask('/log/checkpoint')).text())
        up = restart()
        await up
      }
    } finally {
      killing = false
    }
    await Promise.all(clients)

    // Every batch is sent once more: what was in already is not added again.
    const receipted = everything.filter(({ receipt }) => receipt !== undefined).length
    for (const sent of everything) {
      const { accepted, already, receipts } = await send(sent)
      expect(accepted + already, sent.key).to.equal(BATCH)
      if (sent.receipt !== undefined) {
        expect(accepted, `${sent.key} had a receipt`).to.equal(0)
        expect(receipts[0]!.firstIndex, sent.key).to.equal(sent.receipt.firstIndex)
      }
      sent.receipt ??= decodeReceipt(receipts[0]!)
    }
    expect(receipted, 'the kills left something to do').to.be.greaterThan(KILLS)

    const size = everything.length * BATCH
    const entries = await readAll(size)
    expect(
      entries.map(entry => (JSON.parse(entry.toString()) as { transaction: string }).transaction).toSorted(),
    ).to.deep.equal(
      everything
        .flatMap(({ body }) =>
          body
            .trim()
            .split('\n')
            .map(line => (JSON.parse(line) as { transaction: string }).transaction),
        )
        .toSorted(),
    )
    for (const { receipt } of everything) {
      const { size: promised, root } = checkReceipt(receipt!, logKey, timeKey)
      for (const [k, leaf] of receipt!.leaves.entries()) {
        expect(hashLeaf(entries[receipt!.firstIndex + k]!).equals(leaf)).to.equal(true)
      }
      await requireExtends(promised, root, logKey)
    }
    for (const note of checkpoints) {
      const { checkpoint } = checkCheckpoint(note, logKey)
      await requireExtends(checkpoint.size, checkpoint.root, logKey)
    }
  })

  /** All entries, as any client of a tiled log reads them; waits until they are published. */
  async function readAll(size: number): Promise<Buffer[]> {
    for (let tries = 0; ; tries++) {
      const published = Number((await (await ask('/log/checkpoint')).text()).split('\n')[1])
      if (published === size) break
      if (tries > 100) throw new Error(`${published} of ${size} leaves are published`)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    const entries: Buffer[] = []
    for (let n = 0; n * 256 < size; n++) {
      const width = Math.min(256, size - n * 256)
      const path = `${n >= 1000 ? `x${String(Math.floor(n / 1000)).padStart(3, '0')}/` : ''}${String(n % 1000).padStart(3, '0')}`
      const bundle = await ask(`/log/tile/entries/${path}${width < 256 ? `.p/${width}` : ''}`)
      entries.push(...decodeBundle(Buffer.from(await bundle.arrayBuffer())).map(entry => Buffer.from(entry)))
    }
    return entries
  }

  const proven = new Set<string>()

  /** The tree as it is published now must extend the one that was promised. */
  async function requireExtends(size: number, root: Uint8Array, logKey: VerifierKey): Promise<void> {
    const promised = `${size} ${Buffer.from(root).toString('hex')}`
    if (proven.has(promised)) return
    const { checkpoint } = checkCheckpoint(await (await ask('/log/checkpoint')).text(), logKey)
    const answer = (await (await ask(`/v1/proofs/consistency?from=${size}&to=${checkpoint.size}`)).json()) as {
      proof: string[]
    }
    const proof = answer.proof.map(hash => Buffer.from(hash, 'base64'))
    expect(checkConsistency(size, checkpoint.size, root, checkpoint.root, proof), promised).to.equal(true)
    proven.add(promised)
  }
})

function makeBatch(client: number, n: number): string {
  const lines = Array.from({ length: BATCH }, (_, k) =>
    JSON.stringify({
      action: 'read',
      consumer: CONSUMER,
      grant: 1,
      resource: '30101/000001',
      rows: 1,
      sealed: { person: `officer ${k % 7}` },
      source: `exchange-${client}`,
      status: 'ok',
      time: '2026-03-17T08:00:00Z',
      transaction: `${client}-${n}-${k}`,
    }),
  )
  return `${lines.join('\n')}\n`
}
