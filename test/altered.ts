// A part of the ledger of which some methods are exchanged.

/** The other methods are the part's own. */
export function altered<T extends object>(part: T, changes: Partial<T>): T {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(name in changes ? changes : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
