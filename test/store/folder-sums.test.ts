// The sums of a LevelDB's files: what changed since it was closed is named, and a database that was opened since has none.

import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Level } from 'level'
import { checkSums, writeSums } from '../../src/store/level/folder-sums.ts'
import { LevelIndex } from '../../src/store/level/level.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'

after(removeDirectories)

async function makeDatabase(): Promise<string> {
  const folder = freshDirectory()
  for (const round of [0, 1]) {
    const database = new Level(folder)
    for (let k = 0; k < 50; k++) await database.put(`key ${round} ${k}`, 'x'.repeat(100))
    await database.close()
  }
  await writeSums(folder)
  return folder
}

function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

describe('the sums of a folder', () => {
  it('name each file that changed, and themselves', async () => {
    const folder = await makeDatabase()
    expect(await checkSums(folder)).to.deep.equal({ isClosed: true, changed: [] })
    for (const name of readdirSync(folder).filter(name => name !== 'LOCK')) {
      const before = readFileSync(join(folder, name))
      if (before.length === 0) continue
      flip(join(folder, name))
      expect((await checkSums(folder)).changed, name).to.deep.equal([name])
      writeFileSync(join(folder, name), before)
    }
    expect((await checkSums(folder)).changed).to.deep.equal([])
  })

  it('are of an earlier time once it was opened again', async () => {
    const folder = await makeDatabase()
    const database = new Level(folder)
    await database.open()
    expect(await checkSums(folder)).to.deep.equal({ isClosed: false, changed: [] })
    await database.close()
    expect(await checkSums(folder)).to.deep.equal({ isClosed: false, changed: [] })
    expect(await checkSums(freshDirectory())).to.deep.equal({ isClosed: false, changed: [] })
  })

  it('keep a start from a log that LevelDB would read in part, but not from a text that means nothing', async () => {
    const folder = freshDirectory()
    await (await LevelIndex.open(folder)).close()
    appendFileSync(join(folder, 'LOG'), 'more')
    await (await LevelIndex.open(folder)).close()
    const log = readdirSync(folder).find(name => name.endsWith('.log'))!
    appendFileSync(join(folder, log), 'more')
    const error = await failureOf(LevelIndex.open(folder))
    expect(error).to.have.property('code', 'index_damaged')
    expect(error.message).to.contain(join(folder, log)).and.contain('fsck --repair')
    await (await LevelIndex.open(folder, true)).close()
  })
})
