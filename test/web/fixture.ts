// A day at a city's sharing platform, small: enough for pages to look like they will. And chromium, if there is one.

import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import { createDirectory as createRealDirectory } from '../../src/directory.ts'
import type { Parts } from '../../src/http/parts.ts'
import type { Grant, Organisation, Resource } from '../../src/http/schemas/directory.ts'
import { readState } from '../chain/state-scene.ts'
import type { Scene } from '../contracts/fixture.ts'
import { CODES } from '../contracts/parties.ts'
import {
  createDirectory,
  GRANTS,
  ORGANISATIONS,
  OTHER_CONSUMER,
  OTHER_RESOURCE,
  PROVIDER,
  RESOURCES,
} from '../http/directory.ts'
import { type Ledger, line, NOW, openLedger } from '../http/fixture.ts'
import { tellLives } from './lives.ts'

const CHROMIUM = '/usr/bin/chromium'

/** Skips the suite, saying why, where there is no chromium. */
export function requireChromium(context: Mocha.Context): void {
  if (existsSync(CHROMIUM)) return
  console.log(`      skipped: there is no ${CHROMIUM}; install the package "chromium" to test the pages`)
  context.skip()
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface City extends AsyncDisposable {
  readonly ledger: Ledger
  readonly origin: string
  readonly evidence: EvidenceDesk
}

/** What the page was given when it asked for evidence, of which it reads only this much. */
interface EvidenceDesk {
  readonly asked: { limit: number; offline?: boolean }[]
  more: boolean
  /** Whether the chain is too long to be shown block by block. */
  long: boolean
}

const NAMES = [
  '市卫生健康局',
  '市民政局',
  '市人力资源和社会保障局',
  '市住房公积金管理中心',
  '市税务局',
  '市交通委员会',
  '市统计局',
]

const noActs = (): never => {
  throw new Error('no page sends acts')
}
const none = async (): Promise<undefined> => undefined
/** Nobody acts here, so that no digest has a text. */
const ACTS: Parts['acts'] = {
  prepare: noActs,
  send: noActs,
  encode: noActs,
  find: async digest => {
    throw new LedgerError('act_not_found', inBoth(`There is no act of the digest ${digest}.`))
  },
  texts: {
    erase: noActs,
    erasedBy: none,
    has: async () => false,
    open: async digest => {
      throw new LedgerError('text_not_found', inBoth(`There is no text of the digest ${digest}.`))
    },
  },
  lookup: {
    organisation: none,
    resource: none,
    fields: none,
    resourceOfGrant: none,
    purpose: none,
    asked: none,
    round: none,
  },
}

export async function openCity(): Promise<City> {
  const organisations: Organisation[] = [
    ...ORGANISATIONS,
    ...NAMES.map((name, k) => ({ code: `1152010000939${100 + k}XY`, name, kinds: ['consumer'], status: 'active' })),
  ]
  const resources: Resource[] = [
    ...RESOURCES,
    ...Array.from({ length: 70 }, (_, k) => ({
      ...RESOURCES[1]!,
      code: `306002/${String(k + 1).padStart(6, '0')}`,
      name: `不动产登记信息（第${k + 1}类）`,
    })),
  ]
  const grants: Grant[] = [
    ...GRANTS,
    ...NAMES.map((_, k) =>
      Object.assign({}, GRANTS[0], {
        id: 3 + k,
        consumer: organisations[3 + k]!.code,
        purpose: k % 2 === 0 ? 'LegalCompliance' : 'ProvideOfficialStatistics',
      }),
    ),
  ]
  const desk: EvidenceDesk = { asked: [], more: false, long: false }
  const ledger = await openLedger({
    directory: createDirectory(organisations, resources, grants),
    acts: ACTS,
    evidence: async (_, options: { limit: number; offline?: boolean }) => {
      desk.asked.push(options)
      if (desk.long && options.offline)
        throw new LedgerError('offline_too_long', inBoth('The chain has too many blocks.'))
      const judgements = Array.from({ length: 402 }, () => 'within')
      return {
        more: desk.more,
        answer: { judgements },
        complete: {},
        chain: { asOf: 290 },
        ...(options.offline ? { offline: {} } : {}),
      }
    },
  })
  const lines = Array.from({ length: 400 }, (_, k) => {
    const who = k % 20 === 0 ? 8 : (k * k) % 9
    if (who === 8) return line(k, { consumer: OTHER_CONSUMER, bytes: 12_345_678, rows: 4_000 })
    const grant = grants[who === 0 ? 0 : who + 1]!
    return line(k, {
      consumer: grant.consumer,
      grant: grant.id,
      bytes: 900 + k * 37,
      rows: 1 + (k % 40),
      channel: k % 3 === 0 ? 'online-query' : 'system-interface',
    })
  })
  await ledger.send(lines)
  ledger.anchor()
  await ledger.send([
    line(400, { resource: OTHER_RESOURCE, grant: 2 }),
    line(401, {
      resource: OTHER_RESOURCE,
      provider: PROVIDER,
      status: 'denied',
      action: 'download',
      channel: 'bulk-download',
      bytes: 0,
      rows: 0,
    }),
  ])
  await ledger.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = ledger.app.server.address() as AddressInfo
  return {
    ledger,
    origin: `http://127.0.0.1:${port}`,
    evidence: desk,
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  }
}

/** A city whose directory is the real one, on what real contracts said. */
export async function openLives(scene: Scene): Promise<City> {
  await tellLives(scene)
  const books = await readState(scene)
  const { contracts } = scene.deployment
  const block = { number: await scene.provider.getBlockNumber() }
  const desk: EvidenceDesk = { asked: [], more: false, long: false }
  const ledger = await openLedger({
    directory: createRealDirectory({ registry: { books, block }, contracts, now: () => NOW }),
    evidence: async () => ({ more: false, answer: { judgements: [] }, chain: { asOf: block.number }, offline: {} }),
    more: () => ({
      actsEvidence: async (subject, asked) => ({ subject, asked, chain: { asOf: block.number }, offline: {} }),
    }),
  })
  const lines = [0, 1, 2].map(k => line(k, { resource: '306-01-001', consumer: CODES[2], grant: 1 }))
  await ledger.send(lines)
  await ledger.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = ledger.app.server.address() as AddressInfo
  return {
    ledger,
    origin: `http://127.0.0.1:${port}`,
    evidence: desk,
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  }
}

/** A page that has collected whatever went wrong in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ locale: 'zh-CN', ...options })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', error => troubles.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') troubles.push(message.text())
  })
  return { page, troubles }
}
