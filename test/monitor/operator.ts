// An operator with a real log and index log, served over a real connection; honest unless told to lie.

import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAnswerKey } from '../../src/answer-key.ts'
import { CONTRACT_NAMES } from '../../src/chain/abi.ts'
import { systemClock } from '../../src/clock.ts'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { parseCheckpoint } from '../../src/core/checkpoint.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { parseNote } from '../../src/core/note.ts'
import type { LogRecord } from '../../src/core/record.ts'
import { parseTilePath } from '../../src/core/tile.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { openMonitorKey } from '../../src/monitor/identity.ts'
import { Monitor, type MonitorParts } from '../../src/monitor/monitor.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { StateFolder } from '../../src/monitor/state.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { formatTrust, parseTrust, type Trust } from '../../src/verify/trust.ts'
import { ORIGIN, TestLog } from '../chain/fixtures.ts'
import { makeRecord, START, toLeaf } from '../store/leaves.ts'

/** Seconds, of the first checkpoint. */
export const NOW = START / 1000 + 3_600

/** The bytes of a path below the service's address; undefined where nothing is; or it throws an error of an HTTP status, its cause the body. */
type Answer = (path: string) => Promise<Uint8Array | undefined>

export class Operator implements AsyncDisposable {
  readonly dir: string
  readonly store: ReturnType<typeof createMemoryStore>
  readonly logKey: LogKey
  readonly index: IndexLog
  checkpoint: string | undefined
  /** The index log's, where another is to be served than the index log has. */
  indexCheckpoint: string | undefined
  time = NOW

  private constructor(parts: Pick<Operator, 'dir' | 'store' | 'logKey' | 'index'>) {
    this.dir = parts.dir
    this.store = parts.store
    this.logKey = parts.logKey
    this.index = parts.index
  }

  /** @param twin Whose keys this one has as well */
  static async open(twin?: Operator): Promise<Operator> {
    const dir = await mkdtemp(join(tmpdir(), 'suyuan-operator-'))
    if (twin !== undefined) await cp(join(twin.dir, 'keys'), join(dir, 'keys'), { recursive: true })
    const store = createMemoryStore()
    const logKey = await openLogKey({ dir, origin: ORIGIN, facts: store.facts })
    const index = await IndexLog.open({ store, dir, origin: ORIGIN, now: () => NOW * 1000, log: new TestLog() })
    return new Operator({ dir, store, logKey, index })
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    await this.store.append([{ leaves: packLeaves(records.map(record => toLeaf(record))) }])
  }

  /** Grows by numbered records, publishes, and covers what was published. */
  async grow(count: number, { cover = true, fields = {} } = {}): Promise<void> {
    const { size } = this.store.head
    await this.append(Array.from({ length: count }, (_, k) => makeRecord(size + k, fields)))
    await this.publish(cover)
  }

  async publish(cover = true): Promise<void> {
    this.time += 60
    const { head } = this.store
    this.checkpoint = this.logKey.sign(head, this.time)
    if (cover) await this.index.cover({ ...head, checkpoint: this.checkpoint, time: this.time })
  }

  readonly answer: Answer = async path => {
    const [, prefix, rest = ''] = /^(log|index)\/(.*)$/.exec(path) ?? []
    const note = prefix === 'log' ? this.checkpoint : (this.indexCheckpoint ?? this.index.checkpoint())
    if (note === undefined || prefix === undefined) return undefined
    if (rest === 'checkpoint') return Buffer.from(note)
    const tile = parseTilePath(rest)
    const { size } = parseCheckpoint(parseNote(note).text)
    if (tile === undefined || size === 0) return undefined
    return prefix === 'log' ? this.store.readTile(tile) : this.index.readTile(tile)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.index[Symbol.asyncDispose]()
    await rm(this.dir, { recursive: true })
  }
}

export interface Service extends AsyncDisposable {
  readonly url: string
  readonly asked: string[]
  answer: Answer
}

export async function serve(answer: Answer): Promise<Service> {
  const server = createServer((request, response) => {
    const path = request.url!.slice(1)
    service.asked.push(path)
    service.answer(path).then(
      bytes => (bytes === undefined ? response.writeHead(404).end() : response.end(bytes)),
      (error: Error) => {
        response.writeHead(Number(error.message) || 500, { 'retry-after': '7' }).end(JSON.stringify(error.cause))
      },
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const service: Service = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return service
}

export async function trustIn({ dir, logKey, index }: Operator, more: Partial<Trust> = {}): Promise<Trust> {
  const answerKey = await openAnswerKey(join(dir, 'keys'), ORIGIN)
  const contracts = Object.fromEntries(CONTRACT_NAMES.map((name, k) => [name, `0x${String(k + 1).padStart(40, '0')}`]))
  const file = formatTrust({
    logKey: logKey.verifierKey,
    answerKey: answerKey.verifierKey,
    timeKey: logKey.timeKey,
    indexKey: index.key.verifierKey,
    chainId: 31_337,
    contracts: contracts as Trust['contracts'],
  })
  return { ...parseTrust(Buffer.from(JSON.stringify(file))), ...more }
}

type Hold = <T extends AsyncDisposable>(thing: T) => T

/** What a test of this `describe` holds is let go after it, the newest first. */
export function holding(): Hold {
  let held = new AsyncDisposableStack()
  afterEach(async () => {
    const done = held
    held = new AsyncDisposableStack()
    await done.disposeAsync()
  })
  return thing => held.use(thing)
}

/** What most tests begin with: an operator that is served and watched. */
export async function serveAndWatch(
  hold: Hold,
  more: Partial<Trust> = {},
): Promise<{ operator: Operator; service: Service; trust: Trust; watching: Watch }> {
  const operator = hold(await Operator.open())
  const service = hold(await serve(operator.answer))
  const trust = await trustIn(operator, more)
  return { operator, service, trust, watching: hold(await watch(trust, service.url)) }
}

export interface Watch extends AsyncDisposable {
  readonly dir: string
  /** ms since 1970. */
  now: number
  /** That it made between asks, in ms; none takes any time. */
  readonly pauses: number[]
  readonly monitor: Monitor
  round(): Promise<RoundReport>
  /** Ends and begins again over the same folder. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A monitor in a folder of its own. */
export async function watch(
  trust: Trust,
  url: string,
  { token, ...more }: Partial<MonitorParts> & { readonly token?: string } = {},
): Promise<Watch> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-monitor-'))
  let opened: { folder: StateFolder; monitor: Monitor } | undefined
  const open = async (): Promise<void> => {
    const folder = await StateFolder.open(dir, trust.logKey.name)
    const clock = {
      ...systemClock,
      now: () => watching.now,
      sleep: async (ms: number) => void watching.pauses.push(ms),
    }
    const monitor = await Monitor.open({
      asking: { base: new URL(url), clock, timeoutMs: 2_000, ...(token !== undefined && { token }) },
      trust,
      folder,
      key: await openMonitorKey(join(dir, 'monitor.key')),
      clock,
      finality: 1,
      patienceMs: 600_000,
      backdatedMs: 7 * 86_400_000,
      sample: 4,
      ...more,
    })
    opened = { folder, monitor }
  }
  const close = async (): Promise<void> => {
    await opened?.monitor[Symbol.asyncDispose]()
    await opened?.folder[Symbol.asyncDispose]()
    opened = undefined
  }
  const watching: Watch = {
    dir,
    now: (NOW + 600) * 1000,
    pauses: [],
    get monitor() {
      return opened!.monitor
    },
    round: () => opened!.monitor.round(new AbortController().signal),
    async restart() {
      await close()
      await open()
    },
    close,
    async [Symbol.asyncDispose]() {
      await close()
      await rm(dir, { recursive: true })
    },
  }
  await open()
  return watching
}
