import { encodeBase64 } from '../../../src/core/bytes.ts'
import { answerText, type Evidence } from '../../../src/core/evidence.ts'
import { hashLeaf } from '../../../src/core/hash.ts'
import { decodeBundle, encodeBundle } from '../../../src/core/tile.ts'
import type { Store } from '../../../src/store/store.ts'
import { type Attack, SAYS, sees } from '../attack.ts'
import { DELICATE, linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

const change = (entry: string): string => entry.replace('"status":"ok"', '"status":"denied"')

function serveOtherwise(store: Store): void {
  const readTile = store.readTile.bind(store)
  store.readTile = async tile => {
    const bytes = await readTile(tile)
    if (bytes === undefined || tile.level !== 'entries') return bytes
    return encodeBundle(decodeBundle(bytes).map((entry, k) => (k === DELICATE ? changeBytes(entry) : entry)))
  }
}

const changeBytes = (entry: Uint8Array): Uint8Array => Buffer.from(change(Buffer.from(entry).toString()))

/** The true answer but for what its rows say, signed again. */
function rewrite({ ledger, founded }: Operator, answer: Evidence): Evidence {
  const entries = answer.log.entries.map(change)
  const leaves = entries.map(entry => encodeBase64(hashLeaf(Buffer.from(entry))))
  const file = { ...answer, log: { ...answer.log, entries, leaves } }
  return { ...file, signature: ledger.answerKey.sign(answerText(founded.origin, file)) }
}

export const shownOtherwise: Attack = {
  name: 'an entry shown otherwise',
  adversary: 'platform operator',
  tries: 'change a record',
  injects:
    'the tree stays as it was anchored; its entries, as they are served and in evidence, have one record rewritten, its leaf hash beside it',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const trust = await operator.trust()
    const watcher = new Watcher(city, trust)
    await operator.take(linesOf(city, 20))
    await operator.anchor()
    await watcher.look(operator)
    if (isFaulty) {
      serveOtherwise(operator.ledger.store)
      operator.author = async (...asked) => rewrite(operator, await operator.ledger.evidence(...asked))
    }
    yield await ask(operator, trust, { consumer: BANK })
    await operator.take(linesOf(city, 10, 20))
    await operator.anchor()
    yield await watcher.look(operator)
  },
  seen: [
    sees('whoever asks', 'inclusion', SAYS.tampered, 'nothing'),
    sees('monitor', 'entry-rewritten', SAYS.fault, 'next checkpoint'),
  ],
}
