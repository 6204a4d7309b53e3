// All attacks, each run with its fault and without, some at a time over one city.

import type { Attack, Look } from './attack.ts'
import type { City } from './city.ts'
import { backDatedLog } from './operator/back-dated-log.ts'
import { backDatedRecord, littleBackDated } from './operator/back-dated-record.ts'
import { changedOnDisk } from './operator/changed-on-disk.ts'
import { droppedRecord } from './operator/dropped-record.ts'
import { forkedLog } from './operator/forked-log.ts'
import { notLogged, withheldRecords } from './operator/not-logged.ts'
import { omittedPosting } from './operator/omitted-posting.ts'
import { phantomPosting } from './operator/phantom-posting.ts'
import { remadeChain } from './operator/remade-chain.ts'
import { replayedReceipt } from './operator/replayed-receipt.ts'
import { rewrittenEntry } from './operator/rewritten-entry.ts'
import { rolledBackDatabase } from './operator/rolled-back-database.ts'
import { shownOtherwise } from './operator/shown-otherwise.ts'
import {
  backDatedSigned,
  changedSigned,
  droppedSigned,
  inventedByOwnKey,
  inventedSigned,
  loggedTwice,
  lostOnTheWay,
  unsignedAtTheDoor,
} from './operator/signed-lines.ts'
import { splitView } from './operator/split-view.ts'
import {
  changedAtTheDoor,
  droppedAtTheDoor,
  inventedRecord,
  neverSent,
  neverSentCompared,
} from './operator/untrue-records.ts'
import { hiddenRevocation, leftOutRow, olderAnchor, refusedQuestions } from './operator/untruthful-evidence.ts'
import { wrongMapping } from './operator/wrong-mapping.ts'
import { guessedPerson } from './others/anyone.ts'
import { afterEnd, otherPurpose, withoutGrant } from './others/consumer.ts'
import { deniedApproval } from './others/provider.ts'
import { peeping } from './others/regulator.ts'

/** In the order of the page. */
export const ATTACKS: readonly Attack[] = [
  droppedRecord,
  rewrittenEntry,
  shownOtherwise,
  changedOnDisk,
  forkedLog,
  rolledBackDatabase,
  backDatedRecord,
  littleBackDated,
  backDatedSigned,
  backDatedLog,
  remadeChain,
  splitView,
  omittedPosting,
  phantomPosting,
  wrongMapping,
  leftOutRow,
  hiddenRevocation,
  olderAnchor,
  refusedQuestions,
  notLogged,
  replayedReceipt,
  withheldRecords,
  droppedAtTheDoor,
  droppedSigned,
  changedAtTheDoor,
  changedSigned,
  unsignedAtTheDoor,
  inventedRecord,
  inventedSigned,
  inventedByOwnKey,
  loggedTwice,
  neverSent,
  neverSentCompared,
  lostOnTheWay,
  withoutGrant,
  afterEnd,
  otherPurpose,
  deniedApproval,
  peeping,
  guessedPerson,
]

export interface Ran {
  /** With the fault. */
  readonly looks: readonly Look[]
  /** Without it. */
  readonly control: readonly Look[]
}

/** Begins all of them, so many at a time. */
export function runAll(city: Promise<City>, atOnce: number): ReadonlyMap<Attack, Promise<Ran>> {
  const runs = new Map(ATTACKS.map(attack => [attack, Promise.withResolvers<Ran>()]))
  const left = [...runs]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [attack, { resolve, reject }] = next
      await runBoth(attack, await city).then(resolve, reject)
    }
  }
  for (const { promise } of runs.values()) promise.catch(() => {}) // told of by whoever awaits it
  for (let k = 0; k < atOnce; k++) void work()
  return new Map([...runs].map(([attack, { promise }]) => [attack, promise]))
}

async function runBoth(attack: Attack, city: City): Promise<Ran> {
  const control = await Array.fromAsync(attack.run(city, false))
  return { looks: await Array.fromAsync(attack.run(city, true)), control }
}
