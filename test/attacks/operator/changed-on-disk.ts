import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkData } from '../../../src/fsck/check-data.ts'
import { type Attack, SAYS, sees, timed } from '../attack.ts'
import { linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'

export const changedOnDisk: Attack = {
  name: 'an entry changed on the disk',
  adversary: 'platform operator',
  tries: 'change a record',
  injects: 'somebody with the disk changes one record in the file of entries while the service is stopped',
  async *run(city, isFaulty) {
    const founded = await city.found()
    {
      await using operator = await Operator.open(city, { founded })
      await operator.take(linesOf(city, 20))
      await operator.anchor()
    }
    const file = join(founded.dir, 'log/000000/entries')
    const entries = await readFile(file, 'latin1')
    if (isFaulty) await writeFile(file, entries.replace('"rows":5000', '"rows":1000'), 'latin1')
    yield await timed(async () => {
      const [data, archives] = [founded.dir, join(founded.dir, 'archive')]
      const { findings } = await checkData({ data, archives, isNetworkNamed: true, onProgress() {} })
      const checks = [...new Set(findings.map(({ code }) => code))]
      return { by: 'fsck', checks, verdict: checks.length === 0 ? SAYS.sound : SAYS.damaged }
    })
  },
  seen: [sees('fsck', 'log_damaged', SAYS.damaged, 'nothing')],
}
