import { type Attack, SAYS, sees } from '../attack.ts'
import { indexOtherwise, withValue } from '../index-faults.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator, type Tamper } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'

/** A line that names no grant. */
const BARE = 3

const pretend =
  (grant: string): Tamper =>
  ({ store }) =>
    indexOtherwise(
      store,
      async rows => withValue(rows, BARE, 'grant', await rows.names.find('grant', grant)),
      () => true,
    )

export const phantomPosting: Attack = {
  name: 'a phantom posting',
  adversary: 'platform operator',
  tries: 'answer a query with rows that are none',
  injects:
    'the index has an access under a grant that its record does not name; trie, epoch, index log, anchor and evidence all follow from that',
  async *run(city, isFaulty) {
    const grant = String(city.grants.open)
    await using operator = await Operator.open(city, { tamper: isFaulty && pretend(grant) })
    const trust = await operator.trust()
    await operator.take(replaceLine(linesOf(city, 20), BARE, { grant: undefined }))
    await operator.anchor()
    yield await ask(operator, trust, { grant })
    yield await new Watcher(city, trust).look(operator)
  },
  seen: [
    sees('whoever asks', 'complete', SAYS.tampered, 'nothing'),
    sees('monitor', ['epoch-wrong', 'answer-false'], SAYS.proven, 'next epoch'),
  ],
}
