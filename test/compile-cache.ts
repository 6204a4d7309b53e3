// Node keeps what it compiled (node:module, "Module compile cache"), so that of the hundreds of processes that the tests
// start only the first strips and compiles every module. It starts no other code: an entry is found by the source's hash.
// Tests only: what checks evidence should run from the files that can be read, and from nowhere else.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Where `npm ci` removes it. Absolute, since some processes have a directory of their own.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/compile')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
