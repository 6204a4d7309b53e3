// The log, its index and the chain are as they should be: it is the answer that lies.

import { LedgerError } from '../../../src/core/error.ts'
import { fits } from '../../../src/core/question.ts'
import { decodeEntry } from '../../../src/core/record.ts'
import { createEvidence, type EvidenceParts } from '../../../src/evidence.ts'
import { blindTo } from '../../verify/blind.ts'
import { hiding } from '../../verify/dishonest.ts'
import { type Attack, misses, SAYS, type Seen, sees } from '../attack.ts'
import { DELICATE, linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

type Author = (operator: Operator) => Promise<EvidenceParts>

function answer(name: string, injects: string, author: Author, ...seen: readonly Seen[]): Attack {
  return {
    name,
    adversary: 'platform operator',
    tries: 'answer a query and leave rows out',
    injects,
    async *run(city, isFaulty) {
      await using operator = await Operator.open(city)
      const trust = await operator.trust()
      await operator.take(linesOf(city, 5))
      await operator.anchor()
      await operator.take(linesOf(city, 15, 5))
      await operator.anchor()
      if (isFaulty) operator.author = createEvidence(await author(operator))
      yield await ask(operator, trust, { consumer: BANK })
      yield await new Watcher(city, trust).look(operator)
    },
    seen,
  }
}

export const leftOutRow = answer(
  'a row left out of an answer',
  'the author of evidence does not know one record; what proves that nothing was left out is made without it, and signed',
  async operator => hiding(operator.evidenceParts(), DELICATE),
  sees('whoever asks', 'complete', SAYS.tampered, 'nothing'),
  sees('monitor', 'answer-false', SAYS.proven, 'nothing'),
)

export const hiddenRevocation = answer(
  'a revocation left out of an answer',
  'the author of evidence does not know that a grant was revoked; the access after it is judged to be within the grant, and signed',
  async operator => {
    const parts = operator.evidenceParts()
    return { ...parts, chain: blindTo(parts.chain, ['GrantRevoked']) }
  },
  sees('whoever asks', 'hidden', SAYS.tampered, 'nothing'),
  sees('monitor', 'answer-denied', SAYS.proven, 'nothing'),
)

export const olderAnchor = answer(
  'an answer as of an older anchor',
  'the author of evidence answers by an anchor from before the record',
  async operator => {
    const parts = operator.evidenceParts()
    const [, older] = await parts.anchoring.anchors(2)
    return { ...parts, anchoring: { anchors: async () => [older!] } }
  },
  sees('whoever asks', 'newer anchor', SAYS.verified, 'nothing'),
  misses('monitor', SAYS.well),
)

const PATIENCE_MS = 601_000

export const refusedQuestions: Attack = {
  name: 'some questions refused',
  adversary: 'platform operator',
  tries: 'answer a query and leave rows out',
  injects:
    'the author of evidence refuses each question whose answer would have to show one record, and answers all others',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const trust = await operator.trust()
    await operator.take(linesOf(city, 9))
    await operator.anchor()
    const watcher = new Watcher(city, trust)
    // The one that the monitor asks about first, by the numbers that it is given for chance here.
    const [entry] = await operator.ledger.store.readEntries([4])
    const record = decodeEntry(entry!)
    const { author } = operator
    if (isFaulty) {
      operator.author = (question, options) =>
        fits(question, record) ? Promise.reject(refused()) : author(question, options)
    }
    yield await watcher.look(operator)
    yield await watcher.look(operator, PATIENCE_MS)
  },
  seen: [
    sees('monitor', 'log_refused', SAYS.trouble, 'nothing'),
    sees('monitor', ['answer-withheld', 'monitor-behind', 'log_refused'], SAYS.trouble, 'patience (600 s)'),
  ],
  limits: 'one that is said to reach back to pruned records (410) is passed over',
}

function refused(): LedgerError {
  return new LedgerError('question_invalid', { en: 'It cannot be answered.', zh: '无法答复。' })
}
