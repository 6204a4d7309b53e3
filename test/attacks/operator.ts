// The platform operator, who holds every key of the log: a real ledger and its real HTTP service, of which one part may be
// exchanged, and whatever can be signed with those keys. It publishes and anchors when it is told to.

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { logIdOf } from '../../src/chain/deploy.ts'
import type { Chain } from '../../src/chain/network.ts'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { indexOrigin } from '../../src/core/completeness/epoch.ts'
import { createEvidence, type EvidenceMaker, type EvidenceParts } from '../../src/evidence.ts'
import { createLogger } from '../../src/http/logger.ts'
import { type Ledger, openLedger } from '../../src/ledger.ts'
import { type LogStore, proveGrowth } from '../../src/published.ts'
import { type Service, serve } from '../../src/serve.ts'
import { openTokens, SCOPES } from '../../src/tokens.ts'
import { parseTrust, type Trust } from '../../src/verify/trust.ts'
import { TestLog } from '../chain/fixtures.ts'
import type { City, Founded } from './city.ts'
import { encodeLines } from './lines.ts'

/** What of a ledger is exchanged before it is served; or changed in place. */
export type Tamper = (ledger: Ledger) => Partial<Ledger> | void

export interface OperatorOptions {
  readonly tamper?: Tamper | false
  /** What was made for it before. */
  readonly founded?: Founded
  /** A policy of witnesses, as a file. */
  readonly witnesses?: string
}

interface Running {
  readonly ledger: Ledger
  readonly service: Service
  readonly token: string
}

export class Operator implements AsyncDisposable {
  readonly city: City
  readonly founded: Founded
  /** What the service says in its own log. */
  readonly log: string[] = []
  /** Makes the evidence that the service gives; its ledger's own unless another is put here. */
  author: EvidenceMaker = (...asked) => this.ledger.evidence(...asked)
  #running!: Running

  private constructor(city: City, founded: Founded) {
    this.city = city
    this.founded = founded
  }

  static async open(city: City, options: OperatorOptions = {}): Promise<Operator> {
    const operator = new Operator(city, options.founded ?? (await city.found()))
    await operator.#start(options)
    return operator
  }

  /** Another history of the same log, from its beginning: the same keys and account over an empty log. */
  async twin(city = this.city): Promise<Operator> {
    const dir = await city.freshDirectory()
    await cp(join(this.founded.dir, 'keys'), join(dir, 'keys'), { recursive: true })
    return Operator.open(city, { founded: { ...this.founded, dir } })
  }

  /** Ends, and begins again over the same data. */
  async restart(): Promise<void> {
    await this[Symbol.asyncDispose]()
    await this.#start({})
  }

  async #start({ tamper, witnesses }: OperatorOptions): Promise<void> {
    const { dir, origin } = this.founded
    const config = readConfig({
      SUYUAN_PUBLIC_LOG: 'true',
      SUYUAN_DATA: dir,
      SUYUAN_ORIGIN: origin,
      SUYUAN_RPC_URL: this.city.chainUrl,
      SUYUAN_FINALITY: '1',
      SUYUAN_ANCHOR_SECONDS: '86400', // only when told to
      SUYUAN_PORT: '0',
      ...(witnesses === undefined ? {} : { SUYUAN_WITNESSES: witnesses }),
    })
    const opened = await openLedger({ config, clock: systemClock, log: new TestLog() })
    await firstRound(opened)
    const ledger = { ...opened, ...(tamper && tamper(opened)) }
    const tokens = openTokens(join(dir, 'keys'))
    const token = await tokens.create(SCOPES, 'all')
    const logger = createLogger('trace', { write: line => void this.log.push(line) })
    const evidence: EvidenceMaker = (...asked) => this.author(...asked)
    const service = await serve({ ledger: { ...ledger, evidence }, config, tokens, logger, now: () => Date.now() })
    this.#running = { ledger, service, token }
  }

  get ledger(): Ledger {
    return this.#running.ledger
  }

  get url(): string {
    return this.#running.service.url
  }

  /** May do everything. */
  get token(): string {
    return this.#running.token
  }

  /** What everybody was told of this log before they had reason to doubt it. */
  async trust(): Promise<Trust> {
    const response = await fetch(`${this.url}/v1/trust`)
    return parseTrust(new Uint8Array(await response.arrayBuffer()))
  }

  /** Lines that nobody keeps receipts of. */
  async take(lines: readonly object[]): Promise<void> {
    const { refused } = await this.ledger.ingest.submit(encodeLines(lines), { client: 'gateway' })
    if (refused.length > 0) throw new Error(JSON.stringify(refused))
  }

  /**
   * Publishes, and anchors as the ledger itself does.
   * @param checkpoint As it was signed before, where the log was the same then
   */
  async anchor(checkpoint?: string): Promise<void> {
    const { anchoring, logKey, store } = this.ledger
    if (checkpoint !== undefined) Object.assign(logKey, { sign: () => checkpoint })
    await anchoring.publishNow()
    await anchoring.anchored(store.head.size, AbortSignal.timeout(30_000))
  }

  /**
   * Signs the log as it is and what the index makes of it, and serves that, whatever was published before: without the
   * questions that the ledger asks of itself and of the chain.
   * @param checkpoint As it was signed before, where the log was the same then
   */
  async publishAnyway(checkpoint?: string): Promise<string> {
    const { anchoring, index, logKey, store } = this.ledger
    const { head } = store
    const time = Date.now() / 1000
    const signed = checkpoint ?? logKey.sign(head, time)
    await index.cover({ ...head, checkpoint: signed, time })
    anchoring.checkpoint = () => signed
    return signed
  }

  /**
   * Asks the contract to take the log as it is for the growth of what is anchored.
   * @param old Sizes of the anchored trees
   * @throws LedgerError the contract's refusal
   */
  async anchorAnyway(old: { readonly log: number; readonly index: number }): Promise<void> {
    const { index, store } = this.ledger
    const { origin, account } = this.founded
    const growth = async (name: string, log: LogStore, oldSize: number): Promise<unknown[]> => {
      const { size, root } = log.head
      // What extends nothing has no proof: then the best that there is.
      const proof = size > oldSize ? await proveGrowth(log, oldSize, size) : []
      return [logIdOf(name), size, root, proof]
    }
    const growths = [await growth(origin, store, old.log), await growth(indexOrigin(origin), index.epochs, old.index)]
    await this.city.act(account, 'checkpointAnchor', 'anchorAll', [growths])
  }

  /** From now on evidence names the newest anchor of another history as that of this one, and the chain's events accordingly. */
  async claimAnchorOf({ ledger }: Operator): Promise<void> {
    const { anchoring, index, store } = this.ledger
    const [theirs] = await ledger.anchoring.anchors(1)
    const [root, indexRoot] = [store.head.root, index.epochs.head.root].map(encodeBase64) as [string, string]
    const indexTree = theirs!.index!
    const anchor = { ...theirs!, root, checkpoint: anchoring.checkpoint()!, index: { ...indexTree, root: indexRoot } }
    const parts = this.evidenceParts()
    const chain = retelling(parts.chain, [
      [theirs!.root, root],
      [indexTree.root, indexRoot],
    ])
    this.author = createEvidence({ ...parts, chain, anchoring: { anchors: async () => [anchor] } })
  }

  /** What the ledger makes evidence of, to be made of something else. */
  evidenceParts(): EvidenceParts {
    const { ledger } = this
    return { ...ledger, finality: 1, logKey: ledger.logKey.verifierKey, now: () => Date.now() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { service, ledger } = this.#running
    await service[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  }
}

/** Anchoring looks at the chain once by itself; a history that is anchored by another after that goes unnoticed. */
function firstRound({ index }: Ledger): Promise<void> {
  const release = index.release.bind(index)
  return new Promise(resolve => {
    index.release = async size => {
      await release(size) // each round asks for it, when it has seen what is anchored
      resolve()
    }
  })
}

/** A chain that says other hashes (base64), wherever they stand. */
function retelling(chain: Chain, swaps: readonly (readonly [from: string, to: string])[]): Chain {
  const hex = (hash: string): string => Buffer.from(hash, 'base64').toString('hex')
  return {
    ...chain,
    async request(method, params) {
      const said = JSON.stringify(await chain.request(method, params))
      return JSON.parse(swaps.reduce((text, [from, to]) => text.replaceAll(hex(from), hex(to)), said)) as unknown
    },
  }
}
