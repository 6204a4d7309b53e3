// suyuan erase: destroys the sealed part of one record, or the text behind a digest of an act, through the running
// service, which puts that on record.

import { type Command, InvalidArgumentError } from 'commander'
import { LedgerError } from '../core/error.ts'
import { languageOf } from '../core/words.ts'
import { ERASED } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson } from './output.ts'

interface EraseOptions extends ServiceOptions {
  readonly text?: string
  readonly basis: string
  readonly reason: string
  readonly by: string
  readonly json?: true
}

export function addErase(program: Command): void {
  addServiceOptions(program.command('erase'))
    .description('destroys the sealed part of one record, or one text, for good; the erasure itself is put on record')
    .argument('[record]', 'its number, as `suyuan usage` and receipts show it', parseIndex)
    .option('--text <digest>', 'in place of a record: the digest on the chain whose text is to go')
    .requiredOption('--basis <code>', 'the legal basis, public: law and article, such as PIPL-47')
    .requiredOption('--reason <text>', 'why, in words; sealed')
    .requiredOption('--by <who>', 'who asked for it; sealed')
    .option('--json', 'the answer as JSON, with the receipt of the record of the erasure')
    .addHelpText(
      'after',
      '\nExample:\n  suyuan erase 1204 --basis PIPL-47 --reason "保存期限已满" --by "市大数据局 张三"',
    )
    .action(async (index: number | undefined, { text, basis, reason, by, json, ...service }: EraseOptions) => {
      if ((index === undefined) === (text === undefined))
        throw new LedgerError('usage_wrong', {
          en: 'Name what is to be erased: the number of a record, or --text DIGEST. (suyuan help erase)',
          zh: '请指明要删除的内容：记录的序号，或 --text 摘要。（suyuan help erase）',
        })
      const client = await openClient(service)
      const lines = Buffer.from(JSON.stringify({ basis, reason, by }))
      const headers = { 'content-type': 'application/json' }
      const path = text === undefined ? `/v1/records/${index}/erasure` : `/v1/texts/${encodeURIComponent(text)}/erasure`
      const erased = await client.post(path, {}, { lines, headers }, ERASED)
      if (json) printJson(erased)
      else if (languageOf(process.env) === 'zh') {
        const what = text === undefined ? `第 ${index} 号记录的密封部分` : `摘要 ${text} 背后的文本`
        print(`${what}已删除，见第 ${erased.index} 号记录。此前的备份中仍有该内容：请重新备份到同一目录。`)
      } else {
        const what = text === undefined ? `The sealed part of record ${index}` : `The text behind ${text}`
        print(
          `${what} is erased, as record ${erased.index} tells. Backups made before still have it: run them again into the same folder.`,
        )
      }
    })
}

function parseIndex(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError(
    languageOf(process.env) === 'zh' ? '应为从 0 起的整数。' : 'Not a whole number from 0 up.',
  )
}
