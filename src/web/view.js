// A page that asks once and shows the answer in either language: while it waits, when it fails, when it has something.

import { Problem, readToken } from './api.js'
import { element } from './dom.js'
import { onLanguage, say } from './language.js'
import { showProblem } from './problem.js'

/**
 * @param main The element to fill.
 * @param load Gives what `show` needs; throws a Problem.
 * @param show Gives the elements, in the language of the moment.
 * @returns To be called when there is reason to ask anew.
 */
export function startView(main, load, show) {
  let shown = { busy: true }
  let latest = 0

  const draw = () => {
    main.setAttribute('aria-busy', String(shown.busy))
    if (shown.busy) main.replaceChildren(card(element('p', { class: 'busy', role: 'status' }, say('asking'))))
    else if (shown.problem !== undefined) main.replaceChildren(card(showProblem(shown.problem)))
    else main.replaceChildren(...show(shown.found).filter(part => part !== undefined))
  }
  const run = async () => {
    const mine = ++latest
    shown = { busy: true }
    draw()
    try {
      if (readToken() === '') throw new Problem('need-token')
      const found = await load()
      if (mine === latest) shown = { busy: false, found }
    } catch (problem) {
      // A bug of the page's own is to be seen as one.
      if (!(problem instanceof Problem)) setTimeout(() => void Promise.reject(problem))
      if (mine === latest) shown = { busy: false, problem }
    }
    if (mine === latest) draw()
    goToPart()
  }
  onLanguage(draw)
  void run()
  return run
}

const card = (...children) => element('section', {}, children)

/** The browser looked for the address's part before there was anything to find. */
function goToPart() {
  if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView()
}
