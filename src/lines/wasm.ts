// What assembly/ gives, as TypeScript sees it: places are byte offsets into the instance's memory. Built by
// `npm run build` from sources that anyone can read; nothing in it calls out.

import { readFile } from 'node:fs/promises'

/** What `scanLines` says of a line. */
export const ODD = 0
export const PLAIN = 1
export const WITH_SEALED = 2

/** Kinds of facts that lines are compared with. */
export const OF_RESOURCE = 1
export const OF_CONSUMER = 2
export const OF_GRANT = 3

export interface LinesExports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  setSecret(a: bigint, b: bigint): void
  learn(kind: number, key: number, keyBytes: number, value: number, bytes: number): void
  lineBytes(): number
  scanLines(start: number, end: number, lines: number, most: number, earliest: number, latest: number): number
  scanEntry(start: number, bytes: number, line: number): number
  scanEntries(entries: number, count: number, lines: number): number
  encodeEntries(
    lines: number,
    count: number,
    entries: number,
    times: number,
    bytes: number,
    rows: number,
    values: number,
  ): number
  hashLeaves(entries: number, count: number, hashes: number, order: number): void
  hashPairs(hashes: number, count: number, nodes: number): void
  hashEach(first: number, slots: number, slotBytes: number, bytes: number, count: number, hashes: number): void
}

const MODULE = new URL('../../build/lines.wasm', import.meta.url)

/** Compiles the module. Throws plainly where it was not built. */
export async function compileLines(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(MODULE))
}

/** A new instance with memory of its own. */
export function instantiateLines(module: WebAssembly.Module): LinesExports {
  const abort = (): never => {
    throw new Error('lines.wasm stopped: it is out of memory')
  }
  return new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as LinesExports
}
