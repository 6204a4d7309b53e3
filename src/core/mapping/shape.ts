// What an operator's mapping file says, once read: which path or service is which catalogue resource, and who the
// consumer is. Rules are tried in the order of the file, and the first that matches wins.

import type { AddressBlock } from '../line/address.ts'
import type { Action, Channel } from '../record/shape.ts'

/** A text to match exactly, or by its beginning if the file had a `*` at the end. */
export interface Pattern {
  readonly text: string
  readonly isPrefix: boolean
}

/** What is looked at to tell whether a rule is about a line. */
export type Target =
  | { readonly by: 'path'; readonly pattern: Pattern; readonly method?: string }
  | { readonly by: 'service'; readonly pattern: Pattern }

export interface ResourceRule {
  readonly target: Target
  readonly resource: string
  readonly action: Action
}

/** `name` is where the rule stands, `skip[2]`: skipped lines are counted by it. */
export interface SkipRule {
  readonly target: Target
  readonly name: string
}

export type Caller =
  | { readonly by: 'user'; readonly user: string }
  | { readonly by: 'address'; readonly block: AddressBlock }
  | { readonly by: 'client'; readonly client: string; readonly represented?: string }
  | { readonly by: 'any' }

export interface ConsumerRule {
  readonly caller: Caller
  readonly consumer: string
}

export interface GrantRule {
  readonly resource: string
  readonly consumer: string
  readonly grant: number
}

export interface Mapping {
  /** One name for all lines, or one per side of an exchange whose two sides are logged in one file. */
  readonly source: string | { readonly client: string; readonly producer: string }
  readonly channel?: Channel
  /** What of a line becomes the sealed person: the login, the network address, or nothing. */
  readonly person: 'user' | 'address' | 'none'
  readonly resources: readonly ResourceRule[]
  readonly consumers: readonly ConsumerRule[]
  readonly grants: readonly GrantRule[]
  readonly skip: readonly SkipRule[]
}
