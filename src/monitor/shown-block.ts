// A block shown whole, with the headers behind it, as a finding has it: whoever trusts the hash of one of these blocks, or has it
// signed by the operator, has what is in the block proven, and needs no node.

import type { Chain } from '../chain/network.ts'
import { readHeaders, readShownBlock } from '../chain/shown-blocks.ts'
import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { MAX_OFFLINE_HEADERS, type OfflineProof } from '../core/evidence-chain.ts'
import { checkHeaderChain } from '../core/header-chain.ts'

/**
 * Undefined where it cannot be shown, whatever the reason: a finding does not wait for it, or who fills a block until no node
 * tells all of it would never be found out.
 * @param last Whose header is the last one
 */
export async function showBlock(block: number, last: number, chain: Chain): Promise<OfflineProof | undefined> {
  if (last - block >= MAX_OFFLINE_HEADERS) return undefined
  try {
    const headers = await readHeaders(block, last, chain)
    const [header] = checkHeaderChain(headers)
    if (header === undefined) return undefined
    const { shown } = await readShownBlock(chain, header)
    return { headers: headers.map(encodeBase64), blocks: [shown] }
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
