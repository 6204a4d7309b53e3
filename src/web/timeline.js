// The life of a grant as a picture: a line from top to bottom, a mark for each step, hatched where a veto stood.

import { element, icon } from './dom.js'
import { describeCount, describeDue, dueBadge } from './due.js'
import { formatBytes, formatNumber, formatSeconds, nameOf, pick, say } from './language.js'
import { copyable, showBlock, showSigner, showTime } from './place.js'
import { stepsOf } from './steps.js'
import { showUnlisted, showUses } from './taken.js'

/** Of a long life the first and the last steps are shown at once. */
const [FIRST, LAST] = [8, 32]
const NO_DIGEST = /^0x0*$/

export function showTimeline(grant, { names, calendar, agreements }) {
  const steps = stepsOf(grant, agreements)
  const draw = step => showStep(step, grant, names, calendar)
  const list = element('ol', { class: 'timeline' })
  if (steps.length <= FIRST + LAST) list.append(...steps.map(draw))
  else {
    const between = steps.slice(FIRST, -LAST)
    const fold = element('li', { class: between.some(({ vetoed }) => vetoed) ? 'step fold vetoed' : 'step fold' })
    const unfold = () => {
      const drawn = between.map(draw)
      fold.replaceWith(...drawn)
      drawn[0].tabIndex = -1
      drawn[0].focus()
    }
    const words = say('stepsBetween', { count: formatNumber(between.length) })
    fold.append(mark('more'), element('button', { type: 'button', class: 'plain', onclick: unfold }, words))
    list.append(...steps.slice(0, FIRST).map(draw), fold, ...steps.slice(-LAST).map(draw))
  }
  return [list, showUnlisted(grant)]
}

function showStep(step, grant, names, calendar) {
  const classes = ['step', toneOf(step)]
  if (step.vetoed) classes.push('vetoed')
  if (step.ahead) classes.push('ahead')
  const body =
    step.kind === 'act'
      ? showAct(step, grant, names, calendar)
      : step.kind === 'uses'
        ? showUses(step, names)
        : showComing(step, grant, calendar)
  return element('li', { class: classes.join(' ') }, mark(toneOf(step)), element('div', { class: 'body' }, body))
}

const SIGNS = { good: 'good', bad: 'stop', wait: 'wait', uses: 'download' }

function mark(tone) {
  return element('span', { class: 'mark', 'aria-hidden': 'true' }, tone in SIGNS ? icon(SIGNS[tone]) : undefined)
}

const GOOD = new Set([
  'AccessGranted',
  'GrantVetoLifted',
  'ApprovalGiven',
  'GrantVetoLiftAgreed',
  'AgreementVetoLifted',
  'AgreementVetoLiftAgreed',
])
const BAD = new Set(['AccessRefused', 'GrantRevoked', 'GrantVetoed', 'AgreementEnded', 'AgreementVetoed'])

function toneOf({ kind, entry, ahead }) {
  if (kind === 'uses') return 'uses'
  if (kind === 'due') return ahead ? 'wait' : 'bad'
  if (kind !== 'act') return 'wait'
  if (GOOD.has(entry.event)) return 'good'
  return BAD.has(entry.event) ? 'bad' : 'plain'
}

// ——— Acts ———

function showAct({ entry, agreement }, grant, names, calendar) {
  const { says, place } = entry
  const told = tellOf(entry, grant, calendar)
  return [
    head(titleOf(says, agreement), place.block.time, told.badge),
    told.notes.map(words => element('p', { class: 'told' }, words)),
    element('p', { class: 'trail' }, showSigner(place.by, names), showBlock(place), digestOf(entry)),
  ]
}

/** Of an act on an agreement: which. */
const titleOf = (says, agreement) =>
  agreement === undefined ? pick(says) : say('agreementStep', { id: agreement, says: pick(says) })

function head(title, time, badge) {
  return element(
    'div',
    { class: 'step-head' },
    element('h3', {}, title, badge === undefined ? undefined : [' ', badge]),
    time === undefined ? undefined : showTime(time),
  )
}

/** What an act says beyond its name. */
function tellOf({ event, arguments: args }, { requested, due, decision, quota, approvalsNeeded }, calendar) {
  switch (event) {
    case 'AccessRequested': {
      const notes = [
        due === undefined
          ? say('decidedAtOnce')
          : say('dueBy', { due: describeDue(requested.block.time, due, calendar) }),
      ]
      const { needed, roles } = approvalsNeeded
      if (needed > 0)
        notes.push(
          say('takesApprovals', { needed, roles: roles.map(role => nameOf('approvers', role)).join(say('comma')) }),
        )
      return { notes }
    }
    case 'ApprovalGiven': {
      const until = formatSeconds(args.validUntil)
      const role = nameOf('approvers', args.role)
      return {
        notes: [
          say('approvalOf', { standing: args.standing, needed: args.standing + args.missing, role }),
          say('countsUntil', { until }),
        ],
      }
    }
    case 'ApprovalWithdrawn':
      return { notes: [nameOf('approvers', args.role)] }
    case 'AccessGranted': {
      const policy = args.policyVersion > 0 ? ` · ${say('policyVersion', { version: args.policyVersion })}` : ''
      const period = { from: formatSeconds(args.from).slice(0, 10), until: formatSeconds(args.until) }
      return {
        badge: due && dueBadge(due),
        notes: [
          say('grantedBy', { basis: nameOf('bases', args.basis) }) + policy,
          `${say('grantedFor', period)} · ${limitsOf(quota)}`,
        ],
      }
    }
    case 'AccessRefused':
      return { badge: due && decision && dueBadge(due), notes: [] }
    case 'PolicySet':
      return { notes: [say('policyVersion', { version: args.version })] }
    default:
      return { notes: [] }
  }
}

function limitsOf({ rows, bytes }) {
  const limits = []
  if (rows !== undefined) limits.push(say('mostRows', { rows: formatNumber(BigInt(rows)) }))
  if (bytes !== undefined) limits.push(say('mostBytes', { bytes: formatBytes(Number(bytes)) }))
  return limits.length === 0 ? say('noQuota') : limits.join(say('comma'))
}

/** The digest of the reasons, by which whoever holds the text can show that it is the one. */
function digestOf({ arguments: args }) {
  const digest = args?.reasonDigest
  if (typeof digest !== 'string' || NO_DIGEST.test(digest)) return undefined
  return element('span', { class: 'chain' }, say('reason'), ' ', copyable(digest, say('reason')))
}

// ——— What is still to come ———

function showComing({ kind, time, ahead }, { requested, due }, calendar) {
  if (kind === 'begins') return head(say('periodBegins'), time)
  if (kind === 'ends') return head(say(ahead ? 'periodWillEnd' : 'periodEnded'), time)
  const notes = element('p', { class: 'told' }, describeCount(requested.block.time, due, calendar))
  return [head(say(ahead ? 'answerDue' : 'answerOverdue'), time, dueBadge(due)), notes]
}
