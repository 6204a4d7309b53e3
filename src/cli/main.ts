#!/usr/bin/env node
// The command line's outermost edge. Whatever goes wrong, even a module that does not load, ends with exit code 2: Node's
// own 1 would read as "tampered with".

import { EXIT, fail, watchOutputs } from './output.ts'

process.on('uncaughtException', error => {
  fail(error)
  process.exit(EXIT.failed)
})
watchOutputs()
try {
  const { run } = await import('./program.ts')
  await run()
} catch (error) {
  fail(error)
}
