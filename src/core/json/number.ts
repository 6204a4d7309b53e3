// Which numbers a double keeps. RFC 8785 writes a double in its shortest form; a number is kept if that form denotes the
// very decimal that was written. -0 is not kept because its form is "0", nor are integers beyond 2^53 - 1, where
// neighbours share a double (RFC 7493 §2.2).

/** Whether a JSON number and the double read from it are one value, by the rules above. */
export function keepsValue(literal: string, value: number): boolean {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER) || Object.is(value, -0)) return false
  return String(value) === literal || decimalOf(literal) === decimalOf(String(value))
}

// What a literal says but for its sign, which a double always keeps: "digits e power" without leading or trailing zeros, so
// that equal decimals compare equal. Without the look behind, /0+$/ would take quadratic time on a hostile run of zeros.
function decimalOf(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  const kept = digits.replace(/(?<!0)0+$/, '')
  const power = Number(exponent) - fraction.length + digits.length - kept.length
  return kept === '' ? '0' : `${kept}e${power}`
}
