// `suyuan evidence --offline`, through the real service, and its verification by a command that is told of no node.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { readBlock } from '../../src/chain/read.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { type Scene, setScene } from '../verify/scene.ts'
import { runCli, type Service, startService } from './run.ts'

describe('suyuan evidence --offline', () => {
  let scene: Scene
  let service: Service

  before(async () => {
    scene = await setScene()
    await scene.anchor()
    service = await startService({ evidence: scene.evidence })
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await scene.close()
  })

  it('says which block hash to look up; with it the file verifies, without it exit code 2 names it', async () => {
    const file = join(service.dir, 'evidence.json')
    const made = await service.run(['evidence', '--source', 'exchange-1', '--offline', '-o', file])
    expect(made.code).to.equal(0)
    const { number, hash } = (await readBlock(scene.chain, 'latest'))!
    expect(made.err).to.contain(`hash of block ${number} `)

    const { logKey, answerKey, deployment } = scene
    const { verifierKey, timeKey } = logKey
    const known = formatTrust({ logKey: verifierKey, answerKey: answerKey.verifierKey, timeKey, ...deployment })
    const trust = await service.file('trust.json', JSON.stringify(known))
    const missing = await runCli(['verify', file, '--trust', trust])
    expect(missing.code).to.equal(2)
    expect(missing.out).to.contain('无法核实').and.contain(`hash of block ${number} of chain`)

    await writeFile(trust, JSON.stringify({ ...known, blocks: [{ number, hash }] }))
    const verified = await runCli(['verify', file, '--trust', trust])
    expect(verified.out).to.contain('已核实 VERIFIED')
    expect(verified.code).to.equal(0)

    await writeFile(trust, JSON.stringify({ ...known, blocks: [{ number, hash: `0x${'55'.repeat(32)}` }] }))
    const other = await runCli(['verify', file, '--trust', trust])
    expect(other.code).to.equal(1)
    expect(other.out).to.contain('被篡改').and.contain('another chain than the one you trust')
  })

  it('has none of it unless asked', async () => {
    const plain = await service.run(['evidence', '--source', 'exchange-1', '-o', '-'])
    expect(JSON.parse(plain.out)).to.not.have.property('offline')
    const refused = await service.ledger.get('/v1/evidence?offline=perhaps')
    expect(refused.statusCode).to.equal(400)
    expect((await service.ledger.get('/v1/evidence?offline=true')).json().offline).to.have.keys('headers', 'blocks')
  })
})
