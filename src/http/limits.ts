// What clients may ask of the service at once, and for how long: the numbers, each once. docs/limits.md says of each what
// happens beyond it, and a test compares the two.

import type { GateOptions } from '../admission.ts'

export interface HttpLimits {
  // ——— Connections (connections.ts) ———
  readonly connections: number
  /** Places of those that are kept for whoever comes next, by closing connections on which nothing is asked. */
  readonly spareConnections: number
  /** Requests of one client that are answered at once. */
  readonly clientRequests: number
  /** Requests of one connection that are answered at once. */
  readonly pipelined: number
  /** How often the connections are looked at. */
  readonly checkMs: number

  // ——— Time that a client may take ———
  readonly headersMs: number
  /** Nothing moves on the connection. */
  readonly silenceMs: number
  readonly keepAliveMs: number
  readonly requestMs: number
  /** A body has to come at this rate at least, measured over the time in which nothing but the client is waited for. */
  readonly bodyBytesPerSecond: number
  readonly bodyWindowMs: number
  /** An answer has to be taken within this time, and a second more for so many of its bytes. */
  readonly answerMs: number
  readonly answerBytesPerSecond: number
  /** Of a body that is refused, so much is thrown away, for so long, that its sender gets to read why. */
  readonly lingerMs: number
  readonly lingerBytes: number

  // ——— Sizes ———
  readonly headerBytes: number
  /** Of bodies that are read whole; lines are a stream and have no such bound. */
  readonly bodyBytes: number
  /** The longest part of a path: a percent-encoded resource code. */
  readonly parameterLength: number
  /** Answers, or what of them nobody has taken yet, in all, and those of one client. */
  readonly answerBytes: number
  readonly answerShareBytes: number

  // ——— Work at once (questions.ts) ———
  /** Questions that may have to go through the whole log, or read much of the chain. */
  readonly sums: WorkLimits
  /** Pages of rows. */
  readonly pages: WorkLimits
}

export type WorkLimits = Pick<GateOptions, 'room' | 'share' | 'mostWaiting' | 'patienceMs'>

export const HTTP_LIMITS: HttpLimits = {
  connections: 1_024,
  spareConnections: 16,
  clientRequests: 512,
  pipelined: 8,
  checkMs: 5_000,

  headersMs: 15_000,
  silenceMs: 120_000,
  keepAliveMs: 15_000,
  // So long, because a batch has no upper bound and is read only as fast as the log takes it.
  requestMs: 3_600_000,
  bodyBytesPerSecond: 1_024,
  bodyWindowMs: 60_000,
  answerMs: 30_000,
  answerBytesPerSecond: 65_536,
  lingerMs: 2_000,
  lingerBytes: 1_048_576,

  headerBytes: 16_384,
  bodyBytes: 65_536,
  parameterLength: 256,
  answerBytes: 67_108_864,
  answerShareBytes: 33_554_432,

  sums: { room: 4, share: 3, mostWaiting: 16, patienceMs: 5_000 },
  pages: { room: 16, share: 12, mostWaiting: 64, patienceMs: 5_000 },
}
