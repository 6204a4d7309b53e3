// The work itself, in a thread of its own where the browser gives one: read, unpack, verify.

import { sha256Hex } from '../../core/hash.ts'
import { MAX_EVIDENCE_BYTES } from '../../core/signed-file.ts'
import { verify } from '../../verify/entry.ts'
import { selfCheck } from './self-check.js'

/** What is wrong, as a key of words.js and the values in its words. */
export class Trouble extends Error {
  constructor(key, values = {}) {
    super(key)
    this.told = { key, values }
  }
}

/**
 * @param given The file, and the text of the trust file.
 * @param onCheck Told of each check.
 * @returns What `verify` gives, and which file that was: with the hash that `sha256sum` gives.
 */
export async function work({ file, trust }, onCheck) {
  if (!(await selfCheck())) throw new Trouble('unsound')
  const bytes = await read(file)
  const result = await verify(await unpack(bytes, file), trust, { onCheck })
  return { ...result, file: { name: file.name, size: file.size, hash: sha256Hex(bytes) } }
}

async function read(file) {
  if (file.size > MAX_EVIDENCE_BYTES) throw tooLarge(file.name, file.size)
  if (file.size === 0) throw new Trouble('empty', { name: file.name })
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch {
    throw new Trouble('unreadable', { name: file.name })
  }
}

/** A packed file (RFC 1952); bounded, for a small one may hold a very large one. */
async function unpack(bytes, { name }) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  if (globalThis.DecompressionStream === undefined) throw new Trouble('unpackMissing')
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  const parts = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Trouble('unpackFailed')
    })
    if (done) break
    size += value.length
    if (size > MAX_EVIDENCE_BYTES) throw tooLarge(name, size)
    parts.push(value)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

const tooLarge = (name, size) => new Trouble('tooLarge', { name, size, most: MAX_EVIDENCE_BYTES })

/** What a thread of its own does: it is given one pair of files, tells of each check, then of the end. */
export function serve() {
  selfCheck()
  const answer = given => work(given, check => self.postMessage({ check }))
  self.addEventListener('message', ({ data }) => {
    answer(data).then(
      result => self.postMessage({ result }),
      error => self.postMessage({ trouble: toldBy(error) }),
    )
  })
}

export const toldBy = error => error.told ?? { key: 'broke', values: { why: String(error) } }
