// Data directories for tests: made fresh, removed at the end.

import { cpSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// In memory where the system has room for that: these tests sync thousands of times, and what they kill are processes;
// loss of power is simulated (power-loss.test.ts), and a disk would not show it anyway.
const MEMORY_DIRECTORY = '/dev/shm'
const ENOUGH_BYTES = 512 * 2 ** 20

const made: string[] = []

export function freshDirectory(): string {
  const dir = mkdtempSync(join(hasRoom(MEMORY_DIRECTORY) ? MEMORY_DIRECTORY : tmpdir(), 'suyuan-store-'))
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

function hasRoom(dir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dir)
    return bavail * bsize >= ENOUGH_BYTES
  } catch {
    return false
  }
}
