import { sha256 } from '../../../src/core/hash.ts'
import { type AccessRecord, checkSealed, decodeEntry, encodeSealed, sealRecord } from '../../../src/core/record.ts'
import { derivePseudonym } from '../../../src/pseudonym.ts'
import { type Attack, SAYS, sees, timed } from '../attack.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'

/** Everybody who works there. */
const STAFF = ['张三', '李四', '王五']
const NO_SALT = new Uint8Array(32)

export const guessedPerson: Attack = {
  name: 'a person guessed from a hash',
  adversary: 'anyone',
  tries: 'read personal data on chain, or guess it from a hash',
  injects:
    'a reader of the whole log tries everybody who works there: as the pseudonym of a record under every key that is public, and as its sealed part without its salt',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    await operator.take(replaceLine(linesOf(city, 3), 1, { sealed: { person: STAFF[0] } }))
    const { store, vault, logKey } = operator.ledger
    const [entry] = await store.readEntries([1])
    const { actor, sealed } = decodeEntry(entry!) as AccessRecord
    // In the control with the operator's key, and a digest without a secret salt: so is the search one that finds.
    const keys = isFaulty ? [logKey.verifierKey.publicKey, sha256(Buffer.from(''))] : [vault.actorKey]
    const digest = isFaulty ? sealed! : sealRecord({ person: STAFF[0]! }, NO_SALT).digest
    yield await timed(async () => {
      const isNamed = STAFF.some(person => keys.some(key => derivePseudonym(key, person) === actor))
      const isOpened = STAFF.some(person => checkSealed(digest, NO_SALT, encodeSealed({ person })))
      const checks = [...(isNamed ? [] : ['keyed pseudonym']), ...(isOpened ? [] : ['salted digest'])]
      return { by: 'reader of the log', checks, verdict: checks.length < 2 ? SAYS.found : SAYS.foundNobody }
    })
  },
  seen: [sees('reader of the log', ['keyed pseudonym', 'salted digest'], SAYS.foundNobody, 'nothing')],
}
