// A valid value for any parameter of the contracts, so that tests can go through all events and errors of an ABI.

import type { JsonFragmentType } from 'ethers'

export function sampleOf({ type = '', internalType = '', components = [] }: JsonFragmentType): unknown {
  if (type.endsWith('[]')) return [sampleOf({ type: type.slice(0, -2), components })]
  if (type === 'tuple') return components.map(sampleOf)
  if (internalType === 'Purpose') return `0x${Buffer.from('Code').toString('hex').padEnd(64, '0')}`
  return BY_TYPE[type] ?? 1
}

const BY_TYPE: Readonly<Record<string, unknown>> = {
  string: 'text',
  bool: true,
  bytes: '0x7b7d',
  bytes4: '0x12345678',
  bytes32: `0x${'1'.repeat(64)}`,
  address: `0x${'1'.repeat(40)}`,
}
