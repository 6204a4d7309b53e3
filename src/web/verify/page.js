// The page that verifies: two files in, a verdict out. It is one file and asks nobody for anything; its script is also
// what its thread runs.

import { onLanguage, say, startLanguage } from '../language.js'
import { startGiving } from './give.js'
import { showProgress, showResult, showTrouble } from './result.js'
import { prepare, run } from './run.js'
import { serve, toldBy } from './work.js'

if (typeof document === 'undefined') serve()
else startPage(document.currentScript.textContent)

function startPage(script) {
  startLanguage(document.querySelector('#language'))
  if (location.protocol === 'file:') for (const link of document.querySelectorAll('.served')) link.hidden = true
  const section = document.querySelector('#result')
  const told = document.querySelector('#told')
  /** The hash that was typed for a block the trust file does not name. */
  let typed
  let given = {}
  let stop = () => {}
  let draw = () => {}
  onLanguage(() => draw())

  const show = (busy, view) => {
    section.hidden = false
    section.setAttribute('aria-busy', String(busy))
    draw = () => section.replaceChildren(...view())
    draw()
  }
  const begin = () => {
    stop()
    if (given.evidence === undefined || given.trust === undefined) {
      section.hidden = true
      return
    }
    const checks = []
    const again = () => {
      stop()
      section.hidden = true
    }
    show(true, () => showProgress(checks, again))
    told.textContent = say('working')
    const trust = withBlock(given.trust.text, typed)
    stop = run(script, { file: given.evidence, trust }, ({ check, result, trouble }) => {
      if (check !== undefined) {
        checks.push(check)
        return draw()
      }
      if (trouble !== undefined) show(false, () => showTrouble(trouble, begin))
      else show(false, () => showResult(result, { trust: given.trust.read, typed, useBlock, again: begin }))
      told.textContent = section.querySelector('h2').textContent
      section.scrollIntoView({ block: 'start' })
    })
  }
  const useBlock = block => {
    typed = block
    begin()
  }
  if (isTooOld()) {
    show(false, () => showTrouble({ key: 'oldBrowser', values: {} }, undefined))
    return
  }
  prepare(script)
  startGiving(next => {
    typed = undefined
    given = { ...next }
    begin()
  })
  addEventListener('unhandledrejection', ({ reason }) => show(false, () => showTrouble(toldBy(reason), begin)))
}

/** The trust file with one block more, of which whoever sits here has looked up the hash. */
function withBlock(text, block) {
  if (block === undefined) return text
  const file = JSON.parse(text)
  return JSON.stringify({
    ...file,
    blocks: [...(file.blocks ?? []).filter(({ number }) => number !== block.number), block],
  })
}

/** What the verifier takes of the language, as far as it came late to browsers. */
function isTooOld() {
  return [Map.groupBy, [].toSorted, ''.isWellFormed, globalThis.BigInt].some(part => part === undefined)
}
