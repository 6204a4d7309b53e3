// One ledger through all its lives: made once, ended again and again, checked after every start, and read to its last byte
// at the end.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EmbeddedChain, startEmbeddedChain } from '../../src/chain/embedded.ts'
import { connectChain } from '../../src/chain/network.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { createRandom, type Random } from '../demo/random.ts'
import { freePort } from '../free-port.ts'
import { Book, Violation } from './book.ts'
import { type CheckParts, type CommitsSeen, checkAll, checkFiles, checkStart } from './check.ts'
import { Client } from './client.ts'
import type { Batch } from './lines.ts'
import { type Load, type LoadFigures, type LoadParts, newFigures, sendAgain, sendBatch, startLoad } from './load.ts'
import type { Plan } from './plan.ts'
import { type Life, type LifeOptions, live, suyuan } from './service.ts'
import { Tally } from './tally.ts'
import { Witness } from './witness.ts'

const CITY = join(import.meta.dirname, '../../test/e2e/plan.json')
const SILENT = { info() {}, warn() {}, error() {} }
/** How often the service runs its own chain, which has to start with it. */
const OWN_CHAIN = 0.15

const MENDING = /never committed|left aside|made again/

export interface LifeStart {
  readonly plan?: Omit<Plan, 'data' | 'seed'>
  readonly data?: string
  readonly fileLimit?: number
  /** Whether the service runs its own chain, which dies with it; by chance if it is not said. */
  readonly ownChain?: boolean
}

export class LedgerLives implements AsyncDisposable {
  readonly data: string
  readonly random: Random
  readonly witness: Witness
  readonly figures: LoadFigures = newFigures()
  readonly images: string
  readonly #ports: { readonly http: number; readonly chain: number }
  readonly #token: string
  readonly #loadRandom: Random
  readonly #unanswered = new Set<Batch>()
  readonly #seen: CommitsSeen = { bytes: 0 }
  #chain: EmbeddedChain | undefined
  #life: Life | undefined
  /** Milliseconds that the starts took until they answered. */
  readonly starts: number[] = []
  /** What the starts had to mend. */
  readonly mended = new Tally()
  /** The newest life was stopped cleanly; the one before it was. */
  #isStopped = false
  #wasStopped = false

  private constructor(
    data: string,
    random: Random,
    ports: { readonly http: number; readonly chain: number },
    token: string,
    witness: Witness,
  ) {
    this.data = data
    this.images = `${data}.images`
    this.random = random
    this.#loadRandom = createRandom(random.below(2 ** 32))
    this.#ports = ports
    this.#token = token
    this.witness = witness
  }

  /** A new ledger in `data`, with a small city on its chain. */
  static async begin(data: string, random: Random): Promise<LedgerLives> {
    mkdirSync(data, { recursive: true })
    const ports = { http: await freePort(), chain: await freePort() }
    const life = live({ data, port: ports.http, chainPort: ports.chain, plan: { data, seed: random.below(2 ** 32) } })
    try {
      if ((await life.begun()) === 'over') throw new Error(life.output())
      const token = /suyuan_[\w-]{43}/.exec(life.output())?.[0] ?? ''
      await suyuan(['register', CITY, '--data', data, '--url', life.url, '--rpc', `http://127.0.0.1:${ports.chain}`])
      const client = new Client(life.url, token)
      await untilRegistered(client)
      const trust = parseTrust(await client.ask('/v1/trust'))
      return new LedgerLives(data, random, ports, token, new Witness(new Book(), trust))
    } finally {
      await life.kill()
    }
  }

  /** Starts the service, and does not wait for it. The life before must be over. */
  async start({ plan = {}, data = this.data, fileLimit, ownChain }: LifeStart = {}): Promise<Life> {
    if (this.#life?.isOver() === false) throw new Error('the life before is not over')
    this.#wasStopped = this.#isStopped
    this.#isStopped = false
    const moved = data !== this.data
    // Where the disk is another, or nobody keeps the images, all that is there counts as synced afterwards.
    if (plan.images === undefined) rmSync(this.images, { recursive: true, force: true })
    // Once in any case, however few lives there are.
    const usesOwn = ownChain ?? (!moved && (this.starts.length === 1 || this.random.chance(OWN_CHAIN)))
    if (usesOwn) await this.closeChain()
    else this.#chain ??= await this.#startChain()
    const options: LifeOptions = {
      data,
      port: this.#ports.http,
      chainPort: this.#ports.chain,
      ...(usesOwn ? {} : { rpcUrl: `http://127.0.0.1:${this.#ports.chain}` }),
      plan: { ...plan, data, seed: this.random.below(2 ** 32) },
      ...(fileLimit === undefined ? {} : { fileLimit }),
    }
    this.#life = live(options)
    return this.#life
  }

  /** A start that must succeed; everything is checked before anything is asked of it. */
  async startWell(options: LifeStart = {}): Promise<Life> {
    const began = performance.now()
    const life = await this.start(options)
    if ((await life.begun()) === 'over') throw new Violation(`the start was refused:\n${lastLines(life)}`)
    this.starts.push(performance.now() - began)
    this.noteMending(life)
    if (this.#wasStopped && MENDING.test(life.output())) {
      throw new Violation(`a start after a clean stop had something to mend:\n${lastLines(life)}`)
    }
    await this.check(options.data)
    return life
  }

  /** What a start told that it cut off, left aside or made again. */
  noteMending(life: Life): void {
    for (const [, told = ''] of life.output().matchAll(/"msg":"(?:store: )?([^"]*)"/g)) {
      if (!MENDING.test(told)) continue
      const place = told.replaceAll(`${this.data}/`, '').replaceAll(/log\/[0-9a-f]{6}/g, 'log/<segment>')
      this.mended.add(place.replaceAll(/\d+/g, 'n'), 'healed')
    }
  }

  /** The life under way was stopped cleanly: the next start has nothing to mend. */
  noteStopped(): void {
    this.#isStopped = true
  }

  async check(data = this.data): Promise<void> {
    await checkStart(this.#checkParts(data), this.#seen)
  }

  startLoad(): Load {
    return startLoad(this.#loadParts())
  }

  get client(): Client {
    return new Client(`http://127.0.0.1:${this.#ports.http}`, this.#token)
  }

  /** The last start: what was never answered is sent again, and everything is checked, running and stopped. */
  async finish(): Promise<void> {
    const life = await this.startWell()
    for (const batch of this.#unanswered) {
      this.#unanswered.delete(batch)
      await sendBatch(this.#loadParts(), batch)
    }
    for (const batch of this.witness.book.answeredWithKey(100)) await sendAgain(this.#loadParts(), batch)
    await checkAll(this.#checkParts(this.data))
    life.signal('SIGTERM')
    const { code } = await life.death
    if (code !== 0) throw new Violation(`a clean stop ended with exit code ${code}:\n${lastLines(life)}`)
    checkFiles(this.#checkParts(this.data))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life?.isOver() === false) {
      this.#life.signal('SIGCONT')
      await this.#life.kill()
    }
    await this.closeChain()
  }

  #checkParts(data: string): CheckParts {
    const { client, witness, random } = this
    const chain = () => connectChain({ url: `http://127.0.0.1:${this.#ports.chain}` })
    return { client, witness, random, data, chain }
  }

  #loadParts(): LoadParts {
    const { client, witness, figures } = this
    return { client, witness, figures, random: this.#loadRandom, unanswered: this.#unanswered }
  }

  /** The chain that a killed service leaves ends by itself, a moment later. */
  async #startChain(): Promise<EmbeddedChain> {
    for (let tries = 0; ; tries++) {
      try {
        return await startEmbeddedChain({ dir: join(this.data, 'chain'), port: this.#ports.chain, log: SILENT })
      } catch (error) {
        if (tries > 100) throw error
        await sleep(100)
      }
    }
  }

  /** Ends the chain beside the service; the next life starts it again, or runs its own. */
  async closeChain(): Promise<void> {
    await this.#chain?.close()
    this.#chain = undefined
  }
}

export function lastLines(life: Life): string {
  return life.output().trimEnd().split('\n').slice(-12).join('\n')
}

/** The service reads the chain by itself, a moment after something was registered. */
async function untilRegistered(client: Client): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { grants } = await client
      .json<{ grants: unknown[] }>('/v1/grants?resource=30101/000001')
      .catch(() => ({ grants: [] }))
    if (grants.length > 0) return
    await sleep(100)
  }
  throw new Error('the registered city does not show')
}
