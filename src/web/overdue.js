// The page of what is overdue now, of the vetoes that stand, and of sources whose lines are missing.

import { ask } from './api.js'
import { element } from './dom.js'
import { formatNumber, formatTime, pick, say } from './language.js'
import { loadNames } from './names.js'
import { showOwed } from './owed.js'
import { showSources } from './sources.js'
import { startTop } from './top.js'
import { showVetoes } from './vetoes.js'
import { startView } from './view.js'

startTop(() => again())
const again = startView(document.querySelector('#view'), load, show)

async function load() {
  const [{ overdue, block }, { vetoes }, { sources }, { now }, names] = await Promise.all([
    ask('/v1/overdue'),
    ask('/v1/vetoes'),
    ask('/v1/sources'),
    ask('/v1/status'),
    loadNames(),
  ])
  return { overdue, vetoes, sources, block, now, names }
}

function show({ overdue, vetoes, sources, block, now, names }) {
  const kinds = [...Map.groupBy(overdue, ({ what }) => what).values()]
  return [
    element(
      'section',
      { 'aria-labelledby': 'overdue-title' },
      element('h2', { id: 'overdue-title' }, say('overdueNow')),
      element(
        'p',
        { class: 'sentence' },
        overdue.length === 0 ? say('nothingOverdue') : say('overdueCount', { count: formatNumber(overdue.length) }),
      ),
      element('p', { class: 'note' }, say('asOfBlock', { time: formatTime(now), block: formatNumber(block) })),
      kinds.map(items => [
        element('h3', {}, pick(items[0].says), ' ', element('span', { class: 'note' }, formatNumber(items.length))),
        showOwed(items, names, { now, kind: false }),
      ]),
    ),
    element(
      'section',
      { 'aria-labelledby': 'vetoes-title' },
      element('h2', { id: 'vetoes-title' }, say('standingVetoes')),
      element('p', { class: 'note' }, say('standingVetoesHint')),
      vetoes.length === 0 ? element('p', { class: 'notice' }, say('noVetoes')) : showVetoes(vetoes, names),
    ),
    element(
      'section',
      { 'aria-labelledby': 'sources-title' },
      element('h2', { id: 'sources-title' }, say('signingSources')),
      element('p', { class: 'note' }, say('signingSourcesHint')),
      sources.length === 0 ? element('p', { class: 'notice' }, say('noSources')) : showSources(sources),
    ),
  ]
}
