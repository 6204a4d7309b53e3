// suyuan purposes: what data may be asked for (用途词表). A code means the same for ever: its keeper can add one, and
// nobody can redefine it.

import type { Command } from 'commander'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { anyText, list, object, part, text, wholeNumber } from '../core/reader.ts'
import { PATTERNS } from '../core/record.ts'
import { languageOf } from '../core/words.ts'
import { missingPurposes, registerPurposes } from '../seeding.ts'
import type { PurposeTerm } from '../vocabulary.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson } from './output.ts'
import { addSigningOptions, openSigning, type SigningOptions } from './own-account.ts'
import { readSettings } from './read-file.ts'
import { formatTable } from './table.ts'

/** As many as a set of purposes has bits. */
const MOST = 256
/** What is used of GET /v1/purposes. */
const ANSWER = part({
  purposes: list(
    part(
      { code: anyText(32), number: wholeNumber(), zh: anyText(200), en: anyText(200), basis: anyText(200) },
      { retired: part({}) },
    ),
    MOST,
  ),
})
const TERMS = list(
  object({
    code: text(PATTERNS.purpose, {
      en: 'a code of 1 to 32 of A–Z a–z 0–9 - . : _',
      zh: '代码（1 至 32 个 A–Z a–z 0–9 - . : _ 字符）',
    }),
    zh: anyText(200),
    en: anyText(200),
    basis: anyText(200),
  }),
  MOST,
)

interface JsonOption {
  readonly json?: true
}

export function addPurposes(program: Command): void {
  const purposes = addServiceOptions(program.command('purposes'))
    .description('the registered purposes, with what they mean; `purposes add` registers more')
    .option('--json', 'the same as JSON')
    .enablePositionalOptions(false) // so that they may stand behind `add`, too
    .action(async (options: ServiceOptions & JsonOption) => {
      const answer = (await (await openClient(options)).get('/v1/purposes', {}, ANSWER)).purposes
      if (options.json) printJson(answer)
      else print(describe(answer, languageOf(process.env) === 'zh'))
    })

  addSigningOptions(purposes.command('add'))
    .description('registers the purposes of a file that are not there yet; for the vocabulary’s keeper')
    .argument('<file>', 'JSON: a list of {"code", "zh", "en", "basis"}')
    .addHelpText('after', '\nExample:\n  suyuan purposes add purposes.json')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SigningOptions & JsonOption>()
      const terms = readTerms(await readSettings(file, '<file>'))
      using signing = await openSigning(options)
      const missing = await missingPurposes(signing.view, terms)
      await registerPurposes(missing, { act: signing.act, by: signing.account })
      const codes = missing.map(({ code }) => code)
      if (options.json) printJson({ registered: codes })
      else print(codes.length === 0 ? 'All of them are registered already.' : `Registered: ${codes.join(', ')}`)
    })
}

function readTerms(bytes: Uint8Array): readonly PurposeTerm[] {
  try {
    return TERMS(parseStrict(decodeUtf8(bytes)), '')
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'purposes_invalid',
      {
        en: `The purposes cannot be used: ${cause.message}. Nothing was registered.`,
        zh: `用途不能使用：${cause.words.zh}。没有登记任何内容。`,
      },
      {
        cause,
      },
    )
  }
}

type Answered = ReturnType<typeof ANSWER>['purposes']

function describe(purposes: Answered, zh: boolean): string {
  const head = zh ? ['编号', '代码', '含义', '依据', ''] : ['number', 'code', 'meaning', 'basis', '']
  const retired = zh ? '已停用' : 'retired'
  return formatTable(
    head,
    purposes.map(purpose => [
      String(purpose.number),
      purpose.code,
      zh ? purpose.zh : purpose.en,
      purpose.basis,
      purpose.retired === undefined ? '' : retired,
    ]),
    [0],
  )
}
