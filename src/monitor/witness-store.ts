// What a monitor that is a witness must never forget, in its folder: the note that it cosigned last. The folder's lock keeps
// other processes out, and what is written is synced before anything is signed.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivate } from '../secrets.ts'
import { takeTurns } from '../turns.ts'
import type { WitnessStore } from '../witness/cosigner.ts'

const FILE = 'cosigned'

/** Of one log alone. */
export async function openWitnessStore(folder: string, origin: string): Promise<WitnessStore> {
  let current = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const inTurn = takeTurns()
  const replace = async (held: string | undefined, next: string): Promise<boolean> => {
    if (held !== current) return false
    await writePrivate(folder, FILE, next)
    current = next
    return true
  }
  return {
    get: async asked => (asked === origin ? current : undefined),
    replace(asked, held, next) {
      if (asked !== origin) return Promise.resolve(false)
      return inTurn(() => replace(held, next))
    },
  }
}
