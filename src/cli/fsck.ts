// suyuan fsck: is the data directory what it should be (fsck-data.ts)? With --chain also what it keeps of the contracts'
// events, against the contracts' own views. Runs on the machine that holds the data directory, while the service is
// stopped.

import { type Command, Option } from 'commander'
import { type Compared, compareViews, countThings, type Difference, type NextStep } from '../chain/compare-views.ts'
import type { Deployment } from '../chain/deploy.ts'
import { type EventJournal, openEventJournal } from '../chain/event-journal.ts'
import { decodeAll } from '../chain/event-source.ts'
import type { Block } from '../chain/read.ts'
import { createRegistry, type Registry } from '../chain/registry.ts'
import { type Held, Tally, VIEWS } from '../chain/views.ts'
import { systemClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import { LedgerError } from '../core/error.ts'
import { type Language, languageOf } from '../core/words.ts'
import { explainUnread } from './disk-failure.ts'
import { checkDirectory, describeData, toJson } from './fsck-data.ts'
import { EXIT, fail, print, printJson, tell } from './output.ts'
import { openProgress } from './progress.ts'
import { explainRunning } from './service-running.ts'
import { openStoppedLedger } from './stopped-ledger.ts'
import { formatCount, showCell } from './table.ts'

interface FsckOptions {
  readonly repair?: true
  readonly index?: true
  readonly chain?: true
  readonly data: string
  readonly rpc?: string
  readonly json?: true
}

export function addFsck(program: Command): void {
  program
    .command('fsck')
    .description('checks a data directory from its entries up, and makes again what is derived; exit code 1 for damage')
    .option('--repair', 'make again what is derived and damaged; what is not derived is never touched')
    .option(
      '--index',
      'also derive the index again from the entries, and compare every epoch; takes up to twice as long',
    )
    .option('--chain', "compare the contracts' events with the contracts' own views, too")
    .addOption(new Option('--data <dir>', 'data directory of the stopped service').env('SUYUAN_DATA').default('data'))
    .addOption(new Option('--rpc <url>', 'the chain; by default the embedded one').env('SUYUAN_RPC_URL'))
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  suyuan fsck --data /var/lib/suyuan\n  suyuan fsck --repair\n  suyuan fsck --chain --json',
    )
    .action(async (options: FsckOptions) => {
      const config = readConfig({ ...process.env, SUYUAN_DATA: options.data, SUYUAN_RPC_URL: options.rpc })
      const language = languageOf(process.env)
      // First: what it reads again from the chain, the other finds in order. Without a chain there is still the directory.
      const asked =
        options.chain === undefined
          ? undefined
          : await explainUnread(config.data, checkChain(config, language)).catch(ifForeseen)
      const checking = explainUnread(config.data, checkDirectory(config, options, language))
      const data = await checking.catch(explainRunning(config.data))
      const chain = asked instanceof LedgerError ? undefined : asked
      if (options.json) printJson({ ...(chain && chainJson(chain)), data: toJson(data) })
      else {
        for (const line of chain === undefined ? [] : describe(chain.block, chain.compared, language)) print(line)
        for (const line of describeData(data, language)) print(line)
      }
      const differs = (chain?.compared.differences.length ?? 0) > 0
      if (differs || data.report.findings.length > 0) process.exitCode = EXIT.tampered
      if (asked instanceof LedgerError) fail(notCompared(asked))
    })
}

function ifForeseen(failure: unknown): LedgerError {
  if (failure instanceof LedgerError) return failure
  throw failure
}

function notCompared(failure: LedgerError): LedgerError {
  const { code, words, retryable } = failure
  if (code !== 'chain_unreachable') return failure
  return new LedgerError(
    code,
    {
      en: `The chain could not be asked, and nothing was compared with it; see --rpc: ${words.en}`,
      zh: `未能询问区块链，没有与之比对；请核对 --rpc：${words.zh}`,
    },
    { cause: failure, retryable },
  )
}

interface Checked {
  readonly block: Block
  readonly compared: Compared
}

function chainJson({ block, compared }: Checked): object {
  return { block: { number: block.number, hash: block.hash }, ...compared }
}

/** Reads on to the chain's head first, as a start does, so that the comparison is of what a start would show. */
async function checkChain(config: Config, language: Language): Promise<Checked> {
  await using stopped = await openStoppedLedger(config)
  const { chain, guard, deployment } = stopped
  const { contracts, block: firstBlock } = deployment
  const log = { warn: (_: object, message: string): void => tell(message) }
  const journal = openEventJournal({ file: stopped.events, deployment, log })
  const reading = openProgress(language === 'zh' ? '读取' : 'reading', (await guard()).number, true)
  const onProgress = (block: number): void => reading.advance(block, block)
  const parts = { chain, contracts, firstBlock, guard, journal, onProgress, clock: systemClock, log }
  const block = await readAll(createRegistry(parts)).finally(() => reading[Symbol.dispose]())
  const held = await tally(journal, deployment)
  const total = Object.values(countThings(held)).reduce((sum, count) => sum + count, 0)
  using comparing = openProgress(language === 'zh' ? '比对' : 'comparing', total, true)
  const compared = await compareViews({
    chain,
    contracts,
    held,
    block,
    onProgress: done => comparing.advance(done, done),
  })
  return { block, compared }
}

async function readAll(registry: Registry): Promise<Block> {
  await registry.refresh()
  return registry.block!
}

/** What the journal's events add up to, block by block anew. */
async function tally(journal: EventJournal, { contracts }: Deployment): Promise<Held> {
  const held = new Tally()
  for await (const events of journal.replay()) for (const event of decodeAll(events, contracts)) held.apply(event)
  return held
}

/** By what to do next: the words for it. */
const NEXT: Readonly<Record<NextStep, { readonly zh: string; readonly en: string }>> = {
  'read-again': {
    zh: '请删除数据目录中的 events 文件后重新运行（它会从链上重新读取）；若差异仍在，请换一个节点。',
    en: 'Delete the file events in the data directory and run this again (it is read again from the chain); if they still differ, ask another node.',
  },
  'ask-another-node': {
    zh: '合约中没有事件所说的内容：请换一个节点重新运行；若仍如此，请删除数据目录中的 events 文件后重新运行。',
    en: 'What events told of is unknown to the contract: run this again with another node; if that one does not know it either, delete the file events in the data directory and run this again.',
  },
}

function describe({ number, hash }: Block, { objects, values, differences }: Compared, language: Language): string[] {
  const zh = language === 'zh'
  const all = VIEWS.map(kind => `${zh ? kind.zh : kind.en} ${formatCount(objects[kind.en] ?? 0)}`)
  const [found, checked] = [formatCount(differences.length), formatCount(values)]
  return [
    zh ? `区块 ${number} ${hash}` : `block ${number} ${hash}`,
    zh ? `已比对：${all.join('，')}；共 ${checked} 项数值` : `compared: ${all.join(', ')}; ${checked} values`,
    ...differences.map(difference => describeDifference(difference, zh)),
    ...(differences.length === 0
      ? [zh ? '一致：合约视图与本地事件没有差异。' : 'The same: contracts and events tell of one state.']
      : [`${zh ? `不一致：${found} 处。` : `Differences: ${found}. `}${nextSteps(differences, language)}`]),
  ]
}

function nextSteps(differences: readonly Difference[], language: Language): string {
  return [...new Set(differences.map(({ next }) => next))]
    .map(next => NEXT[next][language])
    .join(language === 'zh' ? '' : ' ')
}

function describeDifference(difference: Difference, zh: boolean): string {
  const { what, id, view, field, contract, events } = difference
  const kind = VIEWS.find(({ en }) => en === what)!
  const name = `${zh ? kind.zh : kind.en}${id === undefined ? '' : ` ${id}`}`
  const place = field === undefined ? view : `${view}.${field}`
  if (contract === null) {
    return zh
      ? `${name}：事件中有，合约 ${view} 中没有`
      : `${name}: told of by events, unknown to the contract (${view})`
  }
  if (events === null) {
    return zh
      ? `${name}：合约 ${view} 计入，事件中没有`
      : `${name}: counted by the contract (${view}), told of by no event`
  }
  const [theirs, ours] = [showCell(contract), showCell(events)]
  return zh
    ? `${name}：${place} 合约为 ${theirs}，事件为 ${ours}`
    : `${name}: ${place} is ${theirs} by the contract, ${ours} by the events`
}
