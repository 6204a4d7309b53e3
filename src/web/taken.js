// What was taken under a grant, as a step of its life.

import { element } from './dom.js'
import { formatBytes, formatNumber, formatTime, nameOf, say } from './language.js'
import { grantLink } from './links.js'
import { copyable, showBlock, showSigner, showTime } from './place.js'
import { unlistedOf } from './steps.js'

/** What was taken between two acts: summed up, and one by one when somebody asks. */
export function showUses({ uses, sums }, names) {
  const [first, last] = [uses[0], uses.at(-1)]
  const [from, to] = [formatTime(first.block.time), formatTime(last.block.time)]
  return [
    element(
      'div',
      { class: 'step-head' },
      element('h3', {}, sums.map(describeSum).join(say('semicolon'))),
      element('span', { class: 'when' }, from === to ? from : `${from} – ${to}`),
    ),
    showEach(uses, names),
  ]
}

function describeSum({ kind, count, bytes, rows, accesses }) {
  const times = formatNumber(count)
  if (kind === 'confirmation') return say('confirmedTimes', { times })
  const amount = { rows: formatNumber(rows), bytes: formatBytes(Number(bytes)) }
  const words = say('tookTimes', { kind: nameOf('deliveryKinds', kind), times, ...amount })
  return accesses > 0n ? `${words} (${say('accessesSummed', { accesses: formatNumber(accesses) })})` : words
}

/** One by one only when somebody asks: a hundred of them are a hundred lines. */
function showEach(uses, names) {
  const box = element(
    'details',
    { class: 'each' },
    element('summary', {}, say('oneByOne', { count: formatNumber(uses.length) })),
  )
  box.addEventListener(
    'toggle',
    () =>
      box.append(
        element(
          'ol',
          {},
          uses.map(use => element('li', {}, showUse(use, names))),
        ),
      ),
    { once: true },
  )
  return box
}

function showUse(use, names) {
  const { kind, channel, bytes, rows, accesses, logFirst, logEnd, computation } = use
  const words = [kind === 'confirmation' ? say('confirmed') : nameOf('deliveryKinds', kind)]
  if (channel !== undefined) words.push(nameOf('terms', channel))
  if (rows !== undefined) words.push(say('mostRows', { rows: formatNumber(BigInt(rows)) }), formatBytes(Number(bytes)))
  if (accesses !== undefined) words.push(say('accessesSummed', { accesses: formatNumber(BigInt(accesses)) }))
  if (logFirst !== undefined) words.push(say('logRange', { first: logFirst, last: String(BigInt(logEnd) - 1n) }))
  return [
    showTime(use.block.time),
    ' ',
    words.join(' · '),
    computation === undefined ? undefined : showComputation(computation),
    element('p', { class: 'trail' }, showSigner(use.by, names), showBlock(use)),
  ]
}

function showComputation({ algorithmDigest, outputDigest, inputs }) {
  return element(
    'p',
    { class: 'told' },
    say('algorithm'),
    ' ',
    copyable(algorithmDigest, say('algorithm')),
    ' → ',
    say('output'),
    ' ',
    copyable(outputDigest, say('output')),
    ' · ',
    say('inputs'),
    inputs.flatMap(id => [' ', grantLink(id)]),
  )
}

/** What counts against the quota but is too old for the answer to list. */
export function showUnlisted(grant) {
  const { count, bytes, rows } = unlistedOf(grant)
  if (count <= 0) return undefined
  const values = { count: formatNumber(count), rows: formatNumber(rows), bytes: formatBytes(Number(bytes)) }
  return element('p', { class: 'note unlisted' }, say('notListed', values))
}
