// Which reads are made in step, without another thread. What was written or read lately is in the kernel's memory, and a
// small piece of it is here sooner than another thread is woken (some 5 µs instead of 20, and no turn of the event loop
// in between). A disk is another matter: nobody else is served while it is waited for. So one read that took long sends
// those after it to the threads, and so does a turn of the event loop that has lasted for a while.

/** More than this is for a thread: copying it takes as long as waking one. */
const MOST_BYTES = 65_536
/** What the kernel has in memory is here within this; a disk of any kind takes longer. */
const MEMORY_MS = 0.1
/** Reads of the same file that go to the threads after one that took longer. */
const READS_ELSEWHERE = 64
/** How long reads in step may hold up the event loop, with what is made of them. */
const TURN_MS = 3

let turnBegan: number | undefined

/** Has this turn of the event loop room for a read in step? */
function hasRoom(): boolean {
  const now = performance.now()
  if (turnBegan === undefined) {
    turnBegan = now
    setImmediate(() => {
      turnBegan = undefined
    })
  }
  return now - turnBegan < TURN_MS
}

/** Of one file: old ones may be on the disk alone while the newest is in memory. */
export class ReadInStep {
  #elsewhere = 0

  /** May this many bytes be read in step now? */
  allows(bytes: number): boolean {
    if (bytes > MOST_BYTES) return false
    if (this.#elsewhere > 0) {
      this.#elsewhere--
      return false
    }
    return hasRoom()
  }

  /** How long such a read took, milliseconds. */
  took(ms: number): void {
    if (ms > MEMORY_MS) this.#elsewhere = READS_ELSEWHERE
  }
}
