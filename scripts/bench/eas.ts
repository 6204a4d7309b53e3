// What our acts would cost as attestations: the Ethereum Attestation Service (https://attest.org), from its own npm package
// with its authors' own bytecode, on the same chain as ours. The attestation carries the same fields. It checks none of
// them: not who may ask, not the scope, not the period, not the quota. So what it costs is what *recording* costs there.

import { createRequire } from 'node:module'
import {
  AbiCoder,
  BaseContract,
  Contract,
  ContractFactory,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type InterfaceAbi,
  type ParamType,
  type Signer,
  ZeroAddress,
  ZeroHash,
} from 'ethers'

/** One act: the fields as our contract takes them, and values for them. */
export interface Act {
  readonly fields: ParamType
  readonly value: object
}

export interface AttestationGas {
  readonly request: bigint
  readonly delivery: bigint
  /** All of them together. */
  readonly deliveries: bigint
}

/**
 * Attests a request, then a delivery that refers to it, then many deliveries in one call. As with our own figures, each is
 * measured when it is not the first of its kind.
 * @param signer Signs and pays for everything.
 */
export async function measureAttestations(
  signer: Signer,
  request: Act,
  delivery: Act,
  deliveries: readonly object[],
): Promise<AttestationGas> {
  const registry = await deploy(signer, 'SchemaRegistry')
  const eas = await deploy(signer, 'EAS', await registry.getAddress())
  const [asRequest, asDelivery] = [await register(registry, request.fields), await register(registry, delivery.fields)]
  const attest = async (
    schema: string,
    { fields, value }: Act,
    about = ZeroHash,
  ): Promise<ContractTransactionReceipt> =>
    receiptOf(await eas.getFunction('attest').send({ schema, data: attestation(fields, value, about) }))

  const first = await attest(asRequest, request)
  const uid = uidOf(first)
  const ofRequest = await attest(asRequest, request)
  const ofDelivery = await attest(asDelivery, delivery, uid)
  const data = deliveries.map(value => attestation(delivery.fields, value, uid))
  const ofAll = await receiptOf(await eas.getFunction('multiAttest').send([{ schema: asDelivery, data }]))
  return { request: ofRequest.gasUsed, delivery: ofDelivery.gasUsed, deliveries: ofAll.gasUsed }
}

async function deploy(signer: Signer, name: 'EAS' | 'SchemaRegistry', ...args: readonly string[]): Promise<Contract> {
  const path = `@ethereum-attestation-service/eas-contracts/artifacts/contracts/${name}.sol/${name}.json`
  const { abi, bytecode } = createRequire(import.meta.url)(path) as { abi: InterfaceAbi; bytecode: string }
  const deployed: BaseContract = await new ContractFactory(abi, bytecode, signer).deploy(...args)
  await deployed.waitForDeployment()
  return new Contract(await deployed.getAddress(), abi, signer)
}

/** @returns The schema's UID, which the registry says in its event. */
async function register(registry: Contract, fields: ParamType): Promise<string> {
  const text = leavesOf(fields)
    .map(({ type, name }) => `${type} ${name}`)
    .join(',')
  const receipt = await receiptOf(await registry.getFunction('register').send(text, ZeroAddress, true))
  return receipt.logs[0]?.topics[1] ?? missing('the schema')
}

/** `Attested(address indexed recipient, address indexed attester, bytes32 uid, bytes32 indexed schemaUID)`. */
function uidOf(receipt: ContractTransactionReceipt): string {
  return receipt.logs[0]?.data ?? missing('the attestation')
}

function attestation(fields: ParamType, value: object, about: string): object {
  const data = AbiCoder.defaultAbiCoder().encode([fields], [value])
  return { recipient: ZeroAddress, expirationTime: 0, revocable: true, refUID: about, data, value: 0 }
}

/** A struct's fields and those of the structs in it: EAS writes a schema as a flat list. */
function leavesOf(fields: ParamType): ParamType[] {
  return fields.components ? fields.components.flatMap(leavesOf) : [fields]
}

async function receiptOf(response: ContractTransactionResponse): Promise<ContractTransactionReceipt> {
  return (await response.wait()) ?? missing('the transaction')
}

function missing(what: string): never {
  throw new Error(`EAS said nothing about ${what}`)
}
