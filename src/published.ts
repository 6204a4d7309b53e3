// The published checkpoint: the newest tree the log has told the world about. It only ever moves forward, one root per
// size, across restarts: a log that broke this once could show different histories to different readers (split view),
// so whatever would break it stops the log.

import { checkCheckpoint, type TreeHead } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import { checkNote } from './core/note.ts'
import { checkConsistency, consistencyNodes, proveConsistency } from './core/proof.ts'
import { frontierNodes, frontierRoot, type Hash } from './core/tree.ts'
import type { Words } from './core/words.ts'
import type { LogKey } from './log-key.ts'
import type { Facts, Store } from './store/store.ts'
import { takeTurns } from './turns.ts'
import type { Quorum } from './witness/quorum.ts'

/** What publishing and anchoring ask of the store. */
export type LogStore = Pick<Store, 'head' | 'readNodes' | 'facts'>

export interface Published extends TreeHead {
  /** The signed note. */
  readonly checkpoint: string
  /** When it was signed, in seconds since 1970. */
  readonly time: number
}

export interface Publisher {
  current(): Published | undefined
  /**
   * Signs and publishes the store's head, if it is larger than what is published; resolves to the newest.
   * @throws LedgerError `checkpoint_would_fork`; `witnesses_missing` (retryable)
   */
  publish(signal?: AbortSignal): Promise<Published>
}

export interface PublisherParts {
  readonly store: LogStore
  readonly logKey: LogKey
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Who has to have seen a checkpoint before it is published; nobody, when absent. */
  readonly witnesses?: Pick<Quorum, 'cosign'>
}

export const PUBLISHED_FACT = 'checkpoint'
const NEVER = new AbortController().signal

/** What can only mean that this data is not the log it was: to go on would sign a second history. */
const FATAL: ReadonlySet<string> = new Set(['log_rolled_back', 'log_differs', 'checkpoint_would_fork', 'index_differs'])

export function isFatal(error: unknown): boolean {
  return error instanceof LedgerError && FATAL.has(error.code)
}

/**
 * Opens the published checkpoint and compares it with the store.
 * @throws LedgerError `checkpoint_unsigned`, `checkpoint_of_other_log`, `log_rolled_back`, `log_differs`
 */
export async function openPublisher({ store, logKey, now, witnesses }: PublisherParts): Promise<Publisher> {
  let current = await recallPublished(store.facts, logKey)
  if (current !== undefined) await requireOurs(store, current, { en: 'has been published', zh: '已经发布' })
  const inTurn = takeTurns()

  const publish = async (signal: AbortSignal): Promise<Published> => {
    const { head } = store
    if (current !== undefined) {
      if (head.size === current.size && sameHash(head.root, current.root)) return current
      await requireExtends(store, current, head)
    }
    const signed = logKey.sign(head, Math.floor(now() / 1000))
    // What witnesses have cosigned and nobody published is a tree that this log still has: the next one extends it.
    const checkpoint = witnesses === undefined ? signed : await requireCosigned(witnesses, signed, signal)
    // A crash before this is durable publishes nothing; after it, the next start goes on from here.
    await store.facts.put({ [PUBLISHED_FACT]: checkpoint })
    current = readPublished(checkpoint, logKey)
    return current
  }

  return {
    current: () => current,
    publish: (signal = NEVER) => inTurn(() => publish(signal)),
  }
}

async function requireCosigned(
  witnesses: Pick<Quorum, 'cosign'>,
  checkpoint: string,
  signal: AbortSignal,
): Promise<string> {
  const { note, met, words } = await witnesses.cosign(checkpoint, signal)
  if (met) return note
  throw new LedgerError(
    'witnesses_missing',
    {
      en: `The checkpoint is not published, and nothing is anchored, until enough witnesses have cosigned it: ${words!.en} They are asked again by themselves; /v1/status tells how each of them does.`,
      zh: `检查点须有足够的见证方联署才会发布和存证：${words!.zh}将自动再次询问；各见证方的情况见 /v1/status。`,
    },
    { retryable: true },
  )
}

/** The published checkpoint as the facts have it, its signatures checked. */
export async function recallPublished(
  facts: Pick<Facts, 'get'>,
  keys: Pick<LogKey, 'verifierKey' | 'timeKey'>,
): Promise<Published | undefined> {
  const checkpoint = await facts.get(PUBLISHED_FACT)
  return checkpoint === undefined ? undefined : readPublished(checkpoint, keys)
}

/** The root of the log's first `size` leaves. */
export async function rootAt(store: Pick<Store, 'readNodes'>, size: number): Promise<Hash> {
  return frontierRoot({ size, hashes: await store.readNodes(frontierNodes(size)) })
}

/** The RFC 9162 proof that the log's tree of `newSize` leaves extends that of `oldSize`. */
export async function proveGrowth(store: LogStore, oldSize: number, newSize: number): Promise<Hash[]> {
  return proveConsistency(oldSize, newSize, await store.readNodes(consistencyNodes(oldSize, newSize)))
}

/**
 * Refuses a tree that is not a beginning of this log. `what` says how the tree is known, for the message.
 * @throws LedgerError `log_rolled_back`, `log_differs`
 */
export async function requireOurs(store: LogStore, tree: TreeHead, what: Words): Promise<void> {
  const { size } = store.head
  if (tree.size > size) {
    throw new LedgerError('log_rolled_back', {
      en: `A tree of ${tree.size} leaves ${what.en}, but the log in the data directory has only ${size}: the directory is older than its own record, or another copy of it is in use. Stop the other copy, or restore the newest data; records would be lost for good otherwise.`,
      zh: `${tree.size} 片叶的树${what.zh}，而数据目录中的日志只有 ${size} 片叶：该目录比其自身的记录旧，或另有一份副本在使用。请停止另一份副本，或恢复最新的数据；否则记录将永久丢失。`,
    })
  }
  const root = await rootAt(store, tree.size)
  if (sameHash(root, tree.root)) return
  throw new LedgerError('log_differs', {
    en: `The tree of ${tree.size} leaves that ${what.en} has root ${hex(tree.root)}, but the log in the data directory has ${hex(root)} at that size: it is another log, or it was changed. Restore the right data directory; do not go on with this one.`,
    zh: `${what.zh}的 ${tree.size} 片叶的树，根为 ${hex(tree.root)}，而数据目录中的日志在该大小的根为 ${hex(root)}：这是另一个日志，或被改动过。请恢复正确的数据目录；不要继续使用这一个。`,
  })
}

/** Before anything is signed: what has been published must be a beginning of it. Guards against damage, in files or in memory. */
async function requireExtends(store: LogStore, old: Published, head: TreeHead): Promise<void> {
  if (head.size > old.size) {
    const proof = await proveGrowth(store, old.size, head.size)
    if (checkConsistency(old.size, head.size, old.root, head.root, proof)) return
  }
  throw new LedgerError('checkpoint_would_fork', {
    en: `The log's tree of ${head.size} leaves with root ${hex(head.root)} does not extend the published one of ${old.size} leaves with root ${hex(old.root)}. Nothing was signed. Stop, check the disk, and compare the data directory with a backup.`,
    zh: `日志中 ${head.size} 片叶、根为 ${hex(head.root)} 的树，不是已发布的 ${old.size} 片叶、根为 ${hex(old.root)} 的树的延续。没有签署任何内容。请停止服务，检查磁盘，并以备份核对数据目录。`,
  })
}

function readPublished(
  checkpoint: string,
  { verifierKey, timeKey }: Pick<LogKey, 'verifierKey' | 'timeKey'>,
): Published {
  const { checkpoint: head, note } = checkCheckpoint(checkpoint, verifierKey)
  const time = checkNote(note, [timeKey])[0]?.time
  if (time === undefined) {
    throw new LedgerError('checkpoint_unsigned', {
      en: `The published checkpoint of size ${head.size} has no signature by ${timeKey.name}; the facts of the data directory were changed. Restore them from a backup.`,
      zh: `已发布的大小为 ${head.size} 的检查点没有 ${timeKey.name} 的签名；数据目录中的登记信息被改动。请从备份恢复。`,
    })
  }
  return { size: head.size, root: head.root, checkpoint, time }
}

const sameHash = (a: Hash, b: Hash): boolean => Buffer.from(a).equals(b)
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex')
