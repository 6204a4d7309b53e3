// A command that runs until it is told to stop: the first SIGINT or SIGTERM ends it between two steps, a second at once.

export function endSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const end = (): void => {
    stop()
    controller.abort(new Error('told to stop'))
  }
  const stop = (): void => {
    process.off('SIGINT', end)
    process.off('SIGTERM', end)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return { signal: controller.signal, [Symbol.dispose]: stop }
}
