// A running ledger: every part made once, in the order they need each other, and ended in the reverse order. service.ts
// runs it for an operator; the demo and the tests run it with a clock of their own.

import { join } from 'node:path'
import type { Wallet } from 'ethers'
import { openOwnAccount } from './accounts.ts'
import { openRelayAccount } from './acts/relayer.ts'
import { type Acts, openActs } from './acts.ts'
import { type Anchoring, createAnchoring, type Log } from './anchoring.ts'
import { openAnchors } from './anchors.ts'
import { type AnswerKey, openAnswerKey } from './answer-key.ts'
import { keepArchiving } from './archiving.ts'
import { createAnchorChain, readAnchored } from './chain/anchor.ts'
import { type Deployment, deployLedger } from './chain/deploy.ts'
import type { LaunchedNode } from './chain/embedded.ts'
import { EVENT_JOURNAL_FILE, openEventJournal } from './chain/event-journal.ts'
import { createGuard, recallIdentity, rememberDeployment } from './chain/identity.ts'
import { type Chain, connectChain } from './chain/network.ts'
import { createOutbox } from './chain/outbox.ts'
import { createRegistry, type Registry, type RegistryParts, replayEvents } from './chain/registry.ts'
import { type ChainStart, createChainStart } from './chain/start.ts'
import type { Clock } from './clock.ts'
import { IndexLog } from './completeness/index-log.ts'
import type { Config } from './config.ts'
import { LedgerError, type Reason, reasonOf, wordsOf } from './core/error.ts'
import type { Words } from './core/words.ts'
import { type Erasures, openErasures } from './erasure.ts'
import { createEvidence, type EvidenceMaker } from './evidence.ts'
import { createGroupCommit } from './group-commit.ts'
import { startHasher } from './hashing/hasher.ts'
import { openIngestGate } from './ingest/gate.ts'
import { createIngest, type Ingest } from './ingest.ts'
import { createEntryReader } from './lines/entries.ts'
import { createFastReader } from './lines/fast.ts'
import { compileLines } from './lines/wasm.ts'
import { type LogKey, openLogKey } from './log-key.ts'
import { requireOurs } from './published.ts'
import { createQuery, type Query } from './query.ts'
import { createReceipts } from './receipts.ts'
import { pinSecrets } from './secrets.ts'
import { seedLedger } from './seeding.ts'
import { openSources, type Sources } from './sources.ts'
import { explainFailure } from './store/directory.ts'
import { openEmbeddedStore } from './store/embedded.ts'
import { diskFiles, type LogFile } from './store/file.ts'
import type { Store } from './store/store.ts'
import { createQuickParts } from './store/working-parts.ts'
import { openVault, type Vault } from './vault.ts'
import { openWitnesses } from './witnesses.ts'

export interface Ledger extends AsyncDisposable {
  readonly store: Store
  readonly logKey: LogKey
  readonly answerKey: AnswerKey
  readonly vault: Vault
  readonly chain: Chain
  readonly chainUrl: string
  readonly deployment: Deployment
  /** Pays and anchors; on a chain that this ledger made its contracts on, it is the registrar too. */
  readonly account: Wallet
  readonly registry: Registry
  readonly anchoring: Anchoring
  /** What shows that an answer has left nothing out. */
  readonly index: IndexLog
  readonly acts: Acts
  readonly ingest: Ingest
  readonly erasures: Erasures
  readonly sources: Sources
  readonly query: Query
  readonly evidence: EvidenceMaker
  /** Resolves when the ledger was closed; rejects when it may not go on: nothing more may be signed. */
  readonly ended: Promise<void>
  /** What keeps it from doing its work right now; empty when all is well. */
  troubles(): readonly Trouble[]
  /** Sets how far the embedded chain's clock runs ahead, in milliseconds; other networks have clocks of their own. */
  setChainClockOffset(milliseconds: number): void
}

export interface Trouble {
  readonly code: string
  readonly words: Words
}

export interface LedgerOptions {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  /** Given up while the chain is awaited. */
  readonly signal?: AbortSignal
  /** Of the embedded chain, see `setChainClockOffset`. */
  readonly chainClockOffset?: number
  /** The embedded chain's process, if it was launched before (`launchNode`). */
  readonly chainNode?: LaunchedNode
}

/** Where things are in the data directory, beside what the store keeps. */
const KEYS = 'keys'
const CHAIN = 'chain'
/** Secrets in the key directory, beside the log's own keys (log-key.ts): of answers, sealed parts, pseudonyms and texts. */
const SECRETS = ['answers.key', 'seal.key', 'actor.key', 'text.key']
const ACCOUNT_SECRET = 'account.key'
/** Another account can send as well: it may be lost. */
const RELAY_SECRET = 'relay.key'

/**
 * Opens the data directory, starts or finds the chain, deploys the contracts if there are none yet, and sets everything
 * going. What it refuses, it refuses before anything is written, but for the end of the chain's journal, which a crash may have cut off.
 * @throws LedgerError of the store, the keys and the chain, each with its cause and the next step
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  await using opened = new AsyncDisposableStack()
  const { config, clock, log } = options
  const keys = join(config.data, KEYS)

  const chainStart = config.rpcUrl === undefined ? prepareChain(options) : undefined
  opened.defer(async () => chainStart?.close()) // if it does not come to be
  const lines = await compileLines()
  const hasher = opened.use(startHasher(lines, log))
  const store = opened.use(
    await openEmbeddedStore({
      dir: config.data,
      archives: config.archives,
      work: { ...createQuickParts(lines, createEntryReader(lines)), hashTree: job => hasher.hashTree(job) },
      // A chain that is there already needs most of a start's time, and can have the store's time for it.
      onLocked: () => chainStart?.resume(),
      onProgress: (done, total) => log.info({ done, total }, 'store: replaying'),
      onNotice: notice => log.warn({}, `store: ${notice}`),
    }),
  )
  const logKey = await openLogKey({ dir: config.data, origin: config.origin, facts: store.facts })
  const secrets = [...SECRETS, ...(config.keyFile === undefined ? [ACCOUNT_SECRET] : [])]
  await pinSecrets(store.facts, keys, secrets, config.relayKeyFile === undefined ? [RELAY_SECRET] : [])
  const answerKey = await openAnswerKey(keys, config.origin)
  const vault = await openVault(keys)
  const account = await openOwnAccount(keys, config.keyFile)

  const witnesses =
    config.witnesses === undefined ? undefined : await openWitnesses({ file: config.witnesses, store, logKey, clock })
  // Its thread starts while the chain does.
  const now = (): number => clock.now()
  const indexOpening = IndexLog.open({ store, dir: config.data, origin: config.origin, now, log })
  indexOpening.catch(() => {}) // told of by whoever awaits it
  opened.defer(async () => (await indexOpening.catch(() => undefined))?.[Symbol.asyncDispose]())

  const events = opened.adopt(await openFile(config.data, EVENT_JOURNAL_FILE), file => file.close())
  const known = await recallIdentity(store.facts)
  const early = known && keepEvents(events, known.deployment, log) // replayed while the chain starts
  const embedded = await chainStart?.started()
  opened.defer(async () => chainStart?.close()) // before the store, whose lock tells others to wait
  const chainUrl = embedded?.url ?? config.rpcUrl!
  const chain = opened.adopt(await reachChain(chainUrl, options), chain => chain.close())
  const deployment = known?.deployment ?? (await deployContracts(chain, store, account, options))
  const guard = createGuard({ chain, facts: store.facts, deployment, finality: config.finality })
  await guard() // a wrong or lost chain is refused here, before anything is believed
  await seedLedger({ chain, deployment, account, origin: config.origin, log })

  const registry = createRegistry({
    chain,
    contracts: deployment.contracts,
    firstBlock: deployment.block,
    guard,
    ...(early ?? keepEvents(events, deployment, log)),
    clock,
    log,
  })
  await registry.refresh()
  // A directory that was restored from an old backup knows of no newer tree itself. To sign but one receipt would be too
  // much: another tree of that size may be signed already.
  const anchored = await readAnchored(chain, deployment, config.origin)
  await requireOurs(store, anchored, { en: 'has been anchored on the chain', zh: '已在链上存证' })
  const { confirmations, finality } = config
  const outbox = createOutbox({ chain, guard, account, facts: store.facts, clock, log, confirmations, finality })
  const anchorChain = createAnchorChain({ chain, guard, outbox, deployment, origin: config.origin, finality })
  const { anchorSeconds: everySeconds, anchorRecords: everyRecords } = config
  const index = await indexOpening
  const anchoring = await createAnchoring({
    store,
    logKey,
    index,
    ...(witnesses && { witnesses }),
    chain: anchorChain,
    clock,
    everySeconds,
    everyRecords,
    log,
  })

  // Acts go by an account and an outbox of their own, so that they and the anchors do not wait for each other.
  const relayer = await openRelayAccount(keys, config.relayKeyFile)
  const relayOutbox = createOutbox({
    chain,
    guard,
    account: relayer,
    facts: store.facts,
    clock,
    log,
    confirmations,
    finality,
  })
  const acts = await openActs({
    chain,
    deployment,
    guard,
    outbox: relayOutbox,
    facts: store.facts,
    vault,
    registry,
    clock,
    log,
    finality,
  })

  const commit = createGroupCommit(store, logKey, now)
  const receiptFor = createReceipts(store, logKey, now)
  const sources = opened.use(await openSources({ store, commit, origin: config.origin, now, clock, log }))
  const reader = createFastReader(lines, { registry, vault, now, sources: sources.lines }, hasher)
  const ingest = createIngest({ store, commit, reader, links: sources.links, gate: openIngestGate(), receiptFor })
  const erasures = await openErasures({ store, commit, vault, texts: acts.texts, now }, notice =>
    log.warn({}, `erasure: ${notice}`),
  )
  const query = createQuery({ store, grants: registry, published: () => anchoring.published() })
  const evidence = createEvidence({
    store,
    index,
    registry,
    anchoring,
    chain,
    finality,
    deployment,
    logKey: logKey.verifierKey,
    answerKey,
    now,
  })

  const stop = new AbortController()
  const policy = { afterYears: config.archiveAfterYears, overBytes: config.archiveOverBytes }
  // Not waited for at the end: what is under way is given up when the store closes.
  void keepArchiving({ old: store.old, anchors: openAnchors(store.facts), policy, clock, log }, stop.signal)
  const ended = Promise.all([
    anchoring.run(stop.signal),
    registry.run(stop.signal),
    acts.run(stop.signal),
    sources.run(stop.signal),
  ]).then(() => {})
  let end: unknown
  ended.catch((error: unknown) => {
    end = error // whoever runs the ledger looks at it
    commit.refuse(error)
  })
  opened.defer(async () => {
    stop.abort()
    await ended.catch(() => {})
    await commit.drain()
  })
  const parts = opened.move()
  return {
    store,
    logKey,
    answerKey,
    vault,
    chain,
    chainUrl,
    deployment,
    account,
    registry,
    anchoring,
    index,
    acts,
    ingest,
    erasures,
    sources,
    query,
    evidence,
    ended,
    troubles: () => [end, commit.failure(), anchoring.status().lastError].flatMap(describeTrouble),
    setChainClockOffset: milliseconds => embedded?.setClockOffset(milliseconds),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

function prepareChain({
  config,
  log,
  chainClockOffset: clockOffset = 0,
  chainNode: launched,
}: LedgerOptions): ChainStart {
  const dir = join(config.data, CHAIN)
  return createChainStart({ dir, port: config.chainPort, clockOffset, log, ...(launched && { launched }) })
}

async function openFile(directory: string, name: string): Promise<LogFile> {
  return diskFiles.open(join(directory, name)).catch((cause: unknown) => {
    throw explainFailure(cause, directory)
  })
}

function describeTrouble(trouble: unknown): Trouble[] {
  if (trouble === undefined) return []
  const {
    code = 'unexpected',
    message,
    zh,
  } = trouble instanceof LedgerError ? reasonOf(trouble) : (trouble as Partial<Reason> & Error)
  return [{ code, words: wordsOf({ code, message, ...(zh !== undefined && { zh }) }) }]
}

/** Waits for a network that does not answer yet, however long: a ledger that cannot read its contracts can judge no line. */
async function reachChain(url: string, { clock, log, signal }: LedgerOptions): Promise<Chain> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      return await connectChain({ url })
    } catch (error) {
      if (!(error instanceof LedgerError) || !error.retryable) throw error
      log.warn({ code: error.code, again: `${pause / 1000} s` }, error.message)
      await clock.sleep(pause, signal)
    }
  }
}

/** What the contracts said until the last stop, on its way. */
function keepEvents(
  file: LogFile,
  deployment: Deployment,
  log: Log,
): Required<Pick<RegistryParts, 'journal' | 'kept'>> {
  const journal = openEventJournal({ file, deployment, log })
  const kept = replayEvents({ journal, contracts: deployment.contracts, log })
  kept.catch(() => {}) // told of by whoever awaits it
  return { journal, kept }
}

/** At first start the contracts are deployed by this ledger's own account. */
async function deployContracts(
  chain: Chain,
  store: Store,
  account: Wallet,
  { config, log }: LedgerOptions,
): Promise<Deployment> {
  log.info({ chain: chain.name, account: account.address }, 'chain: deploying the contracts')
  const { address } = account
  const deployment = await deployLedger(account.connect(chain.provider), {
    registrar: address,
    anchorer: address,
    admin: address,
    origin: config.origin,
  })
  await rememberDeployment(store.facts, deployment)
  log.info({ ...deployment.contracts }, 'chain: contracts deployed')
  return deployment
}
