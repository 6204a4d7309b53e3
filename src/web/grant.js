// The page of one grant: who may take which data, for what, until when; what may be done under it now; and its life.

import { showChain, stateBadge } from './agreement.js'
import { ask, Problem } from './api.js'
import { element } from './dom.js'
import { describeDue, dueBadge } from './due.js'
import { actsEvidence, evidenceActions, usageEvidence } from './evidence.js'
import { formatNumber, formatTime, nameOf, say } from './language.js'
import { partyLink } from './links.js'
import { loadNames } from './names.js'
import { showNow } from './now.js'
import { showLogged, showQuota } from './quota.js'
import { showTimeline } from './timeline.js'
import { startTop } from './top.js'
import { startView } from './view.js'

/** As the contract numbers grants; anything else in the address is nobody's. */
const NUMBER = /^[1-9][0-9]{0,15}$/
const id = new URLSearchParams(location.search).get('id') ?? ''
document.querySelector('#id').value = id

startTop(() => again())
const again = startView(document.querySelector('#view'), load, show)

async function load() {
  if (!NUMBER.test(id))
    throw new Problem(id === '' ? 'no-grant-number' : 'not-grant-number', undefined, id.slice(0, 40))
  const [answer, calendar, names] = await Promise.all([ask(`/v1/grants/${id}`), ask('/v1/calendar'), loadNames()])
  return { ...answer, names, calendar: calendar.calendar, agreements: await loadChain(answer.grant.agreement) }
}

/** The agreement and the one above it. Contracts know two floors; a third would be a mistake not to be followed. */
async function loadChain(lowest) {
  const chain = []
  let next = lowest
  while (next !== undefined && chain.length < 2) {
    const { agreement } = await ask(`/v1/agreements/${next}`)
    chain.unshift(agreement)
    next = agreement.parent
  }
  return chain
}

function show(found) {
  const { grant, names, agreements, uses, block, checkpoint } = found
  document.title = `${say('grantOf', { id: grant.id })} · ${say('title')}`
  return [
    element(
      'section',
      { class: 'whole', 'aria-labelledby': 'grant-title' },
      showHead(grant),
      showNow(grant, names),
      element('p', { class: 'pin' }, say('asOf', { block: formatNumber(block), size: formatNumber(checkpoint.size) })),
    ),
    element(
      'div',
      { class: 'halves' },
      element(
        'div',
        { class: 'half' },
        element(
          'section',
          { 'aria-labelledby': 'terms-title' },
          element('h2', { id: 'terms-title' }, say('terms')),
          showTerms(found),
        ),
        element(
          'section',
          { 'aria-labelledby': 'used-title' },
          element('h2', { id: 'used-title' }, say('used')),
          showQuota(grant),
          showLogged(uses, grant.id),
        ),
        agreements.length === 0
          ? undefined
          : element(
              'section',
              { class: 'after', 'aria-labelledby': 'under-title' },
              element('h2', { id: 'under-title' }, say('under')),
              showChain(agreements, names),
            ),
        element(
          'section',
          { class: 'after', 'aria-labelledby': 'check-title' },
          element('h2', { id: 'check-title' }, say('checkIt')),
          element('p', { class: 'note' }, say('checkItWhy')),
          showEvidence(grant.id),
        ),
      ),
      element(
        'section',
        { class: 'half life', 'aria-labelledby': 'life-title' },
        element('h2', { id: 'life-title' }, say('life')),
        showTimeline(grant, found),
      ),
    ),
  ]
}

const GOOD = { granted: true, requested: undefined }

function showHead({ id, state, due }) {
  const good = state in GOOD ? GOOD[state] : false
  return element(
    'div',
    { class: 'section-head' },
    element('h2', { id: 'grant-title' }, say('grantOf', { id })),
    element('p', {}, stateBadge('states', state, good), due === undefined ? undefined : [' ', dueBadge(due)]),
  )
}

function showTerms({ grant, names, calendar }) {
  const { consumer, provider, resource, purpose, fields, from, until, ground, due, approvalsNeeded, corrections } =
    grant
  const count = names.resourceOf(resource)?.fieldCount
  const rows = [
    [say('consumer'), partyLink(consumer, names.organisation(consumer))],
    [say('resource'), [names.resource(resource), ' ', element('span', { class: 'note code' }, resource)]],
    [
      say('fields'),
      count === undefined
        ? formatNumber(fields.length)
        : say('fieldsOf', { count: formatNumber(fields.length), all: formatNumber(count) }),
    ],
    [say('purpose'), names.purpose(purpose)],
    [say('provider'), partyLink(provider, names.organisation(provider))],
    [say('periodOf'), `${fromWhen(from)} – ${formatTime(until)}`],
    [say('ground'), nameOf('grounds', ground)],
  ]
  if (due !== undefined)
    rows.push([say('answerBy'), [describeDue(grant.requested.block.time, due, calendar), ' ', dueBadge(due)]])
  if (approvalsNeeded.needed > 0) rows.push([say('approvals'), describeApprovals(grant)])
  if (corrections.length > 0) {
    rows.push([
      say('corrections'),
      corrections.flatMap(id => [partyLink(provider, say('correctionOf', { id }), `correction-${id}`), ' ']),
    ])
  }
  return element(
    'dl',
    { class: 'terms' },
    rows.map(([name, ...value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value.flat()))),
  )
}

/** A request that names no begin asks from the day on which it is granted. */
const fromWhen = from => (Date.parse(from) === 0 ? say('fromGrant') : formatTime(from))

/** Of each role whether an approval of it stands, or stood when the grant was made: k of n. */
function describeApprovals({ approvalsNeeded: { needed, roles }, approvals, decision }) {
  const counts = ({ standing, validUntil, withdrawn }) =>
    decision === undefined ? standing : withdrawn === undefined && validUntil > decision.block.time
  const standing = new Set(approvals.filter(counts).map(one => one.role))
  return [
    element('span', {}, say('approvalsOf', { standing: standing.size, needed })),
    element(
      'ul',
      { class: 'roles' },
      roles.map(role =>
        element(
          'li',
          { class: standing.has(role) ? 'given' : undefined },
          `${standing.has(role) ? '✓' : '–'} ${nameOf('approvers', role)}`,
        ),
      ),
    ),
  ]
}

function showEvidence(id) {
  return evidenceActions([
    actsEvidence(`/v1/grants/${id}/evidence`, {}, `grant-${id}`),
    usageEvidence({ grant: id }, 'usesEvidence'),
  ])
}
