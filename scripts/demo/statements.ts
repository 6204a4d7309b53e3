// The evening's usage statements (docs/statements.md): the platform's operator states what the ledger itself finds due,
// whatever the channel of a line, and the ledger's own check sums some of them up again.

import { CHANNELS, DELIVERY_KINDS } from '../../src/chain/terms.ts'
import type { Ledger } from '../../src/ledger.ts'
import type { OnboardingParts } from '../../src/onboarding.ts'
import { createStatements, type DueStatement, type Pending, type Statements } from '../../src/statements.ts'
import { PLATFORM } from './institutions.ts'

export interface Stated {
  /** Grants that were stated, and what of them. */
  readonly grants: number
  readonly accesses: number
  readonly bytes: number
  readonly rows: number
  /** Accesses under grants that had ended by the evening: nothing can be recorded under them any more. */
  readonly late: number
  /** Accesses while an inspector's veto stood on their grant; of the grants that are the operator's to state. */
  readonly vetoed: number
  /** Statements whose lines were summed up again, and whether all of these say what the log says. */
  readonly checked: number
  readonly agree: boolean
}

/** How many statements are summed up again: those of the most accesses. */
const CHECKED = 5
/** More batches than any city of the demo has grants for. */
const MOST_BATCHES = 20

/** States batch after batch until nothing is due. The registry must know what is anchored; afterwards it knows the acts. */
export async function stateUsage(
  { registry, store, anchoring }: Ledger,
  { act, accountOf, log }: Pick<OnboardingParts, 'act' | 'accountOf' | 'log'>,
): Promise<Stated> {
  const statements = createStatements({
    store,
    registry,
    log,
    anchored: () => anchoring.status().anchored?.size,
  })
  const stated: DueStatement[] = []
  const left = { late: new Map<number, number>(), vetoed: new Map<number, number>() }
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    const pending = await statements.pending(PLATFORM.code)
    noteLeft(pending, left)
    if (pending.statements.length > 0) {
      await act(accountOf(PLATFORM.code), 'accessLedger', 'deliver', [pending.statements.map(toDelivery)])
      stated.push(...pending.statements)
      await registry.refresh()
    }
    if (!pending.more) break
  }
  return {
    grants: new Set(stated.map(({ grant }) => grant)).size,
    accesses: sum(stated.map(({ accesses }) => accesses)),
    bytes: sum(stated.map(({ bytes }) => Number(bytes))),
    rows: sum(stated.map(({ rows }) => Number(rows))),
    late: sum([...left.late.values()]),
    vetoed: sum([...left.vetoed.values()]),
    ...(await checkSome(stated, statements)),
  }
}

/** A later batch tells of the same grants again, so what was told first is kept. */
function noteLeft(
  { unstated, outside }: Pending,
  { late, vetoed }: { readonly late: Map<number, number>; readonly vetoed: Map<number, number> },
): void {
  for (const { grant, why, accesses } of unstated) {
    if ((why === 'expired' || why === 'revoked') && !late.has(grant)) late.set(grant, accesses)
  }
  for (const { grant, judgement, accesses } of outside) {
    if (judgement === 'while-vetoed' && !vetoed.has(grant)) vetoed.set(grant, accesses)
  }
}

async function checkSome(
  stated: readonly DueStatement[],
  statements: Statements,
): Promise<Pick<Stated, 'checked' | 'agree'>> {
  const most = stated.toSorted((a, b) => b.accesses - a.accesses).slice(0, CHECKED)
  const checks = await Promise.all(most.map(({ grant }) => statements.check(grant)))
  const found = checks.flatMap(check => check.statements)
  return { checked: found.length, agree: found.length > 0 && found.every(({ agrees }) => agrees) }
}

/** Lines of every channel are stated as online queries, as docs/statements.md has it. */
function toDelivery({ grant, fields, contentDigest, logFirst, logEnd, accesses, bytes, rows }: DueStatement) {
  return {
    grant,
    kind: DELIVERY_KINDS.statement.value,
    handover: {
      channel: CHANNELS['online-query'].value,
      rowCount: rows,
      byteCount: bytes,
      scope: fields,
      contentDigest,
      accessCount: accesses,
      logFirst,
      logEnd,
    },
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
