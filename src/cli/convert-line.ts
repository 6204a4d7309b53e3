// One line of a log file as the line that the service takes.

import canonicalize from 'canonicalize'
import { parseCombined } from '../core/line/combined.ts'
import { parseNdjson } from '../core/line/ndjson.ts'
import { parseXroad } from '../core/line/xroad.ts'
import { type Mapping, mapLine } from '../core/mapping.ts'

export const FORMATS = ['ndjson', 'combined', 'xroad'] as const
export type Format = (typeof FORMATS)[number]

export type Convert = (text: string) => { readonly json: string } | { readonly skip: string }

export function converter({
  format,
  mapping,
}: {
  readonly format: Format
  readonly mapping: Mapping | undefined
}): Convert {
  if (format === 'ndjson') {
    return text => {
      parseNdjson(text)
      return { json: text }
    }
  }
  if (mapping === undefined) throw new Error(`the format ${format} needs a mapping`)
  const parse = format === 'combined' ? parseCombined : parseXroad
  return text => {
    const mapped = mapLine(mapping, parse(text))
    // Canonical, so that a later version of this program makes the same bytes of the same line.
    return mapped.kind === 'skip' ? { skip: mapped.rule } : { json: canonicalize(mapped.input) ?? '' }
  }
}
