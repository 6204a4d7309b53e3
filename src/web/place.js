// Where an act stands on the chain and by whose signature: short to read, whole to copy.

import { element, icon, shorten } from './dom.js'
import { formatNumber, formatTime, say, sayParts } from './language.js'
import { partyLink } from './links.js'

export const showTime = time => element('time', { datetime: time }, formatTime(time))

/** A hash, account or key; pressing it copies the whole, which is also what paper shows. */
export function copyable(text, meaning, short = shorten(text)) {
  const button = element(
    'button',
    {
      type: 'button',
      class: 'copy code',
      title: text,
      'data-whole': text,
      'aria-label': `${meaning} ${short}`,
    },
    element('span', { class: 'short' }, short),
    icon('copy'),
  )
  button.addEventListener('click', () => void copy(button, text))
  return button
}

/** Where the browser gives no clipboard (a page without TLS), the whole text is shown and selected instead. */
async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text)
    button.classList.add('copied')
    tell(say('copied'))
    setTimeout(() => button.classList.remove('copied'), 1_500)
  } catch {
    const short = button.querySelector('.short')
    short.textContent = text
    button.removeAttribute('aria-label')
    getSelection().selectAllChildren(short)
  }
}

function tell(words) {
  const status = document.querySelector('#told')
  if (status !== null) status.textContent = words
}

/** Block and transaction. */
export function showBlock({ block, transaction }) {
  return element(
    'span',
    { class: 'chain' },
    say('inBlock', { block: formatNumber(block.number) }),
    ' ',
    copyable(transaction, say('transaction')),
  )
}

/** Whose act it is and who signed it: the contract's own where nobody did. */
export function showSigner(by, names) {
  if (by?.account === undefined) return element('span', { class: 'signer' }, say('byContract'))
  const { organisation, account, relayer, digest, signature } = by
  const who = organisation === undefined ? say('byKeeper') : partyLink(organisation, names.organisation(organisation))
  const signed = sayParts('signedBy', { account: copyable(account, say('account')) })
  const sent =
    relayer === undefined ? [say('sentItself')] : sayParts('relayedBy', { relayer: copyable(relayer, say('account')) })
  return element(
    'span',
    { class: 'signer' },
    who,
    ' · ',
    signed,
    ' · ',
    sent,
    signature === undefined ? undefined : showSignature(digest, signature),
  )
}

function showSignature(digest, signature) {
  return element(
    'details',
    { class: 'signature' },
    element('summary', {}, say('signature')),
    element(
      'dl',
      {},
      element('dt', {}, say('signedDigest')),
      element('dd', { class: 'code' }, digest),
      element('dt', {}, say('signature')),
      element('dd', { class: 'code' }, signature),
    ),
  )
}
