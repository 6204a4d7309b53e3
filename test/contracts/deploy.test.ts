// Who may do what after a deployment, and what a deployment says about itself.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { BrowserProvider, Contract, dataLength, keccak256, Wallet, ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import { artifactOf, CONTRACT_NAMES, type ContractName, interfaceOf, solidityNameOf } from '../../src/chain/abi.ts'
import { listActTypes } from '../../src/chain/act-types.ts'
import { deployLedger, logIdOf, ROLES } from '../../src/chain/deploy.ts'
import { LedgerError } from '../../src/core/error.ts'
import { ORIGIN, useScene } from './fixture.ts'

const DOCUMENT = new URL('../../docs/contracts.md', import.meta.url)
const accounts = Array.from({ length: 4 }, (_, i) => new Wallet(`0x${'0'.repeat(63)}${i + 1}`))
const [deployer, admin, registrar, anchorer] = accounts as [Wallet, Wallet, Wallet, Wallet]
const options = { admin: admin.address, registrar: registrar.address, anchorer: anchorer.address, origin: ORIGIN }

describe('deployLedger', () => {
  let close: (() => Promise<void>) | undefined
  afterEach(() => close?.())

  async function connect(initialBaseFeePerGas: number, funded: readonly Wallet[]): Promise<BrowserProvider> {
    const connection = await network.create({
      override: {
        hardfork: 'cancun',
        initialBaseFeePerGas,
        accounts: funded.map(({ privateKey }) => ({ privateKey, balance: String(10n ** 18n) })),
      },
    })
    close = () => connection.close()
    return new BrowserProvider(connection.provider, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  }

  it('hands every power to those appointed and leaves the deployer none', async () => {
    const provider = await connect(1_000_000_000, [deployer])
    const { contracts } = await deployLedger(deployer.connect(provider), options)
    const manager = new Contract(contracts.accessManager, interfaceOf('accessManager'), provider)
    const holders: Record<string, string[]> = {}
    for (const [role, number] of Object.entries(ROLES)) {
      for (const { address } of accounts) {
        const [holds] = (await manager.getFunction('hasRole').staticCall(number, address)) as [boolean, bigint]
        if (holds) (holders[role] ??= []).push(address)
      }
    }
    expect(holders).to.deep.equal({
      admin: [admin.address],
      registrar: [registrar.address],
      log_admin: [admin.address],
      vocabulary_keeper: [registrar.address],
      calendar_keeper: [registrar.address],
      rule_keeper: [registrar.address],
    })

    const log = new Contract(contracts.checkpointAnchor, interfaceOf('checkpointAnchor'), provider)
    expect(await log.getFunction('anchorerOf').staticCall(logIdOf(ORIGIN))).to.equal(anchorer.address)
  })

  it('appoints the keepers it is told', async () => {
    const provider = await connect(0, [])
    const keepers = {
      vocabularyKeeper: `0x${'1'.repeat(40)}`,
      calendarKeeper: `0x${'2'.repeat(40)}`,
      ruleKeeper: `0x${'3'.repeat(40)}`,
    }
    const { contracts } = await deployLedger(deployer.connect(provider), { ...options, ...keepers })
    const manager = new Contract(contracts.accessManager, interfaceOf('accessManager'), provider)
    const held = async (account: string): Promise<string[]> => {
      const roles: string[] = []
      for (const [role, number] of Object.entries(ROLES)) {
        const [holds] = (await manager.getFunction('hasRole').staticCall(number, account)) as [boolean, bigint]
        if (holds) roles.push(role)
      }
      return roles
    }
    expect(await held(registrar.address)).to.deep.equal(['registrar'])
    expect(await held(keepers.vocabularyKeeper)).to.deep.equal(['vocabulary_keeper'])
    expect(await held(keepers.calendarKeeper)).to.deep.equal(['calendar_keeper'])
    expect(await held(keepers.ruleKeeper)).to.deep.equal(['rule_keeper'])
    expect(await held(deployer.address)).to.deep.equal([])
  })

  it('tells each contract of the others that it asks, and of the one Relay', async () => {
    const provider = await connect(0, [])
    const { contracts } = await deployLedger(deployer.connect(provider), options)
    for (const name of CONTRACT_NAMES) {
      if (name === 'relay' || name === 'accessManager') continue
      const contract = new Contract(contracts[name], interfaceOf(name), provider)
      expect(await contract.getFunction('trustedForwarder').staticCall(), name).to.equal(contracts.relay)
      if (!contract.interface.hasFunction('authority')) continue
      expect(await contract.getFunction('authority').staticCall(), name).to.equal(contracts.accessManager)
    }
  })

  it('opens to the roles exactly the functions that the table in docs/contracts.md gives to them', async () => {
    const provider = await connect(0, [])
    const { contracts } = await deployLedger(deployer.connect(provider), options)
    const manager = new Contract(contracts.accessManager, interfaceOf('accessManager'), provider)
    const opened: string[] = []
    for (const { contract, method, selector } of changingFunctions()) {
      const role = (await manager
        .getFunction('getTargetFunctionRole')
        .staticCall(contracts[contract], selector)) as bigint
      if (role !== ROLES.admin) opened.push(`${role} ${solidityNameOf(contract)}.${method}`)
    }
    const written = actsIn(readFileSync(DOCUMENT, 'utf8')).flatMap(({ act, who }) => {
      const role = /^role `[A-Z_]+` \((\d+)\)$/u.exec(who)?.[1]
      return role === undefined ? [] : [`${role} ${act}`]
    })
    expect(written).to.have.lengthOf(11)
    expect(opened.sort()).to.deep.equal(written.sort())
  })

  it('names the roles as the table does', async () => {
    const provider = await connect(0, [])
    const { contracts, block } = await deployLedger(deployer.connect(provider), options)
    const manager = new Contract(contracts.accessManager, interfaceOf('accessManager'), provider)
    const labels = (await manager.queryFilter('RoleLabel', block)).map(log => ('args' in log ? [...log.args] : []))
    const document = readFileSync(DOCUMENT, 'utf8')
    expect(labels).to.have.lengthOf(5)
    for (const [number, label] of labels) {
      expect(ROLES).to.have.property(String(label).toLowerCase(), number)
      expect(document).to.contain(`role \`${label}\` (${number})`)
    }
  })

  it('works where gas is free and the deployer has nothing', async () => {
    const provider = await connect(0, [])
    const deployment = await deployLedger(deployer.connect(provider), options)
    expect(await provider.getBalance(deployer.address)).to.equal(0n)
    expect(JSON.parse(JSON.stringify(deployment))).to.deep.equal(deployment)
    expect(deployment.chainId).to.equal(Number((await provider.getNetwork()).chainId))
    expect(deployment.genesisHash).to.equal((await provider.getBlock(0))?.hash)
    expect(deployment.block).to.equal(1)
    for (const name of CONTRACT_NAMES) {
      expect(deployment.codeHashes[name]).to.equal(keccak256(await provider.getCode(deployment.contracts[name])))
    }
  })

  it('says what it lacks where gas is not free', async () => {
    const provider = await connect(1_000_000_000, [])
    await expectCode(deployLedger(deployer.connect(provider), options), 'account_cannot_pay')
  })

  it('refuses to appoint nobody, before anything is sent', async () => {
    const provider = await connect(0, [])
    for (const what of ['admin', 'registrar', 'anchorer', 'vocabularyKeeper', 'calendarKeeper', 'ruleKeeper']) {
      for (const address of ['', 'me', ZeroAddress, `${admin.address}00`]) {
        await expectCode(deployLedger(deployer.connect(provider), { ...options, [what]: address }), 'address_invalid')
      }
    }
    expect(await provider.getBlockNumber()).to.equal(0)
  })

  it('refuses an origin that no log can have', async () => {
    const provider = await connect(0, [])
    await expectCode(deployLedger(deployer.connect(provider), { ...options, origin: '' }), 'text_length_invalid')
  })

  it('waits no longer than told for a chain that makes no blocks', async () => {
    const provider = await connect(0, [])
    await provider.send('evm_setAutomine', [false])
    await expectCode(deployLedger(deployer.connect(provider), { ...options, timeoutMs: 300 }), 'deploy_timeout')
  })
})

describe('The contracts', () => {
  it('let nobody do what the table in docs/contracts.md does not list, and list nothing twice', () => {
    const rows = actsIn(readFileSync(DOCUMENT, 'utf8')).map(({ act }) => act)
    const functions = changingFunctions().map(({ contract, method }) => `${solidityNameOf(contract)}.${method}`)
    expect(rows.sort()).to.deep.equal(functions.sort())
  })

  it('have each function that changes something under a selector of its own', () => {
    const selectors = changingFunctions().map(({ selector }) => selector)
    expect(new Set(selectors)).to.have.lengthOf(selectors.length)
  })

  it('fit the size that every chain allows (EIP-170, EIP-3860)', () => {
    for (const name of CONTRACT_NAMES) {
      const { deployedBytecode } = artifactOf(name)
      expect(dataLength(deployedBytecode), name).to.be.at.most(24_576)
      // The Relay's constructor takes all types of acts.
      const types = listActTypes().map(({ selector, fixedSize, typeText }) => ({ selector, fixedSize, typeText }))
      const args = name === 'relay' ? interfaceOf(name).encodeDeploy([types]) : '0x'
      expect(dataLength(artifactOf(name).bytecode) + dataLength(args), name).to.be.at.most(49_152)
    }
  })
})

describe('A deployed ledger', () => {
  const scene = useScene()

  it('keeps its log administrator when the deployer is the administrator', async () => {
    await scene.act('admin', 'checkpointAnchor', 'registerLog', 'second', scene.accounts.stranger)
  })

  it('has no way to replace code or to write history: no delegate call, no self-destruct, no proxy', () => {
    for (const name of CONTRACT_NAMES) {
      const opcodes = opcodesOf(artifactOf(name).deployedBytecode)
      // OpenZeppelin's AccessManager does several calls in one by calling itself (Multicall): no other code gets in.
      expect(
        opcodes.filter(opcode => opcode === DELEGATECALL),
        name,
      ).to.have.lengthOf(name === 'accessManager' ? 1 : 0)
      expect(opcodes, name).not.to.include.oneOf([SELFDESTRUCT, CALLCODE])
    }
  })

  it('would show a delegate call behind data, and none in it', () => {
    // stop, data that looks like a delegate call, jumpdest, delegatecall; no metadata
    expect(opcodesOf('0x00f45bf40000')).to.deep.equal([0x00, JUMPDEST, DELEGATECALL])
    expect(opcodesOf('0x61f4f4f40000')).to.deep.equal([0x61, DELEGATECALL])
  })
})

interface ChangingFunction {
  readonly contract: ContractName
  readonly method: string
  readonly selector: string
}

/** What changes something in the ledger's contracts, but the authority of a contract with roles, and roles themselves. */
function changingFunctions(): readonly ChangingFunction[] {
  return CONTRACT_NAMES.filter(name => name !== 'accessManager').flatMap(contract => {
    const found: ChangingFunction[] = []
    interfaceOf(contract).forEachFunction(({ name, constant, selector }) => {
      if (!constant && name !== 'setAuthority') found.push({ contract, method: name, selector })
    })
    return found
  })
}

/** The table of who can do what: in its first column, functions of one contract, which the first of them names. */
function actsIn(document: string): readonly { readonly act: string; readonly who: string }[] {
  const section = document.split('## Who can do what')[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .flatMap(line => {
      const [, acts = '', who = ''] = line.split('|').map(cell => cell.trim())
      const names = [...acts.matchAll(/`([^`]+)`/gu)].map(([, name = '']) => name)
      const contract = names[0]?.split('.')[0] ?? ''
      return names.map((name, i) => ({ act: i === 0 ? name : `${contract}.${name}`, who }))
    })
}

const JUMPDEST = 0x5b
const CALLCODE = 0xf2
const DELEGATECALL = 0xf4
const SELFDESTRUCT = 0xff
/** After these nothing is executed before the next jump destination: stop, jump, return, revert, invalid, selfdestruct. */
const ENDS: ReadonlySet<number> = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe, SELFDESTRUCT])

/** The opcodes in a deployed contract that can be executed: neither the data of pushes nor tables behind the code. */
function opcodesOf(bytecode: string): readonly number[] {
  const code = Buffer.from(bytecode.slice(2), 'hex')
  const metadata = code.readUInt16BE(code.length - 2) + 2
  const found: number[] = []
  let live = true
  for (let at = 0; at < code.length - metadata; at++) {
    const opcode = code[at] ?? 0
    live ||= opcode === JUMPDEST
    if (live) found.push(opcode)
    if (ENDS.has(opcode)) live = false
    if (opcode >= 0x60 && opcode <= 0x7f) at += opcode - 0x5f
  }
  return found
}

async function expectCode(act: Promise<unknown>, code: string): Promise<void> {
  const error: unknown = await act.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).to.be.instanceOf(LedgerError)
  expect(error).to.have.property('code', code)
}
