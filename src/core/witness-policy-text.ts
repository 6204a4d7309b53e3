// C2SP tlog-policy: the text of a witness policy, so that log, verifier and stock tools can be given one and the same.
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> <k>|any|all <member>…
//   quorum <name>|none

import { equal } from './bytes.ts'
import { LedgerError } from './error.ts'
import { MAX_SIGNATURES, parseVerifierKey, TYPE_COSIGNATURE, TYPE_ED25519, type VerifierKey } from './note.ts'
import { excerpt, isSameKey } from './witness.ts'
import type { PolicyMember, PolicyWitness, WitnessPolicy } from './witness-policy.ts'
import type { Words } from './words.ts'

/** A note has room for the log's two lines and one of each witness. */
const MAX_WITNESSES = MAX_SIGNATURES - 2
const MAX_GROUPS = 64
const MAX_CHARACTERS = 65_536

/** @throws LedgerError `witness_policy_invalid`, with the line's number */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  if (text.length > MAX_CHARACTERS)
    throw invalid({ en: `is ${text.length} characters long`, zh: `长达 ${text.length} 个字符` })
  const reader = new PolicyReader()
  for (const [index, line] of text.split('\n').entries()) {
    try {
      reader.read(line)
    } catch (cause) {
      if (!(cause instanceof LedgerError)) throw cause
      throw invalid({ en: `line ${index + 1}: ${cause.words.en}`, zh: `第 ${index + 1} 行：${cause.words.zh}` }, cause)
    }
  }
  return reader.policy()
}

/** Reads line by line; each line may name only what stands above it, so that there are no circles. */
class PolicyReader {
  readonly #logs: VerifierKey[] = []
  readonly #witnesses: PolicyWitness[] = []
  readonly #members = new Map<string, PolicyMember>()
  /** Names that some group has: each may count once. */
  readonly #counted = new Set<string>()
  #quorum: { readonly member: PolicyMember | undefined } | undefined

  read(line: string): void {
    // oxlint-disable-next-line no-control-regex -- tlog-policy forbids exactly these characters
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) {
      throw fault({ en: 'it has a control character, such as a carriage return', zh: '含有控制字符（例如回车符）' })
    }
    const [word, ...rest] = line.split(/[ \t]+/).filter(Boolean)
    if (word === undefined || word.startsWith('#')) return
    if (word === 'log') return this.#readLog(rest)
    if (word === 'witness') return this.#readWitness(rest)
    if (word === 'group') return this.#readGroup(rest)
    if (word === 'quorum') return this.#readQuorum(rest)
    throw fault({
      en: `"${excerpt(word)}" begins no line; log, witness, group and quorum do`,
      zh: `没有以“${excerpt(word)}”开头的行；可用 log、witness、group、quorum`,
    })
  }

  policy(): WitnessPolicy {
    if (this.#quorum === undefined) {
      throw invalid({
        en: 'has no quorum line; end it with "quorum" and a name, or "quorum none"',
        zh: '没有 quorum 行；请以 quorum 加名称（或 quorum none）结尾',
      })
    }
    return { logs: this.#logs, witnesses: this.#witnesses, quorum: this.#quorum.member }
  }

  #readLog([vkey, url, ...more]: readonly string[]): void {
    if (vkey === undefined || more.length > 0) throw form('log <vkey> [<url>]')
    const key = readKey(vkey, TYPE_ED25519)
    if (this.#logs.some(log => equal(log.publicKey, key.publicKey))) throw repeated(key.name)
    if (url !== undefined) readUrl(url)
    this.#logs.push(key)
  }

  #readWitness([name, vkey, url, ...more]: readonly string[]): void {
    if (name === undefined || vkey === undefined || more.length > 0) throw form('witness <name> <vkey> [<url>]')
    if (this.#witnesses.length === MAX_WITNESSES) throw tooMany(MAX_WITNESSES)
    const key = readKey(vkey, TYPE_COSIGNATURE)
    // One key is one witness, whatever it is called; and a note tells keys apart by name and ID alone.
    const other = this.#witnesses.find(other => equal(other.key.publicKey, key.publicKey) || isSameKey(other.key, key))
    if (other !== undefined) throw repeated(other.name)
    const witness = { name, key, ...(url === undefined ? {} : { url: readUrl(url) }) }
    this.#define(witness)
    this.#witnesses.push(witness)
  }

  #readGroup([name, count, ...names]: readonly string[]): void {
    if (name === undefined || count === undefined || names.length === 0)
      throw form('group <name> <k>|any|all <member>…')
    if (this.#members.size - this.#witnesses.length === MAX_GROUPS) throw tooMany(MAX_GROUPS)
    const members = names.map(member => this.#count(member))
    const threshold = count === 'any' ? 1 : count === 'all' ? members.length : Number(count)
    if (!/^(?:any|all|[1-9]\d{0,3})$/.test(count) || threshold > members.length) {
      throw fault({
        en: `"${excerpt(count)}" of ${members.length} members cannot be; write any, all, or a number from 1 to ${members.length}`,
        zh: `${members.length} 个成员不能以“${excerpt(count)}”为门槛；请写 any、all 或 1 至 ${members.length} 的数`,
      })
    }
    this.#define({ name, threshold, members })
  }

  #readQuorum([name, ...more]: readonly string[]): void {
    if (name === undefined || more.length > 0) throw form('quorum <name>|none')
    if (this.#quorum !== undefined) throw fault({ en: 'a quorum is given already', zh: '已有一个 quorum 行' })
    this.#quorum = { member: name === 'none' ? undefined : this.#find(name) }
  }

  #define(member: PolicyMember): void {
    if (member.name === 'none' || this.#members.has(member.name)) {
      throw fault({
        en: `"${excerpt(member.name)}" is a name taken already; choose another`,
        zh: `名称“${excerpt(member.name)}”已被占用；请另选`,
      })
    }
    this.#members.set(member.name, member)
  }

  #count(name: string): PolicyMember {
    const member = this.#find(name)
    if (this.#counted.has(name)) {
      throw fault({
        en: `"${excerpt(name)}" is a member of a group already, and may count once`,
        zh: `“${excerpt(name)}”已是某组的成员，只能计一次`,
      })
    }
    this.#counted.add(name)
    return member
  }

  #find(name: string): PolicyMember {
    const member = this.#members.get(name)
    if (member !== undefined) return member
    throw fault({
      en: `no line above defines "${excerpt(name)}"`,
      zh: `上文没有定义“${excerpt(name)}”`,
    })
  }
}

function readKey(vkey: string, type: number): VerifierKey {
  const key = parseVerifierKey(vkey)
  if (key.type === type && key.publicKey.length === 32) return key
  throw fault({
    en: `the key of "${excerpt(key.name)}" is of type 0x${key.type.toString(16)} with ${key.publicKey.length} bytes; one of type 0x0${type} with 32 bytes (Ed25519) is needed here`,
    zh: `“${excerpt(key.name)}”的密钥类型为 0x${key.type.toString(16)}，长 ${key.publicKey.length} 字节；此处需类型 0x0${type}、32 字节（Ed25519）`,
  })
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(text)) {
    return url.href.replace(/\/+$/, '')
  }
  throw fault({
    en: `"${excerpt(text)}" is no address; write one such as https://witness.example, without a password or a "?"`,
    zh: `“${excerpt(text)}”不是地址；请写如 https://witness.example，不带口令和“?”`,
  })
}

/** What is wrong with a line; `parseWitnessPolicy` says with which. */
function fault(words: Words): LedgerError {
  return new LedgerError('witness_policy_invalid', words)
}

const form = (form: string): LedgerError => fault({ en: `it has not the form "${form}"`, zh: `格式应为“${form}”` })
const tooMany = (most: number): LedgerError =>
  fault({ en: `there are at most ${most} of these`, zh: `此类行至多 ${most} 行` })
const repeated = (name: string): LedgerError =>
  fault({ en: `its key is that of "${excerpt(name)}"`, zh: `其密钥与“${excerpt(name)}”的相同` })

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
