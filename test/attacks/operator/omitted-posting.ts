import { DIMENSIONS } from '../../../src/core/question.ts'
import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { indexOtherwise, withValue } from '../index-faults.ts'
import { DELICATE, linesOf } from '../lines.ts'
import { Operator, type Tamper } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

const omit: Tamper = ({ store }) => {
  const isFound = (leaf: number): boolean => leaf !== DELICATE
  indexOtherwise(store, rows => DIMENSIONS.reduce((left, by) => withValue(left, DELICATE, by, 0), rows), isFound)
}

export const omittedPosting: Attack = {
  name: 'an omitted posting',
  adversary: 'platform operator',
  tries: 'answer a query and leave rows out',
  injects:
    'the index is made as if one record had no value in any dimension; trie, epoch, index log, anchor and evidence all follow from that',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city, { tamper: isFaulty && omit })
    const trust = await operator.trust()
    await operator.take(linesOf(city, 20))
    await operator.anchor()
    yield await new Watcher(city, trust).look(operator)
    yield await ask(operator, trust, { consumer: BANK })
  },
  seen: [
    sees('monitor', ['epoch-wrong', 'row-omitted'], SAYS.proven, 'next epoch'),
    misses('whoever asks', SAYS.verified),
  ],
}
