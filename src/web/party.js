// The page of one party: what may it do now, under which grants and agreements; what is owed by it, and to it.

import { showAgreement } from './agreement.js'
import { ask } from './api.js'
import { createCombobox } from './combobox.js'
import { showCorrections } from './corrections.js'
import { element, icon } from './dom.js'
import { actsEvidence, evidenceActions } from './evidence.js'
import { groupOf, showGroups } from './grant-list.js'
import { formatNumber, nameOf, say } from './language.js'
import { grantLink } from './links.js'
import { loadNames } from './names.js'
import { showOwed } from './owed.js'
import { startTop } from './top.js'
import { showVetoes } from './vetoes.js'
import { startView } from './view.js'

const PAGE = 100
const code = new URLSearchParams(location.search).get('code') ?? ''
const main = document.querySelector('#view')

startTop(() => again())
const again = code === '' ? () => undefined : startView(main, load, show)
if (code === '') main.setAttribute('aria-busy', 'false')
void startChoice()

/** The field above: another party, or the first. */
async function startChoice() {
  const form = document.querySelector('#choose')
  let organisations = []
  const combobox = createCombobox(form.querySelector('.combobox'), 'organisation', () => organisations)
  form.addEventListener('submit', event => {
    event.preventDefault()
    const chosen = combobox.value()
    combobox.input.setCustomValidity(
      chosen === null || chosen === undefined ? say('chooseOne', { text: combobox.input.value }) : '',
    )
    if (form.reportValidity()) location.assign(`/party?${new URLSearchParams({ code: chosen })}`)
  })
  organisations = (await loadNames().catch(() => ({ organisations: [] }))).organisations
  if (code !== '') combobox.choose(code)
  combobox.refresh()
}

async function load() {
  const page = (path, parameters) => ask(path, { ...parameters, limit: PAGE })
  const [taken, given, agreements, corrections, { overdue }, { vetoes }, { now }, names] = await Promise.all([
    page('/v1/grants', { consumer: code }),
    page('/v1/grants', { provider: code }),
    page('/v1/agreements', { party: code }),
    page('/v1/corrections', { party: code }),
    ask('/v1/overdue', { owedBy: code }),
    ask('/v1/vetoes'),
    ask('/v1/status'),
    loadNames(),
  ])
  return {
    taken: listOf(taken.grants, taken.next),
    given: listOf(given.grants, given.next),
    agreements: listOf(agreements.agreements, agreements.next),
    corrections: listOf(corrections.corrections, corrections.next),
    overdue,
    vetoes: vetoes.filter(({ on, of }) => on === 'organisation' && of === code),
    now,
    names,
    party: taken.consumer,
  }
}

/** What came so far, to which "more" adds. */
const listOf = (items, next) => ({ items, next })

function show(found) {
  const { party, taken, given, agreements, corrections, overdue, vetoes, now, names } = found
  document.title = `${party.name} · ${say('title')}`
  const more = (list, path, parameters, key) => moreButton(list, path, parameters, key, found)
  const waiting = taken.items.filter(({ due, decision }) => decision === undefined && due?.overdue === true)
  return [
    element(
      'section',
      { 'aria-labelledby': 'party-title' },
      showHead(party),
      showNow(found),
      vetoes.length === 0 ? undefined : showVetoes(vetoes, names),
    ),
    overdue.length + waiting.length === 0
      ? undefined
      : part('overdue-of', 'overdue', [
          overdue.length === 0
            ? undefined
            : [element('h3', {}, say('owedByIt')), showOwed(overdue, names, { now, kind: true })],
          waiting.length === 0
            ? undefined
            : [
                element('h3', {}, say('owedToIt')),
                element(
                  'ul',
                  { class: 'owed' },
                  waiting.map(({ id, provider }) =>
                    element('li', {}, grantLink(id, say('requestOf', { id })), ' ', names.organisation(provider)),
                  ),
                ),
              ],
        ]),
    part('taken', 'mayTakeNow', [
      listed(taken, 'provider', names),
      more(taken, '/v1/grants', { consumer: code }, 'grants'),
    ]),
    given.items.length === 0 && !party.kinds.includes('provider')
      ? undefined
      : part('given', 'othersMayTake', [
          listed(given, 'consumer', names),
          more(given, '/v1/grants', { provider: code }, 'grants'),
        ]),
    agreements.items.length === 0
      ? undefined
      : part('agreements', 'agreements', [
          element(
            'ul',
            { class: 'agreements' },
            agreements.items.map(one => element('li', {}, showAgreement(one, names))),
          ),
          more(agreements, '/v1/agreements', { party: code }, 'agreements'),
        ]),
    corrections.items.length === 0
      ? undefined
      : part('corrections', 'corrections', [
          showCorrections(corrections.items, names),
          more(corrections, '/v1/corrections', { party: code }, 'corrections'),
        ]),
    part('check', 'checkIt', [
      element('p', { class: 'note' }, say('checkItWhy')),
      evidenceActions([actsEvidence('/v1/evidence/acts', { party: code }, 'party')]),
    ]),
  ]
}

function part(id, title, children) {
  return element(
    'section',
    { 'aria-labelledby': `${id}-title`, id },
    element('h2', { id: `${id}-title` }, say(title)),
    children,
  )
}

function showHead({ name, kinds, status }) {
  return element(
    'div',
    { class: 'section-head' },
    element('h2', { id: 'party-title' }, name, ' ', element('span', { class: 'note code' }, code)),
    element(
      'p',
      { class: 'note' },
      kinds.map(kind => nameOf('kinds', kind)).join(' · '),
      status === 'active'
        ? undefined
        : [' ', element('span', { class: 'badge bad' }, icon('stop'), nameOf('statuses', status))],
    ),
  )
}

/** The answer in a sentence; of a long list only what has come yet is counted, and that is said. */
function showNow({ party, taken }) {
  const usable = taken.items.filter(grant => groupOf(grant) === 'usable').length
  const values = { party: party.name, count: formatNumber(usable) }
  const words = say(usable === 0 ? 'partyMayNothing' : 'partyMay', values)
  return element(
    'p',
    { class: 'sentence' },
    words,
    taken.next === undefined ? undefined : ` ${say('ofNewest', { count: formatNumber(taken.items.length) })}`,
  )
}

function listed({ items }, other, names) {
  return items.length === 0 ? element('p', { class: 'notice' }, say('noGrants')) : showGroups(items, other, names)
}

function moreButton(list, path, parameters, key, found) {
  if (list.next === undefined) return undefined
  const button = element('button', { type: 'button', class: 'more' }, say('more'))
  button.addEventListener('click', async () => {
    button.disabled = true
    try {
      const answer = await ask(path, { ...parameters, limit: PAGE, before: list.next })
      list.items.push(...answer[key])
      list.next = answer.next
      main.replaceChildren(...show(found).filter(one => one !== undefined))
    } catch {
      button.disabled = false
      button.textContent = say('moreFailed')
    }
  })
  return button
}
