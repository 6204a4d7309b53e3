// What each consumer took for each purpose. A bar says at a glance what the numbers say exactly; its hatched part is
// what lies outside the grants.

import { element, icon } from './dom.js'
import { formatBytes, formatDay, formatNumber, language, say } from './language.js'
import { partyLink } from './links.js'

/** The records come below: whoever looks for one must not have to pass hundreds of sums. */
const SHOWN = 12
/** Tables that were unfolded: they stay so when the answer is drawn again. */
const unfolded = new WeakSet()

export function totalsTable(totals, names) {
  const { groups } = totals
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
  const table = element(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': say('totals') },
    element('table', { class: 'totals' }, element('thead', {}, element('tr', {}, head)), element('tbody', {}, rows)),
  )
  const rest = groups.slice(SHOWN)
  return rest.length < 2 ? table : [table, foldButton(totals, rows.slice(SHOWN), rest)]
}

/** Shows the other rows and hides them again, which on paper are there always. */
function foldButton(totals, rows, groups) {
  const sum = key => formatNumber(groups.reduce((all, group) => all + group[key], 0))
  const values = { groups: formatNumber(groups.length), records: sum('records'), outside: sum('outside') }
  const isInside = groups.every(({ outside }) => outside === 0)
  const button = element('button', {
    type: 'button',
    class: 'fold',
    onclick() {
      if (!unfolded.delete(totals)) unfolded.add(totals)
      fold()
    },
  })
  const fold = () => {
    const isOpen = unfolded.has(totals)
    for (const row of rows) row.hidden = !isOpen
    button.setAttribute('aria-expanded', String(isOpen))
    button.textContent = isOpen ? say('fold', { shown: SHOWN }) : say(isInside ? 'unfold' : 'unfoldOutside', values)
  }
  fold()
  return button
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
