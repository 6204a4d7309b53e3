// A parent process for the tests: starts the chain in the given directory, says where, and waits to be killed.

import { startEmbeddedChain } from '../../../src/chain/embedded.ts'
import { silent } from './fixtures.ts'

const chain = await startEmbeddedChain({ dir: process.argv[2] ?? '', log: silent })
process.stdout.write(`${JSON.stringify({ url: chain.url })}\n`)
