#!/usr/bin/env node
// The compiler of node_modules as a command, as far as forge asks for it: `--version`, and standard JSON on the standard
// input (Solidity's documentation, "Using the Compiler"). So forge too compiles with the bytes that package-lock.json pins.
const { readFileSync } = require('node:fs')
const solc = require('solc')

if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`)
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
} else {
  console.error('This stands in for solc where forge asks for --version or --standard-json; it knows nothing else.')
  process.exit(1)
}
