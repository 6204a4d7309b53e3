// Which numbers a double keeps. RFC 8785 writes a double in its shortest form; a number is kept if that form denotes the
// very decimal that was written. -0 is not kept because its form is "0", nor are integers beyond 2^53 - 1, where
// neighbours share a double (RFC 7493 §2.2).

const ZERO = 0x30

/** Whether a JSON number and the double read from it are one value, by the rules above. */
export function keepsValue(literal: string, value: number): boolean {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER) || Object.is(value, -0)) return false
  return decimalOf(literal) === decimalOf(String(value))
}

// A number literal as "digits e power" without leading or trailing zeros, so that equal decimals compare equal. Loops,
// not regular expressions: /0+$/ takes quadratic time on a hostile run of zeros.
function decimalOf(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  let first = 0
  while (digits.charCodeAt(first) === ZERO) first++
  let end = digits.length
  while (end > first && digits.charCodeAt(end - 1) === ZERO) end--
  if (first === end) return '0'
  const power = Number(exponent) - fraction.length + (digits.length - end)
  return `${mantissa.startsWith('-') ? '-' : ''}${digits.slice(first, end)}e${power}`
}
