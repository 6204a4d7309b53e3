// Evidence of acts: one self-contained file about one party, grant, agreement, resource or correction: the contract
// events by which it is what it is, and what they come to: what may it do now, since when, by whose signature, and what
// was done with it (docs/evidence.md has the format). Making is src/acts-evidence.ts, checking src/verify/acts.ts.

import { because, LedgerError } from './error.ts'
import { BLOCKS, CHAIN, EVENTS, OFFLINE } from './evidence-chain.ts'
import { anyText, anything, object, oneOf, type Read, type Reader, text, wholeNumber } from './reader.ts'
import { PATTERNS, TIME } from './record.ts'
import { DOES_NOT_PROVE, readEvidence, SIGNATURE } from './signed-file.ts'

export const ACTS_FORMAT = 'suyuan-acts/v1'

/** What no evidence of acts proves, in every file word for word. */
export const ACTS_DO_NOT_PROVE = [
  {
    zh: '本文件的答复截至所列区块；此后的决定、撤销、否决不在其中。',
    en: 'Anything after the block that the answer is as of: what was decided, revoked or vetoed later is not in it.',
  },
  {
    zh: '交付、下载、结算与计算是记录方的陈述；本文件证明其何时由谁记录，不证明数据实际如此流动。',
    en: 'That data flowed as recorded. Deliveries, statements and computations are the word of whoever recorded them; proven is who said so, and when.',
  },
  {
    zh: '合约账户（ERC-1271）的签名由链上合约在当时核验，离线不能重验；未经代发的操作由其交易本身的签名证明。',
    en: 'Signatures of accounts that are contracts (ERC-1271): the ledger’s contract checked them then, and they cannot be checked again. An act that nobody relayed is signed by its transaction.',
  },
  {
    zh: '关于协议或资源的文件不列出其下的各项授权；请就主体或授权另行索取。',
    en: 'Which grants were given under an agreement or on a resource: ask for evidence of the party or of the grant.',
  },
] as const

const ID = wholeNumber(1)
const CODE = text(PATTERNS.organisation, { en: 'an organisation code', zh: '机构代码' })
const SUBJECT = object({}, { party: CODE, grant: ID, agreement: ID, resource: anyText(128), correction: ID })
/** Exactly one of them. */
export type Subject = Read<typeof SUBJECT>

const ONE_SUBJECT: Reader<Subject> = (value, at) => {
  const subject = SUBJECT(value, at)
  if (Object.keys(subject).length === 1) return subject
  throw new LedgerError('shape_invalid', {
    en: `${at} does not name exactly one of party, grant, agreement, resource, correction`,
    zh: `${at} 应恰好写明 party、grant、agreement、resource、correction 中的一项`,
  })
}

const EVIDENCE = object(
  {
    format: oneOf([ACTS_FORMAT]),
    subject: ONE_SUBJECT,
    /** When it was answered, by the author's clock. */
    asked: TIME,
    chain: CHAIN,
    blocks: BLOCKS,
    /** What tells of the subject and of all that it hangs on, and the signatures of acts that were relayed. */
    events: EVENTS,
    /** What the events come to (chain/act-answer.ts). Any JSON: it has to be what the verifier makes of the events itself. */
    answer: anything,
    doesNotProve: DOES_NOT_PROVE,
    /** A signed note by the author's key over `answerText` (core/evidence.ts). */
    signature: SIGNATURE,
  },
  { offline: OFFLINE },
)
export type ActsEvidence = Read<typeof EVIDENCE>

// One character a byte, so that a file that is no text can be looked at too.
const latin1 = new TextDecoder('latin1')

/** Whether a file says that it is evidence of acts; within a text of the file its quotes would be escaped. */
export function isActsEvidence(bytes: Uint8Array): boolean {
  return /(?<!\\)"format"\s*:\s*"suyuan-acts\//.test(latin1.decode(bytes))
}

/** @throws LedgerError `evidence_unreadable`, with the place, for whatever is not of exactly this shape */
export function parseActsEvidence(bytes: Uint8Array): ActsEvidence {
  return readEvidence(bytes, value => EVIDENCE(value, ''), unreadable)
}

const unreadable = because('evidence_unreadable', {
  en: 'The file is not readable evidence of acts',
  zh: '该文件不是可读的行为证据',
})
