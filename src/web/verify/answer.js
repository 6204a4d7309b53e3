// What verified evidence says: how many uses, by whom, whether within their grants, how complete, and as of when.

import { isOutside, JUDGEMENTS } from '../../core/authority.ts'
import { STATEMENT_RESULTS } from '../../verify/entry.ts'
import { PURPOSE_SEED } from '../../vocabulary.ts'
import { element, icon } from '../dom.js'
import { formatBytes, formatNumber, formatSeconds, formatTime, pick, say } from '../language.js'

/** A page shows so many; the file has them all. */
const MOST_ROWS = 100
const MOST_GROUPS = 50

const PURPOSES = new Map(PURPOSE_SEED.map(({ code, zh, en }) => [code, { zh, en }]))

export function showAnswer(answer) {
  const { rows, totals, more } = answer
  return element(
    'section',
    { class: 'part answered' },
    element('h3', {}, say('answer')),
    element(
      'p',
      { class: 'sentence' },
      say('sentence', { records: formatNumber(totals.records), consumers: formatNumber(consumersIn(totals)) }),
      totals.records === 0 ? undefined : [' ', outsideBadge(totals.outside)],
    ),
    complete(answer),
    signatures(answer),
    more && answer.complete === 'unproven'
      ? element('p', { class: 'warning' }, icon('bad'), ' ', say('cut', { rows: formatNumber(rows.length) }))
      : undefined,
    facts(answer),
    groups(answer),
    statements(answer),
    rows.length === 0 ? undefined : records(answer),
  )
}

const consumersIn = ({ groups }) => new Set(groups.map(({ consumer }) => consumer)).size

function outsideBadge(outside) {
  return outside === 0
    ? element('span', { class: 'badge good' }, icon('good'), say('allInside'))
    : element('span', { class: 'badge bad' }, icon('bad'), say('someOutside', { outside: formatNumber(outside) }))
}

function complete({ complete, rows }) {
  const [name, tone] = complete === 'all' ? ['good', 'good'] : ['bad', 'warning']
  return element('p', { class: tone }, icon(name), ' ', say(complete, { rows: formatNumber(rows.length) }))
}

/** Whose word each row is: its source's, where that signed it and the trust file has its key; else the operator's alone. */
function signatures({ rows, sources, copies }) {
  if (rows.length === 0) return undefined
  const twice = copies.length > 0 && line('bad', say('copies', { count: formatNumber(copies.length) }))
  const carried = rows.filter(({ record }) => record.signature !== undefined).length
  if (sources === undefined) {
    return [line('wait', say('noSourceKeys', { carried: formatNumber(carried) })), twice].filter(Boolean)
  }
  const held = new Set(sources.held)
  const signed = rows.filter(({ index }) => held.has(index)).length
  const counts = {
    rows: formatNumber(rows.length),
    signed: formatNumber(signed),
    others: formatNumber(rows.length - signed),
  }
  const { unsigned, forked } = sources
  return [
    signed === rows.length ? line('good', say('allSigned', counts)) : line('wait', say('someSigned', counts)),
    unsigned.length > 0 && line('bad', say('unsignedThough', { count: formatNumber(unsigned.length) })),
    forked.length > 0 && line('bad', say('forkedLines', { count: formatNumber(forked.length) })),
    twice,
  ].filter(Boolean)
}

const TONES = { good: 'good', bad: 'warning', wait: 'word' }
const line = (name, words) => element('p', { class: TONES[name] }, icon(name), ' ', words)

function facts(answer) {
  const { question, asked, anchor, asOf, totals, cosigned } = answer
  const entries = [
    ...Object.entries(question.where).map(([name, value]) => [say(name), nameOf(name, value, answer)]),
    [say('period'), periodOf(question)],
    [say('volume'), say('volumeOf', { bytes: formatBytes(totals.bytes), rows: formatNumber(totals.rows) })],
    [
      say('asOf'),
      [
        say('asOfBlock', { time: formatSeconds(asOf.time), block: asOf.number }),
        element('span', { class: 'note' }, ' ', say('asOfHint')),
      ],
    ],
    [
      say('anchored'),
      say('anchoredIn', {
        time: formatSeconds(anchor.block.time),
        block: anchor.block.number,
        size: formatNumber(anchor.size),
        transaction: anchor.transaction,
      }),
    ],
    [say('answered'), say('answeredBy', { time: formatTime(asked) })],
    cosigned.length === 0 ? undefined : [say('witnesses'), cosigned.join(', ')],
  ].filter(Boolean)
  return element(
    'dl',
    { class: 'facts' },
    entries.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  )
}

function periodOf({ from, to }) {
  const times = { from: from && formatTime(from), to: to && formatTime(to) }
  if (from !== undefined && to !== undefined) return say('between', times)
  if (from !== undefined) return say('since', times)
  return to === undefined ? say('anything') : say('before', times)
}

/** What a code is called, as far as the file or the vocabulary says; the code is what is proven, and stands beside it. */
function nameOf(dimension, code, { names }) {
  if (code === undefined) return say('undeclared')
  const known = {
    resource: () => own(names.resources, code),
    provider: () => own(names.organisations, code),
    consumer: () => own(names.organisations, code),
    purpose: () => PURPOSES.has(code) && pick(PURPOSES.get(code)),
  }[dimension]?.()
  // Whoever registered it chose the name: it may not reorder what stands beside it.
  return known
    ? [element('bdi', {}, known), ' ', element('span', { class: 'code' }, code)]
    : element('span', { class: 'code' }, String(code))
}

const own = (table, code) => (Object.hasOwn(table, code) ? table[code] : undefined)

function table(caption, heads, rows) {
  const head = heads.map(([words, number]) => element('th', { scope: 'col', class: number && 'number' }, words))
  const body = rows.map(({ outside, cells }) =>
    element(
      'tr',
      { class: outside && 'outside' },
      cells.map((cell, k) => element('td', { class: heads[k][1] && 'number' }, cell)),
    ),
  )
  return element(
    'div',
    { class: 'table-box', role: 'region', 'aria-label': caption, tabindex: '0' },
    element('table', {}, element('thead', {}, element('tr', {}, head)), element('tbody', {}, body)),
  )
}

function groups(answer) {
  const { groups } = answer.totals
  if (groups.length === 0) return undefined
  const heads = [[say('consumer')], [say('purpose')], [say('uses'), true], [say('bytes'), true], [say('outside'), true]]
  const rows = groups.slice(0, MOST_GROUPS).map(({ consumer, purpose, records, bytes, outside }) => ({
    outside: outside > 0,
    cells: [
      nameOf('consumer', consumer, answer),
      nameOf('purpose', purpose, answer),
      formatNumber(records),
      formatBytes(bytes),
      formatNumber(outside),
    ],
  }))
  const cut = groups.length > MOST_GROUPS
  return [
    element('h4', {}, say('groups')),
    cut &&
      element('p', { class: 'note' }, say('groupsShown', { most: MOST_GROUPS, count: formatNumber(groups.length) })),
    table(say('groups'), heads, rows),
  ].filter(Boolean)
}

function statements({ statements }) {
  if (statements.length === 0) return undefined
  const items = statements.map(({ grant, result, contradicts, first, end, stated, shown }) =>
    element(
      'li',
      { class: contradicts ? 'warning' : undefined },
      contradicts ? [icon('bad'), ' '] : undefined,
      say('statement', {
        grant,
        first,
        last: String(BigInt(end) - 1n),
        stated: stated.records,
        statedBytes: formatBytes(Number(stated.bytes)),
        shown: shown.records,
        shownBytes: formatBytes(Number(shown.bytes)),
      }),
      ' — ',
      pick(STATEMENT_RESULTS[result]),
    ),
  )
  return [element('h4', {}, say('statements')), element('ul', { class: 'statements' }, items)]
}

function records(answer) {
  const { rows, sources } = answer
  const title = say('rowsTitle', { count: formatNumber(rows.length) })
  const heads = [
    [say('number'), true],
    [say('judgement')],
    [say('signature')],
    [say('time')],
    [say('resource')],
    [say('consumer')],
    [say('purpose')],
  ]
  const first = [...rows.filter(isWrong), ...rows.filter(row => !isWrong(row))].slice(0, MOST_ROWS)
  const cells = first.map(row => ({
    outside: isWrong(row),
    cells: [
      formatNumber(row.index),
      pick(JUDGEMENTS[row.judgement]),
      signatureOf(row, sources),
      element('time', {}, formatTime(row.record.time)),
      nameOf('resource', row.record.resource, answer),
      nameOf('consumer', row.record.consumer, answer),
      nameOf('purpose', row.record.purpose, answer),
    ],
  }))
  return element(
    'details',
    { class: 'records' },
    element('summary', {}, title),
    rows.length > MOST_ROWS ? element('p', { class: 'note' }, say('rowsShown', { most: MOST_ROWS })) : undefined,
    table(title, heads, cells),
  )
}

function signatureOf({ index, record }, sources) {
  if (sources?.held.includes(index)) return mark('good', say('bySource'))
  if (sources?.unsigned.includes(index)) return mark('bad', say('notSigned'))
  if (record.signature !== undefined) return mark('wait', say('notCompared'))
  return element('span', { class: 'signed' }, say('operatorsWord'))
}

const mark = (name, words) => element('span', { class: `signed ${name}` }, icon(name), ' ', words)

const isWrong = ({ judgement }) => isOutside(judgement)
