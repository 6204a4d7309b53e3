// A monitor that asks for answers: honest ones, however they race with the log, hold nothing against anybody; those that leave
// something out, or are false, convict who signed them, by the finding alone.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Anchor } from '../../src/anchors.ts'
import { LedgerError } from '../../src/core/error.ts'
import { answerText, type Evidence } from '../../src/core/evidence.ts'
import type { OfflineProof } from '../../src/core/evidence-chain.ts'
import { fits } from '../../src/core/question.ts'
import { parseQuestion } from '../../src/core/question-parameters.ts'
import { decodeEntry } from '../../src/core/record.ts'
import { parseTilePath } from '../../src/core/tile.ts'
import { createEvidence, type EvidenceParts } from '../../src/evidence.ts'
import type { CheckName } from '../../src/monitor/checks.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { TestFacts } from '../chain/fixtures.ts'
import { openSceneIndex } from '../verify/anchored.ts'
import { blindTo } from '../verify/blind.ts'
import { hiding, withoutValuesOf } from '../verify/dishonest.ts'
import { findingOf, makeMonitorKey } from '../verify/findings.ts'
import { rememberAnswers } from '../verify/remembered.ts'
import { type Scene, setScene } from '../verify/scene.ts'
import { holding, type Service, serve, type Watch, watch } from './operator.ts'

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
    service = hold(await serve(answer))
    watching = hold(await watch(trust, service.url, { token: 'any', backdatedMs: 1e12 }))
  }
  const hold = holding()
  afterEach(() => scene.close())

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
    watching = hold(await watch(trust, service.url, { backdatedMs: 1e12 }))
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
    watching = hold(await watch(trust, service.url, { token: 'any', backdatedMs: 1e12, random }))
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

  describe('by a chain', () => {
    const setWithChain = async (): Promise<void> => {
      await set()
      await watching.close()
      const chain = async () => scene.chain
      watching = hold(await watch(trust, service.url, { token: 'any', backdatedMs: 1e12, chain }))
    }
    const deniedIn = async (report: RoundReport): Promise<object> => {
      const { file } = report.faults.find(({ check }) => check === 'answer-denied')!
      return JSON.parse(await readFile(join(watching.dir, file), 'utf8')).evidence
    }
    const judge = async (evidence: object, by: Trust = trust, chain?: typeof scene.chain, check = 'answer-denied') =>
      checkFinding(findingOf(await makeMonitorKey(), check, evidence), by, chain && (async () => chain))

    it('hold, of an honest operator', async () => {
      await setWithChain()
      for (let k = 1; k <= 5; k++) {
        const { troubles, faults, notices, answers } = await watching.round()
        expect([troubles, faults, notices]).to.deep.equal([[], [], []])
        expect(answers!.checked).to.equal(2 * k)
      }
      const answered = await scene.evidence({ where: { grant: '2' } }, { limit: 100, offline: true })
      const { offline, ...whole } = answered
      const honest = signAgain(whole)
      expect((await judge({ answer: honest }, trust, scene.chain)).verdict).to.equal('refuted')
      expect((await judge({ answer: honest, offline })).verdict).to.equal('refuted')
      expect((await judge({ answer: honest }, trust, scene.chain, 'answer-off-chain')).verdict).to.equal('refuted')
    })

    it('that hide a revocation convict who signed them, by the block that they name', async () => {
      await setWithChain()
      author = { ...scene.parts, chain: blindTo(scene.chain, ['GrantRevoked']) }
      const report = await roundsUntil('answer-denied')
      expect((await verdictsOf(report)).join('\n')).to.match(
        /^answer-denied proven: On the chain that leads to block \d+, .* GrantRevoked 2, is about what the answer hangs on/m,
      )
      const evidence = (await deniedIn(report)) as { answer: Evidence; offline: OfflineProof }
      const { answer: signed, offline } = evidence
      expect((await judge({ answer: signed })).verdict).to.equal('unproven')
      expect((await judge({ answer: signed }, trust, scene.chain)).verdict).to.equal('proven')
      const miscopied = { ...trust, blocks: [{ number: signed.chain.asOf, hash: `0x${'34'.repeat(32)}` }] }
      expect((await judge({ answer: signed }, miscopied, scene.chain)).verdict).to.equal('unproven')
      const { headers, blocks } = offline
      expect((await judge({ answer: signed, offline: { headers, blocks: [] } })).verdict).to.equal('refuted')
      const elsewhere = { headers: headers.slice(0, 1), blocks }
      if (headers.length > 1) {
        expect((await judge({ answer: signed, offline: elsewhere })).verdict).to.equal('refuted')
      }
      expect((await judge({ answer: { ...signed, more: true }, offline })).verdict).to.equal('refuted')
    })

    it('that hide one which cannot be shown convict by a node', async () => {
      await setWithChain()
      await watching.close()
      const partial: typeof scene.chain = {
        ...scene.chain,
        async request(method, params) {
          if (method === 'eth_getBlockReceipts') throw new LedgerError('chain_unreachable', { en: '', zh: '' })
          return scene.chain.request(method, params)
        },
      }
      const chain = async () => partial
      watching = hold(await watch(trust, service.url, { token: 'any', backdatedMs: 1e12, chain }))
      author = { ...scene.parts, chain: blindTo(scene.chain, ['GrantRevoked']) }
      const evidence = await deniedIn(await roundsUntil('answer-denied'))
      expect(Object.keys(evidence)).to.deep.equal(['answer'])
      expect((await judge(evidence, trust, scene.chain)).verdict).to.equal('proven')
    })

    it('with an event that no block has convict who signed them', async () => {
      await setWithChain()
      spoil = file => {
        const [first, ...rest] = file.events
        if (first === undefined) return file
        return signAgain({ ...file, events: [{ ...first, transaction: `0x${'12'.repeat(32)}` }, ...rest] })
      }
      const report = await roundsUntil('answer-denied')
      expect((await verdictsOf(report)).join('\n')).to.match(/^answer-denied proven: .* has no such event/m)
      const { answer: signed } = (await deniedIn(report)) as { answer: Evidence }
      expect((await judge({ answer: signed }, trust, scene.chain)).verdict).to.equal('proven')
    })

    it('with a block at another time convict who signed them, by its header', async () => {
      await setWithChain()
      spoil = file =>
        signAgain({
          ...file,
          blocks: file.blocks.map((block, k) =>
            k === file.blocks.length - 1 ? { ...block, time: block.time + 1 } : block,
          ),
        })
      const report = await roundsUntil('answer-denied')
      const { answer: signed } = (await deniedIn(report)) as { answer: Evidence }
      const { number } = signed.blocks.at(-1)!
      expect(report.faults.map(({ subject }) => subject)).to.deep.equal([`time of block ${number}`])
      expect((await verdictsOf(report)).join('\n')).to.match(/^answer-denied proven: On the chain .* of time \d+/m)
    })

    it('as of a block that the chain does not have are told: it may have been taken back', async () => {
      await setWithChain()
      const hash = `0x${'12'.repeat(32)}`
      spoil = file =>
        signAgain({
          ...file,
          blocks: file.blocks.map((block, k) => (k === file.blocks.length - 1 ? { ...block, hash } : block)),
        })
      const { faults, notices, troubles } = await watching.round()
      expect([faults, notices.map(({ check }) => check)]).to.deep.equal([[], ['answer-off-chain']])
      expect(troubles.map(({ code }) => code)).to.deep.equal(['answer_uncheckable'])
      const { answer: signed } = JSON.parse(await readFile(join(watching.dir, notices[0]!.file), 'utf8')).evidence
      const { number } = (signed as Evidence).blocks.at(-1)!
      const off = async (by: Trust, chain?: typeof scene.chain) =>
        (await judge({ answer: signed }, by, chain, 'answer-off-chain')).verdict
      expect(await off(trust)).to.equal('unproven')
      expect(await off(trust, scene.chain)).to.equal('proven')
      expect(await off({ ...trust, blocks: [{ number, hash: `0x${'34'.repeat(32)}` }] })).to.equal('proven')
      // Nor does a node of that other chain make it a fault.
      expect((await judge({ answer: signed }, trust, scene.chain)).verdict).to.equal('unproven')
    })
  })

  describe('that only some questions are refused', () => {
    /** Whatever would have to show this record. */
    const refuse = async (
      index: number,
      code: string,
      status: number,
      spares: (url: URL) => boolean = () => false,
    ): Promise<void> => {
      const [entry] = await scene.store.readEntries([index])
      const record = decodeEntry(entry!)
      service.answer = async path => {
        const url = new URL(path, 'http://ledger.example/')
        if (url.pathname !== '/v1/evidence' || spares(url)) return answer(path)
        const { limit: _, ...parameters } = Object.fromEntries(url.searchParams)
        if (fits(parseQuestion(parameters), record)) throw new Error(String(status), { cause: { code, status } })
        return answer(path)
      }
    }
    const warningsOf = ({ warnings }: RoundReport): string[] => warnings.map(({ check }) => check)
    const roundsUntilTroubled = async (): Promise<RoundReport> => {
      for (let k = 0; k < 60; k++) {
        const report = await watching.round()
        if (report.troubles.length > 0) return report
      }
      throw new Error('nothing was refused in 60 rounds')
    }

    it('are they asked again, until they are answered, and told of after patience', async () => {
      await set()
      await refuse(HIDDEN, 'forbidden', 403)
      expect(warningsOf(await roundsUntilTroubled())).to.deep.equal([])
      await watching.restart()
      watching.now += 601_000
      for (let k = 0; k < 3; k++) {
        const report = await watching.round()
        expect(report.troubles.map(({ code }) => code)).to.deep.equal(['log_refused'])
        // Since no round has been whole, that is told as well.
        expect(warningsOf(report)).to.include('answer-withheld')
        const { words } = report.warnings.find(({ check }) => check === 'answer-withheld')!
        expect(words.en).to.match(/^Of (1 question|\d+ questions), asked again/)
        expect(words.en).to.match(/"from":"2026-.* which the record at leaf \d+ fits/)
      }
      service.answer = answer
      for (let k = 0; k < 3; k++) await watching.round() // four are asked again in a round
      const { troubles, warnings, faults } = await watching.round()
      expect([troubles, warnings, faults]).to.deep.equal([[], [], []])
      expect(watching.monitor.state.withheld).to.equal(undefined)
    })

    it('is what comes of the answer at last put on record', async () => {
      await set()
      await refuse(HIDDEN, 'forbidden', 403)
      await roundsUntilTroubled()
      author = hiding(author, HIDDEN)
      service.answer = answer
      const { faults } = await watching.round()
      expect(faults.map(({ check }) => check).join()).to.match(/answer-false|row-omitted/)
      expect(watching.monitor.state.withheld).to.equal(undefined)
    })

    it('since so much would not fit in a file, they are asked of one moment, and then well answered', async () => {
      await set()
      const isOfAMoment = ({ searchParams: of }: URL) => Date.parse(of.get('to')!) - Date.parse(of.get('from')!) === 1
      await refuse(HIDDEN, 'evidence_too_long', 422, isOfAMoment)
      for (let k = 0; k < 15; k++) {
        const { troubles, warnings } = await watching.round()
        expect([troubles, warnings]).to.deep.equal([[], []])
      }
      const asked = service.asked.filter(path => path.startsWith('v1/')).length
      expect(asked).to.be.greaterThan(30) // some of them twice
      await refuse(HIDDEN, 'evidence_too_long', 422)
      expect((await roundsUntilTroubled()).troubles.map(({ code }) => code)).to.deep.equal(['answer_too_long'])
    })

    it('are no more of them kept than are asked again soon', async () => {
      await set()
      service.answer = async path => {
        if (path.startsWith('v1/')) throw new Error('403', { cause: {} })
        return answer(path)
      }
      for (let k = 0; k < 40; k++) await watching.round()
      expect(watching.monitor.state.withheld).to.have.lengthOf.within(8, 16)
      const { answers } = await watching.round()
      expect(answers!.checked).to.equal(0)
    })
  })

  describe('that the service says nothing is final for', () => {
    const refuse = (code: string): void => {
      service.answer = async path => {
        if (path.startsWith('v1/')) throw new Error('409', { cause: { code, status: 409 } })
        return answer(path)
      }
    }
    const told = async () => {
      const { troubles, warnings, answers } = await watching.round()
      return [troubles.map(({ code }) => code), warnings.map(({ check }) => check), answers!.checked]
    }

    it('are nothing to check yet, and missing after patience', async () => {
      await set()
      for (const code of ['not_final_yet', 'not_anchored_yet']) {
        refuse(code)
        expect(await told()).to.deep.equal([[], [], 0])
      }
      await watching.restart()
      watching.now += 601_000
      expect(await told()).to.deep.equal([[], ['answer-missing'], 0])
      service.answer = answer
      expect(await told()).to.deep.equal([[], [], 2])
    })

    it('were had from it before: then it withholds them', async () => {
      await set()
      expect(await told()).to.deep.equal([[], [], 2])
      await watching.restart()
      refuse('not_final_yet')
      expect(await told()).to.deep.equal([['answers_not_yet'], [], 0])
    })

    it('are not missing before our own node has an anchor that is final', async () => {
      await set()
      await watching.close()
      let isFinal = false
      const chain: typeof scene.chain = {
        ...scene.chain,
        async request(method, params) {
          if (isFinal || params[0] !== 'latest') return scene.chain.request(method, params)
          return scene.chain.request(method, ['0x1', false])
        },
      }
      watching = hold(await watch(trust, service.url, { token: 'any', backdatedMs: 1e12, chain: async () => chain }))
      refuse('not_final_yet')
      await told()
      watching.now += 601_000
      expect(await told()).to.deep.equal([[], ['anchor-missing'], 0])
      isFinal = true
      await told()
      watching.now += 601_000
      expect(await told()).to.deep.equal([[], ['answer-missing'], 0])
    })

    it('is any other conflict a refusal', async () => {
      await set()
      refuse('batch_differs')
      expect(await told()).to.deep.equal([['log_refused'], [], 0])
    })
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
    expect([pruned.troubles, pruned.faults, pruned.answers!.checked]).to.deep.equal([[], [], 0])
    expect(pruned.answers!.asked).to.be.within(5, 6) // what the round before asked, once for each value, among them
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
