// What may be done under a grant now, in one plain sentence; and if nothing, why, and what next.

import { element, icon } from './dom.js'
import { formatTime, pick, sayParts } from './language.js'
import { grantLink, partyLink } from './links.js'

const WAITING = new Set(['requested', 'not-started', 'agreement-not-begun'])
const SIGNS = { good: 'good', wait: 'wait', bad: 'stop' }

export function showNow(grant, names) {
  const { consumer, resource, purpose, until, now } = grant
  const values = {
    consumer: partyLink(consumer, names.organisation(consumer)),
    resource: element('strong', {}, names.resource(resource)),
    purpose: names.purpose(purpose),
    until: formatTime(until),
  }
  const tone = now.usable ? 'good' : WAITING.has(now.why) ? 'wait' : 'bad'
  return element(
    'div',
    { class: `now ${tone}` },
    icon(SIGNS[tone]),
    element(
      'div',
      {},
      element('p', { class: 'sentence' }, sayParts(now.usable ? 'mayTake' : 'mayNotTake', values)),
      now.usable ? undefined : showWhy(grant, names),
    ),
  )
}

export function showWhy({ now }, names) {
  const parts = {
    why: element('strong', {}, pick(now.says)),
    of: now.of === undefined ? '' : sayParts('causeIn', { cause: nameCause(now, names) }),
    next: now.next === undefined ? '' : pick(now.next),
  }
  return element('p', { class: 'why' }, sayParts('because', parts))
}

/** What `of` is a code or number of depends on the reason. */
function nameCause({ why, of }, names) {
  if (why.startsWith('organisation-')) return partyLink(of, names.organisation(of))
  if (why.startsWith('agreement-') || why === 'developer-excluded') {
    return sayParts('agreementOf', { id: of })
  }
  if (why.startsWith('source-') && names.resourceOf(of) === undefined && /^[0-9]+$/.test(of)) return grantLink(of)
  return names.resource(of)
}
