// The erasure of a sealed part, or of a text behind a digest of an act (docs/erasure.md): what is behind the digest is
// destroyed, its entry or act and every proof stay, and the erasure itself becomes a record of the log: who asked, on which
// legal basis, of what, when.
//
// The record is durable first, then the part is destroyed. So nothing vanishes without a trace; and what a crash left
// undone is found in the log, by the source that all erasures name, and is done at the next start.

import { type TextVault, textErased } from './acts/text-vault.ts'
import { LedgerError } from './core/error.ts'
import { packLeaves } from './core/leaves.ts'
import type { ReceiptJson } from './core/receipt.ts'
import {
  decodeEntry,
  ERASURE,
  ERASURE_SOURCE,
  type ErasureRecord,
  encodeEntry,
  formatTime,
  PATTERNS,
  readSealed,
} from './core/record.ts'
import type { GroupCommit } from './group-commit.ts'
import { isPruned } from './store/archive/pruned.ts'
import { isErased } from './store/log/sealed.ts'
import type { Store } from './store/store.ts'
import { takeTurns } from './turns.ts'
import type { Vault } from './vault.ts'

/** What is to go: the sealed part of a record, or the text behind a digest on the chain. */
export type ErasureTarget = { readonly index: number } | { readonly text: string }

export interface ErasureWhy {
  /** Its legal basis, as a code: `PATTERNS.basis`. */
  readonly basis: string
  /** Why, in words; and who asked for it: both are sealed in the erasure's own record. */
  readonly reason: string
  readonly by: string
  /** The token by which it is done. */
  readonly token: { readonly id: string; readonly name: string }
}

export interface Erased {
  /** The record of the erasure. */
  readonly index: number
  readonly receipt: ReceiptJson
}

export interface Erasures {
  /**
   * Resolves when the record is in the log and the part is no more.
   * @throws LedgerError `invalid_field`, `sealed_too_long`; `sealed_not_found`, `sealed_erased`, `text_not_found`,
   *   `text_erased`; of the store, when it cannot write: then the next start finishes what the log tells of
   */
  erase(target: ErasureTarget, why: ErasureWhy): Promise<Erased>
  /** The record by which this was erased, if it was. */
  find(target: ErasureTarget): Promise<number | undefined>
}

export interface ErasureParts {
  readonly store: Pick<Store, 'head' | 'readEntries' | 'readSealed' | 'eraseSealed' | 'search' | 'facts'>
  readonly commit: Pick<GroupCommit, 'commit'>
  readonly vault: Pick<Vault, 'commit' | 'encrypt' | 'pseudonymOf'>
  readonly texts: Pick<TextVault, 'has' | 'erase' | 'erasedBy'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Facts: by which record a record's part was erased; and up to which leaf all erasures are carried out. */
const ERASED_FACT = 'erasure/'
const DONE_FACT = 'erasures/done'
const DIGITS = 16
/** Entries read at a time. */
const PAGE = 256

/** Opens the erasures of a log, and finishes those that its records tell of and that were not carried out. */
export async function openErasures(parts: ErasureParts, onNotice: (notice: string) => void): Promise<Erasures> {
  const finished = await finishErasures(parts, onNotice)
  if (finished > 0) onNotice(`${finished} erasures that are on record had not been carried out, and are now.`)
  return createErasures(parts)
}

function createErasures(parts: ErasureParts): Erasures {
  const find = (target: ErasureTarget): Promise<number | undefined> => findErasure(parts, target)
  // One at a time: the second of two that ask for the same finds it done.
  const inTurn = takeTurns()
  return {
    find,
    erase: (target, why) =>
      inTurn(async () => {
        const by = await find(target)
        if (by !== undefined) {
          if ('text' in target) throw textErased(target.text, by)
          await eraseAgain(parts.store, target.index)
          throw sealedErased(target.index, by)
        }
        const { firstIndex: index, receipt } = await logErasure(parts, target, why)
        await carryOut(parts, target, index)
        return { index, receipt: receipt! }
      }),
  }
}

async function findErasure({ store, texts }: ErasureParts, target: ErasureTarget): Promise<number | undefined> {
  if ('text' in target) return texts.erasedBy(target.text)
  const fact = await store.facts.get(factOf(target.index))
  return fact === undefined ? undefined : Number(fact)
}

async function logErasure(parts: ErasureParts, target: ErasureTarget, { basis, reason, by, token }: ErasureWhy) {
  const { commit, vault, now } = parts
  if (!PATTERNS.basis.test(basis)) {
    throw new LedgerError('invalid_field', {
      en: `basis ${JSON.stringify(basis.slice(0, 64))} is not a code of 1 to 64 of A-Z a-z 0-9 . _ : / ( ) -; name the article, such as PIPL-47`,
      zh: `basis 的值 ${JSON.stringify(basis.slice(0, 64))} 不正确，应为 1 至 64 个 A-Z a-z 0-9 . _ : / ( ) - 字符；请写明条款，如 PIPL-47`,
    })
  }
  const sealed = readSealed({ person: by, purposeText: reason, detail: { token: { id: token.id, name: token.name } } })
  const what = await describe(parts, target)
  const { digest, secret } = vault.commit(sealed)
  const record: ErasureRecord = {
    action: ERASURE,
    actor: vault.pseudonymOf(by),
    basis,
    ...what,
    sealed: digest,
    source: ERASURE_SOURCE,
    time: formatTime(now()),
  }
  const leaf = { record, entry: encodeEntry(record), sealed: vault.encrypt([secret])[0] }
  return commit.commit({ leaves: packLeaves([leaf]) })
}

/** What the record says of it. @throws LedgerError `sealed_not_found`, `text_not_found` */
async function describe(
  { store, texts }: ErasureParts,
  target: ErasureTarget,
): Promise<Pick<ErasureRecord, 'erases' | 'erasesText' | 'provider' | 'resource'>> {
  if ('text' in target) {
    if (await texts.has(target.text)) return { erasesText: target.text }
    throw new LedgerError('text_not_found', {
      en: `No text is kept here under ${target.text}, so there is nothing to erase.`,
      zh: `这里没有保存摘要为 ${target.text} 的文本，无可删除。`,
    })
  }
  const [entry] = await store.readEntries([target.index])
  const { provider, resource, sealed } = decodeEntry(entry!)
  // What cannot be found is not said to be erased: a part that is damaged, or was pruned, is told here.
  if (sealed === undefined || (await store.readSealed(target.index)) === undefined) {
    throw new LedgerError('sealed_not_found', {
      en: `Record ${target.index} has no sealed part, so there is nothing to erase.`,
      zh: `第 ${target.index} 号记录没有密封部分，无可删除。`,
    })
  }
  return {
    erases: target.index,
    ...(provider !== undefined && { provider }),
    ...(resource !== undefined && { resource }),
  }
}

/** Destroys it, then remembers by which record. */
async function carryOut({ store, texts }: ErasureParts, target: ErasureTarget, by: number): Promise<void> {
  if ('text' in target) return texts.erase(target.text, by)
  await store.eraseSealed(target.index)
  await store.facts.put({ [factOf(target.index)]: String(by) })
}

/** A file that was put back from an older copy has the part again. Whether it did. */
async function eraseAgain(store: Pick<Store, 'readSealed' | 'eraseSealed'>, index: number): Promise<boolean> {
  const part = await store.readSealed(index)
  if (part === undefined || isErased(part)) return false
  await store.eraseSealed(index)
  return true
}

/** Erases the sealed parts that are there though a record of the log tells of their erasure. */
export async function redoErasures(
  store: Pick<Store, 'head' | 'search' | 'readEntries' | 'readSealed' | 'eraseSealed'>,
): Promise<void> {
  for await (const { target } of erasuresIn(store, store.head.size)) {
    if ('index' in target) await eraseAgain(store, target.index).catch(ignorePruned)
  }
}

/** Carries out what the log tells of since the last time that all was done; how many that were. */
async function finishErasures(parts: ErasureParts, onNotice: (notice: string) => void): Promise<number> {
  const { store } = parts
  const { size } = store.head
  const done = Number((await store.facts.get(DONE_FACT)) ?? 0)
  if (done === size) return 0
  let finished = 0
  let isDone = true
  try {
    for await (const { index, target } of erasuresIn(store, size)) {
      if (index < done) break // newest first
      if ((await findErasure(parts, target)) !== undefined) continue
      try {
        await carryOut(parts, target, index)
        finished++
      } catch (error) {
        // One damaged part must not keep the ledger from starting; the next start tries again.
        if (!(error instanceof LedgerError) || error.code !== 'sealed_damaged') {
          ignorePruned(error) // the part went with its segment
          continue
        }
        onNotice(error.message)
        isDone = false
      }
    }
  } catch (error) {
    // Newest first: the records before this one are pruned, and so are the parts they tell of, which are older still.
    ignorePruned(error)
  }
  if (isDone) await store.facts.put({ [DONE_FACT]: String(size) })
  return finished
}

/** The records of erasures among the first `size` leaves, newest first. */
async function* erasuresIn(
  store: Pick<Store, 'search' | 'readEntries'>,
  size: number,
): AsyncGenerator<{ readonly index: number; readonly target: ErasureTarget }> {
  for await (const indices of store.search({ where: { source: ERASURE_SOURCE }, below: size })) {
    for (let at = 0; at < indices.length; at += PAGE) {
      const some = indices.slice(at, at + PAGE)
      for (const [k, entry] of (await store.readEntries(some)).entries()) {
        // Whoever ships lines may call itself by the same name; what it ships is no erasure.
        const { erases, erasesText } = decodeEntry(entry)
        if (erases !== undefined) yield { index: some[k]!, target: { index: erases } }
        if (erasesText !== undefined) yield { index: some[k]!, target: { text: erasesText } }
      }
    }
  }
}

function ignorePruned(error: unknown): void {
  if (!isPruned(error)) throw error
}

export function sealedErased(index: number, by: number): LedgerError {
  return new LedgerError('sealed_erased', {
    en: `The sealed part of record ${index} was erased, as record ${by} tells; its digest and every proof stay.`,
    zh: `第 ${index} 号记录的密封部分已删除，见第 ${by} 号记录；其摘要和全部证明仍在。`,
  })
}

function factOf(index: number): string {
  return ERASED_FACT + String(index).padStart(DIGITS, '0')
}
