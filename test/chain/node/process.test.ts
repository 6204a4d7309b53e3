// The embedded chain as the service runs it: a process of its own that may be killed at any moment.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { AbiCoder } from 'ethers'
import { type ChainLog, type EmbeddedChain, startEmbeddedChain } from '../../../src/chain/embedded.ts'
import type { Hex } from '../../../src/chain/node/bytes.ts'
import { inDirectory, rejection, sign, silent, walletOf } from './fixtures.ts'

/** What a test started, so that a failing one leaves no process behind. */
const started: EmbeddedChain[] = []

async function start(
  dir: string,
  more: { chainId?: number; port?: number; log?: ChainLog } = {},
): Promise<EmbeddedChain> {
  const chain = await startEmbeddedChain({ dir, log: silent, ...more })
  started.push(chain)
  return chain
}

async function call<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = (await response.json()) as { result: T; error?: { message: string } }
  if (answer.error !== undefined) throw new Error(answer.error.message)
  return answer.result
}

const send = async (url: string, raw: Hex): Promise<Hex> => call<Hex>(url, 'eth_sendRawTransaction', raw)

interface Acknowledged {
  readonly hash: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
}

/** Sends one transaction after another until the node is gone, and notes what it acknowledged. */
async function sendUntilKilled(url: string, senders: readonly number[], acknowledged: Hex[]): Promise<void> {
  await Promise.all(
    senders.map(async sender => {
      const wallet = walletOf(sender)
      try {
        let nonce = Number(await call<Hex>(url, 'eth_getTransactionCount', wallet.address, 'latest'))
        for (;;) acknowledged.push(await send(url, await sign(wallet, nonce++)))
      } catch {
        // The node was killed: whether this one got in, the restart will tell.
      }
    }),
  )
}

describe('chain/node: the embedded chain as a process', function () {
  this.timeout(30_000)
  afterEach(async () => {
    for (const chain of started.splice(0)) await chain.close()
  })

  it('starts empty, goes on where it stopped, on the same chain', async () => {
    await inDirectory(async path => {
      const dir = join(path, 'made', 'on', 'the', 'way')
      const first = await start(dir)
      expect(first.chainId).to.equal(520017)
      expect(first.head).to.include({ number: 0, hash: first.genesisHash })
      expect(Number(await call(first.url, 'eth_chainId'))).to.equal(520017)
      const hash = await send(first.url, await sign(walletOf(1), 0))
      await first.close()
      expect(await first.exited).to.deep.equal({ code: 0, signal: null, error: undefined })

      const news: string[] = []
      const log: ChainLog = {
        ...silent,
        info: (fields, message) => void news.push(`${message} ${JSON.stringify(fields)}`),
      }
      const second = await start(dir, { log })
      expect(second.genesisHash).to.equal(first.genesisHash)
      expect(second.head).to.include({ number: 1 })
      expect(await call(second.url, 'eth_getTransactionReceipt', hash)).to.include({ status: '0x1' })
      expect(news.join('\n')).to.match(/chain: ready .*"transactions":1/)
      await second.close()
      if (process.platform !== 'win32') expect((await stat(dir)).mode & 0o777).to.equal(0o700)
    })
  })

  it('close() answers what was asked before', async () => {
    await inDirectory(async dir => {
      const chain = await start(dir)
      const wallet = walletOf(1)
      const sent = await Promise.all(Array.from({ length: 20 }, (_, nonce) => sign(wallet, nonce)))
      await send(chain.url, sent[0] as Hex)
      // Watched from the start: one that is refused while the chain closes would otherwise count as unhandled.
      const answers = Promise.allSettled(sent.slice(1).map(raw => send(chain.url, raw)))
      await sleep(20)
      await chain.close()
      const hashes = (await answers).flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []))
      const again = await start(dir)
      for (const hash of hashes) {
        expect(await call(again.url, 'eth_getTransactionReceipt', hash)).to.include({ status: '0x1' })
      }
      await again.close()
    })
  })

  it('kill -9 under load, again and again: nothing acknowledged is lost, no block changes', async function () {
    const rounds = Number(process.env.SUYUAN_TEST_KILLS ?? 5)
    if (rounds <= 5) process.stdout.write('      5 rounds; set SUYUAN_TEST_KILLS=20 for the long form\n')
    this.timeout(10_000 * rounds)
    await inDirectory(async dir => {
      let acknowledged: Hex[] = []
      const known: Acknowledged[] = []
      for (let round = 0; round <= rounds; round++) {
        const chain = await start(dir)
        // What was acknowledged before the last kill must be there, and from now on stay where it is.
        for (const hash of acknowledged) {
          const receipt = await call<Acknowledged | null>(chain.url, 'eth_getTransactionReceipt', hash)
          if (receipt === null) throw new Error(`acknowledged, but lost in kill ${round}: ${hash}`)
          known.push({ hash, blockHash: receipt.blockHash, blockNumber: receipt.blockNumber })
        }
        for (const { hash, blockHash, blockNumber } of known) {
          const receipt = await call<object>(chain.url, 'eth_getTransactionReceipt', hash)
          expect(receipt, `after kill ${round}`).to.include({ blockHash, blockNumber })
        }
        if (round === rounds) break
        acknowledged = []
        const sending = sendUntilKilled(chain.url, [1, 2, 3, 4], acknowledged)
        while (acknowledged.length < 5) await sleep(5)
        await sleep(Math.random() * 300)
        process.kill(chain.pid, 'SIGKILL')
        const exit = await chain.exited
        expect(exit.signal).to.equal('SIGKILL')
        expect(exit.error).to.include({ code: 'chain_node_failed', retryable: true })
        await sending
      }
    })
  })

  it('a second process on the same directory is refused, and the first goes on', async () => {
    await inDirectory(async dir => {
      const first = await start(dir)
      const error = await rejection(start(dir))
      expect(error.code).to.equal('chain_dir_locked')
      expect(error.message).to.contain('stop the other process')
      await send(first.url, await sign(walletOf(1), 0))
      await first.close()
    })
  })

  it('ends with its parent, even by kill -9, and the next start need not wait for anyone', async () => {
    await inDirectory(async dir => {
      const parent: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'parent.ts'), dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
      const { url } = JSON.parse(line.toString()) as { url: string }
      const hash = await send(url, await sign(walletOf(1), 0))
      parent.kill('SIGKILL')
      await once(parent, 'exit')
      const chain = await start(dir)
      // It holds neither the lock, or we would not be here, nor its port.
      await rejection(call(url, 'eth_chainId'))
      expect(await call(chain.url, 'eth_getTransactionReceipt', hash)).to.include({ status: '0x1' })
      await chain.close()
    })
  })

  it('leaves the signals of terminal and service manager to its parent', async () => {
    await inDirectory(async dir => {
      const chain = await start(dir)
      process.kill(chain.pid, 'SIGINT')
      process.kill(chain.pid, 'SIGTERM')
      await sleep(100)
      await send(chain.url, await sign(walletOf(1), 0))
      await chain.close()
      expect((await chain.exited).code).to.equal(0)
    })
  })

  it('is given nothing of the environment that it does not need', async function () {
    if (process.platform !== 'linux') {
      process.stdout.write('      skipped: only Linux shows the environment of a process\n')
      this.skip()
    }
    await inDirectory(async dir => {
      process.env.SUYUAN_TEST_SECRET = 'a secret of the service'
      const chain = await start(dir).finally(() => delete process.env.SUYUAN_TEST_SECRET)
      const environment = await readFile(`/proc/${chain.pid}/environ`, 'latin1')
      expect(environment).not.to.contain('SECRET')
      expect(environment).to.contain('HARDHAT_DISABLE_TELEMETRY=true')
      await chain.close()
    })
  })

  it('lets nobody write into the log through the address that the engine prints from', async () => {
    await inDirectory(async dir => {
      const lines: unknown[] = []
      const note = (fields: object, message: string): void => void lines.push([message, fields])
      const chain = await start(dir, { log: { info() {}, warn: note, error: note } })
      // console.log(string) of Hardhat's console.sol
      const to = '0x000000000000000000636F6e736F6c652e6c6f67'
      const data = `0x41304fac${AbiCoder.defaultAbiCoder().encode(['string'], ['a line of a stranger']).slice(2)}`
      await call(chain.url, 'eth_call', { to, data }, 'latest')
      await send(chain.url, await sign(walletOf(1), 0, { to, data }))
      await chain.close()
      expect(lines).to.deep.equal([])
    })
  })

  it('listens on the loopback address only, on the port it is given', async () => {
    await inDirectory(async dir => {
      const first = await start(join(dir, '1'))
      expect(first.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
      const port = Number(new URL(first.url).port)
      const taken = await rejection(start(join(dir, '2'), { port }))
      expect(taken.code).to.equal('chain_port_taken')
      expect(taken.message).to.match(/EADDRINUSE.*choose another/)
      await first.close()
      const second = await start(join(dir, '2'), { port })
      expect(second.url).to.equal(first.url)
      await second.close()
    })
  })

  describe('refuses to start, with cause and next step,', () => {
    /** A directory whose chain has three blocks. */
    async function populated(dir: string): Promise<Buffer> {
      const chain = await start(dir)
      for (let nonce = 0; nonce < 3; nonce++) await send(chain.url, await sign(walletOf(1), nonce))
      await chain.close()
      return readFile(join(dir, 'journal'))
    }

    it('on a journal damaged in the middle; the torn end of another it removes and says so', async () => {
      await inDirectory(async dir => {
        const journal = await populated(dir)
        await copyFile(join(dir, 'journal'), join(dir, 'backup'))
        const damaged = Buffer.from(journal)
        const middle = Math.floor(journal.length / 2)
        damaged[middle] = (damaged[middle] ?? 0) ^ 1
        await writeFile(join(dir, 'journal'), damaged)
        const error = await rejection(start(dir))
        expect(error.code).to.equal('chain_journal_damaged')
        expect(error.message).to.match(/damaged at byte \d+.*Restore the file from a backup/)
        expect(Buffer.compare(await readFile(join(dir, 'journal')), damaged)).to.equal(0)

        const warnings: object[] = []
        await writeFile(join(dir, 'journal'), journal.subarray(0, -10))
        const torn = await start(dir, { log: { ...silent, warn: fields => void warnings.push(fields) } })
        expect(torn.head.number).to.equal(2)
        expect(warnings).to.have.length(1)
        expect(warnings[0]).to.have.keys('offset', 'bytes')
        await torn.close()

        await copyFile(join(dir, 'backup'), join(dir, 'journal'))
        const restored = await start(dir)
        expect(restored.head.number).to.equal(3)
        await restored.close()
      })
    })

    it('on the journal of another chain', async () => {
      await inDirectory(async dir => {
        await populated(dir)
        const error = await rejection(start(dir, { chainId: 4 }))
        expect(error.code).to.equal('chain_journal_foreign')
        expect(error.message).to.contain('chain id 520017 instead of 4')
      })
    })

    it('in a place that cannot be a directory', async () => {
      await inDirectory(async path => {
        await writeFile(join(path, 'file'), '')
        const error = await rejection(start(join(path, 'file', 'chain')))
        expect(error.code).to.equal('chain_dir_unwritable')
        expect(error.message)
          .to.match(/ENOTDIR|EEXIST|ENOENT/)
          .and.contain('Make it writable')
      })
    })
  })
})
