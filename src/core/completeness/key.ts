// The key of a value in the index: a hash, so that the keys beside one that is not there, which a proof of its absence
// shows, name nobody. It is no secret: who guesses a value finds its key. Actors are pseudonyms for that reason.

import { utf8 } from '../bytes.ts'
import { sha256 } from '../hash.ts'
import type { Dimension } from '../question.ts'
import type { Hash } from '../tree.ts'

const LABEL = 'suyuan/index-key/1'

/** SHA-256 of the label, the dimension and the value (UTF-8; a grant in decimal), a line each but for the last line end. */
export function indexKey(dimension: Dimension, value: string): Hash {
  return sha256(utf8(`${LABEL}\n${dimension}\n${value}`))
}
