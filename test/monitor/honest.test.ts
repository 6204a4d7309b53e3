// A monitor of an honest operator: it verifies all there is, goes on where it was, and finds nothing.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import type { LedgerError } from '../../src/core/error.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { holding, Operator, type Service, serve, serveAndWatch, trustIn, type Watch, watch } from './operator.ts'

describe('monitor: an honest log', () => {
  let operator: Operator
  let service: Service
  let watching: Watch

  const hold = holding()
  beforeEach(async () => {
    ;({ operator, service, watching } = await serveAndWatch(hold))
    await operator.grow(300)
  })

  const isWell = (report: RoundReport, size: number, epochs: number): void => {
    expect(report.troubles).to.deep.equal([])
    expect(report.faults).to.deep.equal([])
    expect(report).to.include({ verified: size, records: size, epochs, found: 0 })
    expect(report.warnings).to.deep.equal([])
  }

  it('is followed as it grows, by partial tiles and full ones, through restarts', async () => {
    isWell(await watching.round(), 300, 1)
    isWell(await watching.round(), 300, 1)
    await operator.grow(7)
    await operator.grow(400, { cover: false })
    isWell(await watching.round(), 707, 2)
    await watching.restart()
    isWell(await watching.round(), 707, 2)
    await operator.grow(61)
    await operator.grow(256)
    await watching.restart()
    isWell(await watching.round(), 1024, 4)
    await operator.grow(1)
    isWell(await watching.round(), 1025, 5)
  })

  it('is caught up with in whole bundles, however many epochs they are of, and not all at once', async () => {
    for (let k = 0; k < 40; k++) await operator.grow(50)
    let [underWay, most] = [0, 0]
    service.answer = async path => {
      most = Math.max(most, ++underWay)
      await setTimeout(5)
      underWay--
      return operator.answer(path)
    }
    isWell(await watching.round(), 2300, 41)
    const ofLog = service.asked.filter(path => path.startsWith('log/tile/'))
    expect(ofLog.length).to.be.at.most(9 + 4) // each once, and some that are read again
    expect(service.asked.length - ofLog.length).to.be.at.most(3)
    expect(most).to.be.within(2, 4)
  })

  it('is asked again when it says', async () => {
    let asked = 0
    service.answer = async path => {
      if (path === 'log/checkpoint' && asked++ === 0) throw new Error('503')
      return operator.answer(path)
    }
    isWell(await watching.round(), 300, 1)
    expect(watching.pauses).to.deep.equal([7_000])
  })

  it('needs no partial tile that is gone', async () => {
    await operator.grow(100)
    isWell(await watching.round(), 400, 2)
    await operator.grow(200)
    service.answer = async path => (/^log\/tile\/entries\/00[01]\.p/.test(path) ? undefined : operator.answer(path))
    isWell(await watching.round(), 600, 3)
  })

  it('derives again what was lost or changed in its folder', async () => {
    await operator.grow(300)
    isWell(await watching.round(), 600, 2)
    await watching.close()
    await rm(join(watching.dir, 'postings'), { recursive: true })
    await watching.restart()
    await operator.grow(10)
    isWell(await watching.round(), 610, 3)
    await watching.close()
    const tiles = await readFile(join(watching.dir, 'log.tiles'))
    await writeFile(join(watching.dir, 'log.tiles'), tiles.fill(1, 3, 5))
    await watching.restart()
    isWell(await watching.round(), 610, 3)
  })

  it('goes on from whatever state a crash left beside what it derived', async () => {
    isWell(await watching.round(), 300, 1)
    const state = await readFile(join(watching.dir, 'state.json'))
    await operator.grow(100)
    await operator.grow(100)
    isWell(await watching.round(), 500, 3)
    await watching.close()
    await writeFile(join(watching.dir, 'state.json'), state)
    await watching.restart()
    isWell(await watching.round(), 500, 3)
  })

  it('says what it could not check, and nothing against the log', async () => {
    isWell(await watching.round(), 300, 1)
    service.answer = async () => {
      throw new Error('broken')
    }
    const report = await watching.round()
    expect(report.faults).to.deep.equal([])
    expect(report.troubles.map(({ code }) => code)).to.include('log_refused')
  })

  it('is told to have been behind once that lasts, and is well again with the first whole round', async () => {
    isWell(await watching.round(), 300, 1)
    const newer = await Operator.open(operator)
    await newer.grow(300)
    await newer.grow(50)
    service.answer = async path => {
      if (path.startsWith('log/tile/')) throw new Error('404')
      return newer.answer(path)
    }
    const checks = async (): Promise<string[]> => (await watching.round()).warnings.map(({ check }) => check)
    expect(await checks()).to.deep.equal([])
    watching.now += 601_000
    const { lag, warnings, faults } = await watching.round()
    expect([warnings.map(({ check }) => check), faults]).to.deep.equal([['monitor-behind'], []])
    expect(lag).to.include({ leaves: 50, records: 0, epochs: 1 })
    service.answer = newer.answer
    isWell(await watching.round(), 350, 2)
    await newer[Symbol.asyncDispose]()
  })

  it('misses an index that is not shown, but not that of an empty log', async () => {
    await using empty = await Operator.open()
    await empty.publish(false)
    await using shown = await serve(empty.answer)
    await using watched = await watch(await trustIn(empty), shown.url)
    isWell(await watched.round(), 0, 0)
    await empty.grow(5, { cover: false })
    expect((await watched.round()).troubles.map(({ code }) => code)).to.deep.equal(['log_unpublished'])
  })

  it('keeps nothing of what broke off half way', async () => {
    isWell(await watching.round(), 300, 1)
    await operator.grow(900)
    service.answer = async path => {
      if (path === 'log/tile/entries/003') throw new Error('500')
      return operator.answer(path)
    }
    const report = await watching.round()
    expect(report).to.deep.include({ verified: 300, faults: [], epochs: 1 })
    expect(report.troubles.map(({ code }) => code)).to.include('log_refused')
    service.answer = operator.answer
    isWell(await watching.round(), 1200, 2)
  })

  it('misses nothing where it was pruned after it was read', async () => {
    await operator.grow(300)
    isWell(await watching.round(), 600, 2)
    service.answer = async path => {
      if (path === 'log/tile/entries/000') throw new Error('410')
      return operator.answer(path)
    }
    for (let k = 0; k < 5; k++) isWell(await watching.round(), 600, 2)
    await operator.grow(10)
    isWell(await watching.round(), 610, 3)
  })

  it('bears with bytes that are spoilt once on their way', async () => {
    await operator.grow(300)
    let spoilt = 0
    service.answer = async path => {
      const bytes = await operator.answer(path)
      if (!path.startsWith('log/tile/entries') || spoilt++ > 0) return bytes
      const copy = Buffer.from(bytes!)
      copy[10]! ^= 1
      return copy
    }
    isWell(await watching.round(), 600, 2)
    expect(spoilt).to.be.greaterThan(1)
  })

  it('is no crime where an older checkpoint is served for a while', async () => {
    const older = operator.checkpoint
    await operator.grow(5, { cover: false })
    isWell(await watching.round(), 305, 1)
    const newest = operator.checkpoint
    operator.checkpoint = older
    const { faults } = await watching.round()
    expect(faults).to.deep.equal([])
    operator.checkpoint = newest
    isWell(await watching.round(), 305, 1)
  })

  it('admits one monitor to a folder', async () => {
    const { StateFolder } = await import('../../src/monitor/state.ts')
    const error = await StateFolder.open(watching.dir, 'example.org/use').catch((error: unknown) => error)
    expect(error).to.have.property('code', 'monitor_state_in_use')
  })

  it('begins in no folder that holds what is not a monitor’s own, and leaves it as it is', async () => {
    const { StateFolder } = await import('../../src/monitor/state.ts')
    const data = join(watching.dir, 'data')
    for (const name of ['log', 'keys', 'postings']) await mkdir(join(data, name), { recursive: true })
    const error = (await StateFolder.open(data, 'example.org/use').catch((error: unknown) => error)) as LedgerError
    expect(error).to.have.property('code', 'monitor_state_not_empty')
    expect(error.words.en).to.contain(data).and.contain('name a new or empty folder')
    expect(error.words.zh).to.contain(data).and.contain('新的或空的文件夹')
    expect(await readdir(data)).to.have.members(['log', 'keys', 'postings'])
  })

  it('begins again where a crash came before the first state', async () => {
    isWell(await watching.round(), 300, 1)
    await watching.close()
    // All that a monitor makes, and what a crash leaves of a file that was being written.
    await rename(join(watching.dir, 'state.json'), join(watching.dir, 'state.json.0123456789abcdef.new'))
    expect(await readdir(watching.dir)).to.include.members(['lock', 'monitor.key', 'log.tiles', 'postings'])
    await watching.restart()
    isWell(await watching.round(), 300, 1)
  })
})
