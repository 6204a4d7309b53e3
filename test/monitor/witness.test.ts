// A monitor that is a witness: a log has its checkpoints cosigned by it as by any other, until there is a fault on record.

import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { checkNote } from '../../src/core/note.ts'
import { openMonitorKey } from '../../src/monitor/identity.ts'
import type { OwnServer } from '../../src/monitor/own-server.ts'
import { startWitness } from '../../src/monitor/witness-server.ts'
import { proveGrowth } from '../../src/published.ts'
import { createWitnessClient, type WitnessClient } from '../../src/witness/client.ts'
import { refusalOf, textOf } from '../witness/scene.ts'
import { holding, Operator, serveAndWatch, type Watch } from './operator.ts'

const never = new AbortController().signal

describe('monitor: as a witness', () => {
  let operator: Operator
  let twin: Operator
  let watching: Watch
  let server: OwnServer

  const start = async (): Promise<void> => {
    server = await startWitness({
      folder: watching.dir,
      logKey: operator.logKey.verifierKey,
      key: await openMonitorKey(`${watching.dir}/monitor.key`),
      clock: systemClock,
      port: 0,
      isAtFault: () => watching.monitor.isAtFault,
      onFork: found => watching.monitor.report(found),
    })
  }
  const clientOf = async ({ store }: Operator): Promise<WitnessClient> => {
    const { witness } = await openMonitorKey(`${watching.dir}/monitor.key`)
    return createWitnessClient({
      witness: { name: 'monitor', key: witness, url: server.url },
      prove: (oldSize, newSize) => proveGrowth(store, oldSize, newSize),
      clock: systemClock,
      timeoutMs: 5_000,
    })
  }

  beforeEach(async () => {
    ;({ operator, watching } = await serveAndWatch(hold))
    twin = hold(await Operator.open(operator))
    await operator.grow(100)
    await start()
  })
  afterEach(() => server[Symbol.asyncDispose]())
  const hold = holding()

  it('cosigns what extends, and remembers it through a restart', async () => {
    const client = await clientOf(operator)
    const { witness } = await openMonitorKey(`${watching.dir}/monitor.key`)
    const line = await client.cosign(operator.checkpoint!, never)
    expect(checkNote({ text: textOf(operator.checkpoint!), signatures: [line] }, [witness])).to.have.length(1)
    await server[Symbol.asyncDispose]()
    await start()
    await twin.grow(50, { fields: { status: 'denied' } })
    expect((await refusalOf((await clientOf(twin)).cosign(twin.checkpoint!, never))).code).to.equal('witness_ahead')
    await operator.grow(100)
    await (await clientOf(operator)).cosign(operator.checkpoint!, never)
  })

  it('cosigns nothing more of a log that showed it two trees, and puts that on record', async () => {
    const client = await clientOf(operator)
    await client.cosign(operator.checkpoint!, never)
    await twin.grow(100, { fields: { status: 'denied' } })
    const refused = await refusalOf((await clientOf(twin)).cosign(twin.checkpoint!, never))
    expect(refused.code).to.equal('witness_refused_key')
    expect((await watching.round()).faults.map(({ check }) => check)).to.deep.equal(['log-fork'])
    await operator.grow(10)
    expect((await refusalOf(client.cosign(operator.checkpoint!, never))).code).to.equal('witness_refused_key')
  })

  it('answers nothing else', async () => {
    expect((await fetch(server.url)).status).to.equal(404)
    expect((await fetch(`${server.url}/add-checkpoint`)).status).to.equal(405)
    const body = new Uint8Array(300_000)
    expect((await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body })).status).to.equal(413)
    expect((await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body: 'old' })).status).to.equal(400)
  })
})
