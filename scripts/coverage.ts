// npm run coverage: every test of the contracts, in TypeScript and in Solidity, on contracts that report where they go.
// Fails unless each of our contracts was covered in full, line by line and branch by branch. What is a branch: see
// branch-coverage/decisions.ts.
//
// It works on a copy of the tree: instrumented contracts must never lie where real ones are looked for.

import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printCoverage, readCoverage } from './branch-coverage/report.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const COPIED = ['contracts', 'src', 'test', 'scripts', 'docs', 'hardhat.config.ts', 'package.json', 'tsconfig.json']

/** Gas and size are others on instrumented contracts: tests that name gas, or the size that EIP-170 allows, are left out. */
const NOT_ON_COPIES = String.raw`\bgas\b|\bEIP-170\b`
const HARDHAT = ['hardhat', 'test', '--coverage', '--network', 'cancun', '--grep-exclude', NOT_ON_COPIES]

const copy = await mkdtemp(join(tmpdir(), 'suyuan-coverage-'))
try {
  for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const passed = await runTests()
  const covered = printCoverage(await readCoverage(copy))
  if (!passed) console.error('Tests failed on instrumented contracts: see above.')
  process.exitCode = passed && covered ? 0 : 1
} finally {
  await rm(copy, { recursive: true, force: true })
}

function runTests(): Promise<boolean> {
  const [command = '', ...args] = HARDHAT
  const bin = join(ROOT, 'node_modules', '.bin', command)
  const child = spawn(bin, args, { cwd: copy, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code === 0))
  })
}
