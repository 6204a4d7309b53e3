// Times in RFC 3339 (with capital T and Z), as src/core/record/time.ts reads them: any offset, up to milliseconds. What does not read here is
// left to that module, which says what is wrong.

/** Not a time. */
export const NO_TIME: f64 = -1.0

// Neighbouring lines are of one minute, mostly: its text, and its milliseconds since 1970.
const KNOWN_MINUTE = memory.data(16, 16)
let knownMillis: f64 = NO_TIME

function digit(p: usize): u32 {
  return <u32>load<u8>(p) - 0x30
}

/** Two digits, or something above 99. */
function two(p: usize): u32 {
  const a = digit(p)
  const b = digit(p + 1)
  return a > 9 || b > 9 ? 1000 : a * 10 + b
}

/** Days from 1970-01-01 of a date of the Gregorian calendar; years begin in March, so that the leap day is the last. */
function daysOf(year: u32, month: u32, day: u32): u32 {
  const y = month > 2 ? year : year - 1
  const m = month > 2 ? month - 3 : month + 9
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
}

/** Milliseconds since 1970 of `YYYY-MM-DDTHH:mm`; only years from 1970 on. */
function readMinute(p: usize): f64 {
  const text = v128.load(p)
  if (knownMillis >= 0 && v128.any_true(v128.xor(text, v128.load(KNOWN_MINUTE))) == 0) return knownMillis
  const century = two(p)
  const years = two(p + 2)
  const month = two(p + 5)
  const day = two(p + 8)
  const hour = two(p + 11)
  const minute = two(p + 14)
  const marks = load<u8>(p, 4) == 0x2d && load<u8>(p, 7) == 0x2d && load<u8>(p, 10) == 0x54 && load<u8>(p, 13) == 0x3a
  if (!marks || century > 99 || years > 99 || hour > 23 || minute > 59 || month < 1 || month > 12 || day < 1)
    return NO_TIME
  const year = century * 100 + years
  if (year < 1971) return NO_TIME
  const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  const short = month == 4 || month == 6 || month == 9 || month == 11
  const length: u32 = month == 2 ? (leap ? 29 : 28) : short ? 30 : 31
  if (day > length) return NO_TIME
  knownMillis = (<f64>daysOf(year, month, day) * 1440.0 + <f64>(hour * 60 + minute)) * 60_000.0
  v128.store(KNOWN_MINUTE, text)
  return knownMillis
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export const CANONICAL_BYTES: u32 = 24

/** Where the time read last ended; its milliseconds since 1970. */
export let timeEnd: usize = 0
export let timeMillis: f64 = NO_TIME

/** Reads a time of any offset, with up to three digits of its seconds' fraction; false if there is none at `p`. */
export function readTime(p: usize): bool {
  const second = two(p + 17)
  if (load<u8>(p, 16) != 0x3a || second > 59) return false
  const start = readMinute(p)
  if (start < 0) return false
  let millis: u32 = 0
  let at = p + 19
  if (load<u8>(at) == 0x2e) {
    at++
    let weight: u32 = 100
    for (; digit(at) <= 9; at++) {
      if (weight == 0) return false
      millis += digit(at) * weight
      weight /= 10
    }
    if (weight == 100) return false
  }
  let minutes: i32 = 0
  const mark = load<u8>(at)
  if (mark == 0x5a) {
    at++
  } else {
    if (mark != 0x2b && mark != 0x2d) return false
    const hours = two(at + 1)
    const rest = two(at + 4)
    if (load<u8>(at, 3) != 0x3a || hours > 23 || rest > 59) return false
    minutes = <i32>(hours * 60 + rest)
    if (mark == 0x2b) minutes = -minutes
    at += 6
  }
  timeEnd = at
  timeMillis = start + <f64>(minutes * 60_000 + <i32>(second * 1000 + millis))
  return true
}

function writeTwo(p: usize, value: u32): void {
  store<u8>(p, <u8>(0x30 + value / 10))
  store<u8>(p, <u8>(0x30 + (value % 10)), 1)
}

/** Writes a time between 1971 and 9999 in its canonical spelling. */
export function writeTime(p: usize, millis: f64): void {
  const days = <u32>(millis / 86_400_000.0)
  const rest = <u32>(millis - <f64>days * 86_400_000.0)
  // The inverse of `daysOf`: eras of 400 years, years that begin in March.
  const z = days + 719_468
  const era = z / 146_097
  const day = z - era * 146_097
  const y = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
  const dayOfYear = day - (365 * y + y / 4 - y / 100)
  const m = (5 * dayOfYear + 2) / 153
  const month = m < 10 ? m + 3 : m - 9
  const year = era * 400 + y + (month <= 2 ? 1 : 0)
  writeTwo(p, year / 100)
  writeTwo(p + 2, year % 100)
  store<u8>(p, 0x2d, 4)
  writeTwo(p + 5, month)
  store<u8>(p, 0x2d, 7)
  writeTwo(p + 8, dayOfYear - (153 * m + 2) / 5 + 1)
  store<u8>(p, 0x54, 10)
  writeTwo(p + 11, rest / 3_600_000)
  store<u8>(p, 0x3a, 13)
  writeTwo(p + 14, (rest / 60_000) % 60)
  store<u8>(p, 0x3a, 16)
  writeTwo(p + 17, (rest / 1000) % 60)
  store<u8>(p, 0x2e, 19)
  store<u8>(p, <u8>(0x30 + (rest % 1000) / 100), 20)
  writeTwo(p + 21, rest % 100)
  store<u8>(p, 0x5a, 23)
}
