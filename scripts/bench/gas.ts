// What each act costs in gas, on a chain in this process. Gas depends on the call and the state before it, never on the
// machine, so one run is enough. The limit beside a figure is the same act as an attestation: eas.ts.

import { BrowserProvider, type JsonRpcSigner, keccak256, toBeHex, toUtf8Bytes } from 'ethers'
import { network } from 'hardhat'
import { type ContractName, interfaceOf } from '../../src/chain/contracts.ts'
import { deployLedger } from '../../src/chain/deploy.ts'
import {
  CHANNELS,
  DELIVERY_KINDS,
  encodePurpose,
  type Kind,
  kindsToBits,
  OPEN_TYPES,
  SHARE_TYPES,
  UNLIMITED,
} from '../../src/chain/terms.ts'
import { measureAnchors } from './anchor-gas.ts'
import { type Act, type AttestationGas, measureAttestations } from './eas.ts'
import { type Figure, figure } from './figure.ts'

const ORIGIN = 'bench.example/log'
const BATCH = 100
const FIELDS = 12
const DIGEST = keccak256(toUtf8Bytes('any digest'))
const DAY = 86_400

/** All figures, each measured on its own transaction. Takes a few seconds. */
export async function measureGas(): Promise<Figure[]> {
  const connection = await network.create({ override: { hardfork: 'cancun', initialDate: '2026-01-01T00:00:00Z' } })
  try {
    return await measure(new BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 }))
  } finally {
    await connection.close()
  }
}

async function measure(provider: BrowserProvider): Promise<Figure[]> {
  const [operator, tax, statistics, traffic] = await signers(provider)
  const figures: Figure[] = []
  const note = (name: string, gas: bigint, per = 1, limit?: bigint): void => {
    const each = limit === undefined ? undefined : Math.round(Number(limit) / per)
    figures.push(figure(`gas.${name}`, Math.round(Number(gas) / per), 'gas', each))
  }
  const deployment = await deployLedger(operator, {
    registrar: operator.address,
    anchorer: operator.address,
    admin: operator.address,
    origin: ORIGIN,
  })
  const act = async (
    signer: JsonRpcSigner,
    contract: ContractName,
    method: string,
    ...args: unknown[]
  ): Promise<bigint> => {
    const response = await signer.sendTransaction({
      to: deployment.contracts[contract],
      data: interfaceOf(contract).encodeFunctionData(method, args),
    })
    const receipt = await response.wait()
    if (!receipt) throw new Error(`${method} has no receipt`)
    return receipt.gasUsed
  }
  const register = (name: string, kinds: readonly Kind[], code: string, signer: JsonRpcSigner): Promise<bigint> =>
    act(operator, 'organisations', 'register', code, name, kindsToBits(kinds), signer.address)

  note('registerOrganisation', await register('税务局', ['provider'], '11520100MB1234567A', tax))
  await register('统计局', ['consumer'], '11520100MB1234567B', statistics)
  await register('交通局', ['consumer'], '11520100MB1234567C', traffic)
  const describe = (share: keyof typeof SHARE_TYPES): object => description(SHARE_TYPES[share].value)
  note(
    'registerResource',
    await act(tax, 'catalogue', 'register', '306-01-001', keccak256('0x01'), describe('conditional')),
  )
  await act(tax, 'catalogue', 'register', '306-01-002', keccak256('0x02'), describe('unconditional'))

  const now = (await provider.getBlock('latest'))?.timestamp ?? 0
  const ask = (resource: number): object => request(resource, now)
  const same = Array.from({ length: BATCH }, (_, i) => delivery(1, i))
  const attested = await attestations(operator, ask(1), same)
  await act(statistics, 'accessLedger', 'request', ask(1)) // the counter's first step from 0 is dearer than all others
  note('request', await act(statistics, 'accessLedger', 'request', ask(1)), 1, attested.request)
  note('requestGrantedAtOnce', await act(statistics, 'accessLedger', 'request', ask(2)))
  note('approval', await act(tax, 'accessLedger', 'grant', 1, now + DAY, { byteCount: 1e9, rowCount: 1e6 }, DIGEST))
  note('refusal', await act(tax, 'accessLedger', 'refuse', 2, DIGEST))
  note('delivery', await act(tax, 'accessLedger', 'share', 1, handover(1)), 1, attested.delivery)
  note('deliveryByConsumer', await act(statistics, 'accessLedger', 'download', 1, handover(2)))

  note('deliveryInBatchOneGrant', await act(tax, 'accessLedger', 'deliver', same), BATCH)
  const grants: number[] = []
  for (let id = 4; grants.length < BATCH; id++) {
    await act(grants.length < BATCH / 2 ? statistics : traffic, 'accessLedger', 'request', ask(2))
    grants.push(id)
  }
  const each = grants.map((grant, i) => delivery(grant, i))
  note('deliveryInBatch', await act(tax, 'accessLedger', 'deliver', each), BATCH, attested.deliveries)
  note('revocation', await act(tax, 'accessLedger', 'revoke', 1, DIGEST))
  note('easRequest', attested.request)
  note('easDelivery', attested.delivery)
  note('easDeliveryInBatch', attested.deliveries, BATCH)

  await measureAnchors(act.bind(undefined, operator, 'checkpointAnchor'), operator.address, note)
  return figures
}

/** The same fields in the same run: what they are is read from the contract's interface. */
function attestations(signer: JsonRpcSigner, asked: object, deliveries: readonly object[]): Promise<AttestationGas> {
  const ledger = interfaceOf('accessLedger')
  const request = ledger.getFunction('request')?.inputs[0]
  const delivered = ledger.getFunction('deliver')?.inputs[0]?.arrayChildren
  if (!request || !delivered) throw new Error('the ledger takes no request or no deliveries')
  const first: Act = { fields: delivered, value: deliveries[0] ?? {} }
  return measureAttestations(signer, { fields: request, value: asked }, first, deliveries)
}

async function signers(
  provider: BrowserProvider,
): Promise<[JsonRpcSigner, JsonRpcSigner, JsonRpcSigner, JsonRpcSigner]> {
  const [a, b, c, d] = await provider.listAccounts()
  if (!a || !b || !c || !d) throw new Error('the chain has fewer than four accounts')
  return [a, b, c, d]
}

function description(shareType: number): object {
  return {
    name: '纳税人登记信息',
    shareType,
    openType: OPEN_TYPES['not-open'].value,
    level: 3,
    fieldCount: FIELDS,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: toUtf8Bytes(
      JSON.stringify({ abstract: '…'.repeat(60), fields: Array.from({ length: FIELDS }, (_, i) => `字段${i}`) }),
    ),
  }
}

function request(resource: number, now: number): object {
  return {
    resource,
    purpose: encodePurpose('ProvideOfficialStatistics'),
    purposeTextDigest: DIGEST,
    legalBasisDigest: DIGEST,
    scope: 0b111_0001,
    from: 0,
    until: now + 90 * DAY,
    quota: { byteCount: UNLIMITED, rowCount: 1e9 },
  }
}

function handover(salt: number): object {
  return {
    channel: CHANNELS['online-query'].value,
    rowCount: 1_234 + salt,
    byteCount: 567_890 + salt,
    scope: 0b111_0000,
    contentDigest: keccak256(toBeHex(salt, 32)),
    logFirst: 1_000_000 + salt * 1_000,
    logEnd: 1_000_900 + salt * 1_000,
  }
}

function delivery(grant: number, salt: number): object {
  return { grant, kind: DELIVERY_KINDS.share.value, handover: handover(salt) }
}
