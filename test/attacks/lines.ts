// The lines of a day: the one that an operator would rather not have, among others.

import type { City } from './city.ts'
import { BANK, HEALTH, INCOME, POPULATION } from './plan.ts'

/** Leaf of the line that matters. */
export const DELICATE = 7

/** Of health, within its grant; and one of the bank, after its grant was revoked. */
export function linesOf({ grants, since }: City, count: number, first = 0): object[] {
  return Array.from({ length: count }, (_, k) => {
    const seq = first + k
    const [time, purpose] = [new Date(since + seq).toISOString(), 'LegalCompliance']
    const line = { time, action: 'read', source: 'gateway-1', seq, status: 'ok', bytes: 1_000, rows: 10, purpose }
    return seq === DELICATE
      ? { ...line, resource: INCOME, consumer: BANK, grant: grants.revoked, rows: 5_000 }
      : { ...line, resource: POPULATION, consumer: HEALTH, grant: grants.open }
  })
}

/** The same, but for one of them. */
export function replaceLine(lines: readonly object[], place: number, fields: object): object[] {
  return lines.map((line, k) => (k === place ? { ...line, ...fields } : line))
}

/** NDJSON, each line ended. */
export function encodeLines(lines: readonly object[]): Buffer {
  return Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
}
