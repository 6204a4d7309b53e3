// The answer: in a sentence, in sums, record by record, and as a file that anyone can check.

import { ask, download, Problem, readToken } from './api.js'
import { element, icon } from './dom.js'
import { formatNumber, formatTime, onLanguage, say } from './language.js'
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
  const head = [element('h2', { id: 'answer-title' }, say('answer')), showSummary(first.totals)]
  if (rows.length === 0) {
    return [...head, element('p', { class: 'notice' }, say('emptyNext')), showPin(first)]
  }
  return [
    ...head,
    showPin(first),
    showActions(parameters),
    element('h3', {}, say('totals')),
    totalsTable(first.totals, names),
    element(
      'div',
      { class: 'section-head' },
      element('h3', {}, say('rows')),
      element('p', { class: 'note' }, say('shown', { count: formatNumber(rows.length) })),
    ),
    rowsTable(rows, names),
    next === undefined ? undefined : element('button', { type: 'button', class: 'more', onclick: more }, say('more')),
  ].filter(part => part !== undefined)
}

function showSummary({ records, outside, groups }) {
  if (records === 0) return element('p', { class: 'summary' }, say('empty'))
  // What was not declared is no purpose.
  const count = key => formatNumber(new Set(groups.map(group => group[key]).filter(code => code !== undefined)).size)
  const sentence = say('summary', {
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

const shorten = text => (text.length <= 16 ? text : `${text.slice(0, 10)}…${text.slice(-4)}`)

function showActions(parameters) {
  const told = element('span', { class: 'note', role: 'status' })
  const button = element('button', { type: 'button', id: 'evidence' }, icon('download'), say('evidence'))
  button.addEventListener('click', async () => {
    button.disabled = true
    told.textContent = say('evidenceBusy')
    try {
      told.replaceChildren(...(await takeEvidence(parameters)))
    } catch (problem) {
      told.replaceChildren(showProblem(problem))
    }
    button.disabled = false
  })
  const print = element(
    'button',
    { type: 'button', class: 'plain', onclick: () => window.print() },
    icon('print'),
    say('print'),
  )
  return element(
    'div',
    { class: 'evidence' },
    element('div', { class: 'actions' }, button, print, told),
    showHowToCheck(),
  )
}

// ——— The answer as a file ———

const EVIDENCE_NAME = 'suyuan-evidence.json'
/** Rows that one file may hold. */
const MOST_ROWS = 10_000

/**
 * Saves as many rows as one file takes, made to be checked without any node (docs/verify.md); gives back the message
 * about it. What the file does not hold is said here, not only inside it.
 */
async function takeEvidence(parameters) {
  const blob = await fetchEvidence({ ...parameters, limit: MOST_ROWS })
  const { more, log, chain, offline } = JSON.parse(await blob.text())
  save(blob)
  const rows = formatNumber(log.indices.length)
  const next = offline === undefined ? say('evidenceNeedsNode') : say('evidenceNext', { block: chain.asOf })
  const done = element('span', {}, say('evidenceDone', { rows }), ' ', next)
  return more ? [element('strong', { class: 'warning' }, say('evidenceCut', { rows })), ' ', done] : [done]
}

/** Where the chain has become too long to be shown block by block, the file is checked with a node instead. */
async function fetchEvidence(parameters) {
  try {
    return await download('/v1/evidence', { ...parameters, offline: true })
  } catch (problem) {
    if (!(problem instanceof Problem && NOT_WITHOUT_NODE.has(problem.code))) throw problem
    return download('/v1/evidence', parameters)
  }
}

const NOT_WITHOUT_NODE = new Set(['offline_too_long', 'block_not_provable'])

function save(blob) {
  const url = URL.createObjectURL(blob)
  element('a', { href: url, download: EVIDENCE_NAME }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function showHowToCheck() {
  const command = `suyuan verify ${EVIDENCE_NAME} --trust trust.json`
  const code = text => element('pre', { tabindex: '0' }, element('code', {}, text))
  return element(
    'details',
    {},
    element('summary', {}, say('verify')),
    element(
      'ol',
      {},
      element('li', {}, say('verify1')),
      element('li', {}, say('verify2'), code('"blocks": [{ "number": …, "hash": "0x…" }]')),
      element('li', {}, say('verify3'), code(command)),
      element('li', {}, say('verify4'), code(`${command} --rpc http://…`)),
      element('li', {}, say('verify5')),
    ),
  )
}

/** What, why, and the next step. */
export function showProblem({ code, message, detail, id }) {
  const words = {
    offline: [say('offline'), say('offlineNext')],
    'need-token': [say('needToken'), say('needTokenNext')],
    token_missing: [say('needToken'), say('needTokenNext')],
  }[code] ?? [message, detail]
  return element(
    'div',
    { class: 'problem', role: 'alert' },
    icon('bad'),
    element(
      'div',
      {},
      element('strong', {}, words[0] ?? String(code)),
      element('p', words[1] === detail ? { lang: 'en' } : {}, words[1] ?? ''),
      id === undefined ? undefined : element('p', { class: 'note' }, say('requestId', { id })),
    ),
  )
}

function mergeNames(pages) {
  const merged = { organisations: {}, resources: {}, purposes: {} }
  for (const { names } of pages) {
    for (const kind of Object.keys(merged)) Object.assign(merged[kind], names[kind])
  }
  return merged
}
