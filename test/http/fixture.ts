// An application on real parts — store in memory, group commit, ingest, query, keys, tokens — with only the chain made
// up: a directory of a few organisations, resources and grants, and anchors placed by hand.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import type { DestinationStream } from 'pino'
import { openTextVault } from '../../src/acts/text-vault.ts'
import type { Gate } from '../../src/admission.ts'
import { openAnswerKey } from '../../src/answer-key.ts'
import { formatVerifierKey, type VerifierKey } from '../../src/core/note.ts'
import { decodeEntry } from '../../src/core/record.ts'
import { openErasures } from '../../src/erasure.ts'
import { createGroupCommit } from '../../src/group-commit.ts'
import { buildApp } from '../../src/http/app.ts'
import { publishedHead } from '../../src/http/head.ts'
import { createLogger } from '../../src/http/logger.ts'
import type { Ailment, AnchorFact, Directory, Parts, Settings } from '../../src/http/parts.ts'
import type { App } from '../../src/http/typed.ts'
import { openIngestGate } from '../../src/ingest/gate.ts'
import { createIngest } from '../../src/ingest.ts'
import { createPlainReader } from '../../src/lines/plain.ts'
import { openLogKey } from '../../src/log-key.ts'
import { createQuery } from '../../src/query.ts'
import { createReceipts } from '../../src/receipts.ts'
import { openSources } from '../../src/sources.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { openTokens, type Scope, type Tokens } from '../../src/tokens.ts'
import { openVault } from '../../src/vault.ts'
import { CONSUMER, createDirectory, RESOURCE, termsOf } from './directory.ts'

export interface Ledger extends AsyncDisposable {
  readonly app: App
  readonly store: Store
  readonly tokens: Tokens
  /** A token with all scopes. */
  readonly token: string
  readonly logKey: VerifierKey
  readonly timeKey: VerifierKey
  readonly ailments: Ailment[]
  readonly parts: Parts
  /** Everything the service logged, as JSON lines. */
  logged(): string
  publish(): void
  /** Puts the published checkpoint on the made-up chain. */
  anchor(): void
  setLag(seconds: number): void
  /** Sends lines as `POST /v1/records`. */
  accept(lines: readonly object[]): Promise<void>
  /** The same, and publishes them. */
  send(lines: readonly object[]): Promise<void>
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
}

export const NOW = Date.parse('2026-03-02T00:00:00.000Z')

const noActs = (): never => {
  throw new Error('this ledger was opened without acts')
}
const NO_ACTS: Parts['acts'] = {
  prepare: noActs,
  send: noActs,
  encode: noActs,
  find: noActs,
  texts: { has: noActs, open: noActs, erase: noActs, erasedBy: noActs },
  lookup: {
    organisation: noActs,
    resource: noActs,
    fields: noActs,
    resourceOfGrant: noActs,
    purpose: noActs,
    asked: noActs,
    round: noActs,
  },
}

export interface LedgerOptions {
  /** An empty one in memory, unless told otherwise. */
  readonly store?: Store
  readonly settings?: Partial<Settings>
  readonly directory?: Directory
  readonly evidence?: Parts['evidence']
  readonly ingest?: (ingest: Parts['ingest']) => Parts['ingest']
  /** Who may have lines read; as in the service unless told otherwise. */
  readonly gate?: Gate
  readonly acts?: Parts['acts']
  /** Parts that not every service has, or others in place of those made here. */
  readonly more?: (store: Store) => Partial<Parts>
  /** The chain and contracts that the service names. */
  readonly trust?: Partial<Parts['trust']>
}

export async function openLedger(options: LedgerOptions = {}): Promise<Ledger> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-http-'))
  const keys = join(dir, 'keys')
  const store = options.store ?? createMemoryStore()
  const logKey = await openLogKey({ dir, origin: 'suyuan.test/log', facts: store.facts })
  const answerKey = await openAnswerKey(keys, 'suyuan.test/log')
  const vault = await openVault(keys)
  const tokens = openTokens(keys)
  const token = await tokens.create(['write', 'read', 'act', 'sealed', 'erase', 'metrics'], 'all')
  const now = () => NOW
  const directory = options.directory ?? createDirectory()
  const commit = createGroupCommit(store, logKey, now)
  const ailments: Ailment[] = []
  const anchors: AnchorFact[] = []
  const lines: string[] = []
  let note: string | undefined
  let lagSeconds = 0

  const sources = await openSources({
    store,
    commit,
    origin: 'suyuan.test/log',
    now,
    clock: { now, sleep: () => Promise.reject(new Error('nobody waits here')) },
    log: { info() {}, warn() {}, error() {} },
  })
  const ingest = createIngest({
    store,
    commit,
    reader: createPlainReader({
      vault,
      registry: {
        books: directory,
        resource: code => directory.resource(code),
        organisation: code => directory.organisation(code),
        grant: id => directory.grant(id),
      },
      now,
      sources: sources.lines,
    }),
    links: sources.links,
    gate: options.gate ?? openIngestGate(),
    receiptFor: createReceipts(store, logKey, now),
  })
  const log: Parts['log'] = {
    checkpoint: () => note,
    anchorFor: async size => anchors.find(anchor => anchor.size >= size),
    status: () => {
      const newest = anchors.at(-1)
      const published = note === undefined ? undefined : publishedHead(log)
      return {
        records: store.head.size,
        ...(published && { published: { size: published.size, time: NOW / 1000 } }),
        ...(newest && { anchored: { size: newest.size, time: newest.block.time } }),
        lagRecords: store.head.size - (newest?.size ?? 0),
        lagSeconds,
      }
    },
  }
  const destination: DestinationStream = {
    write(line: string) {
      lines.push(line)
    },
  }
  const parts: Parts = {
    ingest: options.ingest?.(ingest) ?? ingest,
    query: createQuery({
      store,
      grants: { terms: id => termsOf(directory.grant(id)) },
      published: () => publishedHead(log),
    }),
    store,
    vault,
    erasures: await openErasures({ store, commit, vault, texts: openTextVault(store.facts, vault), now }, () => {}),
    sources,
    tokens,
    log,
    indexLog: { checkpoint: () => undefined, readTile: async () => undefined },
    directory,
    acts: options.acts ?? NO_ACTS,
    evidence:
      options.evidence ??
      (async (question, { limit }) => {
        const rows = await store.readEntries([...Array(store.head.size).keys()].slice(-limit))
        return { question, rows: rows.map(entry => decodeEntry(entry)) }
      }),
    ailments: () => ailments,
    trust: {
      log: formatVerifierKey(logKey.verifierKey),
      time: formatVerifierKey(logKey.timeKey),
      answers: formatVerifierKey(answerKey.verifierKey),
      chainId: 31337,
      contracts: { checkpointAnchor: '0x5FbDB2315678afecb367f032d93F642f64180aa3' },
      ...options.trust,
    },
    settings: { hosts: ['localhost', '127.0.0.1'], publicLog: false, maxLagSeconds: 300, ...options.settings },
    logger: createLogger('trace', destination),
    now,
    ...options.more?.(store),
  }
  const app = await buildApp(parts)

  const ledger: Ledger = {
    app,
    store,
    tokens,
    token,
    logKey: logKey.verifierKey,
    timeKey: logKey.timeKey,
    ailments,
    parts,
    logged: () => lines.join(''),
    publish() {
      note = logKey.sign(store.head, NOW / 1000)
    },
    anchor() {
      const { size } = publishedHead(log)
      const hash = `0x${String(size).padStart(64, '0')}`
      anchors.push({ size, transaction: hash, block: { number: 7, hash, time: NOW / 1000 } })
    },
    setLag(seconds) {
      lagSeconds = seconds
    },
    async send(records) {
      await ledger.accept(records)
      ledger.publish()
    },
    async accept(records) {
      const payload = records.map(record => `${JSON.stringify(record)}\n`).join('')
      const response = await app.inject({
        method: 'POST',
        url: '/v1/records',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
        payload,
      })
      if (response.statusCode !== 200 || response.json().refused.length > 0) throw new Error(response.body)
    },
    get: async (url, headers = {}) => app.inject({ url, headers: { authorization: `Bearer ${token}`, ...headers } }),
    async [Symbol.asyncDispose]() {
      await app.close()
      await rm(dir, { recursive: true })
    },
  }
  return ledger
}

/** A token with just these scopes. */
export function tokenWith({ tokens }: Ledger, ...scopes: Scope[]): Promise<string> {
  return tokens.create(scopes, scopes.join('+'))
}

/** One line; the k-th of them has a time of its own. */
export function line(k: number, fields: object = {}): object {
  return {
    time: new Date(Date.parse('2026-03-01T00:00:00.000Z') + k * 10_000).toISOString(),
    action: 'read',
    resource: RESOURCE,
    consumer: CONSUMER,
    source: 'gateway-1',
    status: 'ok',
    seq: k,
    bytes: 1_000,
    rows: 10,
    ...fields,
  }
}
