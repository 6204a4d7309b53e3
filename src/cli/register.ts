// suyuan register: a plan of organisations, catalogue entries and requests, put on the chain (docs/register.md). Runs on
// the machine that holds the data directory, since it signs for the organisations.

import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { openAccounts, openOwnAccount } from '../accounts.ts'
import { createActs } from '../chain/acts.ts'
import { connectChain } from '../chain/network.ts'
import { createRegistry } from '../chain/registry.ts'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { LedgerError } from '../core/error.ts'
import { part, text, wholeNumber } from '../core/reader.ts'
import { onboard } from '../onboarding.ts'
import { parsePlan } from '../plan.ts'
import { openTextDigests } from '../text-digest.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson, tell } from './output.ts'
import { openProgress } from './progress.ts'

const ADDRESS = text(/^0x[0-9a-fA-F]{40}$/, 'an address')
/** What is used of GET /v1/status. */
const CONTRACTS_OF_STATUS = part({
  chain: part({
    id: wholeNumber(1),
    contracts: part({
      accessManager: ADDRESS,
      organisations: ADDRESS,
      catalogue: ADDRESS,
      accessLedger: ADDRESS,
      checkpointAnchor: ADDRESS,
    }),
  }),
})

interface RegisterOptions extends ServiceOptions {
  readonly data: string
  readonly rpc: string
  readonly json?: true
}

export function addRegister(program: Command): void {
  addServiceOptions(program.command('register'))
    .description('puts organisations, catalogue entries and requests on the chain; run again, it adds what is new')
    .argument('<plan>', 'plan file, see docs/register.md')
    .addOption(new Option('--data <dir>', 'data directory of the service').env('SUYUAN_DATA').default('data'))
    .addOption(
      new Option('--rpc <url>', 'the chain; by default the embedded one')
        .env('SUYUAN_RPC_URL')
        .default('http://127.0.0.1:7071'),
    )
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExample:\n  suyuan register city.json')
    .action(async (file: string, options: RegisterOptions) => {
      const plan = parsePlan(await readPlan(file))
      const client = await openClient(options)
      const status = await client.get('/v1/status', {}, CONTRACTS_OF_STATUS)
      const { contracts } = status.chain
      const chain = await connectChain({ url: options.rpc, chainId: status.chain.id })
      try {
        const registry = createRegistry({ chain, contracts, firstBlock: 0, clock: systemClock, log: { warn() {} } })
        await registry.refresh()
        const keys = join(readConfig({ SUYUAN_DATA: options.data }).data, 'keys')
        await requireKeys(keys)
        const texts = await openTextDigests(keys)
        using progress = openProgress('register', undefined, true)
        const result = await onboard(plan, {
          act: createActs(chain, contracts),
          registrar: await openOwnAccount(keys, process.env['SUYUAN_KEY_FILE']),
          accountOf: await openAccounts(keys, codesIn(plan)),
          digestText: text => texts.digest(text),
          known: registry,
          onProgress: done => progress.advance(0, done),
        })
        if (options.json) printJson(result)
        else print(describe(result))
        for (const difference of result.differences) tell(`Left as it is: ${difference}.`)
      } finally {
        chain.close()
      }
    })
}

/** A mistyped --data must not become a new directory with keys of its own. */
async function requireKeys(keys: string): Promise<void> {
  await access(join(keys, 'log.pem')).catch((cause: unknown) => {
    throw new LedgerError(
      'data_unknown',
      `${keys} holds no keys of a ledger; give the data directory of the running service with --data.`,
      { cause },
    )
  })
}

async function readPlan(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new LedgerError('plan_unreadable', `The plan ${file} cannot be read (${cause.code}).`, { cause })
  })
}

function codesIn({ organisations, resources, requests }: ReturnType<typeof parsePlan>): string[] {
  return [
    ...organisations.map(({ code }) => code),
    ...resources.map(({ provider }) => provider),
    ...requests.map(({ consumer }) => consumer),
  ]
}

function describe({ acts, requests, differences }: Awaited<ReturnType<typeof onboard>>): string {
  const sent =
    acts > 0
      ? `${acts} acts sent and confirmed.`
      : differences.length > 0
        ? 'Everything in the plan is on the chain already, in part otherwise; nothing was added.'
        : 'Everything in the plan is on the chain already; nothing was added.'
  return requests.length === 0 ? sent : `${sent}\nGrants, in the order of the plan: ${requests.join(', ')}`
}
