// A disk that is full indeed: a small tmpfs that the data directory moves to for one life. Needs the right to mount.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What does not move: the chain goes on where it is. */
const STAYS = 'chain'
/** LevelDB puts its tables together when it is opened: for a moment they take as much again. */
const PUT_TOGETHER = ['index', 'postings']

export interface FullDisk extends Disposable {
  readonly data: string
  /** Moves the data back to where there is room. */
  moveBack(): void
}

/** Why it cannot be done here; undefined when it can. */
export function whyNoFullDisk(scratch: string): string | undefined {
  try {
    mountSmall(join(scratch, 'mount-trial'), 64)
    unmount(join(scratch, 'mount-trial'))
    return undefined
  } catch (error) {
    return `no small tmpfs can be mounted here (${(error instanceof Error ? error.message : String(error)).split('\n')[0]})`
  }
}

/** Moves `data` to a disk that has `room` kB left beyond what a start takes. */
export function moveToFullDisk(data: string, mount: string, room: number): FullDisk {
  const again = PUT_TOGETHER.map(name => join(data, name)).filter(path => existsSync(path))
  mountSmall(mount, kilobytesOf(data) + again.reduce((sum, path) => sum + kilobytesOf(path), 0) + room)
  copyOver(data, mount)
  return {
    data: mount,
    moveBack: () => copyOver(mount, data),
    [Symbol.dispose]: () => unmount(mount),
  }
}

/** Bytes of the largest file of the data directory, the chain's aside. */
export function largestFile(data: string): number {
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const sizes = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(path => !path.startsWith(join(data, STAYS)))
    .map(path => statSync(path).size)
  return Math.max(0, ...sizes)
}

function kilobytesOf(path: string): number {
  const told = execFileSync('du', ['-sk', `--exclude=${STAYS}`, path]).toString()
  return Number(told.split('\t')[0])
}

function copyOver(from: string, to: string): void {
  for (const name of readdirSync(to)) if (name !== STAYS) rmSync(join(to, name), { recursive: true })
  for (const name of readdirSync(from)) {
    if (name !== STAYS) cpSync(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true })
  }
}

function mountSmall(path: string, kilobytes: number): void {
  mkdirSync(path, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', path], { stdio: 'pipe' })
}

function unmount(path: string): void {
  execFileSync('umount', ['-l', path], { stdio: 'pipe' })
}
