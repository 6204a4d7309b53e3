// A checkpoint is cosigned: all witnesses of a policy are asked at once, and the wait ends with the quorum and a short
// grace, or with what there is. A witness that is dead, slow or lying costs its own line and nothing else; how each one
// does is kept for the operator to see.

import { formatNote, type NoteSignature, parseNote } from '../core/note.ts'
import { mergeCosignatures } from '../core/witness.ts'
import { isMet, judgeQuorum, type QuorumState, type WitnessPolicy } from '../core/witness-policy.ts'
import type { WitnessClientParts } from './client.ts'
import { openMember, type WitnessStatus } from './member.ts'

export interface QuorumParts extends Omit<WitnessClientParts, 'witness'> {
  readonly policy: WitnessPolicy
  /** How long the others are waited for once there are enough. */
  readonly graceMs: number
}

/** A checkpoint with the cosignatures that came in time, and how it stands with the policy. */
export interface Cosigned extends QuorumState {
  readonly note: string
}

export interface Quorum {
  /**
   * Asks for the cosignatures that a signed note lacks, for no longer than the time-out. What came in time is in the note,
   * the log's own lines first, then the witnesses' in the policy's order. If the policy is not met, the same note may be
   * asked for again, or the one that came back: of that, only those that are missing are asked. One call at a time; a
   * witness that is late goes on until its own time-out, and is not asked about another checkpoint before.
   * @throws LedgerError where the note given is no checkpoint or has an invalid line; the signal's reason
   */
  cosign(checkpoint: string, signal: AbortSignal): Promise<Cosigned>
  /** In the policy's order. */
  status(): readonly WitnessStatus[]
}

export function createQuorum({ policy, graceMs, ...parts }: QuorumParts): Quorum {
  const { clock } = parts
  const members = policy.witnesses.map(witness => openMember(witness, parts))

  return {
    async cosign(checkpoint, signal) {
      signal.throwIfAborted()
      const note = parseNote(checkpoint)
      const names = new Set(isMet(policy, note).cosigned)
      const found = new Map<string, NoteSignature>()
      const over = new AbortController()
      const enough = Promise.withResolvers<void>()
      let isEnough = false

      const weigh = (): void => {
        if (isEnough || !judgeQuorum(policy, names).met) return
        isEnough = true
        clock.sleep(graceMs, over.signal).then(enough.resolve, () => {}) // all had answered before
      }
      weigh()
      const asked = members
        .filter(({ name }) => !names.has(name))
        .map(async member => {
          const line = await member.ask(checkpoint, signal)
          if (line === undefined || over.signal.aborted) return
          found.set(member.name, line)
          names.add(member.name)
          weigh()
        })
      await Promise.race([Promise.all(asked), enough.promise])
      over.abort()
      signal.throwIfAborted()
      const lines = members.flatMap(({ name }) => found.get(name) ?? [])
      return { note: formatNote(mergeCosignatures(note, lines)), ...judgeQuorum(policy, names) }
    },
    status: () => members.map(member => member.status()),
  }
}
