// The answer: in a sentence, in sums, record by record, and as a file that anyone can check.

import { ask, Problem, readToken } from './api.js'
import { element, icon, shorten } from './dom.js'
import { evidenceActions, usageEvidence } from './evidence.js'
import { formatNumber, formatTime, onLanguage, say } from './language.js'
import { showProblem } from './problem.js'
import { rowsTable } from './rows.js'
import { totalsTable } from './totals.js'

const PAGE_ROWS = 25

export function startAnswer(section) {
  /** What was asked, and the pages that came: all that is needed to show the answer again in the other language. */
  let shown
  let running

  const show = () => {
    if (shown === undefined) return
    const { parameters, pages, problem } = shown
    section.hidden = false
    const title = () => element('h2', { id: 'answer-title' }, say('answer'))
    if (problem !== undefined) section.replaceChildren(title(), showProblem(problem))
    else if (pages.length === 0)
      section.replaceChildren(title(), element('p', { class: 'busy', role: 'status' }, say('asking')))
    else section.replaceChildren(...showPages(parameters, pages, more))
    section.setAttribute('aria-busy', String(problem === undefined && pages.length === 0))
  }

  const fetchPage = async cursor => {
    running?.abort()
    running = new AbortController()
    const { signal } = running
    const { parameters } = shown
    try {
      const page = await ask('/v1/usage', { ...parameters, limit: PAGE_ROWS, cursor }, signal)
      shown.pages.push(page)
    } catch (error) {
      if (error.name === 'AbortError') return
      shown.problem = error
    }
    show()
  }
  const more = async () => {
    await fetchPage(shown.pages.at(-1).next)
    section.querySelector('.more')?.focus()
  }

  onLanguage(show)
  return {
    async ask(parameters) {
      shown = { parameters, pages: [] }
      if (readToken() === '') shown.problem = new Problem('need-token')
      show()
      if (shown.problem === undefined) await fetchPage(undefined)
      section.focus({ preventScroll: true })
      section.scrollIntoView({ block: 'start' })
    },
    fail(problem) {
      shown = { parameters: {}, pages: [], problem }
      show()
    },
  }
}

function showPages(parameters, pages, more) {
  const [first] = pages
  const rows = pages.flatMap(page => page.rows)
  const names = mergeNames(pages)
  const { next } = pages.at(-1)
  const head = [
    element('h2', { id: 'answer-title' }, say('answer')),
    showSummary(first.totals),
    ...showUnregistered(parameters, first.names),
  ]
  if (rows.length === 0) {
    return [...head, element('p', { class: 'notice' }, say('emptyNext')), showPin(first)]
  }
  return [
    ...head,
    showPin(first),
    evidenceActions([usageEvidence(parameters)]),
    element('h3', {}, say('totals')),
    first.totals.ungrouped === true
      ? element('p', { class: 'notice' }, say('ungrouped'))
      : totalsTable(first.totals, names),
    element(
      'div',
      { class: 'section-head' },
      element('h3', {}, say('rows')),
      element('p', { class: 'note' }, say('shown', { count: formatNumber(rows.length) })),
    ),
    rowsTable(rows, names),
    next === undefined ? undefined : element('button', { type: 'button', class: 'more', onclick: more }, say('more')),
  ]
    .flat()
    .filter(part => part !== undefined)
}

function showSummary({ records, outside, groups, ungrouped }) {
  if (records === 0) return element('p', { class: 'summary' }, say('empty'))
  // What was not declared is no purpose.
  const count = key => formatNumber(new Set(groups.map(group => group[key]).filter(code => code !== undefined)).size)
  const sentence = say(ungrouped === true ? 'summaryUngrouped' : 'summary', {
    records: formatNumber(records),
    consumers: count('consumer'),
    purposes: count('purpose'),
  })
  const verdict = outside === 0 ? say('summaryInside') : say('summaryOutside', { outside: formatNumber(outside) })
  const badge = element(
    'span',
    { class: outside === 0 ? 'badge good' : 'badge bad' },
    icon(outside === 0 ? 'good' : 'bad'),
    verdict,
  )
  return element('p', { class: 'summary' }, sentence, ' ', badge)
}

/** What the question names and nobody registered: an answer has the names of all else that was asked for. */
function showUnregistered(parameters, names) {
  const known = { resource: names.resources, consumer: names.organisations, purpose: names.purposes }
  return Object.entries(known)
    .filter(([field, found]) => parameters[field] !== undefined && !Object.hasOwn(found, parameters[field]))
    .map(([field]) =>
      element('p', { class: 'notice' }, say('notRegistered', { field: say(field), code: parameters[field] })),
    )
}

/** Which tree the answer speaks of, and where that is on the chain: short on the screen, in full on paper. */
function showPin(page) {
  return element(
    'p',
    { class: 'pin' },
    element('span', { class: 'on-screen' }, pinInWords(page, shorten)),
    element('span', { class: 'on-paper' }, pinInWords(page, whole)),
  )
}

function pinInWords({ checkpoint, anchor }, write) {
  const tree = say('pinned', { size: formatNumber(checkpoint.size), root: write(checkpoint.root) })
  if (anchor === null) return tree + say('pinnedWaiting')
  const { block, transaction } = anchor
  const place = { time: formatTime(block.time), block: formatNumber(block.number), transaction: write(transaction) }
  return tree + say('pinnedAnchored', place)
}

const whole = text => text

function mergeNames(pages) {
  const merged = { organisations: {}, resources: {}, purposes: {} }
  for (const { names } of pages) {
    for (const kind of Object.keys(merged)) Object.assign(merged[kind], names[kind])
  }
  return merged
}
