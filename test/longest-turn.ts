// How long some work keeps everybody else waiting.

/**
 * The longest that it goes on without a turn for anybody else, in milliseconds of its thread's own processor time: of the
 * clock's a busy machine takes as much as it likes.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = process.threadCpuUsage()
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last)
    longest = Math.max(longest, (user + system) / 1_000)
    last = process.threadCpuUsage()
  }, 1)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return longest
}
