// The order of a dictionary's texts, by their bytes. A segment may have a million different ones, and sorting them takes
// most of a second; so it is done in small steps, and queries are answered between them.

import type { Texts } from './dictionary.ts'

/** Bytes that one number holds exactly. */
const KEY_BYTES = 6
/** Texts looked at between two pauses. */
const STEP = 16_384

/** The ids of the texts, in the order of the texts. Every `yield` is a place to pause. */
export function* sortTexts(texts: Texts): Generator<undefined, Uint32Array> {
  const count = texts.ends.length - 1
  const keys = yield* makeKeys(texts)
  let from = new Uint32Array(count)
  for (let k = 0; k < count; k++) from[k] = k + 1
  let to = new Uint32Array(count)
  for (let width = 1; width < count; width *= 2) {
    let done = 0
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count)
      const end = Math.min(middle + width, count)
      let left = start
      let right = middle
      for (let k = start; k < end; k++) {
        const takeLeft = right >= end || (left < middle && isOrdered(texts, keys, from[left]!, from[right]!))
        to[k] = takeLeft ? from[left++]! : from[right++]!
        if (++done % STEP === 0) yield
      }
    }
    ;[from, to] = [to, from]
  }
  return from
}

/** The first bytes of each text behind what all have in common, as a number: this decides nearly every comparison. */
function* makeKeys({ bytes, ends }: Texts): Generator<undefined, Float64Array> {
  const count = ends.length - 1
  const keys = new Float64Array(count + 1)
  let shared = count === 0 ? 0 : ends[1]!
  for (let id = 2; id <= count; id++) {
    const start = ends[id - 1]!
    const most = Math.min(shared, ends[id]! - start)
    let same = 0
    while (same < most && bytes[same] === bytes[start + same]) same++
    shared = same
    if (id % STEP === 0) yield
  }
  for (let id = 1; id <= count; id++) {
    const start = ends[id - 1]! + shared
    let key = 0
    for (let k = 0; k < KEY_BYTES; k++) key = key * 256 + (start + k < ends[id]! ? bytes[start + k]! : 0)
    keys[id] = key
    if (id % STEP === 0) yield
  }
  return keys
}

function isOrdered({ bytes, ends }: Texts, keys: Float64Array, a: number, b: number): boolean {
  if (keys[a] !== keys[b]) return keys[a]! < keys[b]!
  const startA = ends[a - 1]!
  const startB = ends[b - 1]!
  const lengthA = ends[a]! - startA
  const lengthB = ends[b]! - startB
  const most = Math.min(lengthA, lengthB)
  for (let k = 0; k < most; k++) {
    const difference = bytes[startA + k]! - bytes[startB + k]!
    if (difference !== 0) return difference < 0
  }
  return lengthA <= lengthB
}
