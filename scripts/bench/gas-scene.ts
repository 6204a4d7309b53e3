// A ledger on a chain in this process, with who takes part when gas is measured: each party an account of its own.

import { BrowserProvider, type JsonRpcSigner, keccak256, toUtf8Bytes } from 'ethers'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { type Deployment, deployLedger } from '../../src/chain/deploy.ts'
import { encodePurpose, type Kind, kindsToBits, PURPOSES } from '../../src/chain/terms.ts'
import { typedActOf } from '../../src/chain/typed-act.ts'

/** The account that deploys, registers and anchors; then the organisations with the ids 1, 2, 3, …; then the officers. */
const PARTIES = [
  'keeper',
  'tax',
  'statistics',
  'traffic',
  'agency',
  'company',
  'platform',
  'inspector',
  'regulator',
  'taxOfficer',
  'statisticsOfficer',
] as const
export type Party = (typeof PARTIES)[number]

const ORGANISATIONS: readonly (readonly [Party, readonly Kind[]])[] = [
  ['tax', ['provider']],
  ['statistics', ['consumer']],
  ['traffic', ['consumer']],
  ['agency', ['implementing-agency']],
  ['company', ['authorised-operator']],
  ['platform', ['operator']],
  ['inspector', ['inspector']],
  ['regulator', ['regulator']],
]
const ORIGIN = 'bench.example/log'
export const DIGEST = keccak256(toUtf8Bytes('any digest'))

export interface GasScene {
  /** Of the chain's newest block when the scene was set, in seconds. */
  readonly start: number
  readonly keeper: JsonRpcSigner
  readonly contracts: Deployment['contracts']
  /** What registering an organisation cost: the second one, since the counter's first step from 0 is dearer. */
  readonly registration: bigint
  /** Sends an act. @returns The gas that it used. */
  readonly act: (party: Party, contract: ContractName, method: string, ...args: readonly unknown[]) => Promise<bigint>
  /** The same, signed by the party and sent by the keeper through the Relay. */
  readonly relayed: GasScene['act']
  /** What a request asks for, in one word: to be named in its decision. */
  readonly asked: (grant: number) => Promise<string>
  readonly idOf: (party: Party) => number
}

export async function setGasScene(provider: BrowserProvider): Promise<GasScene> {
  const listed = await provider.listAccounts()
  const signers = Object.fromEntries(PARTIES.map((party, i) => [party, listed[i]])) as Record<Party, JsonRpcSigner>
  const { keeper } = signers
  const deployment = await deployLedger(keeper, {
    registrar: keeper.address,
    anchorer: keeper.address,
    admin: keeper.address,
    origin: ORIGIN,
  })
  const { contracts } = deployment
  const send = async (signer: JsonRpcSigner, to: string, data: string): Promise<bigint> => {
    const receipt = await (await signer.sendTransaction({ to, data })).wait()
    if (!receipt) throw new Error('a transaction has no receipt')
    return receipt.gasUsed
  }
  const act: GasScene['act'] = (party, contract, method, ...args) =>
    send(signers[party], contracts[contract], interfaceOf(contract).encodeFunctionData(method, args))
  const view = async (contract: ContractName, method: string, ...args: readonly unknown[]): Promise<unknown> => {
    const contractInterface = interfaceOf(contract)
    const data = contractInterface.encodeFunctionData(method, args)
    return contractInterface.decodeFunctionResult(method, await provider.call({ to: contracts[contract], data }))[0]
  }
  const idOf: GasScene['idOf'] = party => ORGANISATIONS.findIndex(([one]) => one === party) + 1

  const registration = await populate(act, signers, idOf)
  return {
    start: (await provider.getBlock('latest'))?.timestamp ?? 0,
    keeper,
    contracts,
    registration,
    act,
    relayed: async (party, contract, method, ...args) => {
      const nonce = (await view('relay', 'nonces(address)', signers[party].address)) as bigint
      const signed = await sign(signers[party], deployment, nonce, { contract, method, args })
      return act('keeper', 'relay', 'relay', signed)
    },
    asked: async grant => (await view('accessLedger', 'askedDigest', grant)) as string,
    idOf,
  }
}

async function populate(
  act: GasScene['act'],
  signers: Readonly<Record<Party, JsonRpcSigner>>,
  idOf: GasScene['idOf'],
): Promise<bigint> {
  const costs: bigint[] = []
  for (const [i, [party, kinds]] of ORGANISATIONS.entries()) {
    const code = `11520100MB123456${i}A`
    costs.push(
      await act('keeper', 'organisations', 'register', code, '税务局', kindsToBits(kinds), signers[party].address),
    )
  }
  for (const [party, officer] of [
    ['tax', 'taxOfficer'],
    ['statistics', 'statisticsOfficer'],
  ] as const) {
    await act('keeper', 'organisations', 'appointOfficer', idOf(party), signers[officer].address)
  }
  const purposes = Object.entries(PURPOSES).map(([code, { zh, en }]) => ({
    code: encodePurpose(code),
    zh,
    en,
    basis: 'https://w3id.org/dpv',
  }))
  await act('keeper', 'vocabulary', 'registerPurposes', purposes)
  return costs[1] ?? 0n
}

async function sign(
  signer: JsonRpcSigner,
  { contracts, chainId }: Deployment,
  nonce: bigint,
  act: { readonly contract: ContractName; readonly method: string; readonly args: readonly unknown[] },
): Promise<object> {
  const frame = { actor: signer.address, to: contracts[act.contract], nonce, deadline: 2 ** 40 - 1 }
  const typed = typedActOf({ ...frame, ...act, relay: contracts.relay, chainId })
  const types = { [typed.primaryType]: [...(typed.types[typed.primaryType] ?? [])] }
  return { ...frame, data: typed.data, signature: await signer.signTypedData(typed.domain, types, typed.message) }
}
