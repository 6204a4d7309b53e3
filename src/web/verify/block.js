// The one input that may be missing: the hash of a block, looked up where the operator cannot change it. What the file
// claims it to be is not shown here, since it would only be copied.

import { element } from '../dom.js'
import { say } from '../language.js'

/** Asks for it where it is all that is missing, and again where it was typed and the file shows another. */
export function askForBlock(failed, { trust, typed, useBlock }) {
  const number = failed?.block ?? (failed === undefined ? undefined : typed?.number)
  if (number === undefined) return typed === undefined ? undefined : keep(typed)
  const input = element('input', {
    id: 'block-hash',
    class: 'code',
    required: true,
    pattern: '0x[0-9a-fA-F]{64}',
    maxlength: 66,
    placeholder: '0x…',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    title: say('blockForm'),
    value: typed?.hash ?? '',
  })
  const form = element(
    'form',
    { class: 'block' },
    failed.block === undefined ? undefined : element('h3', {}, say('needBlock', { block: number })),
    failed.block === undefined
      ? undefined
      : element('p', {}, say('needBlockWhy', { block: number, chain: trust.chainId, hex: `0x${number.toString(16)}` })),
    element('label', { for: 'block-hash' }, say('blockHash', { block: number })),
    element('div', { class: 'row' }, input, element('button', { type: 'submit', class: 'primary' }, say('useHash'))),
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    useBlock({ number, hash: input.value.trim() })
  })
  return form
}

function keep({ number, hash }) {
  return element('p', { class: 'note hash' }, say('keepHash', { blocks: JSON.stringify({ number, hash }) }))
}
