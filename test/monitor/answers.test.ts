// A monitor that asks for answers: honest ones, however they race with the log, hold nothing against anybody; those that leave
// something out, or are false, convict who signed them, by the finding alone.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Anchor } from '../../src/anchors.ts'
import { answerText, type Evidence } from '../../src/core/evidence.ts'
import { parseQuestion } from '../../src/core/question-parameters.ts'
import { parseTilePath } from '../../src/core/tile.ts'
import { createEvidence, type EvidenceParts } from '../../src/evidence.ts'
import type { CheckName } from '../../src/monitor/checks.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { TestFacts } from '../chain/fixtures.ts'
import { openSceneIndex } from '../verify/anchored.ts'
import { hiding, withoutValuesOf } from '../verify/dishonest.ts'
import { rememberAnswers } from '../verify/remembered.ts'
import { type Scene, setScene } from '../verify/scene.ts'
import { type Service, serve, type Watch, watch } from './operator.ts'

/** In the scene's records: under grant 1, from exchange-1. */
const HIDDEN = 1
/** Seconds; no earlier than the scene's own. */
const TIME = 1_773_748_900

describe('monitor: answers', () => {
  let scene: Scene
  let trust: Trust
  let service: Service
  let watching: Watch
  /** Who answers; honest unless told to lie. */
  let author: EvidenceParts
  let spoil: (answer: Evidence) => unknown

  const set = async (options?: Parameters<typeof setScene>[0]): Promise<void> => {
    scene = await setScene(options)
    await scene.anchor()
    trust = { ...scene.trust, indexKey: scene.index.key.verifierKey }
    author = { ...scene.parts, chain: rememberAnswers(scene.chain) }
    spoil = answer => answer
    service = await serve(answer)
    watching = await watch(trust, service.url, { token: 'any', backdatedMs: 1e12 })
  }
  afterEach(async () => {
    await watching[Symbol.asyncDispose]()
    await service[Symbol.asyncDispose]()
    await scene.close()
  })

  const answer = async (path: string): Promise<Uint8Array | undefined> => {
    const url = new URL(path, 'http://ledger.example/')
    if (url.pathname === '/v1/evidence') {
      const { limit, ...parameters } = Object.fromEntries(url.searchParams)
      const evidence = await createEvidence(author)(parseQuestion(parameters), { limit: Number(limit) })
      return Buffer.from(JSON.stringify(spoil(evidence)))
    }
    const [, prefix, rest = ''] = /^\/(log|index)\/(.*)$/.exec(url.pathname) ?? []
    const note = prefix === 'log' ? scene.anchors.at(-1)!.checkpoint : scene.index.checkpoint()
    if (rest === 'checkpoint') return Buffer.from(note!)
    const tile = parseTilePath(rest)
    if (tile === undefined) return undefined
    return prefix === 'log' ? scene.store.readTile(tile) : scene.index.readTile(tile)
  }
  /** By the first record again. */
  const grow = async (count: number): Promise<void> => {
    const [entry] = await scene.store.readEntries([0])
    await scene.append(Array.from({ length: count }, () => JSON.parse(Buffer.from(entry!).toString())))
  }
  const signAgain = (file: Evidence): Evidence => ({
    ...file,
    signature: scene.answerKey.sign(answerText(trust.logKey.name, file)),
  })
  /** Of the first anchor's tree, with keys of its own. */
  const openHonestIndex = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'suyuan-shown-'))
    const store = Object.create(scene.store, { facts: { value: new TestFacts() } }) as typeof scene.store
    const index = await openSceneIndex(store, dir)
    const [{ size, checkpoint }] = scene.anchors as [Anchor]
    const root = Buffer.from(scene.anchors[0]!.root, 'base64')
    await index.cover({ size, root, checkpoint, time: TIME })
    return {
      index,
      async [Symbol.asyncDispose]() {
        await index[Symbol.asyncDispose]()
        await rm(dir, { recursive: true })
      },
    }
  }
  /** Until something comes of it: what is asked is taken at random. */
  const roundsUntil = async (wanted: CheckName): Promise<RoundReport> => {
    for (let k = 0; k < 60; k++) {
      const report = await watching.round()
      if (report.faults.some(({ check }) => check === wanted)) return report
    }
    throw new Error(`nothing of ${wanted} was found in 60 rounds`)
  }
  const verdictsOf = async ({ faults }: RoundReport): Promise<string[]> => {
    const verdicts: string[] = []
    for (const { check, file } of faults) {
      const { verdict, detail } = await checkFinding(await readFile(join(watching.dir, file)), trust)
      verdicts.push(`${check} ${verdict}: ${detail.en}`)
    }
    return verdicts
  }

  it('of an honest operator are asked for, and all of them hold', async () => {
    await set()
    for (let k = 1; k <= 10; k++) {
      const { troubles, faults, answers } = await watching.round()
      expect([troubles, faults]).to.deep.equal([[], []])
      expect(answers).to.deep.equal({ asked: 2 * k, checked: 2 * k })
    }
  })

  it('are not asked for without a token', async () => {
    await set()
    await watching.close()
    watching = await watch(trust, service.url, { backdatedMs: 1e12 })
    expect((await watching.round()).answers).to.equal(undefined)
    expect(service.asked.filter(path => path.startsWith('v1/'))).to.deep.equal([])
  })

  it('as of an older anchor than the log has by now leave nothing out', async () => {
    await set()
    const [older] = scene.anchors
    author = { ...author, anchoring: { anchors: async () => [older!] } }
    await grow(20)
    await scene.anchor()
    for (let k = 1; k <= 10; k++) {
      const { troubles, faults, answers } = await watching.round()
      expect([troubles, faults]).to.deep.equal([[], []])
      expect(answers!.checked).to.equal(2 * k)
    }
  })

  it('as of a newer anchor than was followed are followed first', async () => {
    await set()
    author = scene.parts
    await watching.round()
    const before = { log: scene.anchors.at(-1)!.checkpoint, index: scene.index.checkpoint()! }
    await grow(20)
    await scene.anchor()
    let late = false
    service.answer = async path => {
      if (path.startsWith('v1/')) late = true
      if (!late && path.endsWith('/checkpoint')) return Buffer.from(path.startsWith('log') ? before.log : before.index)
      return answer(path)
    }
    const { troubles, faults, answers, verified } = await watching.round()
    expect([troubles, faults, answers]).to.deep.equal([[], [], { asked: 4, checked: 4 }])
    expect(verified).to.equal(scene.store.head.size)
  })

  it('that leave out a record which the index has are false', async () => {
    await set()
    author = hiding(author, HIDDEN)
    const report = await roundsUntil('answer-false')
    for (const verdict of await verdictsOf(report)) {
      expect(verdict).to.match(/^(answer-false proven: A record was left out|row-omitted proven: Record 1 fits)/)
    }
  })

  it('that leave out what the index leaves out too convict both', async () => {
    await set({ indexed: store => withoutValuesOf(store, HIDDEN) })
    author = hiding(author, HIDDEN)
    const report = await watching.round() // each value of the epoch is asked for
    expect(report.faults.map(({ check }) => check)).to.include.members(['epoch-wrong', 'row-omitted'])
    const verdicts = await verdictsOf(report)
    expect(verdicts.join('\n')).to.match(/^row-omitted proven: .* so that epoch of the index leaves it out too\.$/m)
    expect(report.faults.filter(({ check }) => check === 'row-omitted').length).to.be.greaterThan(3)
  })

  it('to a question of time alone that leave a record out are shown to', async () => {
    await set()
    await watching.close()
    author = hiding(author, HIDDEN)
    // The first number is the leaf, then the record of its tile; then a question of time.
    let k = 0
    const random = (): number =>
      [HIDDEN / scene.store.head.size + 1e-9, HIDDEN / scene.store.head.size + 1e-9, 0][k++ % 3]!
    watching = await watch(trust, service.url, { token: 'any', backdatedMs: 1e12, random })
    const report = await watching.round()
    expect(await verdictsOf(report)).to.deep.equal([
      `row-omitted proven: Record 1 fits the question of the signed answer, is in the tree that it speaks of, and is not in it.`,
    ])
  })

  it('that show a record otherwise than it was logged convict who signed them', async () => {
    await set()
    spoil = answer => {
      const entries = answer.log.entries.map(entry => entry.replace('"status":"ok"', '"status":"denied"'))
      return signAgain({ ...answer, log: { ...answer.log, entries } })
    }
    expect((await verdictsOf(await roundsUntil('answer-false')))[0]).to.match(
      /^answer-false proven: Record \d+ does not make/,
    )
  })

  it('by another index than the index log convict who signed them', async () => {
    await set({ indexed: store => withoutValuesOf(store, HIDDEN) })
    author = hiding(author, HIDDEN)
    // The index log that is shown has it all, in epochs of its own: nobody else is shown the one that answers are by.
    await using shown = await openHonestIndex()
    await grow(5)
    await shown.index.cover({ ...scene.store.head, checkpoint: scene.logKey.sign(scene.store.head, TIME), time: TIME })
    await grow(5)
    await scene.anchor()
    await shown.index.cover({ ...scene.store.head, checkpoint: scene.anchors.at(-1)!.checkpoint, time: TIME })
    const note = scene.index.key.sign(shown.index.epochs.head, TIME)
    service.answer = async path => {
      if (path === 'index/checkpoint') return Buffer.from(note)
      const tile = path.startsWith('index/') ? parseTilePath(path.slice('index/'.length)) : undefined
      return tile === undefined ? answer(path) : shown.index.readTile(tile)
    }
    expect((await verdictsOf(await roundsUntil('answer-false'))).join('\n')).to.match(
      /^answer-false proven: .* the index log that is signed has another tree/m,
    )
  })

  it('that nobody signed are told, and held against nobody', async () => {
    await set()
    spoil = answer => ({ ...answer, more: !answer.more })
    const { troubles, faults } = await watching.round()
    expect([troubles.map(({ code }) => code), faults]).to.deep.equal([['answer_unsigned'], []])
  })

  it('to another question are told, and held against nobody', async () => {
    await set()
    spoil = answer => signAgain({ ...answer, question: { where: { source: 'exchange-9' } } })
    const { troubles, faults } = await watching.round()
    expect([troubles.map(({ code }) => code), faults]).to.deep.equal([['answer_to_other_question'], []])
  })

  it('that are refused are told, but not those of what was pruned', async () => {
    await set()
    const refuse = (status: string): void => {
      service.answer = async path => {
        if (path.startsWith('v1/')) throw new Error(status)
        return answer(path)
      }
    }
    refuse('403')
    const refused = await watching.round()
    expect([refused.troubles.map(({ code }) => code), refused.faults]).to.deep.equal([['log_refused'], []])
    refuse('410')
    const pruned = await watching.round()
    expect([pruned.troubles, pruned.faults, pruned.answers]).to.deep.equal([[], [], { asked: 4, checked: 0 }])
    // Nor is anything asked about records that cannot be read any more.
    await watching.restart()
    service.answer = async path => {
      if (path.startsWith('log/tile/')) throw new Error('410')
      return answer(path)
    }
    const unread = await watching.round()
    expect([unread.troubles, unread.faults, unread.answers]).to.deep.equal([[], [], { asked: 0, checked: 0 }])
  })
})
