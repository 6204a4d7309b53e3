// Broken in what a source signed. The log has these records, for its operator put them there: everything but the source's
// own signature is in order.

import type { Words } from '../../src/core/words.ts'
import type { BadVector, BadVectors } from './bad.ts'
import { SIGNED_ACTORS } from './scene.ts'

const logged = (actor: keyof typeof SIGNED_ACTORS, words: Words): BadVector => ({
  of: 'signed',
  by: 'operator',
  check: 'sources',
  ...words,
  spoil: (_, { make }) => make({ where: { actor: SIGNED_ACTORS[actor] } }, 100),
})

export const BAD_SOURCES: BadVectors = {
  'signed-bytes-changed': logged('other-bytes', {
    zh: '运营方入账时改动了来源签署的字节数',
    en: 'the operator logged another number of bytes than the source signed',
  }),
  'signed-seq-changed': logged('other-seq', {
    zh: '运营方入账时改动了来源签署的序号',
    en: 'the operator logged another sequence number than the source signed',
  }),
  'signed-previous-changed': logged('other-previous', {
    zh: '运营方入账时改动了来源签署的上一链节',
    en: 'the operator logged another previous link than the source signed',
  }),
  'signed-source-renamed': logged('other-source', {
    zh: '运营方将记录记在另一来源名下，并写上该来源的密钥编号',
    en: 'the operator logged the record under another source, with the ID of that source’s key',
  }),
  'signed-signature-changed': logged('other-signature', {
    zh: '来源的签名中有一位不同',
    en: 'one bit of the source’s signature is another',
  }),
  'signed-said-filled': logged('said-filled', {
    zh: '运营方改动了来源写明的用途，并称用途是由账本填写的',
    en: 'the operator logged another purpose than the source stated, and says that the ledger had filled it in',
  }),
}
