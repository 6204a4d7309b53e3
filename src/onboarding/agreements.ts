// Agreements: offered and signed by all their parties, or, for development, applied for, made public, and signed when
// publicity is over (IAgreements). The chain knows an agreement by its number only, so it is recognised by its parties
// and by the digest of its text or, before there is one, by its period.

import { AGREEMENT_KINDS, AGREEMENT_STATES } from '../chain/terms.ts'
import type { PlannedAgreement } from '../plan/planned.ts'
import { ascending, idIn, organisationId, type Run, resourceId } from './run.ts'

/** IAgreements.Agreement, as ethers decodes it. */
interface OnChain {
  readonly first: bigint
  readonly second: bigint
  readonly third: bigint
  readonly parent: bigint
  readonly kind: bigint
  readonly state: bigint
  readonly signed: bigint
  readonly objections: bigint
  readonly until: bigint
  readonly publicUntil: bigint
  readonly textDigest: string
}

const { applied, publicised, offered, 'in-force': inForce, declined } = AGREEMENT_STATES

export async function concludeAgreements(agreements: readonly PlannedAgreement[], run: Run): Promise<void> {
  if (agreements.length === 0) return
  const there = await readAgreements(run)
  for (const planned of agreements) {
    const id = findAgreement(planned, there, run) ?? (await begin(planned, run))
    await conclude(planned, id, run)
    const { state } = await readAgreement(id, run)
    const holds = Number(state) === inForce.value && planned.from * 1000 <= run.now()
    run.agreements.set(planned.name, { id, kind: planned.kind, inForce: holds })
    run.progress()
  }
}

async function readAgreement(id: number, { view }: Run): Promise<OnChain> {
  const [agreement] = (await view('agreements', 'agreementOf', [id])) as [OnChain]
  return agreement
}

async function readAgreements(run: Run): Promise<ReadonlyMap<number, OnChain>> {
  const [count] = (await run.view('agreements', 'agreementCount', [])) as [bigint]
  const there = new Map<number, OnChain>()
  for (let id = 1; id <= Number(count); id++) there.set(id, await readAgreement(id, run))
  return there
}

function findAgreement(planned: PlannedAgreement, there: ReadonlyMap<number, OnChain>, run: Run): number | undefined {
  const [first, second, third] = planned.parties.map(code => BigInt(organisationId(code, run)))
  const text = run.digestText(planned.text)
  for (const [id, agreement] of there) {
    if (Number(agreement.kind) !== AGREEMENT_KINDS[planned.kind].value) continue
    if (Number(agreement.state) === declined.value) continue
    if (agreement.first !== first || agreement.second !== second || agreement.third !== (third ?? 0n)) continue
    const same =
      planned.kind === 'development'
        ? Number(agreement.until) === planned.until && agreement.parent === BigInt(parentOf(planned, run))
        : agreement.textDigest === text
    if (same) return id
  }
  return undefined
}

function parentOf({ parent }: PlannedAgreement, { agreements }: Run): number {
  return agreements.get(parent ?? '')?.id ?? 0
}

async function begin(planned: PlannedAgreement, run: Run): Promise<number> {
  const { kind, parties, from, until, text } = planned
  const [first, second, third] = parties as [string, string, string?]
  const range = ascending(planned.range.map(code => resourceId(code, run)))
  const digest = run.digestText(text)
  const [actor, method, args] =
    kind === 'development'
      ? [second, 'applyForDevelopment', [parentOf(planned, run), from, until, range, digest, digest]]
      : kind === 'operation'
        ? [first, 'offerOperation', [organisationId(second, run), from, until, range, digest]]
        : [
            first,
            'offerOpening',
            [organisationId(second, run), organisationId(third!, run), from, until, range, digest],
          ]
  return idIn(await run.act(run.accountOf(actor), 'agreements', method, args))
}

/** As far as it goes today. */
async function conclude({ name, parties, text }: PlannedAgreement, id: number, run: Run): Promise<void> {
  const digest = run.digestText(text)
  let is = await readAgreement(id, run)
  if (Number(is.state) === applied.value) {
    await run.act(run.accountOf(parties[0]!), 'agreements', 'publicise', [id, digest])
    is = await readAgreement(id, run)
  }
  if (Number(is.state) === publicised.value && (Number(is.publicUntil) * 1000 > run.now() || is.objections > 0n)) {
    const until = new Date(Number(is.publicUntil) * 1000).toISOString()
    run.waiting.push(
      is.objections > 0n
        ? {
            en: `agreement ${name} has ${is.objections} open objections, which a regulator resolves; run the plan again then`,
            zh: `协议 ${name} 有 ${is.objections} 项异议待监管处理，处理后请再次运行本方案`,
          }
        : {
            en: `agreement ${name} is public until ${until}; run the plan again then`,
            zh: `协议 ${name} 公示至 ${until}，期满后请再次运行本方案`,
          },
    )
    return
  }
  if (Number(is.state) !== publicised.value && Number(is.state) !== offered.value) return
  for (const [side, party] of parties.entries()) {
    if (((is.signed >> BigInt(side)) & 1n) === 0n) {
      await run.act(run.accountOf(party), 'agreements', 'signAgreement', [id, digest])
    }
  }
}
