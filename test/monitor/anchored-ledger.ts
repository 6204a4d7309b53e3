// A chain that operators anchor on, as it was at first in every test.

import type { Anchor } from '../../src/anchors.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { type Sender, startSender } from '../../src/chain/sender.ts'
import type { LogKey } from '../../src/log-key.ts'
import { lowerCase, type Trust } from '../../src/verify/trust.ts'
import { connect, startLedger } from '../chain/fixtures.ts'
import { anchorBoth } from '../verify/anchored.ts'
import { type Operator, trustIn } from './operator.ts'

type Ledger = Awaited<ReturnType<typeof startLedger>>

export interface Signing {
  readonly logKey?: LogKey
  /** Seconds; now, as the blocks say, unless it is told. */
  readonly time?: number
}

export class AnchoredLedger implements AsyncDisposable {
  readonly node: Ledger['node']
  readonly #ledger: Ledger
  #chain: Chain | undefined
  #sender: Sender | undefined

  private constructor(ledger: Ledger) {
    this.node = ledger.node
    this.#ledger = ledger
  }

  static async start(): Promise<AnchoredLedger> {
    return new AnchoredLedger(await startLedger())
  }

  /** Anew, for the next test. */
  async begin(): Promise<Chain> {
    this.#chain?.close()
    await this.reset()
    const chain = await connect(this.node)
    this.#chain = chain
    this.#sender = await startSender(this.#ledger.account.connect(chain.provider), chain.provider, 5_000)
    return chain
  }

  reset(): Promise<void> {
    return this.#ledger.reset()
  }

  trustIn(operator: Operator): Promise<Trust> {
    const { chainId, contracts } = this.#ledger.deployment
    return trustIn(operator, { chainId, contracts: lowerCase(contracts) })
  }

  readonly send = async (growths: readonly unknown[]): Promise<Pick<Anchor, 'transaction' | 'block'>> => {
    const contract = this.#ledger.deployment.contracts.checkpointAnchor
    const receipt = await this.#sender!.call('checkpointAnchor', contract, 'anchorAll', [growths])
    const { number, hash, time } = await readHead(this.#chain!)
    return { transaction: receipt.hash, block: { number, hash, time } }
  }

  /** Signs the log as it is, publishes, covers and anchors it. */
  async anchor(operator: Operator, before?: Anchor, { logKey, time = nowSeconds() }: Signing = {}): Promise<Anchor> {
    const { store, index } = operator
    const parts = { store, index, logKey: logKey ?? operator.logKey, send: this.send, time }
    const made = await anchorBoth(parts, before)
    operator.checkpoint = made.checkpoint
    return made
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#chain?.close()
    await this.node.close()
  }
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)
