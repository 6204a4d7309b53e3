// The facts of one part of the ledger, as if it were alone: under a prefix of its own among all the others'.

import type { Facts } from './store.ts'

export function factsUnder(facts: Facts, prefix: string): Facts {
  const under = (added: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(added).map(([key, value]) => [prefix + key, value]))
  return {
    get: key => facts.get(prefix + key),
    put: added => facts.put(under(added)),
    replace: added => facts.replace(under(added)),
    async list(inner, { from, ...options } = {}) {
      const found = await facts.list(prefix + inner, { ...options, ...(from !== undefined && { from: prefix + from }) })
      return found.map(([key, value]) => [key.slice(prefix.length), value])
    },
  }
}
