// suyuan restore: a data directory out of a backup, and what the chain says of it: a ledger that is behind its own anchors
// may not go on, since it would sign a second tree of one size.

import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { type Restored, restoreBackup } from '../backup/restore.ts'
import { readAnchored } from '../chain/anchor.ts'
import { type Config, readConfig } from '../config.ts'
import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { type Language, languageOf, type Words } from '../core/words.ts'
import { recallOrigin } from '../log-key.ts'
import { requireOurs } from '../published.ts'
import { quickParts } from './backup.ts'
import { watchSteps } from './backup-progress.ts'
import { explainDisk } from './disk-failure.ts'
import { describeError, EXIT, print, printJson, tell } from './output.ts'
import { openStoppedLedger } from './stopped-ledger.ts'
import { openStoppedStore } from './stopped-store.ts'
import { formatCount } from './table.ts'

interface RestoreOptions {
  readonly from: string
  readonly data: string
  readonly rpc?: string
  readonly json?: true
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description(
      'makes a data directory out of a backup, and compares it with the chain; exit code 1 when it is behind, or differs',
    )
    .requiredOption('--from <dir>', 'folder of the backup')
    .addOption(
      new Option('--data <dir>', 'data directory to be: a new or empty one').env('SUYUAN_DATA').makeOptionMandatory(),
    )
    .addOption(new Option('--rpc <url>', 'the chain; by default the embedded one').env('SUYUAN_RPC_URL'))
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExample:\n  suyuan restore --from /mnt/backup/suyuan --data /var/lib/suyuan')
    .action(async ({ from, data, rpc, json }: RestoreOptions) => {
      const language = languageOf(process.env)
      const restored = await restore(from, data, language)
      const config = readConfig({ ...process.env, SUYUAN_DATA: data, SUYUAN_RPC_URL: rpc })
      const standing = await compareWithChain(config, restored)
      if (FAULTS.has(standing.verdict)) process.exitCode = EXIT.tampered
      const { manifest, digest, bytes } = restored
      const { size, root, made, keys } = manifest
      if (json) {
        const { verdict, anchored, words } = standing
        return printJson({ size, root, made, bytes, keys, sha256: digest, anchored, verdict, message: words[language] })
      }
      const count = formatCount(size)
      print(
        language === 'zh'
          ? `已恢复 ${made} 的备份：${count} 条记录`
          : `restored the backup of ${made}: ${count} records`,
      )
      print(language === 'zh' ? `根：${root}` : `root: ${root}`)
      if (!keys) {
        print(
          language === 'zh'
            ? '备份不含密钥：keys/ 中没有密钥文件时，无法签名，也无法解封。'
            : 'The backup holds no keys: without the key files in keys/ nothing is signed or unsealed.',
        )
      }
      const archives = join(config.data, 'archive')
      if (config.archives !== archives && manifest.files.some(({ path }) => path.startsWith('archive/'))) {
        print(
          language === 'zh'
            ? `归档恢复在 ${archives}：启动前请将其移到 ${config.archives}（SUYUAN_ARCHIVE_DIR）。`
            : `The archives are in ${archives}: move them to ${config.archives} (SUYUAN_ARCHIVE_DIR) before the service is started.`,
        )
      }
      print(standing.words[language])
    })
}

async function restore(from: string, data: string, language: Language): Promise<Restored> {
  using watching = watchSteps(language)
  const parts = { from, data, work: await quickParts(), onProgress: watching.progress, onNotice: () => {} }
  return await explainDisk(data, restoreBackup(parts))
}

interface Standing {
  readonly verdict: 'level' | 'ahead' | 'behind' | 'differs' | 'chain-lost' | 'unknown'
  /** Leaves of the tree anchored last; null when the chain was not asked. */
  readonly anchored: number | null
  readonly words: Words
}

/** The service does not start on it. */
const FAULTS: ReadonlySet<Standing['verdict']> = new Set(['behind', 'differs', 'chain-lost'])

async function compareWithChain(config: Config, { manifest }: Restored): Promise<Standing> {
  const { size, made, keys } = manifest
  try {
    const anchored = await readLast(config)
    if (anchored.size > size) return behind(anchored.size, size)
    const difference = await compareRoots(config, anchored)
    if (difference !== undefined) return { verdict: 'differs', anchored: anchored.size, words: difference.words }
    const [records, leaves] = [anchored.size, size].map(formatCount)
    const [once, zhStart] = keys
      ? ['', '可以启动服务']
      : [' once the key files are back in keys/', '将密钥文件放回 keys/ 后可以启动服务']
    return {
      verdict: anchored.size === size ? 'level' : 'ahead',
      anchored: anchored.size,
      words: {
        en: `The tree anchored last has ${records} of its ${leaves} records; the service may be started${once}. What was sent to the ledger after ${made} is not in it: let the sources send it again. A receipt given after that time does not prove here, and shows that records were lost. So does a checkpoint published after it and not anchored: this ledger will sign other trees of the same sizes, which whoever kept it will take for a split view. Tell them.`,
        zh: `最近存证的树包含其 ${leaves} 条记录中的 ${records} 条；${zhStart}。${made} 之后发送给账本的内容不在其中：请各来源重新发送。此后给出的回执在此无法验证，可据以证明有记录丢失。此后发布而未存证的检查点亦然：本账本将为同样的大小签署另外的树，持有该检查点者会视为账本出现分叉。请告知他们。`,
      },
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    tell(describeError(error))
    // A network's node may only be behind; the embedded chain came out of this backup, and there is no more of it.
    if (error.code === 'chain_lost' && config.rpcUrl === undefined) return CHAIN_LOST
    return {
      verdict: 'unknown',
      anchored: null,
      words: {
        en: 'It was not compared with the chain, for the reason above. The service compares it when it starts, before it signs anything.',
        zh: '因上述原因未与链比对。服务启动时会先比对，之后才签署任何内容。',
      },
    }
  }
}

const CHAIN_LOST: Standing = {
  verdict: 'chain-lost',
  anchored: null,
  words: {
    en: 'The embedded chain in this backup is not the one that the ledger saw: blocks are missing, or are others, for the reason above. The service refuses to start on it. Restore another backup. If none has the chain, keep this directory to read and prove from, and begin a new ledger with an origin of its own (SUYUAN_ORIGIN).',
    zh: '此备份中的内置链不是账本所见过的链：区块缺失或不同，原因见上。服务拒绝以它启动。请恢复另一份备份。如果没有含该链的备份，请保留本目录用于查询和举证，并以新的名称（SUYUAN_ORIGIN）建立新账本。',
  },
}

async function readLast(config: Config): Promise<TreeHead> {
  await using stopped = await openStoppedLedger(config)
  await stopped.guard()
  return readAnchored(stopped.chain, stopped.deployment, (await recallOrigin(stopped.facts)) ?? config.origin)
}

/** As a start compares them: the root that the restored log has at the size anchored last. */
async function compareRoots(config: Config, anchored: TreeHead): Promise<LedgerError | undefined> {
  const archives = join(config.data, 'archive') // not moved yet
  await using stopped = await openStoppedStore({ ...config, archives })
  try {
    await requireOurs(stopped.store, anchored, { en: 'has been anchored on the chain', zh: '已在链上存证' })
    return undefined
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'log_differs') return error
    throw error
  }
}

function behind(anchored: number, size: number): Standing {
  const [records, leaves, lost] = [anchored, size, anchored - size].map(formatCount)
  return {
    verdict: 'behind',
    anchored,
    words: {
      en: `The chain has an anchor of ${records} records, but this backup has ${leaves}: at least ${lost} records are missing. The service refuses to start on it, since it would sign a second tree of the same size. Restore a newer backup. If there is none, keep this directory to read and prove from, and begin a new ledger with an origin of its own (SUYUAN_ORIGIN).`,
      zh: `链上已有 ${records} 条记录的存证，而此备份只有 ${leaves} 条：至少缺少 ${lost} 条记录。服务拒绝以它启动，否则会为同一大小签署第二棵树。请恢复更新的备份。如果没有，请保留本目录用于查询和举证，并以新的名称（SUYUAN_ORIGIN）建立新账本。`,
    },
  }
}
