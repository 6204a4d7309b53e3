// C2SP tlog-policy: the text of a witness policy, so that log, verifier and stock tools can be given one and the same.
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> <k>|any|all <member>…
//   quorum <name>|none

import { equal } from './bytes.ts'
import { LedgerError } from './error.ts'
import { isSameKey, MAX_SIGNATURES, parseKeyOfType, TYPE_COSIGNATURE, TYPE_ED25519, type VerifierKey } from './note.ts'
import { excerpt } from './witness.ts'
import type { PolicyMember, PolicyWitness, WitnessPolicy } from './witness-policy.ts'
import type { Words } from './words.ts'

/** A note has room for the log's two lines and one of each witness. */
const MAX_WITNESSES = MAX_SIGNATURES - 2
const MAX_GROUPS = 64
const MAX_CHARACTERS = 65_536

/** Each line's form, and how many words stand behind its first. */
const LINES = {
  log: { form: 'log <vkey> [<url>]', least: 1, most: 2 },
  witness: { form: 'witness <name> <vkey> [<url>]', least: 2, most: 3 },
  group: { form: 'group <name> <k>|any|all <member>…', least: 3, most: Infinity },
  quorum: { form: 'quorum <name>|none', least: 1, most: 1 },
} as const

/**
 * A policy by which witnesses are asked: their addresses are read too.
 * @throws LedgerError `witness_policy_invalid`, with the line's number
 */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  return readPolicy(text, readUrl)
}

/** A policy to verify by, in which nobody is asked: addresses are passed over. Throws the same. */
export function parseQuorum(text: string): WitnessPolicy {
  return readPolicy(text, () => undefined)
}

/** Reads line by line; each line may name only what stands above it, so that there are no circles. */
function readPolicy(text: string, readUrl: (url: string) => string | undefined): WitnessPolicy {
  const logs: VerifierKey[] = []
  const witnesses: PolicyWitness[] = []
  const members = new Map<string, PolicyMember>()
  /** Names that some group has: each may count once. */
  const counted = new Set<string>()
  let quorum: { readonly member: PolicyMember | undefined } | undefined

  const define = (member: PolicyMember): void => {
    if (member.name === 'none' || members.has(member.name)) {
      throw faultIn(member.name, { en: 'is a name taken already; choose another', zh: '这一名称已被占用；请另选' })
    }
    members.set(member.name, member)
  }
  const find = (name: string): PolicyMember => {
    const member = members.get(name)
    if (member === undefined) throw faultIn(name, { en: 'is defined by no line above', zh: '上文没有定义' })
    return member
  }
  const count = (name: string): PolicyMember => {
    if (counted.has(name)) {
      throw faultIn(name, {
        en: 'is a member of a group already, and may count once',
        zh: '已是某组的成员，只能计一次',
      })
    }
    counted.add(name)
    return find(name)
  }

  const readers: Readonly<Record<keyof typeof LINES, (first: string, second: string, ...more: string[]) => void>> = {
    log: (vkey, url) => {
      const key = parseKeyOfType(vkey, TYPE_ED25519)
      if (logs.some(log => equal(log.publicKey, key.publicKey))) throw repeated(key.name)
      if (url !== undefined) readUrl(url)
      logs.push(key)
    },
    witness: (name, vkey, url) => {
      requireRoom(witnesses.length, MAX_WITNESSES)
      const key = parseKeyOfType(vkey, TYPE_COSIGNATURE)
      // One key is one witness, whatever it is called; and a note tells keys apart by name and ID alone.
      const other = witnesses.find(({ key: known }) => equal(known.publicKey, key.publicKey) || isSameKey(known, key))
      if (other !== undefined) throw repeated(other.name)
      const address = url === undefined ? undefined : readUrl(url)
      const witness = { name, key, ...(address !== undefined && { url: address }) }
      define(witness)
      witnesses.push(witness)
    },
    group: (name, threshold, ...names) => {
      requireRoom(members.size - witnesses.length, MAX_GROUPS)
      const counting = names.map(count)
      const [most, least] = [names.length, threshold === 'any' ? 1 : threshold === 'all' ? names.length : +threshold]
      if (!/^(?:any|all|[1-9]\d{0,3})$/.test(threshold) || least > most) {
        throw faultIn(threshold, {
          en: `is no threshold for ${most} members; write any, all, or a number from 1 to ${most}`,
          zh: `不能作为 ${most} 个成员的门槛；请写 any、all 或 1 至 ${most} 的数`,
        })
      }
      define({ name, threshold: least, members: counting })
    },
    quorum: name => {
      if (quorum !== undefined) throw fault({ en: 'a quorum is given already', zh: '已有一个 quorum 行' })
      quorum = { member: name === 'none' ? undefined : find(name) }
    },
  }

  const readLine = (line: string): void => {
    // oxlint-disable-next-line no-control-regex -- tlog-policy forbids exactly these characters
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) {
      throw fault({ en: 'it has a control character, such as a carriage return', zh: '含有控制字符（例如回车符）' })
    }
    const [word, ...rest] = line.split(/[ \t]+/).filter(Boolean)
    if (word === undefined || word.startsWith('#')) return
    if (!isLine(word)) {
      throw faultIn(word, {
        en: 'begins no line; log, witness, group and quorum do',
        zh: '不是行的开头；可用 log、witness、group、quorum',
      })
    }
    const { form, least, most } = LINES[word]
    if (rest.length < least || rest.length > most)
      throw fault({ en: `it has not the form "${form}"`, zh: `格式应为“${form}”` })
    readers[word](...(rest as [string, string]))
  }

  if (text.length > MAX_CHARACTERS)
    throw invalid({ en: `is ${text.length} characters long`, zh: `长达 ${text.length} 个字符` })
  for (const [index, line] of text.split('\n').entries()) {
    try {
      readLine(line)
    } catch (cause) {
      if (!(cause instanceof LedgerError)) throw cause
      throw invalid({ en: `line ${index + 1}: ${cause.words.en}`, zh: `第 ${index + 1} 行：${cause.words.zh}` }, cause)
    }
  }
  if (quorum !== undefined) return { logs, witnesses, quorum: quorum.member }
  throw invalid({
    en: 'has no quorum line; end it with "quorum" and a name, or "quorum none"',
    zh: '没有 quorum 行；请以 quorum 加名称（或 quorum none）结尾',
  })
}

function isLine(word: string): word is keyof typeof LINES {
  return Object.hasOwn(LINES, word)
}

function requireRoom(count: number, most: number): void {
  if (count >= most) throw fault({ en: `there are at most ${most} of these`, zh: `此类行至多 ${most} 行` })
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(text)) {
    return url.href.replace(/\/+$/, '')
  }
  throw faultIn(text, {
    en: 'is no address; write one such as https://witness.example, without a password or a "?"',
    zh: '不是地址；请写如 https://witness.example，不带口令和“?”',
  })
}

/** What is wrong with a line; `parseWitnessPolicy` says with which. */
function fault(words: Words): LedgerError {
  return new LedgerError('witness_policy_invalid', words)
}

/** The same of a word in it. */
function faultIn(word: string, { en, zh }: Words): LedgerError {
  return fault({ en: `"${excerpt(word)}" ${en}`, zh: `“${excerpt(word)}”${zh}` })
}

const repeated = (name: string): LedgerError => faultIn(name, { en: 'has the same key', zh: '的密钥与此相同' })

function invalid(why: Words, cause?: unknown): LedgerError {
  return new LedgerError(
    'witness_policy_invalid',
    {
      en: `The witness policy does not hold: ${why.en}. Mend it as c2sp.org/tlog-policy has it, and start again.`,
      zh: `见证策略无效：${why.zh}。请按 c2sp.org/tlog-policy 改正后重新启动。`,
    },
    { cause },
  )
}
