// The records themselves: when, who, what, under whose authority, what for.

import { element, icon } from './dom.js'
import { formatBytes, formatNumber, formatTime, nameOf, say } from './language.js'
import { grantLink, partyLink } from './links.js'
import { copyable } from './place.js'
import { purposeName } from './totals.js'

const HEADS = ['time', 'consumer', 'resource', 'action', 'purpose', 'authority', 'dataRows', 'bytes', 'number']
const NUMERIC = new Set(['dataRows', 'bytes', 'number'])

export function rowsTable(rows, names) {
  const head = HEADS.map(key =>
    element('th', { scope: 'col', class: NUMERIC.has(key) ? 'number' : undefined }, say(key)),
  )
  return element(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': say('rows') },
    element(
      'table',
      { class: 'rows' },
      element('thead', {}, element('tr', {}, head)),
      element(
        'tbody',
        {},
        rows.map(row => makeRow(row, names)),
      ),
    ),
  )
}

function makeRow({ index, record, judgement, grant }, names) {
  const cells = {
    time: element('time', { datetime: record.time }, formatTime(record.time)),
    consumer:
      record.consumer === undefined
        ? '–'
        : partyLink(record.consumer, names.organisations[record.consumer] ?? record.consumer),
    resource: record.resource === undefined ? '–' : (names.resources[record.resource] ?? record.resource),
    action: describeAct(record),
    purpose: record.consumer === undefined ? '–' : purposeName(record.purpose, names),
    authority: describeAuthority(judgement, record, grant, names),
    dataRows: record.rows === undefined ? '–' : formatNumber(record.rows),
    bytes: record.bytes === undefined ? '–' : formatBytes(record.bytes),
    number: String(index),
  }
  return element(
    'tr',
    { class: isOutside(judgement) ? 'outside' : undefined },
    HEADS.map(key =>
      element('td', { 'data-label': say(key), class: NUMERIC.has(key) ? 'number' : undefined }, cells[key]),
    ),
  )
}

function describeAct({ action, channel, status, erases, erasesText, basis, key }) {
  const words = [nameOf('terms', action)]
  if (basis !== undefined)
    words.push(erases === undefined ? copyable(erasesText, say('textDigest')) : `#${erases}`, basis)
  if (key !== undefined) words.push(...describeKey(key))
  if (channel !== undefined) words.push(nameOf('terms', channel))
  if (status !== undefined && status !== 'ok') words.push(nameOf('terms', status))
  return words.flatMap((word, k) => (k === 0 ? [word] : [' · ', word]))
}

/** A verification key: its name, which is the source's, and its id, by which people tell keys of one name apart. */
function describeKey(key) {
  const [name, id] = key.split('+')
  return [name, copyable(key, say('sourceKey'), `${id}…`)]
}

/** An erasure, or a source's key, is no access, so no grant need cover it. */
function isOutside(judgement) {
  return judgement !== 'within' && judgement !== 'erasure' && judgement !== 'source-key'
}

/** In words, with a sign and a colour that say the same. */
function describeAuthority(judgement, record, grant, names) {
  const good = !isOutside(judgement)
  const badge = element(
    'span',
    { class: good ? 'badge good' : 'badge bad' },
    icon(good ? 'good' : 'bad'),
    nameOf('judgements', judgement),
  )
  if (record.grant === undefined) return badge
  return element(
    'span',
    { class: 'authority' },
    badge,
    element('span', { class: 'note' }, describeGrant(record, grant, names)),
  )
}

function describeGrant(record, grant, names) {
  if (grant === undefined) return say('grantOf', { id: record.grant })
  const { decision } = grant
  const link = grantLink(grant.id)
  if (decision?.outcome !== 'granted') return link
  if (decision.decision === 'automatic') return [link, ' · ', say('automatic')]
  return [link, ' · ', say('byProvider', { name: names.organisations[decision.by] ?? decision.by })]
}
