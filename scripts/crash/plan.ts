// What a life of the service is to meet, told to its process in an environment variable: the harness makes it, the
// preload module (preload.ts) does it. Everything in it comes from the seed, so that a failure can be run again.

/** The variable that holds the plan, as JSON. */
export const PLAN_VARIABLE = 'SUYUAN_CRASH_PLAN'

/** What the preload module prints, on a line of its own, when a fault was met; the harness waits for it. */
export const FAULT_MET = 'crash: met'

/** Tells the process that a fault which waits for it begins to count. */
export const ARM_SIGNAL = 'SIGUSR2'

export type Operation = 'write' | 'sync' | 'truncate' | 'index' | 'any'

/**
 * `refused`: nothing is done. `short`: part of it is. `persisted`: all of it is, and yet it fails. `power`: the power
 * goes, and the disk keeps of what was not synced any part.
 */
export type FaultMode = 'refused' | 'short' | 'persisted' | 'power'

export interface Fault {
  readonly operation: Operation
  /** A regular expression for the path below the data directory. */
  readonly file: string
  /** Whether operations count from the start of the process, or from the signal on. */
  readonly from: 'start' | 'signal'
  /** The operation that meets it, counted from 0 among those that fit. */
  readonly nth: number
  readonly mode: FaultMode
  /** As the system says it: ENOSPC, EIO. */
  readonly code: string
  /** Whether all that fits fails from then on, as on a full disk, or this one only. */
  readonly lasting: boolean
}

export interface Plan {
  readonly data: string
  /** For the dice of this process. */
  readonly seed: number
  /** Where the images are of what the disk itself has (durable-image.ts); without it the power cannot go. */
  readonly images?: string
  /** Writes take fewer bytes than they are given, all the time: nobody may mind. */
  readonly shortWrites?: boolean
  readonly fault?: Fault
  /** After the fault a second signal makes the power go, at once. */
  readonly powerAfter?: boolean
}
