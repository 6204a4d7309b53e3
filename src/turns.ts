// Work of which one piece is done at a time, in the order in which it was asked for.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Each piece begins when the one before has ended, however it ended. */
export function takeTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const result = last.then(work)
    last = result.then(ignore, ignore) // and not what came of it, which may be large
    return result
  }
}

function ignore(): void {}
