// The key that signs answers: whoever shows that a signed answer leaves out a row holds proof against its author. It is
// not the log's key, which signs nothing but checkpoints and may live in a machine of its own.

import { publicKeyOf, signEd25519 } from './core/ed25519.ts'
import { answerKeyName } from './core/evidence.ts'
import { formatNote, makeVerifierKey, TYPE_ED25519, type VerifierKey } from './core/note.ts'
import { openSecret } from './secrets.ts'

export interface AnswerKey {
  readonly verifierKey: VerifierKey
  /** A signed note of this text (C2SP signed-note). */
  sign(text: string): string
}

const FILE = 'answers.key'

/** Opens the answer key of a key directory (`<data>/keys`); it is made at first start. */
export async function openAnswerKey(keyDirectory: string, origin: string): Promise<AnswerKey> {
  const secret = await openSecret(keyDirectory, FILE)
  const verifierKey = makeVerifierKey(answerKeyName(origin), TYPE_ED25519, publicKeyOf(secret))
  const { name, id } = verifierKey
  return {
    verifierKey,
    sign: text =>
      formatNote({
        text,
        signatures: [{ name, id, signature: signEd25519(Buffer.from(text), secret) }],
      }),
  }
}
