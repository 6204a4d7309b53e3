// What lies on the disk.

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.size
  const sizes = await Promise.all((await readdir(path)).map(name => sizeOf(join(path, name)).catch(() => 0)))
  return sizes.reduce((sum, size) => sum + size, 0)
}
