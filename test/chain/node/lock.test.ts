// The lock on a chain's directory, within one process (process.test.ts has two, and kill -9).

import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { takeLock } from '../../../src/chain/node/lock.ts'
import { inDirectory, rejection } from './fixtures.ts'

describe('chain/node: the lock', () => {
  it('is held by one at a time, and free again after its release', async () => {
    await inDirectory(async path => {
      const lock = await takeLock(join(path, 'lock'))
      expect(await rejection(takeLock(join(path, 'lock'), 0))).to.include({ code: 'chain_dir_locked', retryable: true })
      await lock.release()
      await (await takeLock(join(path, 'lock'), 0)).release()
    })
  })

  it('waits for a predecessor that is just ending', async () => {
    await inDirectory(async path => {
      const lock = await takeLock(join(path, 'lock'))
      setTimeout(() => void lock.release(), 150)
      await (await takeLock(join(path, 'lock'), 5_000)).release()
    })
  })

  it('in a directory that cannot be written: refused with the reason', async function () {
    const asRoot = process.getuid?.() === 0
    if (process.platform === 'win32' || (asRoot && process.seteuid === undefined)) {
      process.stdout.write('      skipped: no rights to lose on this platform\n')
      this.skip()
    }
    await inDirectory(async path => {
      const directory = join(path, 'chain')
      await mkdir(directory)
      await chmod(path, 0o755)
      await chmod(directory, 0o555)
      // Root may write anywhere, so for the length of this test nobody is root.
      if (asRoot) process.seteuid?.(65_534)
      try {
        const error = await rejection(takeLock(join(directory, 'lock')))
        expect(error.code).to.equal('chain_dir_unwritable')
        expect(error.message)
          .to.match(/ermission denied|not permitted/)
          .and.contain('Make it writable')
      } finally {
        if (asRoot) process.seteuid?.(0)
      }
    })
  })
})
