// suyuan register: a plan of organisations, catalogue entries, agreements and requests, put on the chain
// (docs/register.md). Runs on the machine that holds the data directory, since it signs for the organisations.

import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { openAccounts } from '../accounts.ts'
import { logIdOf } from '../chain/deploy.ts'
import { createRegistry } from '../chain/registry.ts'
import { systemClock } from '../clock.ts'
import { LedgerError } from '../core/error.ts'
import { parseVerifierKey } from '../core/note.ts'
import { anyText, part } from '../core/reader.ts'
import { languageOf, type Words } from '../core/words.ts'
import { onboard } from '../onboarding.ts'
import { type Plan, parsePlan } from '../plan.ts'
import { openTextDigests } from '../text-digest.ts'
import { whyFileFailed } from './file-failure.ts'
import { print, printJson, tell } from './output.ts'
import { addSigningOptions, openSigning, type SigningOptions } from './own-account.ts'
import { openProgress } from './progress.ts'

/** What is used of GET /v1/trust: the key of the log, whose name is the log's origin. */
const LOG_OF_TRUST = part({ log: anyText(1_000) })

const NOT_YET: Words = { zh: '尚待：', en: 'Not yet: ' }

interface RegisterOptions extends SigningOptions {
  readonly json?: true
}

export function addRegister(program: Command): void {
  addSigningOptions(program.command('register'))
    .description(
      'puts organisations, catalogue entries, agreements and requests on the chain; run again, it adds what is new',
    )
    .argument('<plan>', 'plan file, see docs/register.md')
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExample:\n  suyuan register city.json')
    .action(async (file: string, options: RegisterOptions) => {
      const plan = parsePlan(await readPlan(file))
      using signing = await openSigning(options)
      const { client, chain, contracts, act, view, account, keys } = signing
      const { log } = await client.get('/v1/trust', {}, LOG_OF_TRUST)
      const registry = createRegistry({ chain, contracts, firstBlock: 0, clock: systemClock, log: { warn() {} } })
      await registry.refresh()
      const texts = await openTextDigests(keys)
      using progress = openProgress('register', undefined, true)
      const result = await onboard(plan, {
        act,
        view,
        registrar: account,
        accountOf: await openAccounts(keys, codesIn(plan)),
        officerOf: await openAccounts(keys, officersIn(plan), 'officer'),
        digestText: text => texts.digest(text),
        known: registry,
        log: logIdOf(parseVerifierKey(log).name),
        now: () => systemClock.now(),
        onProgress: done => progress.advance(0, done),
      })
      const waiting = result.waiting.map(words => words[options.json ? 'en' : languageOf(process.env)])
      if (options.json) printJson({ ...result, waiting })
      else print(describe(result))
      for (const difference of result.differences) tell(`Left as it is: ${difference}.`)
      for (const one of waiting) tell(`${NOT_YET[languageOf(process.env)]}${one}`)
    })
}

async function readPlan(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = whyFileFailed(cause)
    throw new LedgerError(
      'plan_unreadable',
      { en: `The plan ${file} cannot be read: ${why.en}.`, zh: `登记方案 ${file} 无法读取：${why.zh}。` },
      { cause },
    )
  })
  if (text !== '') return text
  throw new LedgerError('plan_unreadable', {
    en: `The plan ${file} is empty; see that it is the right one.`,
    zh: `登记方案 ${file} 是空的；请核对是否为正确的文件。`,
  })
}

function codesIn({ organisations, resources, requests, agreements = [] }: Plan): string[] {
  return [
    ...organisations.map(({ code }) => code),
    ...resources.map(({ provider }) => provider),
    ...requests.map(({ consumer }) => consumer),
    ...agreements.flatMap(({ parties }) => parties),
  ]
}

function officersIn({ organisations }: Plan): string[] {
  return organisations.filter(({ officer }) => officer === true).map(({ code }) => code)
}

function describe({ acts, requests, differences, waiting }: Awaited<ReturnType<typeof onboard>>): string {
  const sent =
    acts > 0
      ? `${acts} acts sent and confirmed.`
      : differences.length > 0
        ? 'Everything in the plan is on the chain already, in part otherwise; nothing was added.'
        : waiting.length > 0
          ? 'Nothing was added: what is not on the chain yet has to wait.'
          : 'Everything in the plan is on the chain already; nothing was added.'
  const ids = requests.map(id => id ?? '—').join(', ')
  return requests.length === 0 ? sent : `${sent}\nGrants, in the order of the plan: ${ids}`
}
