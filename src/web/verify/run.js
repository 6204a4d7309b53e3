// Verifications: in a thread of their own, so that the page stays alive; in the page itself where there can be none.

import { toldBy, work } from './work.js'

/** One that waits for a file: it has read its script by then, and is quicker with each file that it had. */
let idle

/** @param script Of this page: the thread runs the same one. */
export function prepare(script) {
  const thread = startThread(script)
  idle = thread
  // One that cannot begin is not waited for: whoever needs one next is told why.
  thread?.addEventListener('error', () => {
    if (idle === thread) idle = undefined
  })
}

/**
 * @param script As for `prepare`.
 * @param given The file, and the text of the trust file.
 * @param tell Told `{ check }` for each, and at the end `{ result }` or `{ trouble }`.
 * @returns Stops it.
 */
export function run(script, given, tell) {
  const thread = idle ?? startThread(script)
  idle = undefined
  if (thread === undefined) return runHere(given, tell)
  const listening = new AbortController()
  const { signal } = listening
  const onMessage = ({ data }) => {
    if (data.check === undefined) {
      listening.abort()
      idle = thread
    }
    tell(data)
  }
  const stop = () => {
    if (signal.aborted) return
    listening.abort()
    thread.terminate()
  }
  const onError = event => {
    event.preventDefault()
    stop()
    tell({ trouble: toldBy(event.message ?? 'worker') })
  }
  thread.addEventListener('message', onMessage, { signal })
  thread.addEventListener('error', onError, { signal })
  thread.postMessage(given)
  return stop
}

function startThread(script) {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  try {
    return new Worker(url)
  } catch {
    return undefined
  } finally {
    // The thread has been given its source by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
  }
}

/** Between two checks the page draws what it has, and hears a click. */
function runHere(given, tell) {
  let stopped = false
  const onCheck = async check => {
    if (stopped) await new Promise(() => {})
    tell({ check })
    await new Promise(resolve => setTimeout(resolve))
  }
  work(given, onCheck).then(
    result => stopped || tell({ result }),
    error => stopped || tell({ trouble: toldBy(error) }),
  )
  return () => {
    stopped = true
  }
}
