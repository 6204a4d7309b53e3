// The ledger's health, every few seconds while somebody looks: how many records are accepted, published, anchored.

import { ask } from './api.js'
import { element, icon } from './dom.js'
import { formatAgo, formatNumber, formatSpan, onLanguage, say } from './language.js'

const EVERY_MS = 3_000

export function startHealth() {
  let status
  const show = () => {
    if (status === undefined) return
    showSteps(status)
    showState(status.ready, say(status.ready ? 'healthy' : 'unready'))
    showReasons(status.reasons)
  }
  const look = async () => {
    if (document.hidden) return
    try {
      status = await ask('/v1/status')
      show()
    } catch {
      showState(false, say('unreachable'))
    }
  }
  onLanguage(() => {
    show()
    void look() // the reasons are the service's own words, in the language asked for
  })
  document.addEventListener('visibilitychange', () => void look())
  setInterval(() => void look(), EVERY_MS)
  return look()
}

function showSteps({ now, records, published, anchored, lag }) {
  setStep('records', formatNumber(records))
  if (published === null) setStep('published', '–', say('none'))
  else setStep('published', formatNumber(published.size), say('signedAgo', { ago: formatAgo(published.time, now) }))
  if (anchored === null) setStep('anchored', '–', say('none'))
  else {
    const { number, time } = anchored.block
    const place = { block: formatNumber(number), ago: formatAgo(time, now) }
    setStep('anchored', formatNumber(anchored.size), say('anchoredAgo', place))
  }
  const hint = lag.records === 0 ? say('lagNone') : say('lagFor', { time: formatSpan(lag.seconds) })
  setStep('lag', formatNumber(lag.records), hint)
}

function setStep(name, figure, hint) {
  const step = document.querySelector(`#step-${name}`)
  step.querySelector('.figure').textContent = figure
  if (hint !== undefined) step.querySelector('.hint').textContent = hint
}

/** Says it anew only when it changed, so that a screen reader is not told the same every few seconds. */
function showState(good, words) {
  const state = document.querySelector('#state')
  if (state.textContent === words) return
  state.classList.toggle('bad', !good)
  state.replaceChildren(icon(good ? 'good' : 'bad'), words)
}

function showReasons(reasons) {
  const list = document.querySelector('#reasons')
  list.hidden = reasons.length === 0
  list.replaceChildren(...reasons.map(({ detail }) => element('li', {}, detail)))
}
