// What was taken, on the chain: the day's online queries summed up by the platform's operator, a computation on data that
// did not leave, and a delivery that its receiver confirms.

import { keccak256, toUtf8Bytes } from 'ethers'
import type { Grant } from '../../src/chain/registry.ts'
import { CHANNELS, DELIVERY_KINDS } from '../../src/chain/terms.ts'
import { judgeAuthority } from '../../src/core/authority.ts'
import { decodeEntry } from '../../src/core/record.ts'
import type { Ledger } from '../../src/ledger.ts'
import type { OnboardingParts } from '../../src/onboarding.ts'
import { PLATFORM } from './institutions.ts'

type Acting = Pick<OnboardingParts, 'act' | 'accountOf'>

interface Sum {
  readonly accesses: number
  readonly bytes: number
  readonly rows: number
}

export interface Stated extends Sum {
  /** Grants that were stated. */
  readonly grants: number
  /** Accesses under grants that had ended by the evening: nothing can be recorded under them any more. */
  readonly late: number
  /** Accesses, under any grant, while an inspector's veto stood on it. */
  readonly vetoed: number
  /** Whether the chain's sums are the log's. */
  readonly agree: boolean
}

const AT_ONCE = 50
const PAGE = 5_000
const NO_DIGEST = `0x${'0'.repeat(64)}`

/** Sums up the online queries under one provider's grants, and puts the sums on the chain. */
export async function stateUsage(ledger: Ledger, provider: string, { act, accountOf }: Acting): Promise<Stated> {
  const { registry, store } = ledger
  const size = store.head.size
  const { sums, vetoed } = await sumQueries(ledger, provider)
  const now = registry.block!.time * 1000
  const live = (grant: Grant): boolean => grant.revoked === undefined && grant.terms.until > now
  const grants = [...sums.keys()].map(id => registry.grant(id)!)
  const stated = grants.filter(live).toSorted((a, b) => Number(a.asked.resource - b.asked.resource) || a.id - b.id)
  for (let k = 0; k < stated.length; k += AT_ONCE) {
    const deliveries = stated.slice(k, k + AT_ONCE).map(({ id, asked: { scope } }) => {
      const { accesses, bytes, rows } = sums.get(id)!
      const range = { accessCount: accesses, logFirst: 0, logEnd: size }
      const what = {
        channel: CHANNELS['online-query'].value,
        rowCount: rows,
        byteCount: bytes,
        scope,
        contentDigest: NO_DIGEST,
      }
      return { grant: id, kind: DELIVERY_KINDS.statement.value, handover: { ...what, ...range } }
    })
    await act(accountOf(PLATFORM.code), 'accessLedger', 'deliver', [deliveries])
  }
  await registry.refresh()
  return {
    ...addUp(stated.map(({ id }) => sums.get(id)!)),
    grants: stated.length,
    late: addUp(grants.filter(grant => !live(grant)).map(({ id }) => sums.get(id)!)).accesses,
    vetoed,
    agree: stated.every(({ id }) => isStated(registry.grant(id)!, sums.get(id)!)),
  }
}

/** Of each grant of the provider what the log says was queried within it. */
async function sumQueries(
  { store, registry }: Ledger,
  provider: string,
): Promise<{ readonly sums: ReadonlyMap<number, Sum>; readonly vetoed: number }> {
  let vetoed = 0
  const sums = new Map<number, Sum>()
  for (let first = 0; first < store.head.size; first += PAGE) {
    const indices = Array.from({ length: Math.min(PAGE, store.head.size - first) }, (_, k) => first + k)
    for (const entry of await store.readEntries(indices)) {
      const record = decodeEntry(entry)
      if (record.grant === undefined) continue
      const judgement = judgeAuthority(record, registry.terms(record.grant))
      if (judgement === 'while-vetoed') vetoed++
      if (judgement !== 'within' || record.provider !== provider || record.channel !== 'online-query') continue
      const line = { accesses: 1, bytes: record.bytes ?? 0, rows: record.rows ?? 0 }
      sums.set(record.grant, addUp([sums.get(record.grant) ?? NOTHING, line]))
    }
  }
  return { sums, vetoed }
}

const NOTHING: Sum = { accesses: 0, bytes: 0, rows: 0 }

function addUp(sums: readonly Sum[]): Sum {
  return sums.reduce(
    (sum, { accesses, bytes, rows }) => ({
      accesses: sum.accesses + accesses,
      bytes: sum.bytes + bytes,
      rows: sum.rows + rows,
    }),
    NOTHING,
  )
}

function isStated({ stated }: Grant, { accesses, bytes, rows }: Sum): boolean {
  return stated.accesses === BigInt(accesses) && stated.bytes === BigInt(bytes) && stated.rows === BigInt(rows)
}

/** A statistic over two registers that its consumer may query: the data stays, only its digest and the amounts are told. */
export async function computeInPlace(grants: readonly Grant[], { act, accountOf }: Acting): Promise<void> {
  const inputs = grants
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, asked: { scope } }) => ({ grant: id, rowCount: 5_000, byteCount: 800_000, scope }))
  const digests = [digest('count by district, v1'), digest('10 districts, 12 months')]
  await act(accountOf(grants[0]!.terms.consumer), 'accessLedger', 'compute', [inputs, ...digests])
}

/** A file that the provider hands over, and that its consumer says did arrive. */
export async function handOver({ id, provider, terms, asked }: Grant, { act, accountOf }: Acting): Promise<void> {
  const contentDigest = digest('monthly extract 2026-02')
  const handover = {
    channel: CHANNELS['front-end-machine'].value,
    rowCount: 12_000,
    byteCount: 2_400_000,
    scope: asked.scope,
    contentDigest,
    accessCount: 0,
    logFirst: 0,
    logEnd: 0,
  }
  await act(accountOf(provider), 'accessLedger', 'share', [id, handover])
  await act(accountOf(terms.consumer), 'accessLedger', 'confirmReceipt', [id, contentDigest])
}

function digest(text: string): string {
  return keccak256(toUtf8Bytes(text))
}
