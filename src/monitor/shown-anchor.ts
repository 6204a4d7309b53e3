// The block that holds an anchor, shown whole, with the headers behind it: whoever trusts the hash of one of these blocks has
// the anchor proven, and needs no node.

import type { Chain } from '../chain/network.ts'
import { readHeaders, readShownBlock } from '../chain/shown-blocks.ts'
import { encodeBase64, to0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { OfflineProof } from '../core/evidence-chain.ts'
import { checkHeaderChain } from '../core/header-chain.ts'
import type { AnchorClaim } from './state-shape.ts'

/** Headers at most: whoever anchors what is foreign by the hundred is not to keep a monitor from all else. */
const MOST_HEADERS = 256

/**
 * Undefined where it cannot be shown, whatever the reason: a finding does not wait for it, or who fills a block until no node
 * tells all of it would never be found out.
 * @param last The newest block that is final
 */
export async function showAnchor(
  { block, blockHash }: AnchorClaim,
  last: number,
  chain: Chain,
): Promise<OfflineProof | undefined> {
  try {
    const headers = await readHeaders(block, Math.min(last, block + MOST_HEADERS - 1), chain)
    const [header] = checkHeaderChain(headers)
    if (header === undefined || to0x(header.hash) !== blockHash) return undefined
    const { shown } = await readShownBlock(chain, header)
    return { headers: headers.map(encodeBase64), blocks: [shown] }
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
