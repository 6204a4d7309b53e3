// What a monitor remembers between rounds and runs, as it lies in `state.json`.

import { readFile } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import type { AnchorClaim } from '../verify/finding/judged.ts'
import type { CheckName } from './checks.ts'
import type { LogName } from './followed-log.ts'
import type { Withheld } from './withheld.ts'

/** That the log was seen to have so many leaves, and when, by a clock that is not its own. */
export interface Mark {
  readonly size: number
  /** Seconds since 1970. */
  readonly time: number
  /** By whose block; none where it is the monitor's own clock, at a look. */
  readonly anchor?: AnchorClaim
}

export interface TimedEpoch {
  readonly number: number
  /** Seconds since 1970, as the log signed it: any number. */
  readonly time: number
}

/** Something of which there is a finding. */
export interface OnRecord {
  readonly check: CheckName
  readonly subject: string
  readonly en: string
  readonly zh: string
  /** Milliseconds since 1970. */
  readonly first: number
  last: number
  /** The finding's file in the folder. */
  readonly file: string
}

/** A tree of a log, as it was verified. */
interface KeptTree {
  note?: string
  size: number
  /** Base64 of the leaf hashes behind the last full tile. */
  tail: string
}

export interface MonitorState {
  readonly format: 'suyuan-monitor/v1'
  readonly origin: string
  readonly trees: Record<LogName, KeptTree>
  /** Records that were read as such. */
  records: number
  /** The epochs that were derived again: how many, how far they go, and the one under which the latest time was signed. */
  epochs: { count: number; size: number; latest?: TimedEpoch }
  backdated: { count: number; first?: number }
  /** Epochs that were signed with a time before what other clocks say; the first of them. */
  behind?: { count: number; first: number }
  chain: {
    /** Read as far as this block, if any. */
    block?: { number: number; hash: string }
    /** The last block that was final before the node showed another in its place, or none. */
    replaced?: { number: number; hash: string }
    /** The newest block that the node had then. */
    head?: number
    verified: number
    /** Largest anchored size of the log. */
    size: number
    /** Anchors without the index's right behind them. */
    alone: number
    /** Anchors of more leaves than were verified yet. */
    pending: AnchorClaim[]
    /** Of anchors of the log, those that bound when the next epochs were made. */
    marks?: Mark[]
  }
  /** The same of the monitor's own. */
  looks?: Mark[]
  /** Since when a smaller checkpoint is served than one that is held, or that is anchored; ms since 1970. */
  smaller: Partial<Record<LogName | 'chain', number>>
  /** A published size that is not anchored, and since when it is known; ms since 1970. */
  unanchored?: { size: number; since: number }
  /** A size that a receipt is signed for and that is not published, and since when it is known; ms since 1970. */
  promised?: { size: number; since: number }
  /** Has the service ever answered a question? And since when (ms since 1970) it says that it has nothing to answer from. */
  answers?: { given: true } | { given: false; since: number }
  /** Questions to which there is no answer that could be checked; those that are asked next come first. */
  withheld?: readonly Withheld[]
  /** When a round was last whole, or began to be made; ms since 1970. */
  whole?: number
  faults: OnRecord[]
  /** Findings that hold nothing against the log by themselves. */
  notices?: OnRecord[]
}

export function emptyState(origin: string): MonitorState {
  return {
    format: 'suyuan-monitor/v1',
    origin,
    trees: { log: { size: 0, tail: '' }, index: { size: 0, tail: '' } },
    records: 0,
    epochs: { count: 0, size: 0 },
    backdated: { count: 0 },
    chain: { verified: 0, size: 0, alone: 0, pending: [] },
    smaller: {},
    faults: [],
  }
}

/** Undefined where there is none yet. @throws LedgerError `monitor_state_damaged` */
export async function readState(path: string): Promise<MonitorState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as MonitorState
    if (state.format === 'suyuan-monitor/v1') return state
  } catch {
    // Told below.
  }
  throw new LedgerError('monitor_state_damaged', {
    en: `${path} is not what a monitor wrote; restore it from a backup, or name an empty folder with --state, which begins anew and has forgotten what the log signed before.`,
    zh: `${path} 不是监测程序所写的内容；请从备份恢复，或用 --state 指定空文件夹重新开始（此前日志签署过什么将不再知道）。`,
  })
}
