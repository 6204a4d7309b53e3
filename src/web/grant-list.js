// Grants in a list, grouped by what may be done under them now.

import { stateBadge } from './agreement.js'
import { element } from './dom.js'
import { dueBadge } from './due.js'
import { formatDay, formatNumber, nameOf, pick, say } from './language.js'
import { grantLink, partyLink } from './links.js'
import { showLogged, showQuota } from './quota.js'

/** In the order of what somebody has to act on: first what may be taken, last what is over. */
const GROUPS = ['usable', 'granted', 'requested', 'held', 'suspended', 'exhausted', 'expired', 'revoked', 'refused']
const GOOD = { usable: true, requested: undefined }

/** `granted` alone are those that something else stands in the way of. */
export const groupOf = ({ state, now }) => (now.usable ? 'usable' : state)

/** @param other Who is named beside the resource: `provider`, or `consumer`. */
export function showGroups(grants, other, names) {
  const groups = Map.groupBy(grants, groupOf)
  return GROUPS.filter(group => groups.has(group)).map(group => {
    const members = groups.get(group)
    const good = group in GOOD ? GOOD[group] : false
    const badge = group === 'usable' || group === 'granted' ? nameGroup(group, good) : stateBadge('states', group, good)
    return element(
      'section',
      { class: 'group' },
      element(
        'h3',
        {},
        badge,
        ' ',
        element('span', { class: 'note' }, say('grantsCount', { count: formatNumber(members.length) })),
      ),
      element(
        'ul',
        { class: 'grants' },
        members.map(grant => showOne(grant, other, names)),
      ),
    )
  })
}

function nameGroup(group, good) {
  return element('span', { class: good ? 'badge good' : 'badge bad' }, say(good ? 'usableNow' : 'grantedNotUsable'))
}

function showOne(grant, other, names) {
  const { id, resource, purpose, until, state, now, due, requested, ground } = grant
  const over =
    state === 'requested' || state === 'held'
      ? say('askedOn', { time: formatDay(requested.block.time) })
      : say('untilDay', { time: formatDay(until) })
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'what' },
      grantLink(id),
      ' ',
      element('strong', {}, names.resource(resource)),
      due === undefined ? undefined : [' ', dueBadge(due)],
      element(
        'p',
        { class: 'note' },
        [names.purpose(purpose), nameOf('grounds', ground)].join(' · '),
        ' · ',
        partyLink(grant[other], names.organisation(grant[other])),
        ` · ${over}`,
      ),
      now.usable || now.why === state ? undefined : element('p', { class: 'told' }, pick(now.says)),
    ),
    showTaken(grant),
  )
}

/** Both sides of it where anything may be taken; elsewhere only what was taken all the same. */
function showTaken(grant) {
  const { uses } = grant
  const counts = grant.now.usable || grant.state === 'exhausted'
  if (!counts && uses.records === 0) return undefined
  return element('div', { class: 'taken' }, counts ? showQuota(grant) : undefined, showLogged(uses, grant.id))
}
