// Puts a ledger's contracts on a chain, appoints their roles and registers its log and index log. The deployer holds every power until
// the last steps, which hand them to the administrator and keep none: docs/contracts.md has the table.

import { getAddress, keccak256, type Provider, type Signer, ZeroAddress } from 'ethers'
import { indexOrigin } from '../core/completeness/epoch.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { CONTRACT_NAMES, type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import { listActTypes } from './act-types.ts'
import { type Sender, startSender } from './sender.ts'

export { logIdOf } from './log-id.ts'

/** Role numbers in the access manager; 0 is OpenZeppelin's own administrator of roles. */
export const ROLES = {
  admin: 0n,
  registrar: 1n,
  log_admin: 2n,
  vocabulary_keeper: 3n,
  calendar_keeper: 4n,
  rule_keeper: 5n,
} as const

/** Which contracts each one is told of when it is made. The order of deployment is that of `CONTRACT_NAMES`. */
const KNOWS: Readonly<Record<Exclude<ContractName, 'relay' | 'accessManager'>, readonly ContractName[]>> = {
  organisations: ['relay', 'accessManager'],
  vocabulary: ['relay', 'accessManager'],
  workCalendar: ['relay', 'accessManager'],
  catalogue: ['relay', 'organisations', 'workCalendar'],
  policies: ['relay', 'organisations', 'catalogue'],
  agreements: ['relay', 'organisations', 'workCalendar'],
  products: ['relay', 'organisations', 'catalogue', 'agreements'],
  accessLedger: [
    'relay',
    'accessManager',
    'organisations',
    'catalogue',
    'vocabulary',
    'workCalendar',
    'policies',
    'agreements',
    'products',
  ],
  corrections: ['relay', 'organisations', 'catalogue', 'workCalendar', 'accessLedger'],
  conduct: ['relay', 'organisations', 'agreements', 'workCalendar'],
  checkpointAnchor: ['relay', 'accessManager'],
}

/** The functions that each role opens. All others are open to whoever the contracts' own checks admit. */
const RESTRICTED = [
  {
    role: 'registrar',
    contract: 'organisations',
    methods: ['register', 'update', 'changeAccount', 'setStatus', 'appointOfficer'],
  },
  { role: 'log_admin', contract: 'checkpointAnchor', methods: ['registerLog', 'replaceAnchorer'] },
  { role: 'vocabulary_keeper', contract: 'vocabulary', methods: ['registerPurposes', 'retirePurpose'] },
  { role: 'calendar_keeper', contract: 'workCalendar', methods: ['setDays'] },
  { role: 'rule_keeper', contract: 'accessLedger', methods: ['setApprovalRule'] },
] as const

export interface DeployOptions {
  /** May register and change organisations, and appoint their officers. */
  readonly registrar: string
  /** May register and retire purposes; the registrar unless told otherwise, as for the next two. */
  readonly vocabularyKeeper?: string
  /** May load a year's holidays and make-up days into the calendar. */
  readonly calendarKeeper?: string
  /** May say from which level on how many must approve. */
  readonly ruleKeeper?: string
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

/**
 * Deploys a ledger: 30 to 34 transactions, one after another. A deployment that stops half-way is left behind unused; run
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
  for (const origin of [options.origin, indexOrigin(options.origin)]) {
    await sender.call('checkpointAnchor', contracts.checkpointAnchor, 'registerLog', [origin, appointed.anchorer])
  }
  if (appointed.admin !== deployer) await handOver(sender, contracts, appointed.admin, deployer)
  return describe(provider, contracts, block)
}

type Appointments = Readonly<
  Record<'registrar' | 'vocabularyKeeper' | 'calendarKeeper' | 'ruleKeeper' | 'anchorer' | 'admin', string>
>

/** Before anything is sent: an address that nobody holds would lock the ledger for good. */
function parseAppointments(options: DeployOptions): Appointments {
  const { registrar, anchorer, admin } = options
  return {
    registrar: parseAddress({ en: 'registrar', zh: '登记账户' }, registrar),
    vocabularyKeeper: parseAddress(
      { en: 'vocabulary keeper', zh: '用途词表维护账户' },
      options.vocabularyKeeper ?? registrar,
    ),
    calendarKeeper: parseAddress({ en: 'calendar keeper', zh: '日历维护账户' }, options.calendarKeeper ?? registrar),
    ruleKeeper: parseAddress({ en: 'rule keeper', zh: '规则维护账户' }, options.ruleKeeper ?? registrar),
    anchorer: parseAddress({ en: 'anchorer', zh: '存证账户' }, anchorer),
    admin: parseAddress({ en: 'admin', zh: '管理账户' }, admin),
  }
}

function parseAddress(what: Words, text: string): string {
  try {
    const address = getAddress(text)
    if (address !== ZeroAddress) return address
  } catch {
    // Told below, together with the zero address.
  }
  throw new LedgerError('address_invalid', {
    en: `"${text}" cannot be the ${what.en}: give an address of 0x and 40 hexadecimal digits.`,
    zh: `“${text}”不能作为${what.zh}：请给出 0x 加 40 位十六进制数字的地址。`,
  })
}

async function deployContracts(
  sender: Sender,
  deployer: string,
): Promise<{ contracts: ContractAddresses; block: number }> {
  const made: Partial<Record<ContractName, string>> = {}
  let first: number | undefined
  for (const name of CONTRACT_NAMES) {
    const { address, block } = await sender.deploy(name, ...constructorArgs(name, made, deployer))
    made[name] = address
    first ??= block
  }
  if (first === undefined) throw new Error('there are no contracts')
  return { contracts: made as ContractAddresses, block: first }
}

function constructorArgs(
  name: ContractName,
  made: Readonly<Partial<Record<ContractName, string>>>,
  deployer: string,
): readonly unknown[] {
  if (name === 'relay') {
    return [listActTypes().map(({ selector, fixedSize, typeText }) => ({ selector, fixedSize, typeText }))]
  }
  if (name === 'accessManager') return [deployer]
  return KNOWS[name].map(other => made[other])
}

/** Opens the restricted functions to their roles. The deployer keeps the log administrator's until the log is registered. */
async function appoint(
  sender: Sender,
  contracts: ContractAddresses,
  appointed: Appointments,
  deployer: string,
): Promise<void> {
  const manager = contracts.accessManager
  const holders = {
    registrar: appointed.registrar,
    log_admin: deployer,
    vocabulary_keeper: appointed.vocabularyKeeper,
    calendar_keeper: appointed.calendarKeeper,
    rule_keeper: appointed.ruleKeeper,
  }
  for (const { role, contract, methods } of RESTRICTED) {
    const number = ROLES[role]
    const selectors = methods.map(method => interfaceOf(contract).getFunction(method)?.selector)
    await sender.call('accessManager', manager, 'labelRole', [number, role.toUpperCase()])
    await sender.call('accessManager', manager, 'setTargetFunctionRole', [contracts[contract], selectors, number])
    await sender.call('accessManager', manager, 'grantRole', [number, holders[role], 0])
  }
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
  if (!genesis?.hash) throw incomplete({ en: 'the chain does not show its first block', zh: '链没有显示其第一个区块' })
  const { chainId } = await provider.getNetwork()
  const codeHashes: Partial<Record<ContractName, string>> = {}
  for (const name of CONTRACT_NAMES) {
    const code = await provider.getCode(contracts[name])
    if (code === '0x')
      throw incomplete({
        en: `there is no code at ${contracts[name]} (${name})`,
        zh: `${contracts[name]}（${name}）处没有代码`,
      })
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

function incomplete(why: Words): LedgerError {
  return new LedgerError(
    'deploy_incomplete',
    {
      en: `The contracts were sent, but ${why.en}; the chain was reset or reorganised: deploy again.`,
      zh: `合约已发送，但${why.zh}；链被重置或发生了重组：请重新部署。`,
    },
    {
      retryable: true,
    },
  )
}
