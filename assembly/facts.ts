// What the chain says of the codes that lines name, as far as lines have asked: the provider of a resource, that a
// consumer is registered, the purpose of a grant. A code that is not here is not wrong; it is asked for elsewhere, and
// then learned. Facts never change while the chain only grows; when it is unwound, all are forgotten.

import { hashText, sameText } from './text'

export const OF_RESOURCE: u32 = 1
export const OF_CONSUMER: u32 = 2
export const OF_GRANT: u32 = 3

/** A slot: hash (u32), place of the fact (u32; 0 for none). A fact: kind, bytes of key, bytes of value (u8 each), both texts. */
const SLOT: usize = 8
const HEAD: usize = 4
let slots: usize = 0
let capacity: u32 = 0
let count: u32 = 0

/** The fact of a code; 0 if there is none here. */
export function find(kind: u32, key: usize, length: u32): usize {
  if (capacity == 0) return 0
  const hash = hashText(key, length, kind)
  for (let k = hash & (capacity - 1); true; k = (k + 1) & (capacity - 1)) {
    const slot = slots + <usize>k * SLOT
    const fact = <usize>load<u32>(slot, 4)
    if (fact == 0) return 0
    if (load<u32>(slot) == hash && load<u8>(fact) == kind && load<u8>(fact, 1) == length) {
      if (sameText(fact + HEAD, key, length)) return fact
    }
  }
  return 0
}

export function valueOf(fact: usize): usize {
  return fact + HEAD + load<u8>(fact, 1)
}
export function valueBytes(fact: usize): u32 {
  return load<u8>(fact, 2)
}

/** Remembers one. */
export function learn(kind: u32, key: usize, keyBytes: u32, value: usize, bytes: u32): void {
  if (find(kind, key, keyBytes) != 0) return
  if ((count + 1) * 2 > capacity) grow()
  const fact = heap.alloc(HEAD + keyBytes + bytes + 16)
  store<u8>(fact, <u8>kind)
  store<u8>(fact, <u8>keyBytes, 1)
  store<u8>(fact, <u8>bytes, 2)
  memory.copy(fact + HEAD, key, keyBytes)
  memory.copy(fact + HEAD + keyBytes, value, bytes)
  put(hashText(key, keyBytes, kind), fact)
  count++
}

function put(hash: u32, fact: usize): void {
  let k = hash & (capacity - 1)
  while (load<u32>(slots + <usize>k * SLOT, 4) != 0) k = (k + 1) & (capacity - 1)
  store<u32>(slots + <usize>k * SLOT, hash)
  store<u32>(slots + <usize>k * SLOT, <u32>fact, 4)
}

function grow(): void {
  const before = slots
  const until = before + <usize>capacity * SLOT
  capacity = capacity == 0 ? 1024 : capacity * 2
  slots = heap.alloc(<usize>capacity * SLOT)
  memory.fill(slots, 0, <usize>capacity * SLOT)
  for (let at = before; at < until; at += SLOT) {
    if (load<u32>(at, 4) != 0) put(load<u32>(at), load<u32>(at, 4))
  }
}
