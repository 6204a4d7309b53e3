// The thread of index-keeper.ts: it has the kept index to itself, and does what it is asked, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { diskFiles } from '../store/file.ts'
import type { FromIndexThread, IndexJob, IndexJobs, IndexPlace, IndexThreadData } from './index-job.ts'
import { KeptIndex } from './kept-index.ts'
import { LevelDisk } from './level-disk.ts'
import { Nodes } from './nodes.ts'
import { restoreIndex } from './restore-index.ts'

const port = parentPort!
const disk = await LevelDisk.open((workerData as IndexThreadData).directory)
let kept = KeptIndex.open(new Nodes(disk))

const place = (): IndexPlace => {
  const { size, target, pins } = kept
  return { size, target, pins }
}
/** What fails half way may have changed nodes in memory that the disk's root still has: the disk is taken up again. */
const change = async (work: () => unknown): Promise<IndexPlace> => {
  try {
    await work()
  } catch (error) {
    kept = KeptIndex.open(new Nodes(disk))
    throw error
  }
  return place()
}
const work: { readonly [Name in keyof IndexJobs]: (asked: IndexJobs[Name]['asked']) => unknown } = {
  look: place,
  restore: path =>
    change(async () => {
      const file = await diskFiles.open(path)
      try {
        await restoreIndex(new Nodes(disk), file)
      } finally {
        await file.close()
      }
      kept = KeptIndex.open(new Nodes(disk))
    }),
  begin: size => change(() => kept.begin(size)),
  add: stretch => change(() => kept.add(stretch)),
  pin: () => change(() => kept.pin()),
  release: size => change(() => kept.release(size)),
  count: ({ key, root }) => kept.count(key, root),
  blocks: ({ key, window, root }) => kept.blocksWithin(key, window, root),
  prove: ({ key, window, root, postings }) => kept.prove(key, window, block => postings.get(block) ?? [], root),
}

let turn: Promise<void> = Promise.resolve()
port.on('message', (job: IndexJob | 'close') => {
  turn = turn.then(async () => {
    if (job === 'close') {
      await disk[Symbol.asyncDispose]()
      return port.close()
    }
    let message: FromIndexThread
    try {
      message = { answer: await (work[job.name] as (asked: unknown) => unknown)(job.asked) }
    } catch (failure) {
      message = { failure }
    }
    port.postMessage(message)
  })
})
