// The work itself, in a thread of its own where the browser gives one: read, verify.

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
  const result = await verify(bytes, trust, { onCheck })
  return { ...result, file: { name: file.name, size: file.size, hash: sha256Hex(bytes) } }
}

async function read(file) {
  const { name, size } = file
  if (size > MAX_EVIDENCE_BYTES) throw new Trouble('tooLarge', { name, size, most: MAX_EVIDENCE_BYTES })
  if (size === 0) throw new Trouble('empty', { name })
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch {
    throw new Trouble('unreadable', { name })
  }
}

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
