// Agreements, and the chain of them that a grant hangs on: operation above, development below.

import { element, icon } from './dom.js'
import { dueBadge } from './due.js'
import { formatDay, formatTime, nameOf, say } from './language.js'
import { partyLink } from './links.js'
import { showBlock, showSigner } from './place.js'

export function stateBadge(table, state, good) {
  const tone = good === undefined ? 'badge' : good ? 'badge good' : 'badge bad'
  const sign = good === undefined ? undefined : icon(good ? 'good' : 'stop')
  return element('span', { class: tone }, sign, nameOf(table, state))
}

const LIVING = new Set(['in-force'])
const OVER = new Set(['declined', 'ended', 'expired'])

export function showAgreement(agreement, names) {
  const { id, kind, state, parties, from, until, publicity, objections, filing, evaluation, measure, veto } = agreement
  const { ended } = agreement
  const notes = []
  if (state === 'publicised' && publicity !== undefined) {
    notes.push(say(publicity.over ? 'publicityOver' : 'publicUntil', { time: formatTime(publicity.until) }))
  }
  if (objections.open > 0) notes.push(say('objectionsOpen', { open: objections.open }))
  if (evaluation !== undefined) {
    const { outcome, rectifyBy } = evaluation
    const by = rectifyBy === undefined ? '' : ` · ${say('rectifyBy', { time: formatTime(rectifyBy) })}`
    notes.push(say('evaluated', { outcome: nameOf('outcomes', outcome) }) + by)
  }
  if (measure !== undefined) notes.push(say('measure', { measure: nameOf('measures', measure.measure) }))
  if (filing !== undefined && filing.filed === undefined)
    notes.push(say('toFile', { time: formatTime(filing.due.time) }))
  const good = OVER.has(state) || veto !== undefined ? false : LIVING.has(state) ? true : undefined
  return element(
    'div',
    { class: 'agreement', id: `agreement-${id}` },
    element(
      'p',
      { class: 'agreement-head' },
      element('strong', {}, say('agreementOf', { id })),
      ' ',
      nameOf('agreementKinds', kind),
      ' ',
      stateBadge('agreementStates', state, good),
      veto === undefined ? undefined : [' ', element('span', { class: 'badge bad' }, icon('stop'), say('vetoed'))],
      filing === undefined ? undefined : [' ', dueBadge(filing.due)],
    ),
    element(
      'p',
      {},
      parties.flatMap(({ code, name }, k) => [k === 0 ? '' : ' → ', partyLink(code, names.organisation(code) ?? name)]),
    ),
    element('p', { class: 'note' }, `${formatDay(from)} – ${formatTime(until)}`),
    notes.map(words => element('p', { class: 'told' }, words)),
    agreement.inForce === undefined
      ? undefined
      : element(
          'p',
          { class: 'trail' },
          say('inForceSince', { time: formatTime(agreement.inForce.block.time) }),
          ' ',
          showBlock(agreement.inForce),
        ),
    veto === undefined ? undefined : showAct('vetoedAt', veto.imposed, names),
    ended === undefined ? undefined : showAct('endedAt', ended, names, nameOf('agreementStates', state)),
  )
}

/** What stopped it: when, by whom, in which block. */
function showAct(words, place, names, state) {
  const when = say(words, { state, time: formatTime(place.block.time) })
  return element('p', { class: 'trail' }, when, ' ', showSigner(place.by, names), showBlock(place))
}

/** From the agreement at the top to the one that the grant names. */
export function showChain(agreements, names) {
  return element(
    'ol',
    { class: 'agreements' },
    agreements.map(one => element('li', {}, showAgreement(one, names))),
  )
}
