// npm test: the tests in TypeScript on as many processes as there are cores, and beside them those in Solidity, whose
// compiler keeps one core busy for a minute or two. Fails unless both pass.
//
// At least two processes also on one core: half of what a test does is to wait for another process. The suites share
// nothing: each has directories, ports and a chain of its own.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const ROOT = join(import.meta.dirname, '..')
const JOBS = Math.max(2, availableParallelism())
const MOCHA = ['mocha', '--parallel', '--jobs', String(JOBS), 'test/**/*.test.ts']
const SOLIDITY = ['hardhat', 'test', 'solidity', '--network', 'cancun']

// Both at once: what Solidity's prints is kept until the other is done, since two reports in one nobody can read.
const solidity = start(SOLIDITY, ['ignore', 'pipe', 'pipe'])
const [mochaPassed, solidityPassed, out, err] = await Promise.all([
  passes(start(MOCHA, 'inherit')),
  passes(solidity),
  text(solidity.stdout!),
  text(solidity.stderr!),
])
process.stdout.write(out)
process.stderr.write(err)
process.exitCode = mochaPassed && solidityPassed ? 0 : 1

function start([command = '', ...args]: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn(join(ROOT, 'node_modules', '.bin', command), args, { cwd: ROOT, stdio })
}

function passes(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code === 0))
  })
}
