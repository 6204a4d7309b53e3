// Whoever asks: evidence by HTTP, checked as `suyuan verify` checks it, by a node and a trust file from before.

import { isOutside } from '../../../src/core/authority.ts'
import type { Question } from '../../../src/core/question.ts'
import { verifyActs } from '../../../src/verify/acts.ts'
import type { Trust } from '../../../src/verify/trust.ts'
import { verifyEvidence } from '../../../src/verify/verify.ts'
import { type Look, type Party, SAYS, timed } from '../attack.ts'
import type { Operator } from '../operator.ts'

async function fetchFile({ url, token }: Operator, path: string): Promise<Uint8Array> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  const file = new Uint8Array(await response.arrayBuffer())
  if (!response.ok) throw new Error(Buffer.from(file).toString())
  return file
}

/** Asks a question, and checks the evidence as `suyuan verify` does. */
export async function ask(
  operator: Operator,
  trust: Trust,
  where: Question['where'],
  by: Party = 'whoever asks',
): Promise<Look> {
  const file = await fetchFile(operator, `/v1/evidence?${new URLSearchParams(where).toString()}`)
  return timed(async () => {
    const { verdict, failed, answer } = await verifyEvidence(file, trust, async () => operator.city.chain)
    const checks = [
      ...(failed === undefined ? [] : [failed.check]),
      ...(answer?.newer === undefined ? [] : ['newer anchor']),
      ...(answer?.sources?.unsigned.length ? ['not signed'] : []),
      ...(answer?.copies.length ? ['counted twice'] : []),
    ]
    return { by, checks, verdict: SAYS[verdict] }
  })
}

/** The same, and what the verified rows are found to be. */
export async function askAuthority(operator: Operator, trust: Trust, where: Question['where']): Promise<Look> {
  const file = await fetchFile(operator, `/v1/evidence?${new URLSearchParams(where).toString()}`)
  return timed(async () => {
    const { verdict, answer } = await verifyEvidence(file, trust, async () => operator.city.chain)
    const outside = answer!.rows.map(({ judgement }) => judgement).filter(isOutside)
    return { by: 'whoever asks', checks: [...new Set(outside)], verdict: SAYS[verdict] }
  })
}

/** Asks who did what about a grant. */
export async function askActs(operator: Operator, trust: Trust, grant: number): Promise<Look> {
  const file = await fetchFile(operator, `/v1/grants/${grant}/evidence`)
  return timed(async () => {
    const { verdict, failed } = await verifyActs(file, trust, async () => operator.city.chain)
    return { by: 'whoever asks', checks: failed === undefined ? [] : [failed.check], verdict: SAYS[verdict] }
  })
}
