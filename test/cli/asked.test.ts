// Decisions, signed with the request in sight: what is shown, and what a service that lies about it gets signed.

import { chmod } from 'node:fs/promises'
import { expect } from 'chai'
import { createActs } from '../../src/chain/acts.ts'
import { encodePurpose, UNLIMITED } from '../../src/chain/terms.ts'
import { createDirectory } from '../../src/directory.ts'
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
import { type Ran, type Service, startService } from './run.ts'

type Life = NonNullable<ReturnType<ReturnType<typeof createDirectory>['grantLife']>>

describe('suyuan act, of a decision', function () {
  this.timeout(60_000)
  let scene: Scene
  let process: Process
  let service: Service
  let key: string
  let tell: (life: Life | undefined) => Life | undefined
  const until = inAYear()

  before(async () => {
    scene = await startScene()
    process = await openProcess(scene, new TestFacts())
    process.start()
    const terms = {
      resource: 1,
      agreement: 0,
      purpose: encodePurpose('LegalCompliance'),
      purposeTextDigest: DIGEST,
      legalBasisDigest: DIGEST,
      scope: 0b101,
      from: 0,
      until,
      quota: { byteCount: UNLIMITED, rowCount: 10 },
    }
    await createActs(process.chain, scene.deployment.contracts)(STATISTICS, 'accessLedger', 'request', [terms])
    await process.registry.refresh()
    const { registry } = process
    const { contracts, chainId } = scene.deployment
    const directory = createDirectory({ registry, contracts, now: () => Date.now() })
    service = await startService({
      acts: process.acts,
      trust: { contracts, chainId },
      directory: { ...directory, grantLife: id => tell(directory.grantLife(id)) },
    })
    service.ledger.publish()
    key = await service.file('tax.key', `${TAX.privateKey}\n`)
    await chmod(key, 0o600)
  })
  beforeEach(() => {
    tell = life => life
  })
  after(async () => {
    await service?.[Symbol.asyncDispose]()
    await process?.[Symbol.asyncDispose]()
    await scene?.node.close()
  })

  const grant = (...more: string[]): Promise<Ran> => {
    const terms = ['--id', '1', '--until', String(until), '--byte-count', '5', '--row-count', '5']
    return service.run(['act', 'access-ledger.grant', ...terms, '--reason-digest', 'none', '--key', key, ...more])
  }

  const lies: Readonly<Record<string, (life: Life) => Life>> = {
    consumer: life => ({ ...life, consumer: CODES.tax }),
    fields: life => ({ ...life, fields: [0] }),
    'end of the period': life => ({ ...life, until: '2026-12-01T00:00:00Z' }),
    quota: life => ({ ...life, quota: { rows: '1' } }),
    agreement: life => ({ ...life, agreement: 7 }),
    'number of approvals taken back': life => ({ ...life, withdrawals: 1 }),
  }
  for (const [what, lie] of Object.entries(lies)) {
    it(`signs nothing where the service shows another ${what} than it has signed`, async () => {
      tell = life => life && lie(life)
      const { code, err } = await grant('--yes')
      expect([code, err.includes('[asked_differs]')], err).to.deep.equal([2, true])
    })
  }

  it('signs nothing where the service hides the request, unless who signs names what it is about', async () => {
    tell = () => undefined
    const { code, err } = await grant('--yes')
    expect([code, err.includes('[asked_unseen]')], err).to.deep.equal([2, true])
    const named = await grant('--asked', DIGEST)
    expect(named.code).to.equal(2)
    expect(named.err).to.contain('NOT CHECKED')
  })

  const refuse = (...more: string[]): Promise<Ran> =>
    service.run(['act', 'access-ledger.refuse', '--id', '1', '--reason-digest', DIGEST, '--key', key, ...more])

  it('of a refusal shows what is refused before it asks for the signature', async () => {
    const { code, err } = await refuse()
    expect([code, err.includes('[not_confirmed]')], err).to.deep.equal([2, true])
    for (const shown of ['request 1', CODES.statistics, RESOURCE, 'LegalCompliance', 'rows: 10']) {
      expect(err).to.contain(shown)
    }
  })

  it('shows the request in Chinese where the language is', async () => {
    const asked = ['act', 'access-ledger.refuse', '--id', '1', '--reason-digest', DIGEST, '--key', key]
    const { err } = await service.run(asked, { env: { LANG: 'zh_CN.UTF-8' } })
    expect(err).to.match(/期限: \d{4}-\d\d-\d\d .* – \d{4}-\d\d-\d\d .*（北京）\n/u)
    expect(err).not.to.contain('Beijing')
  })

  it('of a refusal says that the request was not seen where the service hides it', async () => {
    tell = () => undefined
    const { code, err } = await refuse()
    expect([code, err.includes('[not_confirmed]')], err).to.deep.equal([2, true])
    expect(err).to.contain('NOT CHECKED: request 1 cannot be shown')
  })

  it('of a refusal signs nothing past the service where the service shows another request than the chain has', async () => {
    tell = life => life && lies['quota']!(life)
    const { code, err } = await refuse('--yes', '--direct', '--rpc', scene.node.url)
    expect([code, err.includes('[asked_differs]')], err).to.deep.equal([2, true])
  })

  it('shows who asks for what, for what, until when and how much, and signs that', async () => {
    const { code, err } = await grant('--yes')
    expect(code, err).to.equal(0)
    for (const shown of [
      CODES.statistics,
      RESOURCE,
      'LegalCompliance',
      'fields: 0, 2',
      'bytes: unlimited',
      'rows: 10',
    ]) {
      expect(err).to.contain(shown)
    }
    expect(err).to.contain('Checked: the decision is about this request')
  })
})
