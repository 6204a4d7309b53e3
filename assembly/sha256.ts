// SHA-256 (FIPS 180-4) of four messages at a time: each 32-bit word of the algorithm is one lane of a vector, so four
// messages of equally many blocks cost little more than one. Messages are padded by whoever puts them here.

/** The 64 round constants, each four times over. */
const K = memory.data<u32>(
  [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
  ],
  16,
)
const STATE = memory.data(8 * 16, 16)
const SCHEDULE = memory.data(64 * 16, 16)

function rotr(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n))
}

function swap(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

function start(): void {
  v128.store(STATE, i32x4.splat(0x6a09e667), 0)
  v128.store(STATE, i32x4.splat(<i32>0xbb67ae85), 16)
  v128.store(STATE, i32x4.splat(0x3c6ef372), 32)
  v128.store(STATE, i32x4.splat(<i32>0xa54ff53a), 48)
  v128.store(STATE, i32x4.splat(0x510e527f), 64)
  v128.store(STATE, i32x4.splat(<i32>0x9b05688c), 80)
  v128.store(STATE, i32x4.splat(0x1f83d9ab), 96)
  v128.store(STATE, i32x4.splat(0x5be0cd19), 112)
}

/** One block of each of four messages. */
function compress(p0: usize, p1: usize, p2: usize, p3: usize): void {
  for (let t = 0; t < 16; t += 4) {
    const at = (<usize>t) << 2
    const a = swap(v128.load(p0 + at))
    const b = swap(v128.load(p1 + at))
    const c = swap(v128.load(p2 + at))
    const d = swap(v128.load(p3 + at))
    const ab0 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
    const ab1 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
    const cd0 = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
    const cd1 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
    const w = SCHEDULE + (at << 2)
    v128.store(w, i8x16.shuffle(ab0, cd0, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), 0)
    v128.store(w, i8x16.shuffle(ab0, cd0, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), 16)
    v128.store(w, i8x16.shuffle(ab1, cd1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), 32)
    v128.store(w, i8x16.shuffle(ab1, cd1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), 48)
  }
  for (let t = 16; t < 64; t++) {
    const at = SCHEDULE + ((<usize>t) << 4)
    const w15 = v128.load(at - 240)
    const w2 = v128.load(at - 32)
    const s0 = v128.xor(v128.xor(rotr(w15, 7), rotr(w15, 18)), i32x4.shr_u(w15, 3))
    const s1 = v128.xor(v128.xor(rotr(w2, 17), rotr(w2, 19)), i32x4.shr_u(w2, 10))
    v128.store(at, i32x4.add(i32x4.add(v128.load(at - 256), s0), i32x4.add(v128.load(at - 112), s1)))
  }
  let a = v128.load(STATE, 0)
  let b = v128.load(STATE, 16)
  let c = v128.load(STATE, 32)
  let d = v128.load(STATE, 48)
  let e = v128.load(STATE, 64)
  let f = v128.load(STATE, 80)
  let g = v128.load(STATE, 96)
  let h = v128.load(STATE, 112)
  // Eight rounds a turn: after them each variable has its own name again, and nothing had to be moved.
  for (let t = 0; t < 64; t += 8) {
    h = i32x4.add(mix(e, f, g, h), word(t + 0))
    d = i32x4.add(d, h)
    h = i32x4.add(h, majority(a, b, c))
    g = i32x4.add(mix(d, e, f, g), word(t + 1))
    c = i32x4.add(c, g)
    g = i32x4.add(g, majority(h, a, b))
    f = i32x4.add(mix(c, d, e, f), word(t + 2))
    b = i32x4.add(b, f)
    f = i32x4.add(f, majority(g, h, a))
    e = i32x4.add(mix(b, c, d, e), word(t + 3))
    a = i32x4.add(a, e)
    e = i32x4.add(e, majority(f, g, h))
    d = i32x4.add(mix(a, b, c, d), word(t + 4))
    h = i32x4.add(h, d)
    d = i32x4.add(d, majority(e, f, g))
    c = i32x4.add(mix(h, a, b, c), word(t + 5))
    g = i32x4.add(g, c)
    c = i32x4.add(c, majority(d, e, f))
    b = i32x4.add(mix(g, h, a, b), word(t + 6))
    f = i32x4.add(f, b)
    b = i32x4.add(b, majority(c, d, e))
    a = i32x4.add(mix(f, g, h, a), word(t + 7))
    e = i32x4.add(e, a)
    a = i32x4.add(a, majority(b, c, d))
  }
  v128.store(STATE, i32x4.add(v128.load(STATE, 0), a), 0)
  v128.store(STATE, i32x4.add(v128.load(STATE, 16), b), 16)
  v128.store(STATE, i32x4.add(v128.load(STATE, 32), c), 32)
  v128.store(STATE, i32x4.add(v128.load(STATE, 48), d), 48)
  v128.store(STATE, i32x4.add(v128.load(STATE, 64), e), 64)
  v128.store(STATE, i32x4.add(v128.load(STATE, 80), f), 80)
  v128.store(STATE, i32x4.add(v128.load(STATE, 96), g), 96)
  v128.store(STATE, i32x4.add(v128.load(STATE, 112), h), 112)
}

function word(t: i32): v128 {
  return i32x4.add(v128.load(SCHEDULE + ((<usize>t) << 4)), v128.load_splat<u32>(K + ((<usize>t) << 2)))
}

function mix(e: v128, f: v128, g: v128, h: v128): v128 {
  const sum = v128.xor(v128.xor(rotr(e, 6), rotr(e, 11)), rotr(e, 25))
  return i32x4.add(i32x4.add(h, sum), v128.bitselect(f, g, e))
}

/** Where b and c differ, a decides. */
function majority(a: v128, b: v128, c: v128): v128 {
  const sum = v128.xor(v128.xor(rotr(a, 2), rotr(a, 13)), rotr(a, 22))
  return i32x4.add(sum, v128.bitselect(a, b, v128.xor(b, c)))
}

/** The four digests, 32 bytes each, to four places. */
function finish(d0: usize, d1: usize, d2: usize, d3: usize): void {
  for (let half = <usize>0; half < 2; half++) {
    const from = STATE + half * 64
    const a = swap(v128.load(from, 0))
    const b = swap(v128.load(from, 16))
    const c = swap(v128.load(from, 32))
    const d = swap(v128.load(from, 48))
    const ab0 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
    const ab1 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
    const cd0 = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
    const cd1 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
    const to = half * 16
    v128.store(d0 + to, i8x16.shuffle(ab0, cd0, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
    v128.store(d1 + to, i8x16.shuffle(ab0, cd0, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    v128.store(d2 + to, i8x16.shuffle(ab1, cd1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
    v128.store(d3 + to, i8x16.shuffle(ab1, cd1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
  }
}

/** Digests of four messages of `blocks` whole blocks each, padding included. */
export function digest4(
  m0: usize,
  m1: usize,
  m2: usize,
  m3: usize,
  blocks: u32,
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
): void {
  start()
  for (let k: u32 = 0; k < blocks; k++) {
    const at = (<usize>k) << 6
    compress(m0 + at, m1 + at, m2 + at, m3 + at)
  }
  finish(d0, d1, d2, d3)
}
