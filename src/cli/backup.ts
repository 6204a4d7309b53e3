// suyuan backup: a copy of the ledger that is whole, made while the service runs, and checked. Runs on the machine that
// holds the data directory.

import { type Command, Option } from 'commander'
import { makeBackup } from '../backup/make.ts'
import { verifyBackup } from '../backup/verify.ts'
import { readConfig } from '../config.ts'
import { LedgerError } from '../core/error.ts'
import { type Language, languageOf } from '../core/words.ts'
import { createEntryReader } from '../lines/entries.ts'
import { compileLines } from '../lines/wasm.ts'
import { SEGMENT_LEAVES } from '../store/embedded.ts'
import { createQuickParts, type WorkingParts } from '../store/working-parts.ts'
import { watchSteps } from './backup-progress.ts'
import { explainDisk } from './disk-failure.ts'
import { describeError, EXIT, print, printJson, tell } from './output.ts'
import { formatCount } from './table.ts'

interface BackupOptions {
  readonly data: string
  readonly to?: string
  readonly keys: boolean
  readonly verify?: string
  readonly json?: true
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description(
      'copies the ledger, while the service runs or not, and checks the copy; exit code 1 when it is damaged',
    )
    .addOption(new Option('--data <dir>', 'data directory of the service').env('SUYUAN_DATA').default('data'))
    .option(
      '--to <dir>',
      'where: a new folder, or that of a backup of the same ledger, of which only what is new is copied',
    )
    .option(
      '--no-keys',
      'leaves the keys out: keep those elsewhere, for without them nothing is signed or unsealed again',
    )
    .option('--verify <dir>', 'checks a backup: every byte, and the tree from the entries to its root')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  suyuan backup --data /var/lib/suyuan --to /mnt/backup/suyuan\n  suyuan backup --verify /mnt/backup/suyuan',
    )
    .action(async (options: BackupOptions) => {
      const { to, verify } = options
      if ((to === undefined) === (verify === undefined))
        throw new LedgerError('usage_wrong', {
          en: 'Say where the backup goes, --to DIR, or which one is checked, --verify DIR. (suyuan help backup)',
          zh: '请说明备份到何处（--to 目录），或检查哪一份（--verify 目录）。（suyuan help backup）',
        })
      const language = languageOf(process.env)
      if (verify === undefined) await backUp({ ...options, to: to! }, language)
      else await check(verify, options, language)
    })
}

/** The quick parts of the store. */
export async function quickParts(): Promise<WorkingParts> {
  const lines = await compileLines()
  return createQuickParts(lines, createEntryReader(lines))
}

async function backUp({ data, to, keys, json }: BackupOptions & { to: string }, language: Language): Promise<void> {
  const started = performance.now()
  using watching = watchSteps(language)
  const { archives, rpcUrl } = readConfig({ ...process.env, SUYUAN_DATA: data })
  const making = makeBackup({
    data,
    archives,
    to,
    keys,
    isNetworkNamed: rpcUrl !== undefined,
    segmentLeaves: SEGMENT_LEAVES,
    work: await quickParts(),
    now: Date.now,
    onProgress: watching.progress,
    onNotice: notice => tell(notice[language]),
  })
  const made = await explainDisk(to, making)
  watching[Symbol.dispose]()
  const { manifest, digest, written, bytes } = made
  const seconds = (performance.now() - started) / 1000
  const { size, root, made: time, files } = manifest
  if (json)
    return printJson({ size, root, made: time, files: files.length, bytes, written, keys, sha256: digest, seconds })
  const [records, all, fresh] = [size, bytes, written].map(formatCount)
  if (language === 'zh') {
    print(
      `已备份 ${records} 条记录，${formatCount(files.length)} 个文件共 ${all} 字节，其中新写入 ${fresh} 字节；已读回核对`,
    )
    print(`根：${root}`)
    print(`清单摘要（请另处保存）：${digest}`)
    print(keys ? '备份含有账本的全部密钥：请像数据目录一样保护。' : '备份不含密钥：恢复后须将密钥放回 keys/ 才能启动。')
  } else {
    print(
      `backed up ${records} records in ${formatCount(files.length)} files, ${all} bytes, of which ${fresh} are new; read back and checked`,
    )
    print(`root: ${root}`)
    print(`digest of the manifest (keep it elsewhere): ${digest}`)
    print(
      keys
        ? 'The backup holds all keys of the ledger: guard it like the data directory.'
        : 'The backup holds no keys: a restored ledger starts only once they are back in keys/.',
    )
  }
}

async function check(folder: string, { json }: BackupOptions, language: Language): Promise<void> {
  using watching = watchSteps(language)
  const { manifest, digest, bytes, findings } = await explainDisk(
    folder,
    verifyBackup(folder, await quickParts(), watching.progress),
  )
  watching[Symbol.dispose]()
  const { size, root, made } = manifest
  if (findings.length > 0) process.exitCode = EXIT.tampered
  if (json) {
    const damage = findings.map(({ code, words }) => ({ code, message: words[language] }))
    return printJson({ size, root, made, bytes, sha256: digest, findings: damage })
  }
  for (const finding of findings) print(describeError(finding))
  const zh = language === 'zh'
  print(zh ? `${made} 的备份，${formatCount(size)} 条记录` : `backup of ${made}, ${formatCount(size)} records`)
  print(zh ? `根：${root}` : `root: ${root}`)
  print(zh ? `清单摘要：${digest}` : `digest of the manifest: ${digest}`)
  if (findings.length > 0) print(zh ? `损坏：${findings.length} 处。` : `Damaged: ${findings.length} findings.`)
  else
    print(
      zh
        ? '完好：每个字节与写入时相同，条目得出该根。'
        : 'Good: every byte is what was written, and the entries lead to that root.',
    )
}
