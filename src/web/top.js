// The head of every page: the language, the token, and how much is overdue now.

import { ask, keepToken, readToken } from './api.js'
import { formatNumber, onLanguage, say, startLanguage } from './language.js'

/** Starts the head; `onToken` is called when the user has entered a token, and wants what needs it. */
export function startTop(onToken) {
  startLanguage(document.querySelector('#language'))
  const token = document.querySelector('#token')
  token.value = readToken()
  token.addEventListener('input', () => keepToken(token.value.trim()))
  token.addEventListener('change', () => void countOverdue())
  document.querySelector('#token-form').addEventListener('submit', event => {
    event.preventDefault()
    onToken()
  })
  onLanguage(showCount)
  void countOverdue()
}

let overdue

/** Without a token, or an answer, there is just no number: the page itself says what is wrong. */
async function countOverdue() {
  try {
    overdue = readToken() === '' ? undefined : (await ask('/v1/overdue')).overdue.length
  } catch {
    overdue = undefined
  }
  showCount()
}

function showCount() {
  const badge = document.querySelector('#overdue-count')
  badge.hidden = overdue === undefined || overdue === 0
  badge.textContent = overdue === undefined ? '' : formatNumber(overdue)
  badge.title = say('overdue')
}
