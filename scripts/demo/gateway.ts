// A gateway that signs: each line for its place in a chain, so that one that is lost on the way leaves a hole that shows.

import type { Grant } from '../../src/chain/registry.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import type { Ledger } from '../../src/ledger.ts'
import { makeSourceKey, newSecret, type Place, signLine } from '../../src/source/sign.ts'
import { DAY } from './city.ts'
import type { DemoClient } from './client.ts'
import type { Stage } from './stage.ts'

const SOURCE = 'gy-gateway-2'
const SIGNED = 12
/** The line that never arrives. */
const LOST = 7
const BEGAN_AT = DAY + 86_100_000 // 23:55

/** Twelve accesses under a grant, signed by the gateway, of which one never arrives; resolves to the numbers that are missing. */
export async function playGateway(
  { client, ledger, stage }: { readonly client: DemoClient; readonly ledger: Ledger; readonly stage: Stage },
  grant: Grant,
): Promise<number> {
  const origin = ledger.logKey.verifierKey.name
  const key = makeSourceKey({ source: SOURCE, origin, secret: newSecret() })
  await client.registerSource({ key: formatVerifierKey(key.verifierKey), strict: true })
  const lines: string[] = []
  let place: Place = { seq: 0, previous: undefined }
  while (place.seq < SIGNED) {
    const { line, link } = signLine(accessUnder(grant, place.seq), place, key)
    if (place.seq !== LOST) lines.push(line)
    place = { seq: place.seq + 1, previous: link }
  }
  await client.ingest(lines, 'demo-gateway')
  await ledger.anchoring.publishNow()
  await ledger.anchoring.anchored(ledger.store.head.size, AbortSignal.timeout(60_000))
  const { missing, holes } = await client.sourceKey(SOURCE)
  stage.note(
    `网关签名 ${SIGNED} 行，一行在途中丢失：账上缺第 ${holes.map(({ from }) => from).join('、')} 号\n` +
      `A gateway signed ${SIGNED} lines, one was lost on the way: number ${holes.map(({ from }) => from).join(', ')} is missing`,
  )
  return missing
}

function accessUnder({ id, terms: { consumer, purpose, resource } }: Grant, k: number) {
  return {
    action: 'read',
    bytes: 156,
    channel: 'online-query',
    consumer,
    grant: id,
    purpose,
    resource,
    rows: 1,
    source: SOURCE,
    status: 'ok',
    time: new Date(BEGAN_AT + k * 20_000).toISOString(),
    transaction: `gw-${k}`,
  } as const
}
