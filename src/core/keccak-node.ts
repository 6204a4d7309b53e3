// Keccak-256 on Node (`#keccak` in package.json): in WebAssembly, which has the 64-bit words that JavaScript puts together
// from halves. A block shown whole is hashed some eight times as fast (docs/decisions/2026-11-24-nodes-halves.md).

import { createKeccak } from 'hash-wasm'

// Hashing is synchronous, so that one state serves every call.
const state = await createKeccak(256)

export function keccak256(bytes: Uint8Array): Uint8Array {
  return state.init().update(bytes).digest('binary')
}
