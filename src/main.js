// npm start. Node keeps what it compiles (node:module, "Module compile cache") beside the build, for this process and the
// chain's: without it, a second of every start goes into compiling the same modules again. Who can write there can write
// the code itself. The command line has none, since it checks what others claim.
//
// This file is JavaScript: once Node has stripped the types of a single file itself, because none was kept of it, the
// stripper stays in memory, 16 MB in every thread.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Threads for files, read when the first is used: with four, a question's reads would wait behind syncs.
process.env['UV_THREADPOOL_SIZE'] ??= '12'
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../build/compiled')
enableCompileCache(process.env['NODE_COMPILE_CACHE'])
await import('./service.ts')
