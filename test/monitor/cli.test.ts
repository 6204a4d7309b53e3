// The command as an inspector runs it: a process of its own, its exit codes, what it writes, and who is told.

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { parseWitnessPolicy } from '../../src/core/witness-policy-text.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { runCli, startCli, startService } from '../cli/run.ts'
import { line } from '../http/fixture.ts'
import { Operator, type Service, serve, trustIn } from './operator.ts'

describe('suyuan monitor', () => {
  let operator: Operator
  let service: Service
  let dir: string
  const at = (name: string): string => join(dir, name)

  before(async () => {
    operator = await Operator.open()
    service = await serve(operator.answer)
    dir = await mkdtemp(join(tmpdir(), 'suyuan-watch-'))
    const trust = await trustIn(operator)
    await writeFile(at('trust.json'), JSON.stringify(formatTrust({ ...trust, timeKey: trust.timeKey! })))
    await operator.grow(300)
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await operator[Symbol.asyncDispose]()
    await rm(dir, { recursive: true })
  })

  const run = (...more: string[]) =>
    runCli(['monitor', '--log', service.url, '--trust', at('trust.json'), '--state', at('state'), '--once', ...more])

  it('ends with 0 where all is well, in a line or as JSON', async () => {
    const { code, out, err } = await run()
    expect(out).to.match(
      /^\S+Z verified 300 leaves \(behind by 0, signed \d+ s ago\); records 300; epochs 1; answers not asked for \(no token\); warnings 0; faults 0\n$/,
    )
    expect(err).to.include('key suyuan-monitor-')
    expect(code).to.equal(0)
    expect((await stat(at('state/monitor.key'))).mode % 0o1000).to.equal(0o600)
    const json = await run('--json')
    const told = JSON.parse(json.out)
    expect(told).to.include({ verified: 300, epochs: 1, found: 0 })
    expect(told.lag).to.include({ leaves: 0, records: 0, epochs: 0 }).and.not.have.property('blocks')
  })

  it('ends with 2 where it cannot be checked', async () => {
    const where = ['--log', `${service.url}elsewhere`, '--trust', at('trust.json'), '--state', at('other')]
    const { code, out } = await runCli(['monitor', ...where, '--once'])
    expect(code).to.equal(2)
    expect(out).to.include('[log_unpublished]')
    expect((await run('--every', 'soon')).err).to.include('[option_invalid]')
    const beside = await runCli([
      'monitor',
      '--log',
      service.url,
      '--trust',
      at('trust.json'),
      '--state',
      dir,
      '--once',
    ])
    expect([beside.code, beside.err.includes('[monitor_state_not_empty]')], beside.err).to.deep.equal([2, true])
    expect(await readdir(dir)).to.not.include('lock')
  })

  it('ends with 1 where there is a fault, tells the webhook, and leaves a finding that verify proves', async () => {
    const told: string[] = []
    const hook = createServer((request, response) => {
      void buffer(request).then(body => {
        told.push(body.toString())
        response.end()
      })
    })
    await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
    const twin = await Operator.open(operator)
    await twin.grow(300, { fields: { status: 'denied' } })
    service.answer = async path => (path === 'log/checkpoint' ? Buffer.from(twin.checkpoint!) : operator.answer(path))
    const { code, out } = await run('--webhook', `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`)
    await twin[Symbol.asyncDispose]()
    await new Promise(resolve => hook.close(resolve))
    expect(out).to.include('✘ log-fork: the log has signed histories that contradict')
    expect(code).to.equal(1)
    expect(told.map(body => JSON.parse(body).check)).to.deep.equal(['log-fork'])
    const [file] = await readdir(at('state/findings'))
    const verified = await runCli(['verify', at(`state/findings/${file}`), '--trust', at('trust.json')])
    expect(verified.out).to.match(/^发现成立 THE FINDING IS PROVEN/)
    expect(verified.code).to.equal(0)
    const forged = told[0]!.replace(/"root": "(.)/, (_, digit) => `"root": "${digit === 'A' ? 'B' : 'A'}`)
    await writeFile(at('forged.json'), forged)
    const refused = await runCli(['verify', at('forged.json'), '--trust', at('trust.json'), '--json'])
    expect([refused.code, JSON.parse(refused.out).verdict]).to.deep.equal([1, 'refuted'])
  })

  it('goes on until it is told to end, and is a witness meanwhile', async () => {
    service.answer = operator.answer
    const where = ['--log', service.url, '--trust', at('trust.json'), '--state', at('witness')]
    const { child } = startCli(['monitor', ...where, '--every', '0.2', '--listen', '0', '--metrics', '0'], {
      keepOutput: false,
    })
    const closed = new Promise<number | null>(resolve => child.once('close', resolve))
    let [out, err] = ['', '']
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await new Promise<void>(resolve => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        if (out.split('\n').length > 3) resolve()
      })
    })
    const [, policy] = /^(witness .*)$/m.exec(err)!
    const [witness] = parseWitnessPolicy(`${policy}\nquorum none\n`).witnesses
    expect((await fetch(`${witness!.url}/add-checkpoint`, { method: 'POST', body: 'old' })).status).to.equal(400)
    const [, metrics] = /^metrics (.*)$/m.exec(err)!
    expect(await (await fetch(metrics!)).text()).to.contain('suyuan_monitor_verified_leaves 300\n')
    child.kill('SIGTERM')
    expect(await closed).to.equal(0)
    expect((await stat(at('witness/state.json'))).isFile()).to.be.true
  })

  it('follows the service itself, with a token where its log is not public', async () => {
    await using real = await startService()
    await real.ledger.send(Array.from({ length: 300 }, (_, k) => line(k)))
    const { contracts } = await trustIn(operator)
    // Without the index log's key, as trust files were before: then its index is not followed.
    const trust = { ...((await (await fetch(`${real.url}/v1/trust`)).json()) as object), contracts }
    const args = ['monitor', '--log', real.url, '--trust', await real.file('trust.json', JSON.stringify(trust))]
    const watched = () => real.run([...args, '--state', join(real.dir, 'state'), '--once', '--json'])
    expect(JSON.parse((await watched()).out)).to.include({ verified: 300, records: 300, found: 0 })
    await real.ledger.send(Array.from({ length: 20 }, (_, k) => line(300 + k)))
    const { troubles, answers, ...report } = JSON.parse((await watched()).out)
    expect(report).to.deep.include({ verified: 320, faults: [] })
    // A token is also for its answers, which this service does not make.
    expect([answers.checked, troubles[0].code]).to.deep.equal([0, 'evidence_unreadable'])
    expect(answers.asked).to.be.within(3, 4) // what the run before asked, once for each value, and two more
    expect(troubles).to.have.length(1)
    const refused = await runCli([...args, '--state', join(real.dir, 'other'), '--once'])
    expect([refused.code, /\[log_refused\]/.test(refused.out)]).to.deep.equal([2, true])
  })
})
