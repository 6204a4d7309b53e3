// What was found out: the verdict first, in a sentence; then what it rests on, check by check; and what it does not prove.

import { CHECKS } from '../../verify/entry.ts'
import { ROW_CHECKS } from '../../verify/report.ts'
import { element, icon } from '../dom.js'
import { formatBytes, formatNumber, pick, say } from '../language.js'
import { showAnswer } from './answer.js'
import { askForBlock } from './block.js'

const RESULTS = {
  passed: ['good', 'passed'],
  failed: ['cross', 'failed'],
  unchecked: ['wait', 'notChecked'],
  skipped: [undefined, 'skipped'],
}
const VERDICT_ICONS = { verified: 'good', tampered: 'cross', unchecked: 'wait' }

export function showProgress(checks, onStop) {
  const all = ROW_CHECKS.length
  const words = checks.length === 0 ? say('reading') : say('progress', { done: checks.length, all })
  return [
    element('h2', { id: 'result-title' }, say('working')),
    element('progress', { max: all, value: checks.length, 'aria-label': words }),
    element('p', { class: 'note' }, words),
    element('div', { class: 'actions' }, element('button', { type: 'button', onclick: onStop }, say('stop'))),
  ]
}

/** Where nothing was found out about the file: why, and the next step. */
export function showTrouble({ key, values }, again) {
  const { size, most } = values
  const shown = { ...values, ...(size && { size: formatBytes(size) }), ...(most && { most: formatBytes(most) }) }
  return [
    verdictOf('unchecked', element('p', {}, say(key, shown))),
    again && element('div', { class: 'actions' }, element('button', { type: 'button', onclick: again }, say('again'))),
  ].filter(Boolean)
}

/** @param context `{ trust, typed, useBlock, again }`: what was believed, and how to go on. */
export function showResult(result, context) {
  const { verdict, checks, failed, answer, doesNotProve, file } = result
  return [
    verdictOf(verdict, element('p', { class: 'means' }, say(`${verdict}Means`)), whyNot(result)),
    element('p', { class: 'note hash' }, say('fileChecked', { ...file, size: formatBytes(file.size) })),
    askForBlock(failed, context),
    answer && showAnswer(answer),
    showChecks(checks),
    doesNotProve &&
      element(
        'section',
        { class: 'part unproven' },
        element('h3', {}, say('doesNotProve')),
        element(
          'ul',
          {},
          doesNotProve.map(words => element('li', {}, pick(words))),
        ),
      ),
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', onclick: context.again }, say('again')),
      element('button', { type: 'button', class: 'plain', onclick: () => window.print() }, icon('print'), say('print')),
    ),
  ].filter(Boolean)
}

function verdictOf(verdict, ...children) {
  return element(
    'div',
    { class: `verdict ${verdict}` },
    element('span', { class: 'seal' }, icon(VERDICT_ICONS[verdict])),
    element('div', {}, element('h2', { id: 'result-title' }, say(verdict)), children),
  )
}

function whyNot({ verdict, failed }) {
  if (failed === undefined || failed.block !== undefined) return undefined
  const { check, index, detail } = failed
  // Where the chain cannot be reached it is for want of the section that shows it: a page has no node.
  const isOpen = verdict === 'unchecked' && check === 'chain'
  return [
    index === undefined ? undefined : element('p', { class: 'culprit' }, say('record', { index: formatNumber(index) })),
    element('p', { class: 'detail' }, isOpen ? say('needNode') : pick(detail)),
  ]
}

function showChecks(checks) {
  return element(
    'section',
    { class: 'part' },
    element('h3', {}, say('checks')),
    element('ol', { class: 'checks' }, checks.map(showCheck)),
  )
}

function showCheck({ check, result }) {
  const [mark, word] = RESULTS[result]
  return element(
    'li',
    { class: result },
    element('span', { class: 'mark' }, mark && icon(mark)),
    element('span', { class: 'what' }, pick(CHECKS[check])),
    element('span', { class: 'how' }, say(word)),
  )
}
