// Sources that sign: what of each is missing, contradicts or is silent (GET /v1/sources).

import { element, icon } from './dom.js'
import { formatNumber, formatTime, say } from './language.js'

export function showSources(sources) {
  return element(
    'ul',
    { class: 'owed sources' },
    sources.map(source => showOne(source)),
  )
}

function showOne({ source, keys, unsigned, heard, silentSince }) {
  const sum = of => keys.reduce((total, key) => total + of(key), 0)
  const missing = sum(key => key.missing)
  const faults = sum(key => key.faults.filter(({ kind }) => kind !== 'repeated').length)
  const found = [
    missing > 0 && say('linksMissing', { count: formatNumber(missing), holes: describeHoles(keys) }),
    faults > 0 && say('linksAtFault', { count: formatNumber(faults) }),
    silentSince !== undefined && say('silentSince', { time: formatTime(silentSince) }),
  ].filter(Boolean)
  const good = found.length === 0
  return element(
    'li',
    {},
    element(
      'span',
      { class: good ? 'badge good' : 'badge bad' },
      icon(good ? 'good' : 'bad'),
      say(good ? 'linksWhole' : 'linksBroken'),
    ),
    ' ',
    element('strong', { class: 'code' }, source),
    found.map(words => element('p', {}, words)),
    element(
      'p',
      { class: 'note' },
      say('linksCount', { signed: formatNumber(sum(key => key.links)), unsigned: formatNumber(unsigned) }),
      heard === undefined ? undefined : [' · ', say('lastHeard', { time: formatTime(heard) })],
    ),
  )
}

const MOST_HOLES = 5

function describeHoles(keys) {
  const holes = keys.flatMap(key => key.holes)
  const told = holes.slice(0, MOST_HOLES).map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`))
  return told.join(say('comma')) + (holes.length > MOST_HOLES ? ' …' : '')
}
