// Answers that the monitor asks for itself, as anybody with a token may: each is signed, so one that leaves out what the log
// has, or is false by itself, convicts whoever signed it. Asked is about records that were read just before; about each value
// of an epoch, one after the other, where that is not the index that the log makes.

import { randomInt } from 'node:crypto'
import { LedgerError, readSound } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import { fits, type Question } from '../core/question.ts'
import { decodeEntry, readTime } from '../core/record.ts'
import { TILE_WIDTH } from '../core/tile.ts'
import { askEvidence } from './answer-client.ts'
import { type AnswerContext, checkAnswer } from './checked-answer.ts'
import { Contradiction } from './checks.ts'
import { type Asking, NOT_YET, PRUNED, TOO_LONG } from './fetch-bytes.ts'
import { chooseQuestion, everyQuestion, type ReadRecord } from './questions.ts'
import type { Round } from './round.ts'
import type { MonitorState } from './state-shape.ts'
import { dropWithheld, dueAgain, keepWithheld, type Withheld } from './withheld.ts'

/** Asked in a round, of records that are chosen by chance; and of an epoch that is in doubt. */
const AT_RANDOM = 2
const OF_DOUBT = 16

export interface AnswerParts extends AnswerContext {
  readonly asking: Asking
  readonly state: Pick<MonitorState, 'answers' | 'chain' | 'withheld'>
  readonly random?: () => number
}

/** Leaves [start, end). */
export interface Doubt {
  readonly start: number
  readonly end: number
}

interface Chosen {
  readonly question: Question
  /** Among them those that the answer must show. */
  readonly records: readonly ReadRecord[]
}

export class AskedAnswers {
  readonly #parts: AnswerParts
  asked = 0
  /** Of which answers came that were checked. */
  checked = 0
  /** Questions about an epoch that is in doubt, and how far its records were read for them. */
  #doubts: Chosen[] = []
  #read = 0

  constructor(parts: AnswerParts) {
    this.#parts = parts
  }

  /**
   * @param size Records that answers may be expected to speak of
   * @param doubt Those of an epoch that is wrong
   */
  async round(
    { size, doubt }: { readonly size: number; readonly doubt: Doubt | undefined },
    round: Round,
  ): Promise<void> {
    const { attempt, signal } = round
    for (const withheld of dueAgain(this.#parts.state)) {
      await attempt(async () => this.#askAgain(withheld, size, round))
    }
    for (let k = 0; k < AT_RANDOM && size > 0; k++) {
      await attempt(async () => this.#ask(await this.#atRandom(size, signal), round))
    }
    for (let k = 0; k < OF_DOUBT && doubt !== undefined; k++) {
      await attempt(async () => this.#ask(await this.#ofDoubt(doubt, signal), round))
    }
  }

  async #atRandom(size: number, signal: AbortSignal): Promise<Chosen | undefined> {
    const { random = unforeseen } = this.#parts
    const records = await this.#bundleOf(Math.floor(random() * size), size, signal)
    return records.length === 0 ? undefined : { question: chooseQuestion(records, random), records }
  }

  async #ofDoubt({ start, end }: Doubt, signal: AbortSignal): Promise<Chosen | undefined> {
    if (this.#doubts.length === 0) {
      const from = this.#read >= start && this.#read < end ? this.#read : start
      this.#read = Math.min(end, from - (from % TILE_WIDTH) + TILE_WIDTH)
      const records = await this.#records(from, this.#read, signal)
      this.#doubts = everyQuestion(records).map(question => ({ question, records }))
    }
    return this.#doubts.shift()
  }

  async #askAgain(withheld: Withheld, size: number, round: Round): Promise<void> {
    const records = await this.#bundleOf(withheld.leaf, size, round.signal)
    try {
      await this.#ask({ question: withheld.question, records }, round)
    } catch (error) {
      if (error instanceof Contradiction) dropWithheld(this.#parts.state, withheld)
      throw error
    }
    dropWithheld(this.#parts.state, withheld)
  }

  /** The records of the tile that a leaf lies in. */
  #bundleOf(leaf: number, size: number, signal: AbortSignal): Promise<ReadRecord[]> {
    const start = leaf - (leaf % TILE_WIDTH)
    return this.#records(start, Math.min(size, start + TILE_WIDTH), signal)
  }

  /** None where they were pruned. */
  async #records(start: number, end: number, signal: AbortSignal): Promise<ReadRecord[]> {
    try {
      const entries = await Array.fromAsync(this.#parts.log.entries(start, end, signal))
      return entries.flatMap(readRecord)
    } catch (error) {
      if (error instanceof LedgerError && error.code === PRUNED) return []
      throw error
    }
  }

  /** @throws as `askEvidence` and `checkAnswer` */
  async #ask(chosen: Chosen | undefined, round: Round): Promise<void> {
    if (chosen === undefined) return
    this.asked++
    try {
      const answer = await this.#answerTo(chosen.question, round.signal)
      if (answer === undefined) return
      await checkAnswer(answer, chosen.records, this.#parts, round)
      this.checked++
    } catch (error) {
      const moment = error instanceof LedgerError && error.code === TOO_LONG ? ofAMoment(chosen) : undefined
      if (moment === undefined) {
        if (isWithheld(error)) this.#keep(chosen)
        throw error
      }
      await this.#ask(moment, round)
    }
  }

  #keep({ question, records }: Chosen): void {
    const { state, asking } = this.#parts
    const fitting = records.find(({ record }) => fits(question, record))
    if (fitting !== undefined) keepWithheld(state, { question, leaf: fitting.index, since: asking.clock.now() })
  }

  /** Undefined where there is nothing to check: it was pruned, or nothing is final yet that it could be answered from. */
  async #answerTo(question: Question, signal: AbortSignal): Promise<Evidence | undefined> {
    const { asking, state, chain } = this.#parts
    try {
      const answer = await askEvidence(asking, question, signal)
      if (answer !== undefined) state.answers = { given: true }
      return answer
    } catch (error) {
      // Who has answered before had something final to answer from, and has it still.
      if (!(error instanceof LedgerError) || error.code !== NOT_YET || state.answers?.given) throw error
      // By our own node, where there is one: before that has anything final, nobody has.
      const isDue = chain === undefined || state.chain.size > 0
      if (isDue) state.answers ??= { given: false, since: asking.clock.now() }
      return undefined
    }
  }
}

/** What the service or its log is answerable for, and not the monitor's own node; a contradiction is an answer, too. */
function isWithheld(error: unknown): boolean {
  return error instanceof LedgerError && /^(?:answers?|evidence|log)_/.test(error.code)
}

/** The same about the time of one of its records; undefined where it was asked about no more. */
function ofAMoment({ question, records }: Chosen): Chosen | undefined {
  const { where, from, to } = question
  const fitting = records.find(({ record }) => fits(question, record))
  if (fitting === undefined || to === from! + 1) return undefined
  const time = readTime(fitting.record.time)
  return { question: { where, from: time, to: time + 1 }, records }
}

const FINENESS = 2 ** 47

/** Not `Math.random`: an operator who is asked often enough could tell by what it chose what it is going to choose. */
const unforeseen = (): number => randomInt(FINENESS) / FINENESS

/** None of an entry that is no record, which is told of where records are read. */
function readRecord([index, entry]: readonly [number, Uint8Array]): ReadRecord[] {
  const record = readSound(() => decodeEntry(entry))
  return record === undefined ? [] : [{ index, record }]
}
