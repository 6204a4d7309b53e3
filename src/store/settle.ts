// Several writes at once: waits for all of them, then throws the first failure. Promise.all would throw at once and leave
// the others running behind the back of whoever cleans up.

export async function settleAll(writes: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
