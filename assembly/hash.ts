// The two hashes of an RFC 6962 tree (§2.1), for many leaves or nodes at once: H(00 ‖ entry) and H(01 ‖ left ‖ right); and the
// same of messages that are all equally long, as the index has them.

import { digest4 } from './sha256'

const HASH_BYTES: usize = 32
const PAIR_BYTES: u32 = 64
const BLOCK_BYTES: usize = 64
/** An entry of 65,535 bytes, its first byte, and padding. */
const MESSAGE_BYTES: usize = 65_664
const MESSAGES = memory.data(4 * 65_664, 16)
/** By number of blocks, how many leaves; then, where its run begins in `order`. All zero between two calls. */
const COUNTS = memory.data(4 * 1027, 16)
const UNUSED = memory.data(32, 16)

/** Blocks of a message of so many bytes, with the bit, and the length in eight bytes, that end it. */
function blocksOf(bytes: usize): usize {
  return (bytes + 9 + BLOCK_BYTES - 1) >> 6
}

/** Writes `first ‖ bytes ‖ padding` (FIPS 180-4, 5.1.1) for one lane. */
function pad(to: usize, first: u8, from: usize, length: usize, blocks: usize): void {
  store<u8>(to, first)
  memory.copy(to + 1, from, length)
  const end = to + 1 + length
  const whole = to + blocks * BLOCK_BYTES
  memory.fill(end, 0, whole - end)
  store<u8>(end, 0x80)
  store<u64>(whole - 8, bswap<u64>((<u64>(length + 1)) << 3))
}

/**
 * Leaf hashes of `count` entries, each behind its length in two bytes (big-endian), to `hashes` in the same order.
 * `order` is room for 8 bytes an entry.
 */
export function hashLeaves(entries: usize, count: u32, hashes: usize, order: usize): void {
  const n = <usize>count
  const places = order
  const sorted = order + n * 4
  let most: usize = 0
  let at = entries
  for (let k: usize = 0; k < n; k++) {
    store<u32>(places + (k << 2), <u32>at)
    const length = <usize>bswap<u16>(load<u16>(at))
    const blocks = blocksOf(length + 1)
    const slot = COUNTS + (blocks << 2)
    store<u32>(slot, load<u32>(slot) + 1)
    most = max(most, blocks)
    at += 2 + length
  }
  // Only messages of equally many blocks go together, so the entries are sorted by that.
  let sum: u32 = 0
  for (let b: usize = 0; b <= most; b++) {
    const here = load<u32>(COUNTS + (b << 2))
    store<u32>(COUNTS + (b << 2), sum)
    sum += here
  }
  for (let k: usize = 0; k < n; k++) {
    const place = <usize>load<u32>(places + (k << 2))
    const slot = COUNTS + (blocksOf(<usize>bswap<u16>(load<u16>(place)) + 1) << 2)
    const to = load<u32>(slot)
    store<u32>(slot, to + 1)
    store<u32>(sorted + ((<usize>to) << 2), <u32>k)
  }
  memory.fill(COUNTS, 0, 4 * (most + 1))
  for (let first: usize = 0; first < n; ) {
    let blocks: usize = 0
    let lanes: usize = 0
    let d0 = UNUSED
    let d1 = UNUSED
    let d2 = UNUSED
    let d3 = UNUSED
    while (lanes < 4 && first + lanes < n) {
      const k = <usize>load<u32>(sorted + ((first + lanes) << 2))
      const place = <usize>load<u32>(places + (k << 2))
      const length = <usize>bswap<u16>(load<u16>(place))
      const needed = blocksOf(length + 1)
      if (lanes == 0) blocks = needed
      else if (needed != blocks) break
      pad(MESSAGES + lanes * MESSAGE_BYTES, 0, place + 2, length, blocks)
      const to = hashes + k * HASH_BYTES
      if (lanes == 0) d0 = to
      else if (lanes == 1) d1 = to
      else if (lanes == 2) d2 = to
      else d3 = to
      lanes++
    }
    digest4(
      MESSAGES,
      MESSAGES + MESSAGE_BYTES,
      MESSAGES + 2 * MESSAGE_BYTES,
      MESSAGES + 3 * MESSAGE_BYTES,
      <u32>blocks,
      d0,
      d1,
      d2,
      d3,
    )
    first += lanes
  }
}

/** H(01 ‖ left ‖ right) of `count` pairs of neighbours in `hashes`, to `nodes`, which may be the same place. */
export function hashPairs(hashes: usize, count: u32, nodes: usize): void {
  hashEach(1, hashes, PAIR_BYTES, PAIR_BYTES, count, nodes)
}

/**
 * H(first ‖ message) of `count` messages of `bytes` each, at most 65,535, to `hashes`, which may be the same place. Each ends
 * where its slot does; slots lie one behind the other.
 */
export function hashEach(first: u32, slots: usize, slotBytes: u32, bytes: u32, count: u32, hashes: usize): void {
  const n = <usize>count
  const messages = slots + <usize>(slotBytes - bytes)
  const length = <usize>bytes
  const blocks = blocksOf(length + 1)
  for (let k: usize = 0; k < n; k += 4) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const from = messages + (k + lane < n ? k + lane : k) * <usize>slotBytes
      pad(MESSAGES + lane * MESSAGE_BYTES, <u8>first, from, length, blocks)
    }
    const to = hashes + k * HASH_BYTES
    digest4(
      MESSAGES,
      MESSAGES + MESSAGE_BYTES,
      MESSAGES + 2 * MESSAGE_BYTES,
      MESSAGES + 3 * MESSAGE_BYTES,
      <u32>blocks,
      to,
      k + 1 < n ? to + HASH_BYTES : UNUSED,
      k + 2 < n ? to + 2 * HASH_BYTES : UNUSED,
      k + 3 < n ? to + 3 * HASH_BYTES : UNUSED,
    )
  }
}
