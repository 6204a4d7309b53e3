// The names of the contracts' code in the spellings of codes and commands: a word begins at every capital, and a row of
// capitals is one word but for the letter that begins the next (`NotAParty`, `ECDSAInvalidSignature`).

const BETWEEN_WORDS = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/gu

/** `GrantExpired` → `grant_expired`, `NotAParty` → `not_a_party`. */
export function snakeCase(name: string): string {
  return name.replaceAll(BETWEEN_WORDS, '_').toLowerCase()
}

/** `reasonDigest` → `reason-digest`. */
export function kebabCase(name: string): string {
  return name.replaceAll(BETWEEN_WORDS, '-').toLowerCase()
}
