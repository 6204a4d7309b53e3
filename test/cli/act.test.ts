// suyuan act, as people run it, against real contracts: what is shown, what is signed, what comes of it.

import { chmod, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { interfaceOf } from '../../src/chain/abi.ts'
import { formatBeijing } from '../../src/cli/table.ts'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import { digestText } from '../../src/text-digest.ts'
import { inAYear, openProcess, type Process, RESOURCE, type Scene, STATISTICS, startScene, TAX } from '../acts/scene.ts'
import { TestFacts } from '../chain/fixtures.ts'
import { type Ran, runCli, type Service, startService } from './run.ts'

describe('suyuan act', function () {
  this.timeout(120_000)
  let scene: Scene
  let process: Process
  let service: Service
  let statistics: string
  let tax: string

  before(async () => {
    scene = await startScene()
    process = await openProcess(scene, new TestFacts())
    process.start()
    service = await startService({ acts: process.acts, trust: { contracts: scene.deployment.contracts } })
    statistics = await key('statistics.key', STATISTICS.privateKey)
    tax = await key('tax.key', TAX.privateKey.slice(2))
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await process[Symbol.asyncDispose]()
    await scene.node.close()
  })

  const key = async (name: string, content: string): Promise<string> => {
    const path = await service.file(name, `${content}\n`)
    await chmod(path, 0o600)
    return path
  }
  const act = (...args: string[]): Promise<Ran> => service.run(['act', ...args])
  const REQUEST = {
    resource: RESOURCE,
    agreement: '0',
    purpose: 'LegalCompliance',
    'purpose-text-digest': '核定口径',
    'legal-basis-digest': '统计法第二条',
    scope: 'name,2',
    from: '0',
    until: String(inAYear()),
    'byte-count': 'unlimited',
    'row-count': '1000',
  }
  const request = (...more: string[]): Promise<Ran> =>
    act('access-ledger.request', ...Object.entries(REQUEST).flatMap(([name, text]) => [`--${name}`, text]), ...more)

  it('lists the acts, and what one of them takes', async () => {
    const { out, code } = await runCli(['act'])
    expect(code).to.equal(0)
    expect(out).to.contain('access-ledger.request').and.to.contain('Sign an agreement')
    const help = await runCli(['act', 'access-ledger.refuse', '--help'])
    expect(help.out).to.contain('--reason-digest').and.to.contain('--id')
    expect((await runCli(['act', 'corrections.answer', '--help'])).out).to.contain('partly-corrected')
  })

  it('names what comes near to an act that there is not', async () => {
    const { code, err } = await runCli(['act', 'ledger.refuse'])
    expect(code).to.equal(2)
    expect(err).to.contain('do you mean access-ledger.refuse?').and.to.contain('[act_unknown]')
  })

  it('shows in words, signs, sends, waits, and keeps the texts', async () => {
    const kept = join(service.dir, 'texts.ndjson')
    const { code, out, err } = await request('--key', statistics, '--yes', '--keep', kept)
    expect(code, err).to.equal(0)
    expect(err)
      .to.contain('Request access')
      .and.to.contain('unlimited')
      .and.to.contain('fields 0, 2')
      .and.to.contain(STATISTICS.address)
    expect(err, 'what the service is believed').to.contain(`resource ${RESOURCE} is number 1`)
    const done = JSON.parse(out) as { status: string; events: { name: string }[] }
    expect(done.status).to.equal('confirmed')
    expect(done.events.map(({ name }) => name)).to.deep.equal(['AccessRequested'])
    const texts = (await readFile(kept, 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { digest: string; salt: string; text: string })
    expect(texts.map(({ text }) => text)).to.deep.equal(['核定口径', '统计法第二条'])
    for (const { digest, salt, text } of texts) {
      expect(digestText(Buffer.from(salt.slice(2), 'hex'), text)).to.equal(digest)
      expect(await process.acts.texts.open(digest)).to.deep.equal({ digest, salt, text })
    }
    expect((await stat(kept)).mode % 0o1000).to.equal(0o600)
  })

  it('signs for the contracts of the trust file, whatever the service says', async () => {
    const { body } = await service.ledger.get('/v1/trust')
    const trust = JSON.parse(body) as { contracts: Record<string, string> }
    const right = await service.file('trust.json', body)
    const done = await request('--key', statistics, '--yes', '--trust', right)
    expect(done.code, done.err).to.equal(0)
    expect(done.err).to.not.contain('The contracts are those that')
    const other = { ...trust, contracts: { ...trust.contracts, relay: STATISTICS.address } }
    const wrong = await request(
      '--key',
      statistics,
      '--yes',
      '--trust',
      await service.file('other.json', JSON.stringify(other)),
    )
    expect(wrong.code).to.equal(2)
    expect(wrong.err).to.contain('[signature_invalid]')
  })

  it('says why the contracts refuse, before anything is signed', async () => {
    const { code, err } = await act(
      'access-ledger.refuse',
      '--id',
      '99',
      '--reason-digest',
      '资料不全',
      '--key',
      tax,
      '--yes',
    )
    expect(code).to.equal(2)
    expect(err).to.contain('[grant_unknown]')
  })

  it('signs nothing that nobody looked at, and with no key that others can read', async () => {
    const unasked = await act('access-ledger.refuse', '--id', '1', '--reason-digest', 'x', '--key', tax)
    expect(unasked.code).to.equal(2)
    expect(unasked.err).to.contain('[not_confirmed]')
    const open = await service.file('open.key', TAX.privateKey)
    await chmod(open, 0o644)
    expect(
      (await act('access-ledger.refuse', '--id', '1', '--reason-digest', 'x', '--key', open, '--yes')).err,
    ).to.contain('[key_readable_by_others]')
    expect((await act('access-ledger.refuse', '--id', '1', '--reason-digest', 'x')).err).to.contain(
      '--key FILE, or --actor',
    )
    expect((await act('access-ledger.refuse', '--id', 'one', '--reason-digest', 'x', '--key', tax)).err).to.contain(
      '[argument_invalid]',
    )
  })

  describe('on a chain whose clock is far from this machine’s', () => {
    const DAY = 86_400
    const REFUSE = ['access-ledger.refuse', '--id', '2', '--reason-digest', '资料不全']
    const machine = Math.floor(Date.now() / 1_000)
    /** Starts a service that proposes a deadline or a nonce, and tells a time, and takes nothing. */
    const proposing = (proposed: { deadline: number; nonce?: bigint }, told: number = machine): Promise<Service> => {
      const { acts } = process
      return startService({
        acts: {
          ...acts,
          prepare: async asked => ({ ...(await acts.prepare({ ...asked, deadline: machine + DAY })), ...proposed }),
          send: async () => {
            throw new LedgerError('nonce_waiting', inBoth('This service takes nothing.'))
          },
        },
        trust: { contracts: scene.deployment.contracts },
        more: () => ({ now: () => told * 1_000 }),
      })
    }

    it('takes the service’s deadline up to 7 days from now, and shows it and the nonce', async () => {
      const deadline = machine + 6 * DAY
      await using there = await proposing({ deadline })
      const { err } = await there.run(['act', ...REFUSE, '--key', tax, '--yes'])
      expect(err)
        .to.contain(`to be sent before: ${formatBeijing(deadline * 1_000)} (Beijing)`)
        .and.to.match(/nonce: lane 0, number \d+/u)
        .and.to.contain('This service takes nothing.')
    })

    it('signs for no longer than 7 days by this machine’s clock, whatever time it is told of', async () => {
      for (const [told, deadline] of [
        [machine, machine + 8 * DAY], // `machine` was read when this file was, some minutes ago
        [machine + 100 * DAY, machine + 101 * DAY],
        [Date.UTC(5000, 0) / 1_000, Date.UTC(4999, 0) / 1_000],
        [machine, Number.MAX_SAFE_INTEGER],
      ] as const) {
        await using there = await proposing({ deadline }, told)
        for (const how of [
          ['--key', tax, '--yes'],
          ['--actor', TAX.address, '--prepare'],
        ]) {
          const { code, err, out } = await there.run(['act', ...REFUSE, ...how])
          expect([code, out]).to.deep.equal([2, ''])
          expect(err).to.contain('[deadline_invalid]').and.to.contain('nothing was signed')
        }
      }
    })

    it('signs in no other lane than the usual one, or the one that is asked for', async () => {
      await using there = await proposing({ deadline: machine + DAY, nonce: 9n << 64n })
      const rogue = await there.run(['act', ...REFUSE, '--key', tax, '--yes'])
      expect(rogue.code).to.equal(2)
      expect(rogue.err).to.contain('[service_disagrees]').and.to.contain('lane 9')
      const asked = await there.run(['act', ...REFUSE, '--key', tax, '--yes', '--lane', '9'])
      expect(asked.err).to.contain('nonce: lane 9, number 0').and.to.contain('This service takes nothing.')
    })

    it('keeps to --deadline, whatever the service proposes', async () => {
      await using there = await proposing({ deadline: machine + 400 * DAY })
      const prepare = ['--actor', TAX.address, '--prepare', '--deadline', String(machine + 3_600)]
      const { out, code, err } = await there.run(['act', ...REFUSE, ...prepare])
      expect(code, err).to.equal(0)
      expect(JSON.parse(out)).to.deep.include({ deadline: machine + 3_600 })
      expect(JSON.parse(out).typedData.message).to.include({ deadline: machine + 3_600 })
    })

    it('acts on a chain that is months ahead, until when the signer says', async () => {
      await scene.node.ask('evm_increaseTime', [100 * DAY])
      await scene.node.ask('evm_mine')
      const unsaid = await act(...REFUSE, '--key', tax, '--yes')
      expect([unsaid.code, unsaid.err.includes('[deadline_invalid]')]).to.deep.equal([2, true])
      const deadline = (await process.chain.provider.getBlock('latest'))!.timestamp + DAY
      const { out, code, err } = await act(...REFUSE, '--key', tax, '--yes', '--deadline', String(deadline))
      expect(code, err).to.equal(0)
      expect(JSON.parse(out)).to.deep.include({ act: 'access-ledger.refuse', status: 'confirmed' })
    })
  })

  it('prepares for a wallet, and sends what it signed', async () => {
    const { out, code, err } = await act(
      'access-ledger.refuse',
      '--id',
      '1',
      '--reason-digest',
      '资料不全',
      '--actor',
      TAX.address,
      '--prepare',
    )
    expect(code, err).to.equal(0)
    const { typedData } = JSON.parse(out) as {
      typedData: {
        domain: object
        types: Record<string, { name: string; type: string }[]>
        primaryType: string
        message: Record<string, unknown>
      }
    }
    const { domain, types, primaryType, message } = typedData
    expect(message).to.include({ id: '1', actor: TAX.address })
    const signature = await TAX.signTypedData(domain, { [primaryType]: types[primaryType]! }, message)
    const file = await service.file('prepared.json', out)
    const forged = await act(
      'send',
      file,
      '--signature',
      await STATISTICS.signTypedData(domain, { [primaryType]: types[primaryType]! }, message),
    )
    expect(forged.err).to.contain('[signature_invalid]')
    const sent = await act('send', file, '--signature', signature)
    expect(sent.code, sent.err).to.equal(0)
    expect(sent.err).to.contain('Refuse a request')
    expect(JSON.parse(sent.out)).to.deep.include({ act: 'access-ledger.refuse', status: 'confirmed' })
  })

  it('names the file that is no prepared act, and what to give', async () => {
    const file = await service.file('s.json', '{"act":"access-ledger.refuse"}')
    const { code, err } = await act('send', file, '--signature', '0x11')
    expect(code).to.equal(2)
    expect(err)
      .to.contain(`${file} is no prepared act`)
      .and.to.contain('--prepare` printed')
      .and.to.contain('[shape_invalid]')
    const garbled = await act('send', await service.file('t.json', 'x'), '--signature', '0x11')
    expect(garbled.err).to.contain('t.json is no prepared act').and.to.contain('[invalid_json]')
  })

  it('shows what was signed by its data, whatever the file calls it', async () => {
    const prepared = {
      act: 'access-ledger.refuse',
      actor: TAX.address,
      to: scene.deployment.contracts.accessLedger,
      data: interfaceOf('accessLedger').encodeFunctionData('revoke', [42n, `0x${'11'.repeat(32)}`]),
      nonce: '0',
      deadline: Math.floor(Date.now() / 1_000) + 3_600,
      texts: [],
    }
    const file = await service.file('disguised.json', JSON.stringify(prepared))
    const { err } = await act('send', file, '--signature', `0x${'11'.repeat(65)}`)
    expect(err).to.contain('Revoke a grant').and.to.not.contain('Refuse a request')
  })

  it('takes its arguments from a file or stdin, and not from two places', async () => {
    const json = JSON.stringify({ id: 7, reasonDigest: 'none' })
    const ran = await service.run(['act', 'access-ledger.revoke', '--json', '-', '--key', tax, '--yes'], {
      input: json,
    })
    expect(ran.err).to.contain('[grant_unknown]')
    expect((await act('access-ledger.revoke', '--json', '-', '--id', '7', '--key', tax)).err).to.contain(
      '[option_invalid]',
    )
  })

  it('goes past the service, as the owner’s own transaction', async () => {
    const kept = join(service.dir, 'own.ndjson')
    const direct = ['--key', tax, '--yes', '--direct', '--rpc', scene.node.url]
    const { code, out, err } = await act(
      'catalogue.confirm',
      '--id',
      RESOURCE,
      '--review-digest',
      '年度维护',
      ...direct,
      '--keep',
      kept,
    )
    expect(code, err).to.equal(0)
    const [event] = JSON.parse(out) as { name: string; transaction: string; args: { reviewDigest: string } }[]
    expect(event?.name).to.equal('ResourceConfirmed')
    const { from, to } = (await scene.node.ask('eth_getTransactionByHash', [event!.transaction])) as {
      from: string
      to: string
    }
    expect([from, to]).to.deep.equal(
      [TAX.address, scene.deployment.contracts.catalogue].map(address => address.toLowerCase()),
    )
    expect(await readFile(kept, 'utf8'))
      .to.contain(event!.args.reviewDigest)
      .and.to.contain('年度维护')
    // Nobody would ever know what was digested.
    expect((await act('catalogue.confirm', '--id', '1', '--review-digest', '年度维护', ...direct)).err).to.contain(
      '--keep FILE',
    )
    const own = await act('corrections.accept', '--id', '5', ...direct)
    expect(own.err).to.contain('[correction_unknown]')
  })
})
