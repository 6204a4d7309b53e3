// What a benchmark says: one figure, and beside it the limit measured in the same run.

export interface Figure {
  readonly figure: string
  readonly value: number
  readonly unit: string
  /** The same unit: what the machine could do if the ledger cost nothing. */
  readonly limit?: number
  /** value ÷ limit. */
  readonly ratio?: number
}

export function figure(name: string, value: number, unit: string, limit?: number): Figure {
  return limit === undefined
    ? { figure: name, value, unit }
    : { figure: name, value, unit, limit, ratio: value / limit }
}
