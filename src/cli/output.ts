// Manners of a command line (clig.dev): answers on stdout, messages on stderr, errors with their next step, exit codes
// that a script can rely on.

import { LedgerError } from '../core/error.ts'
import { languageOf } from '../core/words.ts'
import { whyFileFailed } from './file-failure.ts'

/** What a command ends with. docs/verify.md and `suyuan help` list them. */
export const EXIT = {
  ok: 0,
  /** Verified not to be so: the evidence was tampered with. */
  tampered: 1,
  /** Could not run, or could not run to the end. Nothing is lost; the message says what to do. */
  failed: 2,
  /** `ingest` ran to the end, but some lines were refused. */
  refused: 3,
  /** `ingest --anchor`: all lines are in the log, but were not on the chain in time. */
  notAnchored: 4,
} as const

/** Writes an answer. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : undefined))
}

/** Writes a service's JSON answer as it came. */
export function printAnswer(bytes: Uint8Array): void {
  print(Buffer.from(bytes).toString())
}

/** Writes a message to whoever watches. It may quote a stranger's line: no control character of theirs reaches the terminal. */
export function tell(text: string): void {
  process.stderr.write(`${text.replaceAll(/(?!\n)\p{Cc}/gu, '\u{fffd}')}\n`)
}

/** The message in the language of the environment, and the stable code. */
export function describeError({ code, words }: LedgerError): string {
  return `${words[languageOf(process.env)]} [${code}]`
}

/** Ends the command with what went wrong. Only an unforeseen error shows where in the program it happened. */
export function fail(error: unknown): void {
  if (error instanceof LedgerError) tell(`suyuan: ${describeError(error)}`)
  else tell(`suyuan: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exitCode = EXIT.failed
}

/** For the failure of a write to this file. Throws `output_unwritable`. */
export function unwritable(path: string): (cause: NodeJS.ErrnoException) => never {
  return cause => {
    const why = whyFileFailed(cause)
    throw new LedgerError(
      'output_unwritable',
      { en: `${path} cannot be written: ${why.en}.`, zh: `${path} 无法写入：${why.zh}。` },
      { cause },
    )
  }
}

/**
 * A reader that goes away (`| head`) is no error: the rest of the answer is simply not wanted. An answer that cannot be
 * written is one, and ends the command: whoever opens the file later must not take half an answer for a whole one.
 */
export function watchOutputs(): void {
  for (const [name, stream] of [
    [{ en: 'The answer', zh: '答复' }, process.stdout],
    [{ en: 'A message', zh: '消息' }, process.stderr],
  ] as const) {
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EPIPE') return
      const why = whyFileFailed(cause)
      throw new LedgerError(
        'output_unwritable',
        {
          en: `${name.en} cannot be written: ${why.en}. What was written is not whole; make room, or write it elsewhere.`,
          zh: `${name.zh}无法写入：${why.zh}。已写的内容不完整；请腾出空间，或写到别处。`,
        },
        { cause },
      )
    })
  }
}
