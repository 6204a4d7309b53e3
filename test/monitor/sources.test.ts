// A monitor that has the keys of sources from the sources themselves: what the operator forges, leaves out or brings in
// under their names, and what the sources do themselves.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { formatVerifierKey } from '../../src/core/note.ts'
import {
  type AccessRecord,
  encodeEntry,
  type KeyRecord,
  type LogRecord,
  parseRecordInput,
} from '../../src/core/record.ts'
import type { FollowedLog } from '../../src/monitor/followed-log.ts'
import { RecordReading } from '../../src/monitor/record-reading.ts'
import type { WatchedSources } from '../../src/monitor/sources.ts'
import { endorse, makeSourceKey, type Place, type SourceKey, signLine } from '../../src/source/sign.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { ORIGIN } from '../chain/fixtures.ts'
import { holding, Operator, type Service, serveAndWatch, trustIn, type Watch, watch } from './operator.ts'

const newKey = (fill: number, source = 'gate'): SourceKey =>
  makeSourceKey({ source, origin: ORIGIN, secret: new Uint8Array(32).fill(fill) })
const KEY = newKey(1)
const vkey = ({ verifierKey }: SourceKey): string => formatVerifierKey(verifierKey)

function signed(count: number, key = KEY, rows = 0): AccessRecord[] {
  let place: Place = { seq: 0, previous: undefined }
  return Array.from({ length: count }, (_, k) => {
    const line = {
      action: 'read',
      consumer: 'c',
      resource: 'r',
      rows,
      source: key.source,
      status: 'ok',
      time: '2026-01-01T00:00:00Z',
    }
    const { line: text, link } = signLine(parseRecordInput(line), place, key)
    place = { seq: k + 1, previous: link }
    return { ...(parseRecordInput(JSON.parse(text)) as AccessRecord), provider: 'p', filled: 'provider' }
  })
}

const registration = (key: string, fields: Partial<KeyRecord> = {}): KeyRecord => ({
  action: 'register-key',
  key,
  source: 'suyuan/source',
  time: '2026-01-01T00:00:00.000Z',
  ...fields,
})

describe('a monitor with the keys of sources', () => {
  let operator: Operator
  let service: Service
  let trust: Trust
  let watching: Watch
  const hold = holding()
  beforeEach(async () => {
    ;({ operator, service, trust, watching } = await serveAndWatch(hold, { sources: [KEY.verifierKey] }))
  })

  const log = async (...records: readonly LogRecord[]): Promise<void> => {
    await operator.append(records)
    await operator.publish()
  }
  const round = async () => {
    const { warnings, faults, troubles } = await watching.round()
    expect(troubles).to.deep.equal([])
    return { checks: warnings.map(({ check }) => check), words: warnings.map(({ words }) => words.en), faults }
  }

  it('finds nothing in an honest log of honest sources, whatever others ship', async () => {
    await log(registration(vkey(KEY)), ...signed(5), ...signed(2, newKey(2, 'other')))
    expect(await round()).to.deep.include({ checks: [], faults: [] })
    await watching.restart()
    expect(await round()).to.deep.include({ checks: [], faults: [] })
  })

  it('tells of holes until they are filled, across rounds and restarts', async () => {
    const links = signed(6)
    await log(...links.slice(0, 2), ...links.slice(4))
    expect((await round()).words[0])
      .to.contain('2 links of source gate')
      .and.contain('2–3')
    await watching.restart()
    expect((await round()).checks).to.deep.equal(['source-hole'])
    await log(links[3]!, links[2]!)
    expect((await round()).checks).to.deep.equal([])
  })

  it('puts on record a line that the operator forged, with the bytes to see it by', async () => {
    const [first, second] = signed(2) as [AccessRecord, AccessRecord]
    await log(first, { ...second, bytes: 9 })
    const { faults } = await round()
    expect(faults.map(({ check, subject }) => `${check} ${subject}`)).to.deep.equal(['source-forged leaf 1'])
    const finding = await readFile(join(watching.dir, faults[0]!.file))
    const trust = await trustIn(operator, { sources: [KEY.verifierKey] })
    expect((await checkFinding(finding, trust)).verdict).to.equal('proven')
    // Who does not have the source's key cannot tell; who has another as its key is not told that it holds.
    expect((await checkFinding(finding, await trustIn(operator))).verdict).to.equal('unproven')
  })

  it('tells of unsigned lines, and of keys, in a source’s name', async () => {
    const { signature: _, filled: _filled, seq: _seq, ...bare } = signed(1)[0]!
    const stranger = newKey(3)
    await log(...signed(1), bare, registration(vkey(stranger)), ...signed(2, stranger))
    const { checks, words } = await round()
    expect(checks).to.deep.equal(['source-key-foreign', 'source-unsigned'])
    expect(words[0]).to.match(/^3 records, the first of them leaf 2,/)
    expect(words[1]).to.contain('leaf 1,')
  })

  it('takes a key that its source let take over, and holds the old one to its end', async () => {
    const next = newKey(2)
    const endorsed = endorse(vkey(next), 3, KEY)
    await log(...signed(2), registration(vkey(next), { ends: 3, endorsed }), ...signed(4, next))
    const { checks, words } = await round()
    expect(checks).to.deep.equal(['source-hole'])
    expect(words[0]).to.contain('1 links of source gate')
    await watching.restart()
    await log(signed(3)[2]!)
    expect((await round()).checks).to.deep.equal([])
    // An endorsement of another end, or by nobody, is none.
    await log(registration(vkey(newKey(4)), { ends: 4, endorsed }))
    expect((await round()).checks).to.deep.equal(['source-key-foreign'])
  })

  describe('reads the log once', () => {
    const kept = (): Promise<string> => readFile(join(watching.dir, 'sources.json'), 'utf8')
    const begin = async (): Promise<void> => {
      watching = hold(await watch(trust, service.url, { sample: 0 }))
      service.asked.length = 0
    }
    /** In five epochs and a rest, with a hole, a copy, a forged line, and a key that took over. */
    const fill = async (): Promise<void> => {
      const links = signed(700)
      const next = newKey(2)
      await log(...links.slice(0, 100))
      await log(...links.slice(103, 300), links[5]!)
      await log({ ...links[300]!, bytes: 9 }, ...links.slice(301, 500))
      await log(registration(vkey(next), { ends: 700, endorsed: endorse(vkey(next), 700, KEY) }))
      await log(...links.slice(500), ...signed(40, next))
      await operator.append(signed(90, next).slice(40))
      await operator.publish(false)
    }

    it('for records, index and sources', async () => {
      await fill()
      await begin()
      const { faults } = await round()
      expect(faults.map(({ check }) => check)).to.deep.equal(['source-forged'])
      const bundles = service.asked.filter(path => path.startsWith('log/tile/entries/'))
      expect(bundles.filter(path => !path.includes('.p/')).length).to.equal(Math.floor(operator.store.head.size / 256))
      expect(new Set(bundles).size).to.equal(bundles.length) // where the newest epoch ends and where the log does
      expect(JSON.parse(await kept())).to.include({ size: operator.store.head.size })
    })

    it('leaf by leaf, whoever reads and where', async () => {
      const [read, taken]: [number[], number[]] = [[], []]
      const entry = encodeEntry(signed(1)[0]!)
      const all = {
        size: 100,
        async *entries(start: number, end: number) {
          for (let index = start; index < end; index++) {
            read.push(index)
            yield [index, entry]
          }
        },
      } as unknown as FollowedLog
      const sources = {
        get size() {
          return taken.length
        },
        take: async () => void taken.push(taken.length),
        startAnew: () => void taken.splice(0),
      } as unknown as WatchedSources
      const records = new RecordReading(all, sources)
      const until = async (start: number, end: number): Promise<void> => {
        const { signal } = new AbortController()
        for await (const _ of records.read(start, end, async () => {}, signal));
      }
      const numbers = (start: number, end: number) => Array.from({ length: end - start }, (_, k) => start + k)
      await until(0, 40)
      expect([read, taken]).to.deep.equal([numbers(0, 40), numbers(0, 40)])
      await until(30, 60) // begun again for the index: nothing new to the sources up to 40
      expect([read.splice(40), taken]).to.deep.equal([numbers(30, 60), numbers(0, 60)])
      taken.splice(50)
      await until(70, 100) // what lies between is read for them
      expect([read.splice(40), taken]).to.deep.equal([[...numbers(50, 70), ...numbers(70, 100)], numbers(0, 100)])
      taken.push(100) // of a log that is smaller by now
      await until(100, 100)
      expect(taken).to.deep.equal(numbers(0, 100))
    })

    it('and comes to the same whenever it is killed', async () => {
      await fill()
      await begin()
      const { words } = await round()
      const whole = await kept()
      await begin()
      for (let most = 1; ; most++) {
        const killing = new AbortController()
        let asked = 0
        service.answer = async path => {
          if (++asked === most) killing.abort()
          return operator.answer(path)
        }
        const isThrough = await watching.monitor.round(killing.signal).then(
          () => true,
          () => false,
        )
        await watching.restart()
        if (isThrough) break
      }
      service.answer = operator.answer
      expect(await kept()).to.equal(whole)
      expect((await round()).words).to.deep.equal(words)
    })

    it('and what was lost of it, or is older than the state, once more', async () => {
      await log(...signed(100))
      await begin()
      await round()
      const older = await kept()
      await log(...signed(400).slice(150))
      const { words } = await round()
      const whole = await kept()
      for (const left of [older, 'spoilt']) {
        await watching.close()
        await writeFile(join(watching.dir, 'sources.json'), left)
        await watching.restart()
        expect((await round()).words).to.deep.equal(words)
        expect(await kept()).to.equal(whole)
      }
    })

    it('to its end, though a link came again whose first is not served any more', async () => {
      const links = signed(600)
      await log(...links)
      await begin()
      await round()
      await watching.restart()
      await log(links[3]!, ...signed(5, newKey(2, 'other')))
      service.answer = async path => (path.endsWith('tile/entries/000') ? undefined : operator.answer(path))
      expect(await watching.round()).to.deep.include({ records: 606, epochs: 2, troubles: [] })
      expect(JSON.parse(await kept())).to.include({ size: 606 })
    })
  })

  it('tells of a copy, which is the log’s, and of a source that signs two for one place', async () => {
    const links = signed(3)
    await log(...links, links[1]!)
    const copied = await round()
    expect(copied.checks).to.deep.equal(['source-copied'])
    expect(copied.words[0]).to.contain('1 copies').and.contain('(#1, #3)')
    await log(signed(3, KEY, 7)[2]!)
    const { checks, words } = await round()
    expect(checks).to.deep.equal(['source-copied', 'source-forked'])
    expect(words[1]).to.contain('forked 2 (#2, #4)')
  })
})
