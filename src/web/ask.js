// The question: a form whose fields are the filters of GET /v1/usage.

import { ask } from './api.js'
import { createCombobox } from './combobox.js'
import { nameOf, say } from './language.js'
import { WORDS } from './words.js'

/** Starts the form; `onAsk` gets the parameters of every question asked. */
export async function startForm(onAsk) {
  const form = document.querySelector('#question')
  const known = { resources: [], organisations: [] }
  const nameOfOrganisation = code => known.organisations.find(one => one.code === code)?.name

  const place = name => form.querySelector(`[data-combobox=${name}]`)
  const comboboxes = {
    resource: createCombobox(place('resource'), 'resource', () =>
      known.resources.map(({ code, name, provider }) => ({ code, name, note: nameOfOrganisation(provider) })),
    ),
    consumer: createCombobox(place('consumer'), 'consumer', () => known.organisations),
    purpose: createCombobox(place('purpose'), 'purpose', () =>
      Object.keys(WORDS.zh.purposes).map(code => ({ code, name: nameOf('purposes', code) })),
    ),
  }

  /** The parameters, or undefined after telling the user which field is wrong. */
  const read = () => {
    const parameters = {}
    for (const [name, combobox] of Object.entries(comboboxes)) {
      const { input } = combobox
      const code = combobox.value()
      input.setCustomValidity(code === null ? say('chooseOne', { text: input.value.trim() }) : '')
      if (code !== undefined && code !== null) parameters[name] = code
    }
    for (const name of ['from', 'to', 'grant', 'actor']) {
      const value = form.elements[name].value.trim()
      if (value !== '') parameters[name] = value
    }
    return form.reportValidity() ? parameters : undefined
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    const parameters = read()
    if (parameters !== undefined) onAsk(parameters)
  })
  form.addEventListener('reset', () => {
    for (const combobox of Object.values(comboboxes)) combobox.clear()
  })

  const [{ resources }, { organisations }] = await Promise.all([ask('/v1/resources'), ask('/v1/organisations')])
  known.resources = resources.map(({ code, name, provider }) => ({ code, name, provider }))
  known.organisations = organisations.map(({ code, name }) => ({ code, name }))
}
