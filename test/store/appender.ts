// A process that appends to the store in the folder it is given until it is killed, and says after each append that
// returned how far the log goes: to be killed by crash.test.ts.

import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { makeState, packed } from './leaves.ts'

const [dir, segmentLeaves] = process.argv.slice(2)
const store = await openEmbeddedStore({ dir: dir!, segmentLeaves: Number(segmentLeaves) })
process.stdout.write(`open ${store.head.size}\n`)
for (let round = 0; ; round++) {
  const { size } = store.head
  // Mostly small commits, some of many leaves.
  const count = round % 10 === 9 ? 700 : 1 + (round % 7)
  await store.append([{ leaves: packed(size, size + count), state: makeState(`at ${size}`, count) }])
  // Synchronous: what was acknowledged is known outside, even if the process dies right here.
  process.stdout.write(`at ${size} ${count}\n`)
}
