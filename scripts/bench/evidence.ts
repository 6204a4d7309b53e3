// Evidence for a hundred rows: how large the file is, and how long its verification takes, chain and all.

import { gzipSync } from 'node:zlib'
import { connectChain } from '../../src/chain/network.ts'
import { publicKeyOf, signEd25519, verifyEd25519 } from '../../src/core/ed25519.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { startService } from './service.ts'

const RUNS = 15

export async function measureEvidence(): Promise<Figure[]> {
  await using service = await startService()
  await sendUntil(service, service.batches, records => records >= 100_000)
  await new Promise(resolve => setTimeout(resolve, 6_000)) // until an anchor covers them
  const headers = { authorization: `Bearer ${service.token}` }
  const resource = encodeURIComponent(service.city.populationRegister)
  const response = await fetch(`${service.url}/v1/evidence?resource=${resource}&limit=100`, { headers })
  const file = Buffer.from(await response.arrayBuffer())
  if (!response.ok) throw new Error(file.toString())
  const trust = parseTrust(Buffer.from(await (await fetch(`${service.url}/v1/trust`)).arrayBuffer()))
  const { log } = JSON.parse(file.toString()) as { log: { entries: readonly string[] } }

  const whole: number[] = []
  const inside: number[] = []
  for (let run = 0; run < RUNS; run++) {
    whole.push(
      await milliseconds(async () => {
        const chain = await connectChain({ url: service.chainUrl })
        const { verdict } = await verifyEvidence(file, trust, async () => chain)
        chain.close()
        if (verdict !== 'verified') throw new Error(`the evidence is ${verdict}`)
      }),
    )
    inside.push(await milliseconds(() => verifyEvidence(file, trust, undefined)))
  }
  const bare = await milliseconds(async () => bareWork(log.entries))
  return [
    figure('evidence.packed', gzipSync(file).length, 'bytes', file.length),
    figure(
      'evidence.bytes',
      file.length,
      'bytes',
      log.entries.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0),
    ),
    figure('evidence.verify', median(whole), 'ms', bare),
    figure('evidence.verifyInside', median(inside), 'ms', bare),
  ]
}

/** The least that any verifier has to do: hash every entry once, and check one signature. */
function bareWork(entries: readonly string[]): void {
  for (const entry of entries) hashLeaf(Buffer.from(entry))
  const secret = new Uint8Array(32).fill(7)
  const message = Buffer.from('text')
  verifyEd25519(signEd25519(message, secret), message, publicKeyOf(secret))
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
