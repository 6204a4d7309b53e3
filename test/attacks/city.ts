// Where every attack takes place: one embedded chain with the contracts and a small city on it. It outlives the operators,
// each of which keeps a log of its own there.

import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256, toUtf8Bytes, Wallet } from 'ethers'
import { type Act, createActs, createView } from '../../src/chain/acts.ts'
import { type Deployment, deployLedger, logIdOf } from '../../src/chain/deploy.ts'
import { type EmbeddedChain, startEmbeddedChain } from '../../src/chain/embedded.ts'
import { rememberDeployment } from '../../src/chain/identity.ts'
import { type Chain, connectChain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { createRegistry, type Registry } from '../../src/chain/registry.ts'
import { systemClock } from '../../src/clock.ts'
import { indexOrigin } from '../../src/core/completeness/epoch.ts'
import type { VerifierKey } from '../../src/core/note.ts'
import { openLogKey } from '../../src/log-key.ts'
import { type OnboardingParts, onboard, revokeGrants } from '../../src/onboarding.ts'
import { writePrivate } from '../../src/secrets.ts'
import { registerPurposes } from '../../src/seeding.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { PURPOSE_SEED } from '../../src/vocabulary.ts'
import { TestLog } from '../chain/fixtures.ts'
import { CENSUS, PLAN, PURPOSES } from './plan.ts'

/** Their numbers on the chain. */
export interface Grants {
  /** Of health, to the population register. */
  readonly open: number
  /** Of the bank, to incomes. */
  readonly revoked: number
  /** Of health, to incomes: the provider approved it. */
  readonly approved: number
}

export interface Founded {
  readonly dir: string
  readonly origin: string
  readonly account: Wallet
  readonly logKey: VerifierKey
}

export class City implements AsyncDisposable {
  readonly dir: string
  readonly chain: Chain
  readonly deployment: Deployment
  readonly act: Act
  grants: Grants = { open: 0, revoked: 0, approved: 0 }
  /** When all of it stood on the chain, in ms since 1970. */
  since = 0
  readonly #embedded: EmbeddedChain
  readonly #registrar: Wallet
  #places = 0

  private constructor(dir: string, embedded: EmbeddedChain, chain: Chain, deployment: Deployment, registrar: Wallet) {
    this.dir = dir
    this.chain = chain
    this.deployment = deployment
    this.act = createActs(chain, deployment.contracts)
    this.#embedded = embedded
    this.#registrar = registrar
  }

  static async build(): Promise<City> {
    const dir = await mkdtemp(join(tmpdir(), 'suyuan-attacks-'))
    const log = new TestLog()
    const embedded = await startEmbeddedChain({ dir: join(dir, 'chain'), log })
    const chain = await connectChain({ url: embedded.url, pollingMs: 10 })
    const registrar = accountOf('registrar')
    const { address } = registrar
    const origin = 'city.example/unused'
    const roles = { registrar: address, anchorer: address, admin: address, origin }
    const deployment = await deployLedger(registrar.connect(chain.provider), roles)
    const city = new City(dir, embedded, chain, deployment, registrar)
    await city.#settle()
    return city
  }

  /** The same city on a chain of its own, as it is now: what comes later happens on the one or on the other. */
  async copy(): Promise<City> {
    const dir = this.freshPlace()
    await cp(join(this.dir, 'chain'), join(dir, 'chain'), { recursive: true, filter: path => !path.endsWith('lock') })
    const embedded = await startEmbeddedChain({ dir: join(dir, 'chain'), log: new TestLog() })
    const chain = await connectChain({ url: embedded.url, pollingMs: 10 })
    const copy = new City(dir, embedded, chain, this.deployment, this.#registrar)
    return Object.assign(copy, { grants: this.grants, since: this.since })
  }

  get chainUrl(): string {
    return this.#embedded.url
  }

  /** A data directory for a new log, with an account that may anchor it. */
  async found(): Promise<Founded> {
    const name = `operator-${++this.#places}`
    const [dir, origin, account] = [await this.freshDirectory(), `${name}.example/use`, accountOf(name)]
    for (const log of [origin, indexOrigin(origin)]) {
      await this.act(this.#registrar, 'checkpointAnchor', 'registerLog', [log, account.address])
    }
    await writePrivate(join(dir, 'keys'), 'account.key', `${account.privateKey.slice(2)}\n`)
    await using store = await openEmbeddedStore({ dir })
    const { verifierKey: logKey } = await openLogKey({ dir, origin, facts: store.facts })
    return { dir, origin, account, logKey }
  }

  /** A data directory that knows where the city's contracts are, and nothing else. */
  async freshDirectory(): Promise<string> {
    const dir = this.freshPlace()
    await using store = await openEmbeddedStore({ dir })
    await rememberDeployment(store.facts, this.deployment)
    return dir
  }

  /** Where nothing is yet. */
  freshPlace(): string {
    return join(this.dir, `place-${++this.#places}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.chain.close()
    await this.#embedded.close()
    await rm(this.dir, { recursive: true })
  }

  async #settle(): Promise<void> {
    const { chain, deployment, act } = this
    const registry: Registry = createRegistry({
      chain,
      contracts: deployment.contracts,
      firstBlock: deployment.block,
      clock: systemClock,
      log: new TestLog(),
    })
    const parts: OnboardingParts = {
      act,
      view: createView(chain, deployment.contracts),
      registrar: this.#registrar,
      accountOf,
      officerOf: code => accountOf(`officer ${code}`),
      digestText: text => keccak256(toUtf8Bytes(text)),
      known: registry,
      log: logIdOf('city.example/unused'),
      now: () => Date.now(),
    }
    const purposes = PURPOSE_SEED.filter(({ code }) => PURPOSES.has(code))
    await registerPurposes(purposes, { act, by: this.#registrar })
    const { requests } = await onboard(PLAN, parts)
    const [open, revoked, approved] = requests as [number, number, number]
    await revokeGrants([{ id: revoked, provider: CENSUS, reason: '用途已终止' }], parts)
    this.grants = { open, revoked, approved }
    this.since = ((await readHead(chain)).time + 1) * 1000
    await systemClock.sleep(Math.max(0, this.since + 1000 - Date.now())) // no line may lie ahead
  }
}

/** The account of an organisation or an operator: real ones do not follow from a name. */
export function accountOf(name: string): Wallet {
  return new Wallet(keccak256(toUtf8Bytes(`account of ${name}`)))
}
