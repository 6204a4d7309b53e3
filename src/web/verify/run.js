// One verification: in a thread of its own, so that the page stays alive; in the page itself where there can be none.

import { toldBy, work } from './work.js'

/**
 * @param script Of this page: the thread runs the same one.
 * @param given The file, and the text of the trust file.
 * @param tell Told `{ check }` for each, and at the end `{ result }` or `{ trouble }`.
 * @returns Stops it.
 */
export function run(script, given, tell) {
  const thread = startThread(script)
  if (thread === undefined) return runHere(given, tell)
  const end = told => {
    thread.terminate()
    tell(told)
  }
  thread.addEventListener('message', ({ data }) => {
    if (data.check === undefined) end(data)
    else tell(data)
  })
  thread.addEventListener('error', event => {
    event.preventDefault()
    end({ trouble: toldBy(event.message ?? 'worker') })
  })
  thread.postMessage(given)
  return () => thread.terminate()
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
