// Who may work now, when more is asked than can be done: a bounded amount of work at once, given out in turn, client by
// client, so that five hundred connections of one client cost another's single connection no more than a turn each way
// (round robin; J. Nagle, RFC 970). Whoever waits without patience is told to come back; the waiting cost nothing.

import type { LedgerError } from './core/error.ts'

export interface GateOptions {
  /** The work that may be under way at once, in the unit of the weights. */
  readonly room: number
  /** How much of it one client may have: less than all, so that whoever comes next need not wait for that client's work. */
  readonly share: number
  /** How many turns one client may wait for; beyond, it is refused at once. */
  readonly mostWaiting: number
  /** How long one waits that would rather come back later. */
  readonly patienceMs: number
  /** The work that is let in before the event loop goes on to what else there is: answers, other connections. */
  readonly burst: number
  /** What a refused client is told, that has so many others waiting. */
  readonly refuse: (reason: RefusalReason, others: number) => LedgerError
  /** `setImmediate`, unless a test says otherwise. */
  readonly later?: (run: () => void) => void
}

/** `late`: its turn did not come in time; `many`: the client has too many waiting. */
export type RefusalReason = 'late' | 'many'

export interface GateFigures {
  /** Work under way. */
  readonly held: number
  readonly waiting: number
  readonly refused: Readonly<Record<RefusalReason, number>>
}

/** The right to do some work; to be given back, once or more often. */
export interface Turn extends Disposable {
  /** It is less work than was asked for. */
  shrink(weight: number): void
}

export interface Gate {
  /** Waits for a turn however long: for work that was let in before. */
  take(client: string, weight: number): Promise<Turn>
  /**
   * A turn at once, if nobody else waits; else it waits as long as patience lasts. The signal says that nobody wants it any
   * more. Rejects with what `refuse` makes.
   */
  ask(client: string, weight: number, signal?: AbortSignal): Turn | Promise<Turn>
  readonly figures: GateFigures
}

interface Waiting {
  readonly weight: number
  readonly start: (turn: Turn) => void
}

export function createGate(options: GateOptions): Gate {
  const { room, share, mostWaiting, patienceMs, burst, refuse, later = setImmediate } = options
  /** In the order of their turns: who had one goes to the end. */
  const waiting = new Map<string, Waiting[]>()
  const heldBy = new Map<string, number>()
  const refused = { late: 0, many: 0 }
  let held = 0
  let waitingCount = 0
  let begun = 0

  const letIn = (client: string, weight: number): Turn => {
    let mine = 0
    const change = (to: number): void => {
      const left = (heldBy.get(client) ?? 0) + to - mine
      if (left > 0) heldBy.set(client, left)
      else heldBy.delete(client)
      held += to - mine
      mine = to
    }
    change(weight)
    if (begun === 0) {
      later(() => {
        begun = 0
        goOn()
      })
    }
    begun += weight
    return {
      shrink(to) {
        if (to >= mine) return
        change(to)
        goOn()
      },
      [Symbol.dispose]() {
        if (mine === 0) return
        change(0)
        goOn()
      },
    }
  }

  const weigh = (weight: number): number => Math.max(1, Math.min(weight, share))
  const hasShare = (client: string, weight: number): boolean => (heldBy.get(client) ?? 0) + weight <= share
  const hasRoom = (weight: number): boolean => begun < burst && held + weight <= room

  /** Whose turn it is, if somebody may begin now. */
  const findNext = (): string | undefined => {
    for (const [client, [first]] of waiting) {
      if (!hasShare(client, first!.weight)) continue // keeps its place, and lets others by
      // Much work waits until there is room for it: were it passed by for less, it might wait for ever.
      return hasRoom(first!.weight) ? client : undefined
    }
    return undefined
  }

  const goOn = (): void => {
    for (let client = findNext(); client !== undefined; client = findNext()) {
      const { weight, start } = leave(client, 0)
      const others = waiting.get(client)
      if (others !== undefined) {
        waiting.delete(client)
        waiting.set(client, others)
      }
      start(letIn(client, weight))
    }
  }

  const leave = (client: string, place: number): Waiting => {
    const queue = waiting.get(client)!
    const [one] = queue.splice(place, 1)
    if (queue.length === 0) waiting.delete(client)
    waitingCount--
    return one!
  }

  const wait = (client: string, weight: number, start: (turn: Turn) => void): Waiting => {
    const one: Waiting = { weight: weigh(weight), start }
    const queue = waiting.get(client)
    if (queue === undefined) waiting.set(client, [one])
    else queue.push(one)
    waitingCount++
    goOn()
    return one
  }

  const waitPatiently = async (client: string, weight: number, signal?: AbortSignal): Promise<Turn> => {
    signal?.throwIfAborted()
    const others = (): number => waiting.get(client)?.length ?? 0
    if (others() >= mostWaiting) {
      refused.many++
      throw refuse('many', others())
    }
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      let over = false
      const giveUp = (reason: () => unknown) => (): void => {
        const place = waiting.get(client)?.indexOf(one) ?? -1
        if (place < 0) return
        leave(client, place)
        end()
        reject(reason())
        goOn()
      }
      const gone = giveUp(() => signal!.reason)
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', gone)
      }
      const one = wait(client, weight, turn => {
        over = true
        end()
        resolve(turn)
      })
      if (over) return
      const late = giveUp(() => {
        refused.late++
        return refuse('late', others())
      })
      timer = setTimeout(late, patienceMs)
      signal?.addEventListener('abort', gone)
    })
  }

  const gate: Gate = {
    take: (client, weight) => new Promise(resolve => wait(client, weight, resolve)),

    ask(client, weight, signal) {
      const work = weigh(weight)
      const free = waitingCount === 0 && hasShare(client, work) && hasRoom(work) && signal?.aborted !== true
      return free ? letIn(client, work) : waitPatiently(client, weight, signal)
    },

    get figures() {
      return { held, waiting: waitingCount, refused: { ...refused } }
    },
  }
  return gate
}
