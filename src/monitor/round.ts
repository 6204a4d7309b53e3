// One round as it goes on past whatever it finds or cannot do: what was found is put on record, and what could not be checked is
// told apart from that.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { NotCheckable } from '../verify/report.ts'
import { Contradiction, type Found } from './checks.ts'

/** What could not be checked, and why. */
export interface Trouble {
  readonly code: string
  readonly words: Words
}

export class Round {
  readonly signal: AbortSignal
  readonly troubles: Trouble[] = []
  /** Faults and notices that were not on record. */
  found = 0
  readonly #record: (found: Found) => Promise<boolean>

  /** @param record Puts on record durably; resolves to false where it is there already */
  constructor(signal: AbortSignal, record: (found: Found) => Promise<boolean>) {
    this.signal = signal
    this.#record = record
  }

  readonly onFound = async (found: Found): Promise<void> => {
    if (await this.#record(found)) this.found++
  }

  /** One step; what it finds or cannot do does not keep the next from being made. */
  readonly attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    this.signal.throwIfAborted()
    try {
      return await step()
    } catch (error) {
      this.signal.throwIfAborted()
      if (error instanceof Contradiction) await this.onFound(error)
      else if (error instanceof LedgerError) this.#trouble(error)
      else if (error instanceof NotCheckable) this.#trouble({ code: 'chain_not_checkable', words: error.words })
      else throw error
      return undefined
    }
  }

  #trouble({ code, words }: Trouble): void {
    const isTold = this.troubles.some(told => told.code === code && told.words.en === words.en)
    if (!isTold) this.troubles.push({ code, words })
  }
}
