// Puts a ledger's contracts on a chain, appoints their roles and registers its log. The deployer holds every power until
// the last steps, which hand them to the administrator and keep none: docs/contracts.md has the table.

import { getAddress, id, keccak256, type Provider, type Signer, ZeroAddress } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { CONTRACT_NAMES, type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import { type Sender, startSender } from './sender.ts'

/** Role numbers in the access manager; 0 is OpenZeppelin's own administrator of roles. */
export const ROLES = { admin: 0n, registrar: 1n, log_admin: 2n } as const

/** The functions that each role opens. All others are open to whoever the contracts' own checks admit. */
const RESTRICTED = [
  {
    label: 'REGISTRAR',
    role: ROLES.registrar,
    contract: 'organisations',
    methods: ['register', 'update', 'changeAccount', 'setStatus'],
  },
  {
    label: 'LOG_ADMIN',
    role: ROLES.log_admin,
    contract: 'checkpointAnchor',
    methods: ['registerLog', 'replaceAnchorer'],
  },
] as const

export interface DeployOptions {
  /** May register and change organisations. */
  readonly registrar: string
  /** May anchor the log's checkpoints. */
  readonly anchorer: string
  /** The log's origin, which is the first line of its checkpoints; at most 255 bytes. */
  readonly origin: string
  /** Appoints the roles and registers further logs; best a multi-signature wallet or a timelock. */
  readonly admin: string
  /** How long to wait for each transaction, in milliseconds; a minute unless told otherwise. */
  readonly timeoutMs?: number
}

/** A deployed ledger: what a reader of the chain must know beforehand. Plain JSON. */
export interface Deployment {
  readonly chainId: number
  readonly genesisHash: string
  /** The block of the first deployment: no event of this ledger is older. */
  readonly block: number
  readonly contracts: ContractAddresses
  /** keccak256 of each contract's code as it is on the chain. */
  readonly codeHashes: Readonly<Record<ContractName, string>>
}

/** The name of a log in the anchoring contract: keccak256 of its origin's UTF-8 bytes. */
export function logIdOf(origin: string): string {
  return id(origin)
}

/**
 * Deploys a ledger: 12 to 16 transactions, one after another. A deployment that stops half-way is left behind unused; run
 * it again for a new one.
 * @param signer Signs and pays; must have a provider.
 * @throws LedgerError `address_invalid`; `deploy_timeout`; `deploy_incomplete`; or what `explainRevert` makes of a refusal.
 */
export async function deployLedger(signer: Signer, options: DeployOptions): Promise<Deployment> {
  const provider = signer.provider
  if (!provider) throw new Error('the signer has no provider')
  const appointed = parseAppointments(options)
  const deployer = await signer.getAddress()
  const sender = await startSender(signer, provider, options.timeoutMs ?? 60_000)

  const { contracts, block } = await deployContracts(sender, deployer)
  await appoint(sender, contracts, appointed, deployer)
  await sender.call('checkpointAnchor', contracts.checkpointAnchor, 'registerLog', [options.origin, appointed.anchorer])
  if (appointed.admin !== deployer) await handOver(sender, contracts, appointed.admin, deployer)
  return describe(provider, contracts, block)
}

interface Appointments {
  readonly registrar: string
  readonly anchorer: string
  readonly admin: string
}

/** Before anything is sent: an address that nobody holds would lock the ledger for good. */
function parseAppointments({ registrar, anchorer, admin }: DeployOptions): Appointments {
  return {
    registrar: parseAddress('registrar', registrar),
    anchorer: parseAddress('anchorer', anchorer),
    admin: parseAddress('admin', admin),
  }
}

function parseAddress(what: string, text: string): string {
  try {
    const address = getAddress(text)
    if (address !== ZeroAddress) return address
  } catch {
    // Told below, together with the zero address.
  }
  throw new LedgerError(
    'address_invalid',
    `"${text}" cannot be the ${what}: give an address of 0x and 40 hexadecimal digits.`,
  )
}

async function deployContracts(
  sender: Sender,
  deployer: string,
): Promise<{ contracts: ContractAddresses; block: number }> {
  const { address: accessManager, block } = await sender.deploy('accessManager', deployer)
  const { address: organisations } = await sender.deploy('organisations', accessManager)
  const { address: catalogue } = await sender.deploy('catalogue', organisations)
  const { address: accessLedger } = await sender.deploy('accessLedger', organisations, catalogue)
  const { address: checkpointAnchor } = await sender.deploy('checkpointAnchor', accessManager)
  return { contracts: { accessManager, organisations, catalogue, accessLedger, checkpointAnchor }, block }
}

/** Opens the restricted functions to their roles. The deployer keeps the log administrator's until the log is registered. */
async function appoint(
  sender: Sender,
  contracts: ContractAddresses,
  { registrar }: Appointments,
  deployer: string,
): Promise<void> {
  const manager = contracts.accessManager
  for (const { label, role, contract, methods } of RESTRICTED) {
    const selectors = methods.map(method => interfaceOf(contract).getFunction(method)?.selector)
    await sender.call('accessManager', manager, 'labelRole', [role, label])
    await sender.call('accessManager', manager, 'setTargetFunctionRole', [contracts[contract], selectors, role])
  }
  await sender.call('accessManager', manager, 'grantRole', [ROLES.registrar, registrar, 0])
  await sender.call('accessManager', manager, 'grantRole', [ROLES.log_admin, deployer, 0])
}

/** The administrator is appointed before the deployer resigns, so that there is always one. */
async function handOver(sender: Sender, contracts: ContractAddresses, admin: string, deployer: string): Promise<void> {
  const manager = contracts.accessManager
  await sender.call('accessManager', manager, 'grantRole', [ROLES.log_admin, admin, 0])
  await sender.call('accessManager', manager, 'grantRole', [ROLES.admin, admin, 0])
  await sender.call('accessManager', manager, 'renounceRole', [ROLES.log_admin, deployer])
  await sender.call('accessManager', manager, 'renounceRole', [ROLES.admin, deployer])
}

async function describe(provider: Provider, contracts: ContractAddresses, block: number): Promise<Deployment> {
  const genesis = await provider.getBlock(0)
  if (!genesis?.hash) throw incomplete('the chain does not show its first block')
  const { chainId } = await provider.getNetwork()
  const codeHashes: Partial<Record<ContractName, string>> = {}
  for (const name of CONTRACT_NAMES) {
    const code = await provider.getCode(contracts[name])
    if (code === '0x') throw incomplete(`there is no code at ${contracts[name]} (${name})`)
    codeHashes[name] = keccak256(code)
  }
  return {
    chainId: Number(chainId),
    genesisHash: genesis.hash,
    block,
    contracts,
    codeHashes: codeHashes as Record<ContractName, string>,
  }
}

function incomplete(why: string): LedgerError {
  return new LedgerError(
    'deploy_incomplete',
    `The contracts were sent, but ${why}; the chain was reset or reorganised: deploy again.`,
    {
      retryable: true,
    },
  )
}
