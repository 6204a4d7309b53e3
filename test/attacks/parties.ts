// The honest parties, each with nothing but public HTTP, the chain, and a trust file that was made beforehand. Exit codes
// are those of the commands (docs/verify.md, docs/monitor.md).

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INGESTED, type IngestAnswer } from '../../src/cli/answers.ts'
import { type Client, openClient } from '../../src/cli/client.ts'
import { openReceiptBook } from '../../src/cli/receipts.ts'
import { requireAccounted } from '../../src/cli/send.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import { isOutside } from '../../src/core/authority.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import type { Question } from '../../src/core/question.ts'
import type { Contradiction } from '../../src/monitor/checks.ts'
import { openReceipts } from '../../src/monitor/held-receipts.ts'
import { type MonitorKey, openMonitorKey } from '../../src/monitor/identity.ts'
import { Monitor, type RoundReport } from '../../src/monitor/monitor.ts'
import { StateFolder } from '../../src/monitor/state.ts'
import { startWitness, type WitnessServer } from '../../src/monitor/witness-server.ts'
import { proveGrowth } from '../../src/published.ts'
import { verifyActs } from '../../src/verify/acts.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { createWitnessClient } from '../../src/witness/client.ts'
import { type Look, type Party, SAYS, timed, tried } from './attack.ts'
import type { City, Founded } from './city.ts'
import { encodeLines } from './lines.ts'
import type { Operator } from './operator.ts'

async function fetchFile({ url, token }: Operator, path: string): Promise<Uint8Array> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  const file = new Uint8Array(await response.arrayBuffer())
  if (!response.ok) throw new Error(Buffer.from(file).toString())
  return file
}

/** Asks a question, and checks the evidence as `suyuan verify` does. */
export async function ask(
  operator: Operator,
  trust: Trust,
  where: Question['where'],
  by: Party = 'whoever asks',
): Promise<Look> {
  const file = await fetchFile(operator, `/v1/evidence?${new URLSearchParams(where).toString()}`)
  return timed(async () => {
    const { verdict, failed, answer } = await verifyEvidence(file, trust, async () => operator.city.chain)
    const checks = [
      ...(failed === undefined ? [] : [failed.check]),
      ...(answer?.newer === undefined ? [] : ['newer anchor']),
    ]
    return { by, checks, verdict: SAYS[verdict] }
  })
}

/** The same, and what the verified rows are found to be. */
export async function askAuthority(operator: Operator, trust: Trust, where: Question['where']): Promise<Look> {
  const file = await fetchFile(operator, `/v1/evidence?${new URLSearchParams(where).toString()}`)
  return timed(async () => {
    const { verdict, answer } = await verifyEvidence(file, trust, async () => operator.city.chain)
    const outside = answer!.rows.map(({ judgement }) => judgement).filter(isOutside)
    return { by: 'whoever asks', checks: [...new Set(outside)], verdict: SAYS[verdict] }
  })
}

/** Asks who did what about a grant. */
export async function askActs(operator: Operator, trust: Trust, grant: number): Promise<Look> {
  const file = await fetchFile(operator, `/v1/grants/${grant}/evidence`)
  return timed(async () => {
    const { verdict, failed } = await verifyActs(file, trust, async () => operator.city.chain)
    return { by: 'whoever asks', checks: failed === undefined ? [] : [failed.check], verdict: SAYS[verdict] }
  })
}

/** A platform that ships its lines as `suyuan ingest --receipts FILE --trust FILE` does, and keeps its receipts. */
export class Source {
  readonly receipts: string
  readonly #city: City
  #sent = 0

  constructor(city: City) {
    this.#city = city
    this.receipts = city.freshPlace()
  }

  /** One run of the command, over these batches. */
  async send({ url, token }: Operator, trust: Trust, ...batches: readonly (readonly object[])[]): Promise<Look> {
    const client = await clientOf(this.#city, url, token)
    const answers: (readonly [key: string, answer: IngestAnswer, lines: number])[] = []
    for (const lines of batches) {
      const key = `batch ${this.#sent++}`
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
      const answer = await client.post('/v1/records', {}, { lines: encodeLines(lines), headers }, INGESTED)
      if (answer.refusedCount > 0) throw new Error(JSON.stringify(answer.refused))
      answers.push([key, answer, lines.length])
    }
    const book = await openReceiptBook(this.receipts, trust, client)
    const look = await tried('source', [SAYS.taken, SAYS.refused], async () => {
      for (const [key, answer, lines] of answers) {
        requireAccounted(answer, lines)
        await book.take(answer, key)
      }
    })
    await book.close()
    return look
  }
}

async function clientOf(city: City, url: string, token: string): Promise<Client> {
  const tokenFile = city.freshPlace()
  await writeFile(tokenFile, token)
  return openClient({ url, tokenFile })
}

export interface WatchOptions {
  readonly by?: Party
  /** A file of receipts that somebody handed over. */
  readonly receipts?: string
}

/** An inspector who runs `suyuan monitor --once` again and again, over one folder. */
export class Watcher {
  readonly folder: string
  readonly #trust: Trust
  readonly #options: WatchOptions

  constructor(city: City, trust: Trust, options: WatchOptions = {}) {
    this.folder = city.freshPlace()
    this.#trust = trust
    this.#options = options
  }

  /** @param lateMs How much later it is by now than this machine's clock says */
  async look({ url, token, city }: Operator, lateMs = 0): Promise<Look> {
    const { by = 'monitor', receipts } = this.#options
    const trust = this.#trust
    const clock: Clock = { ...systemClock, now: () => Date.now() + lateMs }
    await using folder = await StateFolder.open(this.folder, trust.logKey.name)
    await using monitor = await Monitor.open({
      asking: { base: new URL(`${url}/`), token, clock },
      trust,
      folder,
      key: await openMonitorKey(join(this.folder, 'monitor.key')),
      clock,
      chain: async () => city.chain,
      ...(receipts !== undefined && { receipts: openReceipts(await readFile(receipts), trust) }),
      finality: 1,
      patienceMs: 600_000,
      backdatedMs: 7 * 86_400_000,
      sample: 8,
    })
    return await timed(async () => ({ by, ...(await this.#say(await monitor.round(new AbortController().signal))) }))
  }

  async #say({ faults: onRecord, found, warnings, troubles }: RoundReport): Promise<Pick<Look, 'checks' | 'verdict'>> {
    const faults = onRecord.slice(onRecord.length - found) // of this round
    const checks = [...new Set([...faults, ...warnings].map(({ check }) => check))]
    if (faults.length > 0) {
      const files = await Promise.all(faults.map(({ file }) => readFile(join(this.folder, file))))
      const isProven = files.some(file => checkFinding(file, this.#trust).verdict === 'proven')
      return { checks, verdict: isProven ? SAYS.proven : SAYS.fault }
    }
    if (troubles.length > 0) return { checks: troubles.map(({ code }) => code), verdict: SAYS.trouble }
    return { checks, verdict: warnings.length > 0 ? SAYS.warning : SAYS.well }
  }
}

/** An inspector who is a witness: cosigns what extends the tree it cosigned last, and puts on record what contradicts it. */
export class Witness implements AsyncDisposable {
  readonly policy: string
  /** The policy, for the operator. */
  readonly file: string
  readonly #server: WitnessServer
  readonly #key: MonitorKey
  readonly #found: Contradiction[]

  private constructor(file: string, policy: string, server: WitnessServer, key: MonitorKey, found: Contradiction[]) {
    this.file = file
    this.policy = policy
    this.#server = server
    this.#key = key
    this.#found = found
  }

  static async start(city: City, { logKey }: Founded): Promise<Witness> {
    const folder = city.freshPlace()
    await mkdir(folder)
    const found: Contradiction[] = []
    const key = await openMonitorKey(join(folder, 'monitor.key'))
    const onFork = (fork: Contradiction): void => void found.push(fork)
    const isAtFault = (): boolean => found.length > 0
    const server = await startWitness({ folder, logKey, key, clock: systemClock, port: 0, isAtFault, onFork })
    const policy = `witness inspector ${formatVerifierKey(key.witness)} ${server.url}\nquorum inspector\n`
    const file = join(folder, 'policy')
    await writeFile(file, policy)
    return new Witness(file, policy, server, key, found)
  }

  /** The operator asks for a cosignature. */
  async look({ ledger }: Operator, checkpoint: string): Promise<Look> {
    const client = createWitnessClient({
      witness: { name: 'inspector', key: this.#key.witness, url: this.#server.url },
      prove: (oldSize, newSize) => proveGrowth(ledger.store, oldSize, newSize),
      clock: systemClock,
      timeoutMs: 10_000,
    })
    const cosign = (): Promise<unknown> => client.cosign(checkpoint, new AbortController().signal)
    const look = await tried('witness', [SAYS.cosigned, SAYS.uncosigned], cosign)
    return this.#found.length === 0 ? look : { ...look, checks: this.#found.map(({ check }) => check) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}
