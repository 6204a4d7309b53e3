// The links of one key as they come to the log, in whatever order (docs/sources.md): which are missing, which number came
// twice, where a link does not follow the one before it. The service keeps one for each key, and so does a monitor; the
// same links give the same state. Its size is bounded, whatever a source does.

export interface Link {
  readonly seq: number
  /** Hash of the link before it, by the source's word; undefined for 0. */
  readonly previous: string | undefined
  /** Its own hash. */
  readonly hash: string
  /** The leaf that has it. */
  readonly index: number
}

/** A link as it was found again in the log. */
export type SeenLink = Pick<Link, 'hash' | 'index'>

/** Numbers that are missing, both ends included. */
export interface Hole {
  readonly from: number
  readonly to: number
  /** Hash of the link before `from`, and the one that the link behind `to` says is before it. */
  readonly before?: string
  readonly after?: string
}

/**
 * What is wrong with links, each with the leaves that show it. The source's own doing: two links with one number
 * (`forked`); a link that follows another than the log has (`broken`); links beyond the end that the key itself stated
 * (`beyond`). Not its doing: the same link twice (`repeated`), which the door of a log does not take. `again` is `forked`
 * or `repeated`, where it was not found out which.
 */
export type ChainFault = 'again' | 'beyond' | 'broken' | 'forked' | 'repeated'

export interface FaultSeen {
  readonly kind: ChainFault
  readonly seq: number
  readonly index: number
  /** The other leaf of two. */
  readonly other?: number
}

/** As JSON keeps it. */
export interface ChainState {
  /** Different numbers that came. */
  links: number
  /** One more than the highest number that came. */
  next: number
  /** Hash of the link with that highest number. */
  last?: string
  holes: Hole[]
  /**
   * Holes were too many to be kept: from this number on it is not known which are missing. What comes late there is not
   * counted, since it might have come before; so no more are said to be there than are.
   */
  lost?: number
  /** The first of each that were seen, and how many in all. */
  faults: FaultSeen[]
  counts: Partial<Record<ChainFault, number>>
  /** Some numbers and their leaves, ascending, to find any link without reading all. */
  marks: { readonly seq: number; readonly index: number }[]
  stride: number
}

/** Of one key at most. */
export const MAX_HOLES = 256
const MAX_FAULTS = 16
const MAX_MARKS = 256

export function newChain(): ChainState {
  return { links: 0, next: 0, holes: [], faults: [], counts: {}, marks: [], stride: 1 }
}

/** Whether no link that came has this number; `false` also where that is not known, behind holes that are not kept. */
export function isNewNumber({ next, holes }: ChainState, seq: number): boolean {
  return seq >= next || holes.some(({ from, to }) => from <= seq && seq <= to)
}

/** How many numbers below the highest have not come; where the key stated its end, below that. */
export function countMissing({ links, next }: ChainState, ends = 0): number {
  return Math.max(next, ends) - links
}

/**
 * Takes the next link of the log; `false` if its number came before, and it is to be found out (`earlierLeaves`) whether it
 * is the same link, and noted (`noteSeenBefore`). `ends`: how many links the key said it made.
 */
export function takeLink(chain: ChainState, link: Link, ends?: number): boolean {
  const { seq, index } = link
  if (ends !== undefined && seq >= ends) noteFault(chain, { kind: 'beyond', seq, index })
  if (seq >= chain.next) extend(chain, link)
  else if (!fill(chain, link)) return seq >= (chain.lost ?? Infinity)
  chain.links++
  return true
}

export function noteFault(chain: ChainState, fault: FaultSeen): void {
  chain.counts[fault.kind] = (chain.counts[fault.kind] ?? 0) + 1
  if (chain.faults.length < MAX_FAULTS) chain.faults.push(fault)
}

/** Where the link with this number probably is: between these leaves, the first included. */
export function earlierLeaves({ marks }: ChainState, seq: number): { readonly first: number; readonly below?: number } {
  const behind = marks.findIndex(mark => mark.seq > seq)
  const before = marks.at(behind === -1 ? -1 : behind - 1)
  return {
    first: behind === 0 || before === undefined ? 0 : before.index,
    ...(behind === -1 ? {} : { below: marks[behind]!.index }),
  }
}

/** A number came before: what that is shows by the first link that has it, where it was found. */
export function noteSeenBefore(chain: ChainState, { seq, hash, index }: Link, other: SeenLink | undefined): void {
  if (other === undefined) noteFault(chain, { kind: 'again', seq, index })
  else noteFault(chain, { kind: other.hash === hash ? 'repeated' : 'forked', seq, index, other: other.index })
}

/** Of every kind. */
export function countFaults({ counts }: ChainState): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** A link with a higher number than all before: what lies between is missing. */
function extend(chain: ChainState, { seq, previous, hash, index }: Link): void {
  const { next, last } = chain
  if (seq > next) {
    const before = last === undefined ? {} : { before: last }
    const after = previous === undefined ? {} : { after: previous }
    keepHole(chain, chain.holes.length, { from: next, to: seq - 1, ...before, ...after })
  } else if (previous !== last) {
    noteFault(chain, { kind: 'broken', seq, index })
  }
  chain.next = seq + 1
  chain.last = hash
  if (seq % chain.stride !== 0) return
  chain.marks.push({ seq, index })
  while (chain.marks.length > MAX_MARKS) {
    chain.stride *= 2
    chain.marks = chain.marks.filter(({ seq }) => seq % chain.stride === 0)
  }
}

/** A link that was missing; false where its number is none that is known to be. */
function fill(chain: ChainState, { seq, previous, hash, index }: Link): boolean {
  const at = chain.holes.findIndex(({ from, to }) => from <= seq && seq <= to)
  if (at === -1) return false
  const { from, to, before, after } = chain.holes[at]!
  const follows = seq !== from || previous === before
  const isFollowed = seq !== to || after === undefined || hash === after
  if (!follows || !isFollowed) noteFault(chain, { kind: 'broken', seq, index })
  chain.holes.splice(at, 1)
  if (seq < to) keepHole(chain, at, { from: seq + 1, to, before: hash, ...(after === undefined ? {} : { after }) })
  if (from < seq) {
    const edge = previous === undefined ? {} : { after: previous }
    keepHole(chain, at, { from, to: seq - 1, ...(before === undefined ? {} : { before }), ...edge })
  }
  return true
}

function keepHole(chain: ChainState, at: number, hole: Hole): void {
  if (chain.holes.length < MAX_HOLES) chain.holes.splice(at, 0, hole)
  else chain.lost = Math.min(chain.lost ?? hole.from, hole.from)
}
