// suyuan act: does something on the ledger, in the name of whoever holds the key. What is signed is made on this machine,
// shown in words before it is signed, and sent to the service, which can pass it on or not, and nothing else (docs/acts.md).

import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { Wallet } from 'ethers'
import { type Act, findAct, listActs } from '../acts/list.ts'
import { readArguments } from '../acts/read.ts'
import { readAccount } from '../acts/relayer.ts'
import { readAddress } from '../acts/scalars.ts'
import { summarise } from '../acts/summary.ts'
import { type KeptText, SALT_BYTES } from '../acts/texts.ts'
import { ACT_WORDS } from '../acts/words.ts'
import { LedgerError } from '../core/error.ts'
import { type Language, languageOf } from '../core/words.ts'
import { parseFrame, showFrame } from './act-deadline.ts'
import { actDirectly } from './act-direct.ts'
import { createServiceLookup, findLedger, type LedgerPlace } from './act-ledger.ts'
import { addArguments, collectArguments } from './act-options.ts'
import { addSend } from './act-send.ts'
import { sendSigned } from './act-sending.ts'
import { checkAsked } from './asked.ts'
import { addServiceOptions, type Client, openClient, type ServiceOptions } from './client.ts'
import { askToSign } from './confirm.ts'
import { print, printJson, tell, unwritable } from './output.ts'
import { parseOption } from './parse-option.ts'
import { parseWhole } from './question.ts'
import { type PreparedAct, prepareAct, signTyped } from './sign-act.ts'
import { formatTable } from './table.ts'

interface ActOptions extends ServiceOptions {
  readonly json?: string
  readonly key?: string
  readonly actor?: string
  readonly trust?: string
  readonly validUntil?: string
  readonly deadline?: string
  readonly lane?: string
  readonly prepare?: true
  readonly direct?: true
  readonly rpc?: string
  readonly keep?: string
  readonly yes?: true
  readonly wait: boolean
  readonly timeout: number
}

export function addAct(program: Command): void {
  const command = program.command('act').description('acts on the ledger, signed by who acts; alone, lists the acts')
  const language = languageOf(process.env)
  command.action(() => printActs())
  addSend(command)
  // Only the one that is asked for: the contracts need not be there for the help of other commands.
  const [group, named] = process.argv.slice(process.argv[2] === 'help' ? 3 : 2)
  if (group !== 'act' || named === undefined || named.startsWith('-') || named === 'send' || named === 'help') return
  const act = findAct(named)
  const one = addOne(command, act, language)
  one.action((options: ActOptions) => runAct(act, one, options))
}

/** The command of one act, with every option that it takes. */
export function addOne(command: Command, act: Act, language: Language): Command {
  const { title, says } = ACT_WORDS[act.name]!
  const told = language === 'zh' ? `${title.zh}。${says.zh}` : `${title.en}. ${says.en}`
  const one = addServiceOptions(command.command(act.name).description(told))
    .option('--key <file>', 'private key of who acts, 64 hexadecimal digits, readable by you alone')
    .option('--actor <address>', 'who acts, where the key is elsewhere')
    .option('--trust <file>', 'trust file: contracts and chain that you know to be right')
    .option('--deadline <time>', 'until when it may be sent, at most 7 days ahead (a day, by the ledger’s clock)')
    .option('--lane <number>', 'lane of the nonce: acts of another lane need not wait for each other (0)')
    .option('--prepare', 'prints the typed data for a wallet; send it with `suyuan act send`')
    .addOption(
      new Option('--direct', 'as a transaction of your own, past the service').conflicts([
        'prepare',
        'deadline',
        'lane',
      ]),
    )
    .addOption(new Option('--rpc <url>', 'node of the chain, for --direct').env('SUYUAN_RPC_URL'))
    .option('--keep <file>', 'appends digests, salts and texts to a file of yours')
    .option('--yes', 'signs without asking')
    .option('--no-wait', 'does not wait until the act is on the chain')
    .option('--timeout <seconds>', 'how long to wait', parseWhole, 60)
  addArguments(one, act, language)
  return one.addHelpText(
    'after',
    '\nA text in place of a digest is salted and digested here; the service keeps it sealed.',
  )
}

async function runAct(act: Act, command: Command, options: ActOptions): Promise<void> {
  const given = await collectArguments(command, act, options.json)
  const client = await openClient(options)
  const ledger = await findLedger(client, options.trust)
  const wallet = options.key === undefined ? undefined : await readAccount(options.key)
  if (options.direct) return runDirectly(client, act, given, ledger, wallet, options)

  const lookup = createServiceLookup(client)
  const read = await readArguments(act, given, { lookup, salt: () => randomBytes(SALT_BYTES) })
  await checkAsked(client, act, read.values, lookup, namesAsked(given))
  const actor = wallet?.address ?? parseActor(options.actor)
  const prepared = await prepareAct(client, ledger, act, read.values, actor, parseFrame(options))
  if (options.keep !== undefined) await keepTexts(options.keep, read.texts)
  if (options.prepare) return printPrepared(act, prepared, read.texts)
  if (wallet === undefined)
    throw new LedgerError('option_missing', {
      en: '--key FILE is needed to sign, or --prepare to sign elsewhere.',
      zh: '签名需要 --key 文件；在别处签名请用 --prepare。',
    })
  showAct(act, read.values, ledger.chainId, actor, prepared)
  if (!options.yes) await askToSign({ en: '--yes says that you looked', zh: '请以 --yes 表明您已看过' })
  await sendSigned(client, { ...prepared, texts: read.texts }, await signTyped(wallet, prepared.typed), options)
}

async function runDirectly(
  client: Client,
  act: Act,
  given: unknown,
  ledger: LedgerPlace,
  wallet: Wallet | undefined,
  { rpc, keep, yes }: ActOptions,
): Promise<void> {
  if (wallet === undefined || rpc === undefined) {
    throw new LedgerError('option_missing', {
      en: '--direct needs --key FILE, which signs the transaction, and --rpc URL.',
      zh: '--direct 需要用于签署交易的 --key 文件，以及 --rpc 地址。',
    })
  }
  await actDirectly(ledger, wallet, rpc, act, given, {
    look: async ({ values, texts }, lookup) => {
      if (keep !== undefined) await keepTexts(keep, texts)
      else if (texts.length > 0) {
        throw new LedgerError('option_missing', {
          en: 'A text that is sent past the service is kept nowhere; give --keep FILE.',
          zh: '绕过服务发送的文本无处保存；请给出 --keep 文件。',
        })
      }
      await checkAsked(client, act, values, lookup, true)
      showAct(act, values, ledger.chainId, wallet.address, undefined)
    },
    confirm: async () => {
      if (!yes) await askToSign({ en: '--yes says that you looked', zh: '请以 --yes 表明您已看过' })
    },
  })
}

/** Whether who acts says what the decision is about; otherwise the service does. */
function namesAsked(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'asked' in given
}

function printActs(): void {
  const language = languageOf(process.env)
  print(
    formatTable(
      [language === 'zh' ? '操作' : 'act', language === 'zh' ? '名称' : 'title'],
      listActs().map(({ name }) => [name, ACT_WORDS[name]!.title[language]]),
    ),
  )
  tell(language === 'zh' ? '各项操作的选项见 suyuan help act 操作。' : 'suyuan help act ACT shows what it takes.')
}

function showAct(
  act: Act,
  values: readonly unknown[],
  chain: number,
  actor: string,
  frame: Pick<PreparedAct, 'nonce' | 'deadline'> | undefined,
): void {
  const language = languageOf(process.env)
  const zh = language === 'zh'
  tell(summarise(act, values, language))
  tell(`${zh ? '签名账户' : 'account'}${zh ? '：' : ': '}${actor}`)
  tell(`${zh ? '链' : 'chain'}${zh ? '：' : ': '}${chain}`)
  if (frame !== undefined) showFrame(frame, language)
}

function printPrepared(
  act: Act,
  { typed: { data, ...typedData }, actor, to, nonce, deadline }: PreparedAct,
  texts: readonly KeptText[],
): void {
  printJson({ act: act.name, typedData, to, data, actor, nonce: String(nonce), deadline, texts })
  showFrame({ nonce, deadline }, languageOf(process.env))
  tell(
    languageOf(process.env) === 'zh'
      ? '请对 typedData 签名（eth_signTypedData_v4），然后运行：suyuan act send 文件 --signature 0x…'
      : 'Sign typedData (eth_signTypedData_v4), then: suyuan act send FILE --signature 0x…',
  )
}

/** Text and salt, one JSON object a line, before anything is sent: without them the digest can never be opened. */
async function keepTexts(path: string, texts: readonly KeptText[]): Promise<void> {
  if (texts.length === 0) return
  const file = await open(path, 'a', 0o600).catch(unwritable(path))
  try {
    await file.writeFile(texts.map(text => `${JSON.stringify(text)}\n`).join('')).catch(unwritable(path))
    await file.sync()
  } finally {
    await file.close()
  }
}

function parseActor(text: string | undefined): string {
  if (text === undefined)
    throw new LedgerError('option_missing', {
      en: 'Say who acts: --key FILE, or --actor ADDRESS.',
      zh: '请说明由谁操作：--key 文件，或 --actor 地址。',
    })
  return parseOption('--actor', () => readAddress(text))
}
