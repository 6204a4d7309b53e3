// What is owed and late, one by one, each with a link to what it is about.

import { element, icon } from './dom.js'
import { formatAgo, formatTime, pick, say } from './language.js'
import { grantLink, partyLink } from './links.js'

const AGREEMENT = new Set(['filing', 'rectification'])

/** @param now The ledger's own time, RFC 3339. `kind`: whether each says what kind it is, where no heading does. */
export function showOwed(overdue, names, { now, kind }) {
  return element(
    'ul',
    { class: 'owed' },
    overdue.map(one => showOne(one, names, now, kind)),
  )
}

function showOne({ what, says, owedBy, of, since, provisional }, names, now, kind) {
  return element(
    'li',
    {},
    kind ? [element('span', { class: 'badge bad' }, icon('wait'), pick(says)), ' '] : undefined,
    subjectOf(what, of, owedBy, names),
    element(
      'p',
      { class: 'note' },
      partyLink(owedBy, names.organisation(owedBy)),
      ` · ${say('overdueSince', { time: formatTime(since), ago: formatAgo(since, now) })}`,
      provisional ? ` · ${say('provisional')}` : undefined,
    ),
  )
}

function subjectOf(what, of, owedBy, names) {
  if (what === 'decision') return grantLink(of, say('requestOf', { id: of }))
  if (what === 'correction') return partyLink(owedBy, say('correctionOf', { id: of }), `correction-${of}`)
  if (AGREEMENT.has(what)) return partyLink(owedBy, say('agreementOf', { id: of }), `agreement-${of}`)
  return element(
    'span',
    {},
    element('strong', {}, names.resource(of)),
    ' ',
    element('span', { class: 'note code' }, of),
  )
}
