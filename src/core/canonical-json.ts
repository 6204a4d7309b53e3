// The canonical form (RFC 8785) of JSON values that a strict parser gave, or that were made to be written: the keys of each
// object in the order of their UTF-16 units, numbers and texts as the language writes them, no spaces. A property test
// holds it against the canonicalize package.

import { isObject } from './reader.ts'

/** Fields that are undefined are left out, as JSON leaves them out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (!isObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).filter(key => value[key] !== undefined)
  const members = keys.sort().map(key => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
  return `{${members.join()}}`
}
