// The first page: health above, the question below, its answer under that.

import { startAnswer } from './answer.js'
import { startForm } from './ask.js'
import { startHealth } from './health.js'
import { startTop } from './top.js'

const form = document.querySelector('#question')
startTop(() => form.requestSubmit())

const answer = startAnswer(document.querySelector('#answer'))
startForm(parameters => answer.ask(parameters)).catch(problem => answer.fail(problem))
void startHealth()
