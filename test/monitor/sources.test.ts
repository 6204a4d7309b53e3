// A monitor that has the keys of sources from the sources themselves: what the operator forges, leaves out or brings in
// under their names, and what the sources do themselves.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { formatVerifierKey } from '../../src/core/note.ts'
import { type AccessRecord, type KeyRecord, type LogRecord, parseRecordInput } from '../../src/core/record.ts'
import { endorse, makeSourceKey, type Place, type SourceKey, signLine } from '../../src/source/sign.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import { ORIGIN } from '../chain/fixtures.ts'
import { Operator, type Service, serve, trustIn, type Watch, watch } from './operator.ts'

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
  let watching: Watch
  beforeEach(async () => {
    operator = await Operator.open()
    service = await serve(operator.answer)
    watching = await watch(await trustIn(operator, { sources: [KEY.verifierKey] }), service.url)
  })
  afterEach(async () => {
    await watching[Symbol.asyncDispose]()
    await service[Symbol.asyncDispose]()
    await operator[Symbol.asyncDispose]()
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
