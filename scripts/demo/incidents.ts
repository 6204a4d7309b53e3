// What happens in the city besides taking data: data that its users dispute, and an inspector's veto.

import type { Grant } from '../../src/chain/registry.ts'
import { overdueAt } from '../../src/chain/registry-state.ts'
import { ANSWERS } from '../../src/chain/terms.ts'
import type { Ledger } from '../../src/ledger.ts'
import type { OnboardingParts } from '../../src/onboarding.ts'
import { DAY } from './city.ts'
import { INSPECTOR, REGULATOR } from './institutions.ts'
import type { Stage } from './stage.ts'

const HOUR_MS = 3_600_000

type Acting = Pick<OnboardingParts, 'act' | 'accountOf' | 'digestText'>

/** The inspector suspends a grant for two hours of the morning. */
export const VETOED_AT = DAY + 9 * HOUR_MS
export const LIFTED_AT = DAY + 11 * HOUR_MS
const NO_REFERENCE = `0x${'0'.repeat(64)}`

export interface Disputed {
  readonly answered: number
  readonly open: number
}

/** Two users find mistakes; one provider answers. */
export async function disputeData(grants: readonly Grant[], { act, accountOf, digestText }: Acting): Promise<Disputed> {
  const raise = async ({ id, terms: { consumer } }: Grant): Promise<number> => {
    const events = await act(accountOf(consumer), 'corrections', 'raise', [id, digestText('户籍地址与实际不符')])
    return events.reduce((found, event) => (event.name === 'CorrectionRaised' ? Number(event.args.id) : found), 0)
  }
  const [one, other] = grants as [Grant, Grant]
  const [answered, open] = [await raise(one), await raise(other)]
  await act(accountOf(one.provider), 'corrections', 'answer', [
    answered,
    ANSWERS.corrected.value,
    digestText('已按派出所核实更正'),
  ])
  await act(accountOf(one.terms.consumer), 'corrections', 'accept', [answered])
  return { answered, open }
}

export async function imposeVeto({ id }: Grant, { act, accountOf, digestText }: Acting, stage: Stage): Promise<void> {
  const args = [id, digestText('查询量异常，暂停核查'), NO_REFERENCE]
  await act(accountOf(INSPECTOR.code), 'accessLedger', 'vetoGrant', args)
  stage.note(
    `否决：${INSPECTOR.name}暂停授权 ${id}，自此区块起生效\nVeto: the inspector suspends grant ${id} from this block on`,
  )
}

/** Neither of the two can lift it alone. */
export async function liftVeto({ id }: Grant, { act, accountOf, digestText }: Acting, stage: Stage): Promise<void> {
  for (const { code } of [INSPECTOR, REGULATOR]) {
    await act(accountOf(code), 'accessLedger', 'liftGrantVeto', [id, 1, digestText('核查完毕，未见异常')])
  }
  stage.note(`解除：${INSPECTOR.name}与${REGULATOR.name}都同意后恢复\nLifted: inspector and regulator both agreed`)
}

/** What the contracts know to be late. */
export function countOverdue({ registry }: Pick<Ledger, 'registry'>, now: number): number {
  return overdueAt(registry.books, now).length
}
