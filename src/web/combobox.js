// A field that one can type into to find one of many (WAI-ARIA combobox with a list). Nothing chosen means any.

import { element } from './dom.js'
import { formatNumber, onLanguage, say } from './language.js'

const MOST_SHOWN = 50

/**
 * Fills `place` with a combobox of that id. `choices` gives { code, name, note? } in the language of the moment. Where
 * the place names the form of a code (`data-form`), a code that is none of the choices can be typed out too.
 */
export function createCombobox(place, id, choices) {
  const form = place.dataset.form === undefined ? undefined : new RegExp(`^(?:${place.dataset.form})$`)
  const fits = typed => form?.test(typed) === true
  const input = element('input', {
    id,
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': `${id}-list`,
  })
  const list = element('ul', { id: `${id}-list`, role: 'listbox', 'aria-labelledby': `${id}-label`, hidden: true })
  place.previousElementSibling.id = `${id}-label`
  place.append(input, list)

  let chosen
  let active = -1

  const close = () => {
    list.hidden = true
    active = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const choose = choice => {
    chosen = choice
    input.value = choice?.name ?? ''
    input.setCustomValidity('')
    close()
  }
  const open = () => {
    const typed = chosen === undefined ? input.value.trim().toLowerCase() : ''
    const found = choices().filter(({ code, name }) => `${name} ${code}`.toLowerCase().includes(typed))
    list.replaceChildren(...found.slice(0, MOST_SHOWN).map((choice, k) => makeOption(id, k, choice, choose)))
    if (found.length === 0) {
      const words = say(fits(input.value.trim()) ? 'noMatchButCode' : 'noMatch')
      list.append(element('li', { class: 'none', role: 'presentation' }, words))
    }
    if (found.length > MOST_SHOWN) {
      const count = formatNumber(found.length - MOST_SHOWN)
      list.append(element('li', { class: 'none', role: 'presentation' }, say('moreOptions', { count })))
    }
    list.hidden = false
    active = -1
    input.setAttribute('aria-expanded', 'true')
    input.removeAttribute('aria-activedescendant')
  }
  const move = step => {
    if (list.hidden) open()
    const options = list.querySelectorAll('[role=option]')
    if (options.length === 0) return
    options[active]?.setAttribute('aria-selected', 'false')
    active = (active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length
    const option = options[active]
    option.setAttribute('aria-selected', 'true')
    option.scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', option.id)
  }

  input.addEventListener('input', () => {
    chosen = undefined
    input.setCustomValidity('')
    open()
  })
  input.addEventListener('click', open)
  input.addEventListener('blur', () => {
    settle()
    close()
  })
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      move(event.key === 'ArrowDown' ? 1 : -1)
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault()
      list.querySelectorAll('[role=option]')[active].dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault()
      close()
    }
  })

  const named = typed => choices().filter(({ code, name }) => code === typed || name === typed)
  /** Takes a code or a whole name that was typed out. */
  const settle = () => {
    const typed = input.value.trim()
    if (chosen !== undefined || typed === '') return
    const same = named(typed)
    if (same.length === 1) choose(same[0])
  }
  const translate = () => {
    input.placeholder = say('any')
    if (chosen !== undefined) choose(choices().find(({ code }) => code === chosen.code) ?? chosen)
  }
  onLanguage(translate)
  translate()

  return {
    input,
    clear: () => choose(undefined),
    choose: code => choose(choices().find(choice => choice.code === code)),
    /** The choices are others now: shows those that fit, if it is open. */
    refresh() {
      if (!list.hidden) open()
    },
    /** The code; undefined when nothing was chosen; null when what was typed is none of the choices, and no code either. */
    value() {
      settle()
      if (chosen !== undefined) return chosen.code
      const typed = input.value.trim()
      if (typed === '') return undefined
      // A name that several have is none of their codes.
      return fits(typed) && named(typed).length === 0 ? typed : null
    },
  }
}

function makeOption(id, k, choice, choose) {
  const option = element(
    'li',
    { id: `${id}-option-${k}`, role: 'option', 'aria-selected': 'false' },
    element('span', { class: 'name' }, choice.name),
    element('span', { class: 'code' }, choice.note === undefined ? choice.code : `${choice.code} · ${choice.note}`),
  )
  // Before the field loses its focus, which would close the list.
  option.addEventListener('mousedown', event => {
    event.preventDefault()
    choose(choice)
  })
  return option
}
