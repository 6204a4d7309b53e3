// Where each leaf is and when it happened: 18 bytes a leaf, `u48be offset in entries ‖ u48be time in ms ‖ u48be offset
// in sealed + 1 (0 = none)`. Derived from entries and sealed; what makes leaf i one short read away.

import type { LogFile } from './file.ts'

export const PLACE_BYTES = 18

export interface Place {
  /** Offset of the leaf's frame in the entries file. */
  readonly entry: number
  /** The record's own time, ms since 1970. */
  readonly time: number
  /** Offset of its frame in the sealed file. */
  readonly sealed: number | undefined
}

export function encodePlaces(places: readonly Place[]): Buffer {
  const bytes = Buffer.allocUnsafe(places.length * PLACE_BYTES)
  let at = 0
  for (const { entry, time, sealed } of places) {
    at = bytes.writeUIntBE(entry, at, 6)
    at = bytes.writeUIntBE(time, at, 6)
    at = bytes.writeUIntBE(sealed === undefined ? 0 : sealed + 1, at, 6)
  }
  return bytes
}

/** The places of `count` leaves from `first` on. */
export async function readPlaces(file: LogFile, first: number, count: number): Promise<Place[]> {
  const bytes = await file.read(first * PLACE_BYTES, count * PLACE_BYTES)
  return Array.from({ length: count }, (_, k) => {
    const at = k * PLACE_BYTES
    const sealed = bytes.readUIntBE(at + 12, 6)
    return {
      entry: bytes.readUIntBE(at, 6),
      time: bytes.readUIntBE(at + 6, 6),
      sealed: sealed === 0 ? undefined : sealed - 1,
    }
  })
}

/** Only the times of `count` leaves from `first` on: what a search filters by. */
export async function readTimes(file: LogFile, first: number, count: number): Promise<number[]> {
  const bytes = await file.read(first * PLACE_BYTES, count * PLACE_BYTES)
  return Array.from({ length: count }, (_, k) => bytes.readUIntBE(k * PLACE_BYTES + 6, 6))
}
