// What went wrong, as the page shows it: what, why, and the next step.

import { element, icon } from './dom.js'
import { say } from './language.js'

/** A problem as api.js throws it; its words are the service's own, in the language that was asked for. */
export function showProblem({ code, message, detail, id }) {
  const words = {
    offline: [say('offline'), say('offlineNext')],
    'need-token': [say('needToken'), say('needTokenNext')],
    token_missing: [say('needToken'), say('needTokenNext')],
    'no-grant-number': [say('noGrantNumber'), say('noGrantNumberNext')],
    'not-grant-number': [say('notGrantNumber', { id: detail }), say('noGrantNumberNext')],
  }[code] ?? [message, detail]
  return element(
    'div',
    { class: 'problem', role: 'alert' },
    icon('bad'),
    element(
      'div',
      {},
      element('strong', {}, words[0] ?? String(code)),
      element('p', {}, words[1] ?? ''),
      id === undefined ? undefined : element('p', { class: 'note' }, say('requestId', { id })),
    ),
  )
}
