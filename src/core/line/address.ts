// IP addresses and blocks of them (RFC 4291, RFC 4632), as the mapping file names consumers by network. An IPv4 address
// and its form in IPv6 (::ffff:10.0.0.1, which dual-stack servers log) are one address.

/** An address as a number of 128 bits, IPv4 within ::ffff:0:0/96. */
export type Address = bigint

export interface AddressBlock {
  readonly first: Address
  readonly last: Address
}

const IPV4_IN_IPV6 = 0xffff_0000_0000n
const OCTET = /^(?:0|[1-9]\d{0,2})$/

/** The address of a text, or undefined for a host name or anything else. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined
  return text.includes(':') ? parseIpv6(text) : addToIpv6(parseIpv4(text))
}

/** `10.1.2.0/24`, `2001:db8::/32`, or one address. Undefined also if bits are set behind the prefix: a likely slip. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [base = '', prefix, ...rest] = text.split('/')
  const first = parseAddress(base)
  const width = base.includes(':') ? 128 : 32
  if (first === undefined || rest.length > 0) return undefined
  if (prefix !== undefined && (!OCTET.test(prefix) || Number(prefix) > width)) return undefined
  const hosts = 1n << BigInt(width - Number(prefix ?? width))
  return first % hosts === 0n ? { first, last: first + hosts - 1n } : undefined
}

export function holdsAddress(block: AddressBlock, address: Address): boolean {
  return address >= block.first && address <= block.last
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split('.')
  // No leading zeros: some systems read 010 as eight.
  if (octets.length !== 4 || !octets.every(octet => OCTET.test(octet) && Number(octet) < 256)) return undefined
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
}

function addToIpv6(ipv4: bigint | undefined): Address | undefined {
  return ipv4 === undefined ? undefined : IPV4_IN_IPV6 + ipv4
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => readGroups(half, index === halves.length - 1))
  if (head === undefined) return undefined
  const given = head.length + (tail?.length ?? 0)
  if (tail === undefined ? given !== 8 : given > 7) return undefined
  const groups = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...(tail ?? [])]
  if (!groups.every(group => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

// Dotted IPv4 may stand for the last two groups of an address.
function readGroups(half: string, isLast: boolean): readonly string[] {
  const groups = half === '' ? [] : half.split(':')
  const ipv4 = isLast ? parseIpv4(groups.at(-1) ?? '') : undefined
  if (ipv4 === undefined) return groups
  return [...groups.slice(0, -1), (ipv4 >> 16n).toString(16), (ipv4 & 0xffffn).toString(16)]
}
