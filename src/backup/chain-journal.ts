// The embedded chain's journal, before a backup is made of it: it must be the chain that the facts tell of, and go on from
// the one in the backup made before. A journal that is lost is begun anew by a start that then refuses it, so being there
// and whole says nothing yet.

import { join } from 'node:path'
import { type ChainIdentity, recallIdentity } from '../chain/identity.ts'
import { DEFAULT_CHAIN_ID } from '../chain/node/options.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import {
  CHAIN_JOURNAL,
  findChainDamage,
  findChainEnd,
  NO_JOURNAL,
  needsChainJournal,
} from '../fsck/check-chain-journal.ts'
import { eachFact } from '../store/facts/facts-journal.ts'
import { beginsWith, digestFile } from './copy.ts'
import type { BackedUpFile, Manifest } from './manifest.ts'
import { ReadOnlyFile } from './read-only.ts'

export interface ChainJournalParts {
  readonly data: string
  /** The folder of the backup. */
  readonly to: string
  /** As far as the moment of the backup; undefined when there is none. */
  readonly journal: ReadOnlyFile | undefined
  readonly facts: ReadOnlyFile
  readonly former: Manifest | undefined
  readonly isNetworkNamed: boolean
}

/** @throws LedgerError `chain_journal_damaged`, `backup_of_other_history` */
export async function requireChainJournal(parts: ChainJournalParts): Promise<void> {
  const { data, to, journal, former, isNetworkNamed } = parts
  const identity = await readIdentity(parts.facts)
  // Of a ledger on a network, a journal is what one start without SUYUAN_RPC_URL made; nothing of the ledger is in it.
  if (identity !== undefined && identity.deployment.chainId !== DEFAULT_CHAIN_ID) return
  const held = former?.files.find(({ path }) => path === CHAIN_JOURNAL)
  if (journal === undefined) {
    if (held === undefined && !(await needsChainJournal(data, identity, isNetworkNamed))) return
    throw damaged(join(data, CHAIN_JOURNAL), to, held === undefined ? NO_JOURNAL : GONE)
  }
  const known = { genesisHash: identity?.deployment.genesisHash, lastSeen: identity?.lastSeen }
  const found = await findChainDamage(journal, known, [])
  if (found !== undefined) throw damaged(journal.path, to, found)
  if (held !== undefined && !(await goesOn(journal, join(to, CHAIN_JOURNAL), held))) throw otherChain(journal.path, to)
}

/** Whether a journal has all whole blocks of the one that was copied, the last of which may be cut short there. */
async function goesOn(journal: ReadOnlyFile, copy: string, held: BackedUpFile): Promise<boolean> {
  if (await beginsWith(journal, held)) return true
  await using opened = new AsyncDisposableStack()
  const end = await findChainEnd(opened.adopt(await ReadOnlyFile.open(copy, held.length), file => file.close()))
  return end <= journal.size && (await digestFile(copy, end)) === (await digestFile(journal.path, end))
}

async function readIdentity(facts: ReadOnlyFile): Promise<ChainIdentity | undefined> {
  const known = new Map<string, string>()
  for await (const [key, value] of eachFact(facts)) if (key.startsWith('chain/')) known.set(key, value)
  return recallIdentity({ get: async key => known.get(key) })
}

const GONE: Words = { en: 'it is not there, though the backup made before has it', zh: '不存在，而此前的备份中有' }

function damaged(path: string, to: string, found: Words): LedgerError {
  return new LedgerError('chain_journal_damaged', {
    en: `${path}: ${found.en}. Nothing was backed up; what is in ${to} is left as it was. Keep it, stop the service, and take the file from the newest backup that has this chain; when the service starts it says whether that chain is new enough.`,
    zh: `${path}：${found.zh}。没有备份任何内容，${to} 中的内容保持不变。请保留它，停止服务，并从含有该链的最新备份取回此文件；服务启动时会说明该链是否足够新。`,
  })
}

function otherChain(path: string, to: string): LedgerError {
  return new LedgerError('backup_of_other_history', {
    en: `${path} does not begin with the blocks that the backup in ${to} has of the embedded chain: it was cut short, was begun anew, or is of another ledger. The backup is left as it was. Keep it, run \`suyuan fsck\` on the data directory, and name a new folder for this backup.`,
    zh: `${path} 的开头与 ${to} 中备份的内置链区块不同：文件被截短、重新建立，或属于另一账本。备份保持不变。请保留它，对数据目录运行 \`suyuan fsck\`，并为本次备份指定一个新目录。`,
  })
}
