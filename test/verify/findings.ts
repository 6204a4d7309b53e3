// Findings to try a verifier on, signed as a monitor signs them: whatever they say, only what is in them counts.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { inclusionNodes, proveInclusion } from '../../src/core/proof.ts'
import { type MonitorKey, openMonitorKey } from '../../src/monitor/identity.ts'
import type { Store } from '../../src/store/store.ts'
import { ORIGIN } from '../chain/fixtures.ts'
import type { Scene } from './scene.ts'

/** A key of nobody's. */
export async function makeMonitorKey(): Promise<MonitorKey> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-finder-'))
  const key = await openMonitorKey(join(dir, 'monitor.key'))
  await rm(dir, { recursive: true })
  return key
}

export function findingOf(key: MonitorKey, check: string, evidence: unknown): Buffer {
  const says = { zh: '某事', en: 'something' }
  const finding = { format: 'suyuan-finding/v1', check, origin: ORIGIN, subject: 'it', found: 'now', says, evidence }
  return Buffer.from(JSON.stringify(key.signFinding(finding as never)))
}

export interface ProvenEntry {
  readonly checkpoint: string
  readonly index: number
  readonly entry: string
  readonly proof: readonly string[]
}

/** A record, proven in the tree of a signed checkpoint. */
export async function provenRecord(
  { store, logKey }: { readonly store: Store; readonly logKey: Scene['logKey'] },
  checkpoint: string,
  index: number,
): Promise<ProvenEntry> {
  const { size } = checkCheckpoint(checkpoint, logKey.verifierKey).checkpoint
  const [entry] = await store.readEntries([index])
  const proof = proveInclusion(index, size, await store.readNodes(inclusionNodes(index, size)))
  return { checkpoint, index, entry: encodeBase64(entry!), proof: proof.map(encodeBase64) }
}
