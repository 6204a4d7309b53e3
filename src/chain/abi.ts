// The compiled contracts: interface and bytecode of each, read from the build on first use.

import { readFileSync } from 'node:fs'
import { Interface, type JsonFragment } from 'ethers'
import { LedgerError } from '../core/error.ts'

/** Each contract's name in this code, and the name of its Solidity contract and file; in the order of deployment. */
const SOURCES = {
  relay: 'Relay',
  accessManager: 'Roles',
  organisations: 'Organisations',
  vocabulary: 'Vocabulary',
  workCalendar: 'WorkCalendar',
  catalogue: 'Catalogue',
  policies: 'Policies',
  agreements: 'Agreements',
  products: 'Products',
  accessLedger: 'AccessLedger',
  corrections: 'Corrections',
  conduct: 'Conduct',
  checkpointAnchor: 'CheckpointAnchor',
} as const

export type ContractName = keyof typeof SOURCES
export const CONTRACT_NAMES = Object.keys(SOURCES) as readonly ContractName[]

/** Where each contract of one ledger lives: 20-byte addresses, checksummed. */
export type ContractAddresses = Readonly<Record<ContractName, string>>

/** The name of the contract in Solidity, such as `AccessLedger`. */
export function solidityNameOf(name: ContractName): string {
  return SOURCES[name]
}

export interface Artifact {
  readonly abi: readonly JsonFragment[]
  readonly bytecode: string
  readonly deployedBytecode: string
}

const artifacts = new Map<ContractName, Artifact>()
const interfaces = new Map<ContractName, Interface>()

/**
 * The build's output for one contract.
 * @throws LedgerError `contracts_not_built` if the contracts have not been compiled.
 */
export function artifactOf(name: ContractName): Artifact {
  const known = artifacts.get(name)
  if (known) return known
  const artifact = readArtifact(SOURCES[name])
  artifacts.set(name, artifact)
  return artifact
}

/** The contract's functions, events and errors, for encoding and decoding. Throws as `artifactOf` does. */
export function interfaceOf(name: ContractName): Interface {
  const known = interfaces.get(name)
  if (known) return known
  const made = new Interface(artifactOf(name).abi)
  interfaces.set(name, made)
  return made
}

function readArtifact(solidityName: string): Artifact {
  const file = new URL(`../../artifacts/contracts/${solidityName}.sol/${solidityName}.json`, import.meta.url)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Artifact
  } catch (cause) {
    throw new LedgerError(
      'contracts_not_built',
      {
        en: `The compiled contract ${solidityName} cannot be read; run: npm run build`,
        zh: `无法读取已编译的合约 ${solidityName}；请运行：npm run build`,
      },
      {
        cause,
      },
    )
  }
}
