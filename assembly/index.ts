export { bytesOfTexts, copyTexts, countTexts, findText, internTexts, placeOfText } from './dictionary'
export { learn } from './facts'
export { hashEach, hashLeaves, hashPairs } from './hash'
export { encodeEntries, lineBytes, scanEntries, scanEntry, scanLines } from './scan'
export { setSecret } from './text'
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes)
}
