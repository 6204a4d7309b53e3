// What each consumer took for each purpose. A bar says at a glance what the numbers say exactly; its hatched part is
// what lies outside the grants.

import { element, icon } from './dom.js'
import { formatBytes, formatDay, formatNumber, language, say } from './language.js'
import { partyLink } from './links.js'

export function totalsTable({ groups }, names) {
  const most = Math.max(...groups.map(({ records }) => records))
  const digits = Math.max(...groups.map(({ records }) => formatNumber(records).length))
  const heads = ['consumer', 'purpose', 'uses', 'outside', 'dataRows', 'bytes', 'period']
  const numeric = new Set(['uses', 'outside', 'dataRows', 'bytes'])
  const head = heads.map(key =>
    element('th', { scope: 'col', class: numeric.has(key) ? 'number' : undefined }, say(key)),
  )
  const cell = (key, ...children) =>
    element('td', { 'data-label': say(key), class: numeric.has(key) ? 'number' : undefined }, ...children)
  const rows = groups.map(({ consumer, purpose, records, outside, rows, bytes, first, last }) =>
    element(
      'tr',
      {},
      cell('consumer', partyLink(consumer, names.organisations[consumer] ?? consumer)),
      cell('purpose', purposeName(purpose, names)),
      cell('uses', element('span', { class: 'bar-cell' }, makeBar(records, outside, most), makeCount(records, digits))),
      cell(
        'outside',
        outside === 0 ? '0' : element('span', { class: 'badge bad' }, icon('bad'), formatNumber(outside)),
      ),
      cell('dataRows', formatNumber(rows)),
      cell('bytes', formatBytes(bytes)),
      cell('period', formatPeriod(first, last)),
    ),
  )
  return element(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': say('totals') },
    element('table', { class: 'totals' }, element('thead', {}, element('tr', {}, head)), element('tbody', {}, rows)),
  )
}

export function purposeName(purpose, names) {
  if (purpose === undefined) return element('em', {}, say('undeclared'))
  return names.purposes[purpose]?.[language()] ?? purpose
}

function formatPeriod(first, last) {
  const [from, to] = [formatDay(first), formatDay(last)]
  return from === to ? from : `${from} – ${to}`
}

/** As wide in every row, so that all bars begin and end at the same places. */
function makeCount(records, digits) {
  const made = element('span', { class: 'count' }, formatNumber(records))
  made.style.minWidth = `${digits}ch`
  return made
}

function makeBar(records, outside, most) {
  const part = (name, value) => {
    const made = element('span', { class: value > 0 ? `${name} some` : name })
    made.style.width = `${(100 * value) / most}%`
    return made
  }
  return element(
    'span',
    { class: 'bar', 'aria-hidden': 'true' },
    part('within', records - outside),
    part('beyond', outside),
  )
}
