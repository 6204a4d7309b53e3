// suyuan source: keys by which sources sign their lines (docs/sources.md). Keys are made and kept where lines are shipped;
// the operator registers them; anybody who may read sees what is missing.

import { type Command, Option } from 'commander'
import { LedgerError } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import { formatVerifierKey } from '../core/note.ts'
import { anyText, object, wholeNumber } from '../core/reader.ts'
import { languageOf } from '../core/words.ts'
import { createKeyFile } from '../source/key-file.ts'
import { rotateKey } from '../source/rotate.ts'
import { REGISTERED } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { addList } from './list-sources.ts'
import { addMatch } from './match-sources.ts'
import { print, printJson, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { readSettings } from './read-file.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }
const TEXT = anyText(1_000)
const ENDORSEMENT = object({ key: TEXT, endorsement: object({ ends: wholeNumber(), signature: TEXT }) })

export function addSources(program: Command): void {
  const source = program.command('source').description('keys by which sources sign their lines, and what is missing')
  addKey(source)
  addRotate(source)
  addAdd(source)
  addRetire(source)
  addList(source)
  addMatch(source)
}

function addKey(source: Command): void {
  source
    .command('key')
    .description('makes the key of a source, to be kept where its lines are shipped, and shows its public part')
    .requiredOption('--source <name>', 'the source, as its lines name it')
    .requiredOption('--origin <log>', 'the log it is for, as GET /v1/trust names it; it holds in no other')
    .requiredOption('--out <file>', 'the key file; how far it has come is kept beside it')
    .addHelpText(
      'after',
      '\nExample:\n  suyuan source key --source gateway-1 --origin suyuan.example/log --out /etc/suyuan/gateway-1.key',
    )
    .action(async ({ source, origin, out }: { source: string; origin: string; out: string }) => {
      print(formatVerifierKey((await createKeyFile(out, source, origin)).verifierKey))
      tell(
        languageOf(process.env) === 'zh'
          ? `密钥写在 ${out}，其进度写在 ${out}.chain：两者须一并保管，不可在两处使用。请将上面的公钥交运营者登记，并另行公布给核实方。`
          : `The key is in ${out}, how far it has come in ${out}.chain: keep both together, and use them in one place only. Give the line above to the operator, and to whoever verifies, by another way.`,
      )
    })
}

function addRotate(source: Command): void {
  source
    .command('rotate')
    .description('makes the key that goes on, and lets the old one sign so; ship everything first')
    .requiredOption('--key <file>', 'the key that ends')
    .requiredOption('--out <file>', 'the key that goes on')
    .addHelpText(
      'after',
      '\nExample:\n  suyuan source rotate --key gateway-1.key --out gateway-1b.key > endorsement.json\n  suyuan source add --endorsement endorsement.json',
    )
    .action(async ({ key: path, out }: { key: string; out: string }) => {
      const rotated = await rotateKey(path, out)
      const { ends } = rotated.endorsement
      printJson(rotated)
      tell(
        languageOf(process.env) === 'zh'
          ? `${path} 到此为止（共 ${ends} 条），此后请用 ${out} 签名。请将上面的内容交运营者登记。`
          : `${path} ends after ${ends} links; sign with ${out} from now on. Give what stands above to the operator.`,
      )
    })
}

interface AddOptions extends ServiceOptions {
  readonly every?: number
  readonly unsigned?: 'taken' | 'refused'
  readonly endorsement?: string
  readonly json?: true
}

function addAdd(source: Command): void {
  addServiceOptions(source.command('add'))
    .description('registers the key of a source; the registration is a record of the log')
    .argument('[key]', 'its public key, NAME+ID+KEY, as `suyuan source key` shows it')
    .option('--every <seconds>', 'it ships at least once in so many seconds; after twice that it is silent', parseWhole)
    .addOption(new Option('--unsigned <what>', 'its lines that are not signed are').choices(['taken', 'refused']))
    .option('--endorsement <file>', 'what `suyuan source rotate` printed: names the key, and shows that it goes on')
    .option('--json', 'the answer as JSON, with the receipt of the record')
    .action(async (vkey: string | undefined, { every, unsigned, endorsement, json, ...service }: AddOptions) => {
      const said = endorsement === undefined ? {} : await readEndorsement(endorsement)
      const key = vkey ?? said.key
      if (key === undefined || (said.key !== undefined && said.key !== key)) {
        throw new LedgerError('usage_wrong', {
          en: 'Name the key, or --endorsement FILE, which names it. (suyuan help source)',
          zh: '请写明公钥，或用 --endorsement 文件（其中有公钥）。（suyuan help source）',
        })
      }
      const body = {
        ...said,
        key,
        ...(every === undefined ? {} : { every }),
        ...(unsigned === 'refused' && { strict: true }),
      }
      const client = await openClient(service)
      const lines = Buffer.from(JSON.stringify(body))
      const registered = await client.post('/v1/sources', {}, { lines, headers: JSON_HEADERS }, REGISTERED)
      if (json) printJson(registered)
      else if (languageOf(process.env) === 'zh') print(`${key} 已登记，见第 ${registered.index} 号记录。`)
      else print(`${key} is registered, as record ${registered.index} tells.`)
    })
}

async function readEndorsement(file: string): Promise<{ key?: string; endorsement?: unknown }> {
  return ENDORSEMENT(parseStrict((await readSettings(file, '--endorsement')).toString()), '')
}

function addRetire(source: Command): void {
  addServiceOptions(source.command('retire'))
    .description('no line signed by this key is taken any more, for good; a record of the log, too')
    .argument('<key>', 'its public key, as `suyuan source list` shows it')
    .option('--json', 'the answer as JSON, with the receipt of the record')
    .action(async (key: string, { json, ...service }: ServiceOptions & { json?: true }) => {
      const client = await openClient(service)
      const lines = Buffer.from(JSON.stringify({ key }))
      const retired = await client.post('/v1/sources/retired', {}, { lines, headers: JSON_HEADERS }, REGISTERED)
      if (json) printJson(retired)
      else if (languageOf(process.env) === 'zh') print(`${key} 已停用，见第 ${retired.index} 号记录。`)
      else print(`${key} is retired, as record ${retired.index} tells.`)
    })
}
