// Pages by number: what is numbered by the contracts never changes its number, so a page goes on below the last one.

import { Type } from 'typebox'
import type { PageAsked } from './parts.ts'

export const BEFORE = Type.Optional(
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '"next" of the page before.' }),
)
export const NEXT = Type.Optional(Type.Integer({ description: 'Give it as "before" for the next page.' }))

export function pageSize(maximum: number, usual: number) {
  return Type.Integer({ minimum: 1, maximum, default: usual, description: 'How many on this page.' })
}

export function numberParam(description: string) {
  return Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description })
}

/** What the parameters of a page ask of the directory. */
export function pageAsked({ limit, before }: { limit: number; before?: number }): PageAsked {
  return before === undefined ? { limit } : { limit, before }
}
