import { setScene } from './scene.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
describe('off', () => { it('x', async function () {
  this.timeout(60000)
  const scene = await setScene(); await scene.anchor()
  const e = await scene.evidence({ where: { source: 'exchange-1' } }, { limit: 100, offline: true })
  const f = Buffer.from(JSON.stringify(e))
  console.log(f.length, e.offline!.headers.length, e.offline!.blocks.length)
  console.log(JSON.stringify(await verifyEvidence(f, scene.trust, undefined)).slice(-1500))
  const trust = { ...scene.trust, blocks: [e.blocks.at(-1)!] }
  const t=performance.now()
  const v = await verifyEvidence(f, trust, undefined)
  console.log(v.verdict, v.failed, performance.now()-t)
  await scene.close()
}) })
