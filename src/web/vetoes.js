// Vetoes that stand: on what, by whom, since when, and who has agreed to lift them.

import { element, icon } from './dom.js'
import { nameOf, say, sayParts } from './language.js'
import { grantLink, partyLink } from './links.js'
import { copyable, showBlock, showTime } from './place.js'

export function showVetoes(vetoes, names) {
  return element(
    'ul',
    { class: 'owed' },
    vetoes.map(one => showOne(one, names)),
  )
}

function showOne({ on, of, name, veto }, names) {
  const { inspector, imposed, reasonDigest, agreed } = veto
  return element(
    'li',
    {},
    element('span', { class: 'badge bad' }, icon('stop'), nameOf('vetoed', on)),
    ' ',
    subjectOf(on, of, name, names),
    element(
      'p',
      { class: 'note' },
      sayParts('vetoedBy', {
        inspector: partyLink(inspector, names.organisation(inspector)),
        time: showTime(imposed.block.time),
      }),
      ' · ',
      agreed.length === 0
        ? say('noneAgreed')
        : sayParts('agreedBy', {
            by: agreed.flatMap(({ by }, k) => [k === 0 ? '' : say('comma'), partyLink(by, names.organisation(by))]),
          }),
    ),
    element(
      'p',
      { class: 'trail' },
      showBlock(imposed),
      element('span', { class: 'chain' }, say('reason'), ' ', copyable(reasonDigest, say('reason'))),
    ),
  )
}

function subjectOf(on, of, name, names) {
  if (on === 'grant') return grantLink(of)
  if (on === 'organisation') return partyLink(of, names.organisation(of))
  if (on === 'agreement')
    return element('span', {}, say('agreementOf', { id: of }), ' ', element('span', { class: 'note' }, name ?? ''))
  return element(
    'span',
    {},
    element('strong', {}, names.resource(of)),
    ' ',
    element('span', { class: 'note code' }, of),
  )
}
