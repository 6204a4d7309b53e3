// Corrections (校核): what is said to be wrong with data, and what came of it.

import { stateBadge } from './agreement.js'
import { element } from './dom.js'
import { dueBadge } from './due.js'
import { formatTime, nameOf, say } from './language.js'
import { grantLink, partyLink } from './links.js'

const GOOD = { accepted: true, answered: undefined, raised: undefined, disputed: undefined }

export function showCorrections(corrections, names) {
  return element(
    'ul',
    { class: 'owed' },
    corrections.map(one => showOne(one, names)),
  )
}

function showOne({ id, resource, raiser, provider, grant, state, rounds, due, raised, answers }, names) {
  const [last] = answers
  return element(
    'li',
    { id: `correction-${id}` },
    element('strong', {}, say('correctionOf', { id })),
    ' ',
    stateBadge('correctionStates', state, GOOD[state]),
    ' ',
    dueBadge(due),
    ' ',
    names.resource(resource),
    element(
      'p',
      { class: 'note' },
      partyLink(raiser, names.organisation(raiser)),
      ' → ',
      partyLink(provider, names.organisation(provider)),
      ' · ',
      grantLink(grant),
      ` · ${say('raisedOn', { time: formatTime(raised.block.time) })} · ${say('rounds', { rounds })}`,
      last === undefined ? undefined : ` · ${say('lastAnswer', { answer: nameOf('answers', last.answer) })}`,
    ),
    element('p', { class: 'note' }, say('dueBy', { due: formatTime(due.time) })),
  )
}
