// C2SP tlog-policy: which witnesses there are, and how many of them must have cosigned a checkpoint before it counts.
// The text that says so is read in witness-policy-text.ts.

import { checkNote, type Note, type VerifierKey } from './note.ts'
import { isCosignatureTime } from './witness.ts'
import type { Words } from './words.ts'

export interface PolicyWitness {
  /** What the policy calls it; nobody else does. */
  readonly name: string
  readonly key: VerifierKey
  /** Where it is asked (the submission prefix), without a slash at its end; a policy to verify by needs none. */
  readonly url?: string
}

/** Counts as one that cosigned when at least `threshold` of its members do. */
export interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly PolicyMember[]
}

export type PolicyMember = PolicyWitness | PolicyGroup

export interface WitnessPolicy {
  /** The logs that it is for; none where they are known otherwise. `isMet` does not look at them. */
  readonly logs: readonly VerifierKey[]
  readonly witnesses: readonly PolicyWitness[]
  /** Undefined for `quorum none`: no cosignature is needed. */
  readonly quorum: PolicyMember | undefined
}

export interface QuorumState {
  readonly met: boolean
  /** The names of the witnesses that cosigned, be they needed or not. */
  readonly cosigned: readonly string[]
  /** The names of those that did not, in the parts of the quorum that are not met. */
  readonly missing: readonly string[]
  /** What is missing, for a person; absent when nothing is. */
  readonly words?: Words
}

/**
 * Do valid cosignatures of distinct witnesses make the quorum? That the log signed the note is for the caller to check.
 * @throws LedgerError `signature_invalid`, `signature_type_unknown`: a line of a known witness is not its signature,
 *   which spoils the whole note (signed-note)
 */
export function isMet(policy: WitnessPolicy, note: Note): QuorumState {
  const keys = policy.witnesses.map(({ key }) => key)
  const valid = checkNote(note, keys).filter(({ time }) => isCosignatureTime(time))
  const names = policy.witnesses.filter(({ key }) => valid.some(checked => checked.key === key)).map(({ name }) => name)
  return judgeQuorum(policy, new Set(names))
}

/** The same over the names of witnesses whose cosignatures have been checked. */
export function judgeQuorum({ witnesses, quorum }: WitnessPolicy, names: ReadonlySet<string>): QuorumState {
  const cosigned = witnesses.map(({ name }) => name).filter(name => names.has(name))
  if (quorum === undefined || holds(quorum, names)) return { met: true, cosigned, missing: [] }
  const lack = describeLack(quorum, names)
  return {
    met: false,
    cosigned,
    missing: lacking(quorum, names),
    words: {
      en: `The checkpoint lacks cosignatures: ${lack.en}. Wait for them, or see why these witnesses do not sign.`,
      zh: `检查点缺少联署：${lack.zh}。请等待，或查明这些见证方为何没有签署。`,
    },
  }
}

function holds(member: PolicyMember, names: ReadonlySet<string>): boolean {
  return isGroup(member) ? countOf(member, names) >= member.threshold : names.has(member.name)
}

function countOf({ members }: PolicyGroup, names: ReadonlySet<string>): number {
  return members.filter(member => holds(member, names)).length
}

function lacking(member: PolicyMember, names: ReadonlySet<string>): string[] {
  if (holds(member, names)) return []
  return isGroup(member) ? member.members.flatMap(part => lacking(part, names)) : [member.name]
}

function describeLack(member: PolicyMember, names: ReadonlySet<string>): Words {
  const { name } = member
  if (!isGroup(member)) return { en: name, zh: name }
  const parts = member.members.filter(part => !holds(part, names)).map(part => describeLack(part, names))
  const count = countOf(member, names)
  return {
    en: `${name} has ${count} of the ${member.threshold} that it needs (not yet: ${parts.map(({ en }) => en).join(', ')})`,
    zh: `${name} 需 ${member.threshold} 个，已有 ${count} 个（尚缺：${parts.map(({ zh }) => zh).join('、')}）`,
  }
}

function isGroup(member: PolicyMember): member is PolicyGroup {
  return 'members' in member
}
