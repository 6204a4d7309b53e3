// A progress bar on stderr, for a person who watches; a cron job gets plain messages only.

import cliProgress from 'cli-progress'
import { tell } from './output.ts'

export interface Progress extends Disposable {
  advance(bytes: number, lines: number): void
  /** A message, above the bar. */
  say(text: string): void
}

/** `size` in bytes; a stream has none, and then only lines are counted. */
export function openProgress(name: string, size: number | undefined, wanted: boolean): Progress {
  if (!wanted || !process.stderr.isTTY) return { advance() {}, say: tell, [Symbol.dispose]() {} }
  const format = size === undefined ? `${name} {lines}` : `${name} {bar} {percentage}% {lines} {eta_formatted}`
  const bar = new cliProgress.SingleBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  )
  bar.start(Math.max(1, size ?? 1), 0, { lines: '0' })
  return {
    advance: (bytes, lines) =>
      bar.update(size === undefined ? 0 : Math.min(bytes, size), { lines: lines.toLocaleString('en-US') }),
    say(text) {
      process.stderr.write('\r\u001b[K')
      tell(text)
    },
    [Symbol.dispose]: () => bar.stop(),
  }
}
