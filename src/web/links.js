// Links to what has a page of its own.

import { element } from './dom.js'
import { say } from './language.js'

export const grantLink = (id, words = say('grantOf', { id })) => element('a', { href: `/grant?id=${id}` }, words)

/** @param part Of its page, such as `agreement-3`. */
export function partyLink(code, words, part) {
  const query = new URLSearchParams({ code })
  return element('a', { href: `/party?${query}${part === undefined ? '' : `#${part}`}` }, words)
}
