// An anchor as answers show it.

import type { Static } from 'typebox'
import { formatSeconds } from '../core/record.ts'
import type { AnchorFact } from './parts.ts'
import type { Anchor } from './schemas/common.ts'

export function formatAnchor({ size, transaction, block }: AnchorFact): Static<typeof Anchor> {
  return { size, transaction, block: { number: block.number, hash: block.hash, time: formatSeconds(block.time) } }
}
