// One call with a batch: how far it has come, and what came of it.

import { hash } from 'node:crypto'
import { SentLines } from '../lines/sent.ts'
import type { BatchState } from '../store/store.ts'
import { Answer, type IngestResult, type Room } from './answer.ts'

/** How far a batch has come, as it is remembered. */
export type Reach = Pick<BatchState, 'lines' | 'digest'>

export class Batch implements Disposable {
  readonly key: string | undefined
  readonly sent: SentLines
  readonly answer: Answer
  /** Lines, and leaves of them, that earlier calls with its key brought. */
  readonly linesBefore: number
  readonly already: number
  /** Lines that are done with, and in the log for good if they were accepted. */
  inLog: number

  constructor(key: string | undefined, before: BatchState | undefined, room: Room) {
    this.key = key
    this.sent = new SentLines(before)
    this.answer = new Answer(before, room)
    this.linesBefore = before?.lines ?? 0
    this.already = this.answer.accepted
    this.inLog = this.linesBefore
  }

  /** With the lines that have come by now. */
  reach(): Reach {
    return { lines: this.sent.lines, digest: this.key === undefined ? '' : this.sent.digest() }
  }

  result(): Omit<IngestResult, 'receipts' | 'receiptsOmitted'> {
    const { accepted, refused, refusedCount } = this.answer
    return { lines: this.sent.lines, accepted: accepted - this.already, already: this.already, refused, refusedCount }
  }

  [Symbol.dispose](): void {
    this.answer[Symbol.dispose]()
  }
}

/** Keys of different clients are different keys. */
export function batchKey(client: string, key: string): string {
  return hash('sha256', `${client}\n${key}`, 'hex')
}
