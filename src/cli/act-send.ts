// suyuan act send: sends an act that was prepared with --prepare and signed elsewhere, in a wallet or by a hardware signer.

import { type Command, InvalidArgumentError } from 'commander'
import { actName, findAct } from '../acts/list.ts'
import { summarise } from '../acts/summary.ts'
import { parseTypedAct } from '../chain/typed-act.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { anyText, list, part, type Read, text, wholeNumber } from '../core/reader.ts'
import { languageOf } from '../core/words.ts'
import { findLedger } from './act-ledger.ts'
import { sendSigned } from './act-sending.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { tell } from './output.ts'
import { parseWhole } from './question.ts'
import { readSettings } from './read-file.ts'

const HEX = text(/^0x(?:[0-9a-f]{2})*$/iu, { en: '0x and hexadecimal digits', zh: '0x 加十六进制数字' })
const PREPARED = part({
  act: anyText(100),
  actor: HEX,
  to: HEX,
  data: HEX,
  nonce: text(/^\d{1,78}$/u, { en: 'a number', zh: '数字' }),
  deadline: wholeNumber(1),
  texts: list(part({ digest: HEX, salt: HEX, text: anyText(8_192) }), 64),
})

interface SendOptions extends ServiceOptions {
  readonly signature: string
  readonly trust?: string
  readonly wait: boolean
  readonly timeout: number
}

/** A key's has 65 bytes, a contract's as many as it likes (ERC-1271). */
function parseSignature(text: string): string {
  if (/^0x(?:[0-9a-f]{2})+$/iu.test(text)) return text
  throw new InvalidArgumentError(
    languageOf(process.env) === 'zh'
      ? '请给出 0x 加十六进制数字，与签名方给出的一致。'
      : 'Give 0x and hexadecimal digits, as the signer gave them.',
  )
}

/** @throws LedgerError what `parseStrict` or the shape refuses, naming the file */
function parsePrepared(bytes: Uint8Array, file: string): Read<typeof PREPARED> {
  try {
    return PREPARED(parseStrict(decodeUtf8(bytes)), '')
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      cause.code,
      {
        en: `${file} is no prepared act: ${cause.words.en}. Give the file that \`suyuan act ACT --prepare\` printed.`,
        zh: `${file} 不是已准备的操作：${cause.words.zh}。请给出 \`suyuan act 操作 --prepare\` 输出的文件。`,
      },
      { cause },
    )
  }
}

export function addSend(act: Command): void {
  addServiceOptions(act.command('send'))
    .description('sends an act that was signed elsewhere')
    .argument('<file>', 'what --prepare printed, or - for stdin')
    .requiredOption('--signature <hex>', 'over its typed data', parseSignature)
    .option('--trust <file>', 'trust file: contracts and chain that you know to be right')
    .option('--no-wait', 'does not wait until the act is on the chain')
    .option('--timeout <seconds>', 'how long to wait', parseWhole, 60)
    .action(async (file: string, options: SendOptions) => {
      const prepared = parsePrepared(await readSettings(file, '<file>'), file)
      const client = await openClient(options)
      const ledger = await findLedger(client, options.trust)
      const frame = { ...prepared, nonce: BigInt(prepared.nonce) }
      const typed = parseTypedAct(frame, ledger)
      // By its data, which is what was signed: the file's own name for it may be another's.
      const signed = findAct(actName(typed.contract, typed.method))
      tell(summarise(signed, typed.args, languageOf(process.env)))
      await sendSigned(client, { ...frame, typed }, options.signature, options)
    })
}
