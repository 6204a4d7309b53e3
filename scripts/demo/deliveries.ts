// What was taken besides the lines of the log, on the chain: a computation on data that did not leave, and a file handed
// over whose receiver confirms it. Neither has a line in the log, so no statement counts it a second time; what has one is
// stated (statements.ts), and nowhere recorded as a download of its own.

import { keccak256, toUtf8Bytes } from 'ethers'
import type { Grant } from '../../src/chain/registry.ts'
import { CHANNELS } from '../../src/chain/terms.ts'
import type { OnboardingParts } from '../../src/onboarding.ts'

type Acting = Pick<OnboardingParts, 'act' | 'accountOf'>

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
