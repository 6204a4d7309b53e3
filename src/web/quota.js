// How much of a grant was used: what was recorded on the chain, which its quota counts, and what the log has.

import { element } from './dom.js'
import { formatBytes, formatNumber, say } from './language.js'

/** A bar where there is a limit, the figure alone where there is none. */
export function showQuota({ quota, delivered }) {
  return element(
    'div',
    { class: 'quota' },
    element('p', { class: 'note' }, say('onChain')),
    meter(say('dataRows'), delivered.rows, quota.rows, formatNumber),
    meter(say('bytes'), delivered.bytes, quota.bytes, bytes => formatBytes(Number(bytes))),
  )
}

/** What the log has: accesses not yet stated are only there, and so are those that no grant allows. */
export function showLogged({ records, bytes, rows, outside }, id) {
  const words = say('usesInLog', {
    records: formatNumber(records),
    rows: formatNumber(rows),
    bytes: formatBytes(bytes),
  })
  const badge =
    outside === 0
      ? undefined
      : element('span', { class: 'badge bad' }, say('summaryOutside', { outside: formatNumber(outside) }))
  const link = element('a', { href: `/?grant=${id}#ask` }, say('seeUses'))
  return element('p', { class: 'note' }, words, ' ', badge, ' ', link)
}

function meter(name, used, limit, format) {
  if (limit === undefined) {
    return element('p', {}, name, ' ', element('strong', {}, format(BigInt(used))), ' ', say('unlimited'))
  }
  const share = shareOf(used, limit)
  const fill = element('span', { class: share >= 1 ? 'fill full' : 'fill' })
  // What was used is seen, however little it is.
  fill.style.width = BigInt(used) === 0n ? '0' : `max(2px, ${100 * share}%)`
  const words = say('usedOf', { used: format(BigInt(used)), limit: format(BigInt(limit)) })
  return element(
    'div',
    { class: 'meter' },
    element('p', {}, name, ' ', element('strong', {}, words), ' ', element('span', {}, percent(share, used))),
    element('div', { class: 'track', 'aria-hidden': 'true' }, fill),
  )
}

/** Of decimals beyond 2^53, from 0 to 1. */
export function shareOf(used, limit) {
  const [part, whole] = [BigInt(used), BigInt(limit)]
  if (part >= whole) return 1
  return Number((part * 10_000n) / whole) / 10_000
}

function percent(share, used) {
  if (share < 0.01 && BigInt(used) > 0n) return '< 1 %'
  return `${Math.floor(100 * share)} %`
}
