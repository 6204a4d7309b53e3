import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { indexOtherwise } from '../index-faults.ts'
import { DELICATE, linesOf } from '../lines.ts'
import { Operator, type Tamper } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

const fold: Tamper = ({ store }) =>
  indexOtherwise(
    store,
    rows => {
      const { names } = rows
      const texts: typeof names.texts = async (by, ids) =>
        (await names.texts(by, ids)).map(text => text.replace(/[A-Z]/, 'X'))
      const text: typeof names.text = async (by, id) => (await texts(by, [id]))[0]!
      return { ...rows, names: { find: (by, value) => names.find(by, value), text, texts } }
    },
    leaf => leaf !== DELICATE,
  )

export const wrongMapping: Attack = {
  name: 'a wrong index mapping',
  adversary: 'platform operator',
  tries: 'answer a query and leave rows out',
  injects:
    'every value is indexed under another spelling than the record has, so that the true one is absent; trie, epoch, index log, anchor and evidence all follow from that',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city, { tamper: isFaulty && fold })
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
