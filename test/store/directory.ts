// Data directories for tests: made fresh, removed at the end.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

export function freshDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'suyuan-store-'))
  made.push(dir)
  return join(dir, 'data')
}

/** A copy to damage. */
export function copyOf(dir: string): string {
  const copy = freshDirectory()
  cpSync(dir, copy, { recursive: true })
  return copy
}

export function removeDirectories(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
}
