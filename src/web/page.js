// The first page: health above, the question below, its answer under that.

import { startAnswer } from './answer.js'
import { keepToken, readToken } from './api.js'
import { startForm } from './ask.js'
import { startHealth } from './health.js'
import { startLanguage } from './language.js'

startLanguage(document.querySelector('#language'))

const token = document.querySelector('#token')
token.value = readToken()
token.addEventListener('input', () => keepToken(token.value.trim()))
document.querySelector('#token-form').addEventListener('submit', event => {
  event.preventDefault()
  document.querySelector('#question').requestSubmit()
})

const answer = startAnswer(document.querySelector('#answer'))
startForm(parameters => answer.ask(parameters)).catch(problem => answer.fail(problem))
void startHealth()
