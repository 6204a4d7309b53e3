// Short texts: hashed with a secret, so that nobody who sends lines can choose many that collide, and compared.

let seed: u64 = 0
let factor: u64 = 0

/** Two random numbers. Once, before anything else. */
export function setSecret(a: u64, b: u64): void {
  seed = a
  factor = b | 1
}

/** Reads up to 7 bytes behind the text. */
export function hashText(text: usize, length: u32, salt: u32): u32 {
  let h = seed ^ ((<u64>length) << 32) ^ <u64>salt
  let p = text
  let left = length
  for (; left >= 8; left -= 8, p += 8) {
    h = (h ^ load<u64>(p)) * factor
    h ^= h >> 29
  }
  if (left != 0) h ^= load<u64>(p) & (((<u64>1) << ((<u64>left) << 3)) - 1)
  h *= factor
  h ^= h >> 32
  h *= factor
  return <u32>(h >> 32)
}

export function sameText(a: usize, b: usize, length: u32): bool {
  return memory.compare(a, b, length) == 0
}

/** Copies 16 bytes at a time, so up to 15 more than asked for: what is written next writes over them. */
export function copyText(to: usize, from: usize, length: u32): void {
  v128.store(to, v128.load(from))
  for (let at: u32 = 16; at < length; at += 16) v128.store(to + at, v128.load(from + at))
}
