// What ended the sending of a file, in words about that file.

import { LedgerError } from '../core/error.ts'

/** The same command would meet the same file, the same record, the same lines. */
const MET_AGAIN: ReadonlySet<string> = new Set([
  'entry_not_promised',
  'file_unreadable',
  'line_signed_already',
  'lines_sent_before',
  'lines_unpaired',
  'record_differs',
])

/** The service knows batches only; what to do about it depends on the file. */
export function explainFile(error: unknown, file: string, lastLine: number): unknown {
  if (!(error instanceof LedgerError)) return error
  const { code, words } = error
  if (code === 'batch_differs' || code === 'batch_shorter' || code === 'links_differ') {
    return new LedgerError(
      code,
      {
        en: `${file}: lines after line ${lastLine} were sent before, and were not the same then: the mapping, --batch or the file itself was changed since, or another file begins with the same line. Nothing more was added. To send lines that were refused then, put them into a file of their own and send that with --stream NAME; to go on with this file under the new mapping from line N, the first that was not sent: --from-line N --stream NAME; if it is another file: --stream NAME. (${words.en})`,
        zh: `${file}：第 ${lastLine} 行之后的各行先前已报送，而与当时不同：映射、--batch 或文件本身在此后有改动，或另一文件以同样的行开头。没有再写入任何内容。要报送当时被拒收的行，请放入单独的文件，并用 --stream 名称 报送；要按新的映射从第 N 行（第一行未报送的）继续本文件，请用 --from-line N --stream 名称；如果是另一个文件，请用 --stream 名称。（${words.zh}）`,
      },
      { cause: error },
    )
  }
  if (MET_AGAIN.has(code)) {
    return new LedgerError(code, { en: `${file}: ${words.en}`, zh: `${file}：${words.zh}` }, { cause: error })
  }
  return new LedgerError(
    code,
    {
      en: `${file}: ${words.en} Lines up to ${lastLine} are done. Run the same command again to go on.`,
      zh: `${file}：${words.zh} 第 ${lastLine} 行及以前的已完成。请再次运行同一命令继续。`,
    },
    { cause: error },
  )
}
