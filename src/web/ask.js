// The question: a form whose fields are the filters of GET /v1/usage.

import { createCombobox } from './combobox.js'
import { pick, say } from './language.js'
import { loadNames } from './names.js'

/** Starts the form; `onAsk` gets the parameters of every question asked. */
export async function startForm(onAsk) {
  const form = document.querySelector('#question')
  let known = { resources: [], organisations: [], purposes: [] }

  const place = name => form.querySelector(`[data-combobox=${name}]`)
  const comboboxes = {
    resource: createCombobox(place('resource'), 'resource', () =>
      known.resources.map(({ code, name, provider }) => ({ code, name, note: known.organisation(provider) })),
    ),
    consumer: createCombobox(place('consumer'), 'consumer', () => known.organisations),
    purpose: createCombobox(place('purpose'), 'purpose', () =>
      known.purposes.map(purpose => ({ code: purpose.code, name: pick(purpose) })),
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

  known = await loadNames()
  const asked = new URLSearchParams(location.search).get('grant')
  if (asked !== null) {
    form.elements.grant.value = asked
    form.requestSubmit()
  }
}
