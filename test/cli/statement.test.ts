// suyuan statement, as people run it, against real contracts and a real service: what is shown, signed, and checked.

import { chmod } from 'node:fs/promises'
import { expect } from 'chai'
import { Wallet } from 'ethers'
import { createActs } from '../../src/chain/acts.ts'
import { callContract } from '../../src/chain/call.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import { encodePurpose, UNLIMITED } from '../../src/chain/terms.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { consistencyNodes, proveConsistency } from '../../src/core/proof.ts'
import type { AccessRecord } from '../../src/core/record.ts'
import { createDirectory } from '../../src/directory.ts'
import { createStatements } from '../../src/statements.ts'
import {
  CODES,
  DIGEST,
  inAYear,
  openProcess,
  type Process,
  RESOURCE,
  type Scene,
  STATISTICS,
  startScene,
  TAX,
} from '../acts/scene.ts'
import { TestFacts } from '../chain/fixtures.ts'
import { toLeaf } from '../store/leaves.ts'
import { type Ran, type Service, startService } from './run.ts'

const ORIGIN = 'suyuan.test/log'
const LOG = logIdOf(ORIGIN)

const batchIn = (shown: string): string => /batch: (0x[0-9a-f]{64})/u.exec(shown)?.[1] ?? 'none'

describe('suyuan statement', function () {
  this.timeout(120_000)
  let scene: Scene
  let process: Process
  let service: Service
  let key: string
  let trust: string
  let lineTime: number
  let act: ReturnType<typeof createActs>

  before(async () => {
    scene = await startScene()
    process = await openProcess(scene, new TestFacts())
    process.start()
    act = createActs(process.chain, scene.deployment.contracts)
    const deployer = new Wallet(`0x${'43'.repeat(32)}`)
    await act(deployer, 'checkpointAnchor', 'registerLog', [ORIGIN, scene.account.address])
    await openGrant(1)
    const { registry } = process
    const { contracts, chainId } = scene.deployment
    service = await startService({
      acts: process.acts,
      trust: { contracts, chainId },
      directory: createDirectory({ registry, contracts, now: () => lineTime }),
      more: store => ({ statements: createStatements({ store, registry, log: LOG, anchored: () => store.head.size }) }),
    })
    key = await service.file('tax.key', `${TAX.privateKey}\n`)
    await chmod(key, 0o600)
    const published = await (await fetch(`${service.url}/v1/trust`)).json()
    trust = await service.file('trust.json', JSON.stringify(published))
    await write([{ bytes: 100, rows: 4 }, { bytes: 50, rows: 5 }, { bytes: 7, rows: 3 }, { consumer: CODES.tax }])
  })
  after(async () => {
    // Also where the setting failed half-way: an open node would keep the whole run from ending.
    await service?.[Symbol.asyncDispose]()
    await process?.[Symbol.asyncDispose]()
    await scene?.node.close()
  })

  /** The statistics bureau's next grant; lines are written from then on, and the chain goes on for an hour. */
  const openGrant = async (id: number): Promise<void> => {
    const terms = {
      resource: 1,
      agreement: 0,
      purpose: encodePurpose('LegalCompliance'),
      purposeTextDigest: DIGEST,
      legalBasisDigest: DIGEST,
      scope: 0b101,
      from: 0,
      until: inAYear(),
      quota: { byteCount: UNLIMITED, rowCount: 10 },
    }
    await act(STATISTICS, 'accessLedger', 'request', [terms])
    const { accessLedger } = scene.deployment.contracts
    const [asked] = await callContract(process.chain, 'accessLedger', accessLedger, 'askedDigest', [id])
    await act(TAX, 'accessLedger', 'grant', [id, asked, terms.until, terms.quota, DIGEST])
    lineTime = ((await process.chain.provider.getBlock('latest'))?.timestamp ?? 0) * 1000 + 1_000
    await scene.node.ask('evm_increaseTime', [3_600])
    await scene.node.ask('evm_mine')
    await process.registry.refresh()
  }
  const write = async (lines: readonly Partial<AccessRecord>[]): Promise<void> => {
    const leaves = lines.map((fields, k) =>
      toLeaf({
        action: 'read',
        consumer: CODES.statistics,
        grant: 1,
        provider: CODES.tax,
        purpose: 'LegalCompliance',
        resource: RESOURCE,
        source: 'gateway',
        status: 'ok',
        time: new Date(lineTime + k).toISOString(),
        ...fields,
      }),
    )
    const { store } = service.ledger
    const before = store.head.size
    await store.append([{ leaves: packLeaves(leaves) }])
    service.ledger.publish()
    const { size, root } = store.head
    const proof =
      before === 0 ? [] : proveConsistency(before, size, await store.readNodes(consistencyNodes(before, size)))
    await act(scene.account, 'checkpointAnchor', 'anchor', [LOG, size, root, proof])
  }
  const statement = (...args: string[]): Promise<Ran> => service.run(['statement', ...args])
  const check = (): Promise<Ran> => statement('--check', '1', '--trust', trust, '--rpc', scene.node.url)

  it('shows what is to be stated, and what is not and why, and signs nothing', async () => {
    const { out, err, code } = await statement('--by', CODES.tax, '--dry-run')
    expect([code, err.includes('first 4 records')]).to.deep.equal([0, true])
    expect(out).to.match(/│ +1 │ 306-01-001 +│ 11520100MB0000002B +│ +2 │ +150 │ +9 │ 0–1/u)
    expect(out).to.contain('beyond the quota').and.to.contain('its grant is another consumer’s')
    const json = await statement('--by', CODES.tax, '--dry-run', '--json')
    expect(JSON.parse(json.out).statements[0]).to.deep.include({ accesses: 2, bytes: '150', fields: [0, 2], logEnd: 2 })
    const zh = await service.run(['statement', '--by', CODES.statistics, '--dry-run'], { env: { LANG: 'zh_CN.UTF-8' } })
    expect(zh.out).to.equal('没有待结算的用量。\n')
  })

  it('refuses to sign unseen, without a key, or for nobody, and says what to do', async () => {
    expect((await statement()).err).to.contain('--by CODE')
    expect((await statement('--by', CODES.tax)).err).to.contain('[option_missing]')
    const unseen = await statement('--by', CODES.tax, '--key', key)
    expect([unseen.code, unseen.err.includes('[not_confirmed]')]).to.deep.equal([2, true])
  })

  it('shows all that is signed, and signs no other batch than the one that was shown', async () => {
    const { out } = await statement('--by', CODES.tax, '--dry-run')
    const { contentDigest } = JSON.parse((await statement('--by', CODES.tax, '--dry-run', '--json')).out).statements[0]
    expect(out)
      .to.contain(contentDigest)
      .and.to.match(/│ 0–1 +│ 0, 2 +│/u)
    const other = await statement('--by', CODES.tax, '--key', key, '--yes', DIGEST, '--trust', trust)
    expect([other.code, other.err.includes('[batch_differs]')], other.err).to.deep.equal([2, true])
    expect(other.err).to.contain(DIGEST).and.to.contain(batchIn(out))
    await process.registry.refresh()
    expect(process.registry.books.grants.get(1)?.stated.count, 'statements on the chain').to.equal(0)
  })

  it('states it on the chain, and the check agrees, without trusting the service', async () => {
    expect((await check()).out).to.contain('no usage statements')
    const batch = batchIn((await statement('--by', CODES.tax, '--dry-run')).out)
    const sent = await statement('--by', CODES.tax, '--key', key, '--yes', batch, '--trust', trust)
    expect(sent.code, sent.err).to.equal(0)
    expect(JSON.parse(sent.out)).to.include({ act: 'access-ledger.deliver', status: 'confirmed' })
    await process.registry.refresh()
    const again = await statement('--by', CODES.tax, '--dry-run')
    expect(again.out).to.contain('Nothing is to be stated').and.to.contain('beyond the quota')
    const checked = await check()
    expect(checked.code, checked.err + checked.out).to.equal(0)
    expect(checked.out).to.contain('agrees')
    const byService = await statement('--check', '1', '--json')
    expect([byService.code, byService.err.includes('the word of http')]).to.deep.equal([0, true])
    expect(JSON.parse(byService.out).statements).to.have.length(1)
    const grant = await service.run(['grant', '1'])
    expect(grant.out).to.contain('usage statement').and.to.contain('may be used')
  })

  it('takes a deadline of one’s own, and goes past the service with --direct', async () => {
    await openGrant(2)
    await write([{ grant: 2, bytes: 40, rows: 2 }])
    const by = ['--by', CODES.tax, '--key', key, '--trust', trust]
    const batch = batchIn((await statement('--by', CODES.tax, '--dry-run')).out)
    const late = await statement(...by, '--yes', batch, '--deadline', '2099-01-01T00:00:00Z')
    expect([late.code, late.err.includes('[deadline_invalid]')], late.err).to.deep.equal([2, true])
    const unclear = await statement(...by, '--yes', batch, '--deadline', 'soon')
    expect(unclear.err).to.contain('--deadline').and.to.contain('[option_invalid]')
    const both = await statement(...by, '--yes', batch, '--deadline', '2099-01-01T00:00:00Z', '--direct')
    expect(both.code).to.equal(2)
    const nowhere = await statement(...by, '--yes', batch, '--direct')
    expect([nowhere.code, nowhere.err.includes('--rpc')]).to.deep.equal([2, true])
    const direct = await statement(...by, '--yes', batch, '--direct', '--rpc', scene.node.url)
    expect(direct.code, direct.err).to.equal(0)
    act = createActs(process.chain, scene.deployment.contracts) // the account's nonce moved past it
    const [delivered] = JSON.parse(direct.out)
    expect(delivered).to.include({ name: 'Delivered' })
    await process.registry.refresh()
    const [stated] = process.registry.books.statements.get(2)!
    expect(stated).to.include({ accesses: 1n, bytes: 40n, logFirst: 0n, logEnd: 5n })
    expect(stated!.by?.relayer).to.equal(undefined)
    const checked = await statement('--check', '2', '--trust', trust, '--rpc', scene.node.url)
    expect(checked.code, checked.out).to.equal(0)
  })

  it('ends with 1 when a statement is not what the log says, and with 2 when that cannot be checked', async () => {
    const handover = {
      channel: 2,
      rowCount: 1,
      byteCount: 1,
      scope: 1,
      contentDigest: DIGEST,
      accessCount: 1,
      logFirst: 2,
      logEnd: 4,
    }
    await act(TAX, 'accessLedger', 'deliver', [[{ grant: 1, kind: 2, handover }]])
    await process.registry.refresh()
    const differs = await check()
    expect([differs.code, differs.out.includes('differs')]).to.deep.equal([1, true])
    expect((await statement('--check', '1')).code).to.equal(1)
    const none = await statement('--check', '77', '--trust', trust, '--rpc', scene.node.url)
    expect([none.code, none.err.includes('[grant_not_found]')]).to.deep.equal([2, true])
    expect((await statement('--check', '1', '--trust', trust)).err).to.contain('--rpc URL')
    const silent = await statement('--check', '1', '--trust', trust, '--rpc', 'http://127.0.0.1:9')
    expect(silent.code).to.equal(2)
  })
})
