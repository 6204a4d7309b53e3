// What was done how often, and what came of it.

import Table from 'cli-table3'

export class Tally {
  readonly #counts = new Map<string, Map<string, number>>()

  add(what: string, outcome: string): void {
    const outcomes = this.#counts.get(what) ?? new Map<string, number>()
    this.#counts.set(what, outcomes)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }

  merge(other: Tally): void {
    for (const { what, outcomes } of other.rows()) {
      for (const [outcome, count] of Object.entries(outcomes)) {
        for (let n = 0; n < count; n++) this.add(what, outcome)
      }
    }
  }

  get total(): number {
    return this.rows().reduce((sum, { count }) => sum + count, 0)
  }

  rows(): { what: string; count: number; outcomes: Record<string, number> }[] {
    return [...this.#counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, outcomes]) => {
        const count = [...outcomes.values()].reduce((sum, n) => sum + n, 0)
        return { what, count, outcomes: Object.fromEntries(outcomes) }
      })
  }

  format(head: string): string {
    const table = new Table({
      style: { head: [], border: [] },
      head: [head, 'times', 'what came of it'],
      colAligns: ['left', 'right', 'left'],
    })
    for (const { what, count, outcomes } of this.rows()) {
      const told = Object.entries(outcomes).toSorted(([, a], [, b]) => b - a)
      table.push([what, count, told.map(([outcome, times]) => `${times} × ${outcome}`).join('\n')])
    }
    return table.toString()
  }
}

export interface Tallies {
  readonly ends: Tally
  /** By file and damage. */
  readonly tails: Tally
  /** By operation and file that met a fault. */
  readonly faults: Tally
  /** By what the starts told that they healed. */
  readonly mended: Tally
}
