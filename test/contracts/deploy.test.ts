// Who may do what after a deployment, and what a deployment says about itself.

import { expect } from 'chai'
import { BrowserProvider, Contract, keccak256, Wallet, ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import { artifactOf, CONTRACT_NAMES, interfaceOf } from '../../src/chain/contracts.ts'
import { deployLedger, logIdOf, ROLES } from '../../src/chain/deploy.ts'
import { LedgerError } from '../../src/core/error.ts'
import { ORIGIN, useScene } from './fixture.ts'

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
    })

    const log = new Contract(contracts.checkpointAnchor, interfaceOf('checkpointAnchor'), provider)
    expect(await log.getFunction('anchorerOf').staticCall(logIdOf(ORIGIN))).to.equal(anchorer.address)
  })

  it('opens to the roles exactly the functions that the table in docs/contracts.md lists', async () => {
    const provider = await connect(0, [])
    const { contracts } = await deployLedger(deployer.connect(provider), options)
    const manager = new Contract(contracts.accessManager, interfaceOf('accessManager'), provider)
    const opened: string[] = []
    for (const name of CONTRACT_NAMES) {
      const functions: string[] = []
      interfaceOf(name).forEachFunction(({ name, constant }) => constant || functions.push(name))
      for (const method of functions) {
        const selector = interfaceOf(name).getFunction(method)?.selector
        const role = (await manager
          .getFunction('getTargetFunctionRole')
          .staticCall(contracts[name], selector)) as bigint
        if (role !== ROLES.admin) opened.push(`${role} ${name}.${method}`)
      }
    }
    expect(opened.sort()).to.deep.equal([
      '1 organisations.changeAccount',
      '1 organisations.register',
      '1 organisations.setStatus',
      '1 organisations.update',
      '2 checkpointAnchor.registerLog',
      '2 checkpointAnchor.replaceAnchorer',
    ])
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
    for (const what of ['admin', 'registrar', 'anchorer']) {
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

describe('A deployed ledger', () => {
  const scene = useScene()

  it('keeps its log administrator when the deployer is the administrator', async () => {
    await scene.act('admin', 'checkpointAnchor', 'registerLog', 'second', scene.accounts.stranger)
  })

  it('has no way to replace code or to write history: no delegate call, no self-destruct, no proxy', () => {
    for (const name of CONTRACT_NAMES) {
      const opcodes = opcodesOf(artifactOf(name).bytecode)
      expect(opcodes.has(0xf4), `${name} has a delegate call`).to.equal(false)
      expect(opcodes.has(0xff), `${name} has a self-destruct`).to.equal(false)
    }
  })
})

/** The opcodes in a bytecode, without the data of pushes. */
function opcodesOf(bytecode: string): ReadonlySet<number> {
  const code = Buffer.from(bytecode.slice(2), 'hex')
  const metadata = code.readUInt16BE(code.length - 2) + 2
  const found = new Set<number>()
  for (let at = 0; at < code.length - metadata; at++) {
    const opcode = code[at] ?? 0
    found.add(opcode)
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
