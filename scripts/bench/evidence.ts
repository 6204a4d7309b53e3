// Evidence for a hundred rows, packed as it is kept and sent: how large the file is, and how long it takes to unpack and
// verify: by a node, and by one block's hash in Node and in a browser, by the very bundle that the page and the package have.

import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { chromium, type Page } from 'playwright-core'
import { verifyEd25519 } from '#ed25519'
import { connectChain } from '../../src/chain/network.ts'
import { readBlock } from '../../src/chain/read.ts'
import { publicKeyOf, signEd25519 } from '../../src/core/ed25519.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { unpack } from '../../src/verify/unpack.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { bundleEntry } from '../build-verify.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { startService } from './service.ts'

const RUNS = 15
const PAGES = 9
const CHROMIUM = '/usr/bin/chromium'

export async function measureEvidence(): Promise<Figure[]> {
  await using service = await startService()
  await sendUntil(service, service.batches, records => records >= 100_000)
  await new Promise(resolve => setTimeout(resolve, 6_000)) // until an anchor covers them
  const headers = { authorization: `Bearer ${service.token}` }
  const resource = encodeURIComponent(service.city.populationRegister)
  const response = await fetch(`${service.url}/v1/evidence?resource=${resource}&limit=100`, { headers })
  const json = Buffer.from(await response.arrayBuffer())
  if (!response.ok) throw new Error(json.toString())
  const file = gzipSync(json)
  const trust = parseTrust(Buffer.from(await (await fetch(`${service.url}/v1/trust`)).arrayBuffer()))
  const { log } = JSON.parse(json.toString()) as { log: { entries: readonly string[] } }

  const byNode: number[] = []
  const inside: number[] = []
  for (let run = 0; run < RUNS; run++) {
    byNode.push(
      await milliseconds(async () => {
        const chain = await connectChain({ url: service.chainUrl })
        const { verdict } = await verifyEvidence(await unpack(file), trust, async () => chain)
        chain.close()
        if (verdict !== 'verified') throw new Error(`the evidence is ${verdict}`)
      }),
    )
    inside.push(await milliseconds(async () => verifyEvidence(await unpack(file), trust, undefined)))
  }
  const offline = await fetch(`${service.url}/v1/evidence?resource=${resource}&limit=100&offline=true`, { headers })
  const whole = Buffer.from(await offline.arrayBuffer())
  if (!offline.ok) throw new Error(whole.toString())
  const trusting = JSON.stringify(await trustEnd(whole, service))
  const shown = gzipSync(whole)
  const byHash = await timeInNode(shown, trusting)
  const { inBrowser, onPage } = await timeInBrowser(shown, trusting, `${service.url}/verify`)

  const [signature, key] = [signEd25519(MESSAGE, SECRET), publicKeyOf(SECRET)]
  const bares: number[] = []
  for (let run = 0; run < RUNS; run++) {
    bares.push(await milliseconds(async () => bareWork(log.entries, signature, key)))
  }
  const bare = median(bares)
  return [
    figure('evidence.bytes', file.length, 'bytes', json.length),
    figure(
      'evidence.unpacked',
      json.length,
      'bytes',
      log.entries.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0),
    ),
    figure('evidence.verify', median(byNode), 'ms', bare),
    figure('evidence.verifyInside', median(inside), 'ms', bare),
    figure('evidence.offlineBytes', shown.length, 'bytes', file.length),
    figure('evidence.verifyByHash', median(byHash), 'ms', bare),
    ...(inBrowser.length === 0
      ? []
      : [
          figure('evidence.verifyInBrowser', median(inBrowser), 'ms', median(byHash)),
          figure('evidence.verifyOnPage', median(onPage), 'ms', byHash[0]),
        ]),
  ]
}

/** The trust file of the service, with the hash of the block that the file ends with, as its chain says. */
async function trustEnd(file: Buffer, service: { readonly url: string; readonly chainUrl: string }): Promise<object> {
  const { warning: _, ...trust } = (await (await fetch(`${service.url}/v1/trust`)).json()) as { warning?: string }
  const { chain } = JSON.parse(file.toString()) as { chain: { asOf: number } }
  const node = await connectChain({ url: service.chainUrl })
  const block = await readBlock(node, chain.asOf)
  node.close()
  return { ...trust, blocks: [{ number: chain.asOf, hash: block!.hash }] }
}

async function timeInNode(file: Buffer, trust: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    times.push(
      await milliseconds(async () => {
        const { verdict } = await verifyEvidence(await unpack(file), parseTrust(Buffer.from(trust)), undefined)
        if (verdict !== 'verified') throw new Error(`the evidence is ${verdict}`)
      }),
    )
  }
  return times
}

interface BrowserTimes {
  /** Of the verifier alone, again and again. */
  readonly inBrowser: readonly number[]
  /** What somebody waits who opens the page anew, and a second later has chosen one file: until the verdict stands there. */
  readonly onPage: readonly number[]
}

/** Nothing where there is no browser. */
async function timeInBrowser(file: Buffer, trust: string, address: string): Promise<BrowserTimes> {
  if (!existsSync(CHROMIUM)) {
    console.error(`there is no ${CHROMIUM}: no figures for a browser`)
    return { inBrowser: [], onPage: [] }
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    const run = `${await bundleEntry('iife')}
      ;(async () => {
        const file = Uint8Array.from(atob('${file.toString('base64')}'), character => character.charCodeAt(0))
        const times = []
        for (let run = 0; run < ${RUNS}; run++) {
          const started = performance.now()
          const { verdict } = await suyuan.verify(file, ${JSON.stringify(trust)})
          if (verdict !== 'verified') throw new Error(verdict)
          times.push(performance.now() - started)
        }
        return times
      })()`
    const inBrowser = await page.evaluate<number[]>(run)
    const onPage: number[] = []
    for (let n = 0; n < PAGES; n++) onPage.push(await timeOnPage(await browser.newPage(), file, trust, address))
    return { inBrowser, onPage }
  } finally {
    await browser.close()
  }
}

async function timeOnPage(page: Page, file: Buffer, trust: string, address: string): Promise<number> {
  await page.goto(address)
  await page.setInputFiles('#trust-file', {
    name: 'trust.json',
    mimeType: 'application/json',
    buffer: Buffer.from(trust),
  })
  await page.waitForTimeout(1_000)
  await page.evaluate(`
    document.querySelector('#evidence-file').addEventListener('change', () => (globalThis.givenAt = performance.now()), true)
    new MutationObserver(() => {
      if (document.querySelector('.verdict.verified')) globalThis.toldAt ??= performance.now()
    }).observe(document.querySelector('#result'), { subtree: true, childList: true })`)
  await page.setInputFiles('#evidence-file', { name: 'evidence.json.gz', mimeType: 'application/gzip', buffer: file })
  await page.locator('.verdict.verified').waitFor()
  const time = await page.evaluate<number>('toldAt - givenAt')
  await page.close()
  return time
}

const SECRET = new Uint8Array(32).fill(7)
const MESSAGE = Buffer.from('text')

/** The least that any verifier has to do: hash every entry once, and check one signature. */
function bareWork(entries: readonly string[], signature: Uint8Array, key: Uint8Array): void {
  for (const entry of entries) hashLeaf(Buffer.from(entry))
  if (!verifyEd25519(signature, MESSAGE, key)) throw new Error('the signature does not hold')
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
