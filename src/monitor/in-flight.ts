// Several asks at once, and no more than so many: a stranger's server is not to be flooded, nor waited for one by one.

/**
 * What the asks give, in their order. Those still under way when the caller leaves, or one fails, are given up.
 * @param most Under way at once
 */
export async function* inOrder<T>(
  asks: Iterable<(signal: AbortSignal) => Promise<T>>,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const leaving = new AbortController()
  const either = AbortSignal.any([signal, leaving.signal])
  const underWay: Promise<T>[] = []
  try {
    for (const ask of asks) {
      const asked = ask(either)
      asked.catch(() => {}) // told when its turn comes, or nobody wants it any more
      underWay.push(asked)
      if (underWay.length === most) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    leaving.abort()
  }
}
