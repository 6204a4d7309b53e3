// The two boxes: files chosen, dropped on them in any order, or pasted. Whoever puts one into the wrong box is understood.

import { kindOf } from '../../verify/kind.ts'
import { parseTrust } from '../../verify/trust.ts'
import { icon } from '../dom.js'
import { formatBytes, formatNumber, onLanguage, pick, say } from '../language.js'

/** A trust file has a few hundred bytes; one with ten thousand blocks a megabyte. */
const MOST_TRUST = 4_000_000

/** @param onGiven Called with `{ evidence, trust }` whenever one of them is new; `trust` is `{ name, text, read }`. */
export function startGiving(onGiven) {
  const given = {}
  const boxes = { evidence: startBox('evidence'), trust: startBox('trust') }

  const take = async (files, box) => {
    for (const file of files) await takeOne(file, box)
    if (files.length > 0) onGiven(given)
  }
  const takeOne = async (file, box) => {
    const start = await readStart(file)
    const kind = start && kindOf(start)
    if (start === undefined) boxes[box].refuse(() => say('unreadable', { name: file.name }))
    else if (kind === 'trust' || (box === 'trust' && kind === 'unknown')) await takeTrust(file, box === 'evidence')
    else takeEvidence(file, box === 'trust')
  }
  const takeEvidence = (file, moved) => {
    given.evidence = file
    boxes.evidence.show(() => [
      say('evidenceGiven', { name: file.name, size: formatBytes(file.size) }),
      moved ? say('movedEvidence') : '',
    ])
  }
  const takeTrust = async (file, moved) => {
    given.trust = undefined
    if (file.size <= MOST_TRUST) useTrust(() => file.name, await file.text(), moved)
    else boxes.trust.refuse(() => say('trustTooLarge', { name: file.name, size: formatBytes(file.size) }))
  }
  const useTrust = (name, text, moved) => {
    given.trust = undefined
    try {
      const read = parseTrust(new TextEncoder().encode(text))
      given.trust = { text, read }
      boxes.trust.show(() => [
        say('trustGiven', {
          name: name(),
          log: read.logKey.name,
          chain: read.chainId,
          blocks: formatNumber(read.blocks.length),
        }),
        moved ? say('movedTrust') : '',
      ])
    } catch (error) {
      boxes.trust.refuse(() => `${say('notTrust', { name: name() })} ${error.words ? pick(error.words) : error}`)
    }
  }

  for (const box of ['evidence', 'trust']) {
    const input = document.querySelector(`#${box}-file`)
    input.multiple = true
    input.addEventListener('change', () => {
      void take([...input.files], box)
      input.value = '' // so that the same file can be chosen again once it has changed
    })
  }
  startDropping((files, box) => void take(files, box))
  document.querySelector('#trust-use').addEventListener('click', () => {
    useTrust(() => say('pasted'), document.querySelector('#trust-text').value, false)
    onGiven(given)
  })
}

async function readStart(file) {
  try {
    return new Uint8Array(await file.slice(0, 65_536).arrayBuffer())
  } catch {
    return undefined
  }
}

/** What a box says of what it has: `show` and `refuse` take functions, asked again when the language changes. */
function startBox(name) {
  const box = document.querySelector(`#${name}-box`)
  const place = document.querySelector(`#${name}-given`)
  let draw = () => {}
  onLanguage(() => draw())
  return {
    show(parts) {
      draw = () => {
        box.classList.remove('refused')
        box.classList.add('filled')
        place.replaceChildren(icon('good'), ' ', parts().filter(Boolean).join(' '))
      }
      draw()
    },
    refuse(words) {
      draw = () => {
        box.classList.remove('filled')
        box.classList.add('refused')
        place.replaceChildren(icon('bad'), ' ', words())
      }
      draw()
    },
  }
}

/** A file may be dropped anywhere on the page: beside the boxes it is taken for evidence, unless it is a trust file. */
function startDropping(take) {
  const boxAt = ({ target }) => (target instanceof Element ? target.closest('.box') : null)
  const mark = box => {
    for (const one of document.querySelectorAll('.box')) one.classList.toggle('over', one === box)
  }
  addEventListener('dragover', event => {
    event.preventDefault()
    mark(boxAt(event) ?? document.querySelector('#evidence-box'))
  })
  addEventListener('dragleave', event => {
    if (event.relatedTarget === null) mark(undefined)
  })
  addEventListener('drop', event => {
    event.preventDefault()
    mark(undefined)
    take([...event.dataTransfer.files], boxAt(event)?.id === 'trust-box' ? 'trust' : 'evidence')
  })
}
