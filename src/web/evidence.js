// The answer as a file that anyone can check: saved with one press, and the commands that check it.

import { download, Problem } from './api.js'
import { element, icon } from './dom.js'
import { formatNumber, say } from './language.js'
import { showProblem } from './problem.js'

/** Rows that one file may hold. */
const MOST_ROWS = 10_000

/**
 * The rows that fit a question, as many as one file takes. What the file does not hold is said here, not only inside it.
 * @param parameters Of GET /v1/evidence.
 */
export const usageEvidence = (parameters, label = 'evidence') => ({
  id: 'evidence',
  label,
  path: '/v1/evidence',
  parameters: { ...parameters, limit: MOST_ROWS },
  file: 'suyuan-evidence.json.gz',
  describe({ more, answer, complete, chain, offline }) {
    const rows = formatNumber(answer.judgements.length)
    const whole = complete === undefined ? 'evidenceUnproven' : 'evidenceComplete'
    const done = element('span', {}, say('evidenceDone', { rows }), ' ', say(whole), ' ', nextStep(chain, offline))
    return more ? [element('strong', { class: 'warning' }, say('evidenceCut', { rows })), ' ', done] : [done]
  },
})

/**
 * The contract events by which a thing is what it is.
 * @param path Such as `/v1/grants/42/evidence`.
 */
export const actsEvidence = (path, parameters, name) => ({
  id: 'acts-evidence',
  label: 'actsEvidence',
  path,
  parameters,
  file: `suyuan-${name}.json.gz`,
  describe: ({ chain, offline }) => [element('span', {}, say('actsEvidenceDone'), ' ', nextStep(chain, offline))],
})

function nextStep(chain, offline) {
  if (offline === undefined || chain?.asOf === undefined) return say('evidenceNeedsNode')
  return say('evidenceNext', { block: chain.asOf })
}

/** Buttons for the files, one for paper, and how to check what was saved. */
export function evidenceActions(files) {
  const told = element('span', { class: 'note', role: 'status' })
  const buttons = files.map(file => {
    const button = element('button', { type: 'button', id: file.id }, icon('download'), say(file.label))
    button.addEventListener('click', async () => {
      button.disabled = true
      told.textContent = say('evidenceBusy')
      try {
        told.replaceChildren(...(await take(file)))
      } catch (problem) {
        told.replaceChildren(showProblem(problem))
      }
      button.disabled = false
    })
    return button
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
    element('div', { class: 'actions' }, buttons, print, told),
    showHowToCheck(files[0].file),
  )
}

/** Saves the file, made to be checked without any node (docs/verify.md); gives back the message about it. */
async function take({ path, parameters, file, describe }) {
  const blob = await fetchFile(path, parameters)
  const message = describe(JSON.parse(await blob.text()))
  save(await pack(blob), file)
  return message
}

/** Where the chain has become too long to be shown block by block, the file is checked with a node instead. */
async function fetchFile(path, parameters) {
  try {
    return await download(path, { ...parameters, offline: true })
  } catch (problem) {
    if (!(problem instanceof Problem && NOT_WITHOUT_NODE.has(problem.code))) throw problem
    return download(path, parameters)
  }
}

const NOT_WITHOUT_NODE = new Set(['offline_too_long', 'block_not_provable'])

/** A file is kept packed (docs/evidence.md): most of it is text that repeats itself. */
const pack = json => new Response(json.stream().pipeThrough(new CompressionStream('gzip'))).blob()

function save(blob, name) {
  const url = URL.createObjectURL(blob)
  element('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function showHowToCheck(file) {
  const command = `suyuan verify ${file} --trust trust.json`
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
      element('li', {}, element('a', { href: '/verify' }, say('verifyHere'))),
      element('li', {}, say('verify3'), code(command)),
      element('li', {}, say('verify4'), code(`${command} --rpc http://…`)),
      element('li', {}, say('verify5')),
    ),
  )
}
