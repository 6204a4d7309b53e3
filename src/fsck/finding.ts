// What a check finds, in the words of whoever has to act on it. A finding names the file, the place in it, what was
// expected there, and the next step. What is derived is made again; of what is not, another copy is needed.

import type { Words } from '../core/words.ts'

export interface Finding {
  /** Stable, as the errors of the store and the keys are. */
  readonly code: string
  /** Within the data directory. */
  readonly file: string
  readonly words: Words
  /** Made again from what is not derived. */
  readonly isDerived: boolean
  /** What belongs there, where it is a few bytes: to be written in their place. */
  readonly patch?: Patch
}

export interface Patch {
  readonly position: number
  readonly bytes: Uint8Array
}

/** Findings of one file and kind that are told one by one; of more, how many. */
const TOLD = 20

/** Collects what is found, and of one kind only so much that a person would read it. */
export class Findings {
  readonly #told: Finding[] = []
  readonly #counts = new Map<string, number>()

  /** Damage of what cannot be made again: `next` says which other copy helps. */
  lost(code: string, file: string, found: Words, next: Words): void {
    this.add({ code, file, words: joined(file, found, next), isDerived: false })
  }

  /** Damage of what is made again from the rest. */
  derived(code: string, file: string, found: Words, next: Words = REPAIR): void {
    this.add({ code, file, words: joined(file, found, next), isDerived: true })
  }

  /** The same where the right bytes are known. */
  patchable(code: string, file: string, found: Words, patch: Patch): void {
    this.add({ code, file, words: joined(file, found, REPAIR), isDerived: true, patch })
  }

  add(finding: Finding): void {
    const kind = `${finding.code} ${finding.file}`
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (count <= TOLD) this.#told.push(finding)
  }

  addAll(findings: readonly Finding[]): void {
    for (const finding of findings) this.add(finding)
  }

  /** In the order in which they were found; of what was too many to tell, how many more there are. */
  get all(): readonly Finding[] {
    const more = [...this.#counts].flatMap(([kind, count]) => {
      if (count <= TOLD) return []
      const { code, file, isDerived } = this.#told.findLast(({ code, file }) => `${code} ${file}` === kind)!
      const words = {
        en: `${file}: ${count - TOLD} more places like these.`,
        zh: `${file}：另有 ${count - TOLD} 处同类问题。`,
      }
      return [{ code, file, isDerived, words }]
    })
    return [...this.#told, ...more]
  }

  has(file: string): boolean {
    return this.#told.some(finding => finding.file === file)
  }
}

function joined(file: string, found: Words, next: Words): Words {
  return { en: `${file}: ${found.en}. ${next.en}`, zh: `${file}：${found.zh}。${next.zh}` }
}

const REPAIR: Words = {
  en: 'It is derived: suyuan fsck --repair makes it again.',
  zh: '它是派生数据：suyuan fsck --repair 会重新生成。',
}

/** Of entries: everyone who was given them can give them back, for the tree says which are right. */
export const OTHER_ENTRIES: Words = {
  en: 'It cannot be made again here. Keep a copy of the directory for the investigation, and take this file from a backup, or from whoever mirrors the log: the tree tells whether it is right.',
  zh: '它无法在此重新生成。请保留一份目录副本以备调查，并从备份或日志的镜像方取回该文件：树可证明取回的是否正确。',
}

/** Of what nobody else was given. */
export const BACKUP: Words = {
  en: 'It cannot be made again. Keep a copy of the directory for the investigation, and restore this file from a backup.',
  zh: '它无法重新生成。请保留一份目录副本以备调查，并从备份恢复该文件。',
}
