// npm run attacks: runs every attack of test/attacks, one after the other, and writes docs/attacks.md from what was seen.
// With --check it writes nothing, and fails unless the page says the same but for the times.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { City } from '../test/attacks/city.ts'
import { formatPage, withoutTimes } from '../test/attacks/page.ts'
import { runAll } from '../test/attacks/suite.ts'

const PAGE = join(import.meta.dirname, '../docs/attacks.md')

const city = await City.build()
const runs = []
for (const [attack, run] of runAll(Promise.resolve(city), 1)) {
  runs.push([attack, await run] as const)
  console.error(`${attack.adversary}: ${attack.name}`)
}
await city[Symbol.asyncDispose]()
const page = formatPage(runs)
if (!process.argv.includes('--check')) await writeFile(PAGE, page)
else if (withoutTimes(page) !== withoutTimes(await readFile(PAGE, 'utf8'))) {
  console.error('docs/attacks.md says something else; npm run attacks writes it anew.')
  process.exitCode = 1
}
