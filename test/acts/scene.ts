// A ledger with its contracts on a node, two departments, an inspector and a resource; and the acts' use-case on top, as
// often as a test restarts it.

import { id as keccakOf, Wallet } from 'ethers'
import type { QueueLimits } from '../../src/acts/room.ts'
import { type Acts, type Asked, openActs, type Prepared, type Sent } from '../../src/acts.ts'
import { createActs } from '../../src/chain/acts.ts'
import type { Chain } from '../../src/chain/network.ts'
import { createOutbox } from '../../src/chain/outbox.ts'
import { createRegistry, type Registry } from '../../src/chain/registry.ts'
import { encodePurpose, kindsToBits } from '../../src/chain/terms.ts'
import { systemClock } from '../../src/clock.ts'
import type { Vault } from '../../src/vault.ts'
import { type Ledger, startLedger, startSending, TestFacts, TestLog } from '../chain/fixtures.ts'

export const [TAX, STATISTICS, INSPECTOR, STRANGER, RELAYER] = ['a1', 'a2', 'a3', 'a4', 'a5'].map(
  byte => new Wallet(`0x${byte.repeat(32)}`),
) as [Wallet, Wallet, Wallet, Wallet, Wallet]
export const CODES = { tax: '11520100MB0000001A', statistics: '11520100MB0000002B', inspector: '11520100MB0000003C' }
export const RESOURCE = '306-01-001'
export const DIGEST = keccakOf('any text')

export interface Scene extends Ledger {
  reset(): Promise<void>
}

/** The node, with everything registered; each test begins at the same block. */
export async function startScene(): Promise<Scene> {
  const ledger = await startLedger()
  const { chain } = await startSending(ledger, new TestFacts())
  for (const { address } of [TAX, STATISTICS, INSPECTOR, RELAYER]) {
    await ledger.node.ask('hardhat_setBalance', [address, '0x56bc75e2d63100000'])
  }
  const act = createActs(chain, ledger.deployment.contracts)
  const { account } = ledger
  await act(account, 'organisations', 'register', [
    CODES.tax,
    '税务局',
    kindsToBits(['provider', 'consumer']),
    TAX.address,
  ])
  await act(account, 'organisations', 'register', [
    CODES.statistics,
    '统计局',
    kindsToBits(['consumer']),
    STATISTICS.address,
  ])
  await act(account, 'organisations', 'register', [
    CODES.inspector,
    '审计局',
    kindsToBits(['inspector']),
    INSPECTOR.address,
  ])
  const purpose = {
    code: encodePurpose('LegalCompliance'),
    zh: '依法履职',
    en: 'legal compliance',
    basis: 'https://w3id.org/dpv#LegalCompliance',
  }
  await act(account, 'vocabulary', 'registerPurposes', [[purpose]])
  const metadata = `0x${Buffer.from('{"fields":["name","id","address"]}').toString('hex')}`
  const description = {
    name: '纳税人',
    shareType: 1,
    openType: 2,
    level: 1,
    fieldCount: 3,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata,
  }
  await act(TAX, 'catalogue', 'register', [RESOURCE, keccakOf('source'), description])
  chain.close()
  await ledger.node.ask('evm_mine')
  let snapshot = await ledger.node.ask('evm_snapshot')
  return {
    ...ledger,
    async reset() {
      ledger.node.rule = undefined
      await ledger.node.ask('evm_revert', [snapshot])
      snapshot = await ledger.node.ask('evm_snapshot')
      await ledger.node.ask('evm_setAutomine', [true])
      ledger.node.calls.length = 0
    },
  }
}

export interface Process extends AsyncDisposable {
  readonly acts: Acts
  readonly chain: Chain
  readonly registry: Registry
  readonly log: TestLog
  /** Begins to send. */
  start(): void
}

/** A "process" that takes acts: built anew over the same facts, it is a restart. It sends only once it is started. */
export async function openProcess(
  scene: Scene,
  facts: TestFacts,
  options: { limits?: QueueLimits; vault?: Vault; finality?: number } = {},
): Promise<Process> {
  const log = new TestLog()
  const { limits, vault = PLAIN_VAULT, finality = 1 } = options
  const { chain, guard } = await startSending(scene, facts, { log, finality })
  const { deployment } = scene
  const outbox = createOutbox({
    chain,
    guard,
    account: RELAYER,
    facts,
    clock: systemClock,
    log,
    confirmations: 1,
    finality,
    resendMs: 50,
    patienceMs: 40,
  })
  const registry = createRegistry({
    chain,
    contracts: deployment.contracts,
    firstBlock: deployment.block,
    clock: systemClock,
    log,
  })
  await registry.refresh()
  const acts = await openActs({
    chain,
    deployment,
    guard,
    outbox,
    facts,
    vault,
    registry,
    clock: systemClock,
    log,
    finality,
    ...(limits && { limits }),
  })
  const stop = new AbortController()
  let running: Promise<void> = Promise.resolve()
  return {
    acts,
    chain,
    registry,
    log,
    start() {
      running = acts.run(stop.signal)
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the test is over'))
      await running
      chain.close()
    },
  }
}

/** Keeps what it is given as it is: what sealing does is the vault's own tests' business. */
const PLAIN_VAULT: Pick<Vault, 'commit' | 'encrypt' | 'open'> = {
  commit: sealed => ({ digest: 'plain', secret: Buffer.from(JSON.stringify(sealed)) }),
  encrypt: secrets => [...secrets],
  open: bytes => JSON.parse(Buffer.from(bytes).toString()) as ReturnType<Vault['open']>,
}

export const inAYear = (): number => Math.floor(Date.now() / 1_000) + 365 * 86_400

/** A request of the statistics bureau for all of the tax bureau's resource. */
export const requestOf = (changes: object = {}): Asked => ({
  act: 'access-ledger.request',
  actor: STATISTICS.address,
  arguments: {
    terms: {
      resource: RESOURCE,
      agreement: 0,
      purpose: 'LegalCompliance',
      purposeTextDigest: { text: '核定统计口径' },
      legalBasisDigest: DIGEST,
      scope: 'all',
      from: 0,
      until: inAYear(),
      quota: { byteCount: 'unlimited', rowCount: 1_000 },
      ...changes,
    },
  },
})

/** What the actor signs, ready to be sent. */
export async function sign(by: Wallet, { typedData, actor, to, data, nonce, deadline }: Prepared): Promise<Sent> {
  const { domain, types, primaryType, message } = typedData
  const signature = await by.signTypedData(domain, { [primaryType]: [...types[primaryType]!] }, message)
  return { actor, to, data, nonce, deadline, signature }
}
