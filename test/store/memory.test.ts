import { createMemoryStore } from '../../src/store/memory.ts'
import { describeStore } from './conformance.ts'

describeStore('in memory', async () => createMemoryStore())
