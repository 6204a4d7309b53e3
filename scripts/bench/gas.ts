// What each act costs in gas, on a chain in this process. Gas depends on the call and the state before it, never on the
// machine, so one run is enough. The limit beside a figure is the same act as an attestation: eas.ts.

import { BrowserProvider, keccak256, toBeHex, toUtf8Bytes } from 'ethers'
import { network } from 'hardhat'
import { interfaceOf } from '../../src/chain/abi.ts'
import {
  CHANNELS,
  DELIVERY_KINDS,
  encodePurpose,
  OPEN_TYPES,
  SHARE_TYPES,
  type ShareType,
  UNLIMITED,
} from '../../src/chain/terms.ts'
import { measureAnchors } from './anchor-gas.ts'
import { type Act, type AttestationGas, measureAttestations } from './eas.ts'
import { type Figure, figure } from './figure.ts'
import { DIGEST, type GasScene, type Party, setGasScene } from './gas-scene.ts'

const BATCH = 100
const FIELDS = 12
const DAY = 86_400
const QUOTA = { byteCount: 1e12, rowCount: 1e9 }
/** The tax bureau's resources: decided by it, shared with all, under a policy, approved by two of three. */
const [CONDITIONAL, UNCONDITIONAL, BY_POLICY, SENSITIVE] = [1, 2, 3, 4]
/** From which level on two must approve. */
const SENSITIVE_LEVEL = 4

type Note = (name: string, gas: bigint, per?: number, limit?: bigint) => void

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
  const scene = await setGasScene(provider)
  const figures: Figure[] = []
  const note: Note = (name, gas, per = 1, limit) => {
    const each = limit === undefined ? undefined : Math.round(Number(limit) / per)
    figures.push(figure(`gas.${name}`, Math.round(Number(gas) / per), 'gas', each))
  }
  note('registerOrganisation', scene.registration)
  await measureCatalogue(scene, note)

  const same = Array.from({ length: BATCH }, (_, i) => deliveryOf(1, i))
  const attested = await attest(scene, same)
  await measureRequests(scene, note, attested)
  await measureDecisions(scene, note)
  await measureDeliveries(scene, note, attested, same)
  await measureAgreement(scene, note)
  await measureBatches(scene, note, attested)
  note('revocation', await scene.act('tax', 'accessLedger', 'revoke', 1, DIGEST))
  note('easRequest', attested.request)
  note('easDelivery', attested.delivery)
  note('easDeliveryInBatch', attested.deliveries, BATCH)

  const anchoring = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    scene.act('keeper', 'checkpointAnchor', method, ...args)
  await measureAnchors(anchoring, scene.keeper.address, note)
  return figures
}

async function measureCatalogue({ act, start }: GasScene, note: Note): Promise<void> {
  for (const [i, share] of (['conditional', 'unconditional', 'conditional', 'conditional'] as const).entries()) {
    const level = i + 1 === SENSITIVE ? SENSITIVE_LEVEL : 3
    const entry = descriptionOf(share, level)
    const gas = await act('tax', 'catalogue', 'register', `306-01-00${i + 1}`, keccak256(toBeHex(i + 1)), entry)
    if (i === 1) note('registerResource', gas)
  }
  const policy = {
    longestPeriod: 366 * DAY,
    validUntil: start + 366 * DAY,
    mostBytes: UNLIMITED,
    mostRows: UNLIMITED,
    scope: 2 ** FIELDS - 1,
    purposes: UNLIMITED,
  }
  note('policy', await act('tax', 'policies', 'setPolicy', BY_POLICY, policy, []))
  await act('keeper', 'accessLedger', 'setApprovalRule', SENSITIVE_LEVEL, { needed: 2, roles: 0b111 })
}

/** Requests 1 to 4 are for the tax bureau to decide, 7 is for its officer and others to approve. */
async function measureRequests(scene: GasScene, note: Note, attested: AttestationGas): Promise<void> {
  const ask = (resource: number): Promise<bigint> =>
    scene.act('statistics', 'accessLedger', 'request', requestFor(scene, resource))
  const askRelayed = (): Promise<bigint> =>
    scene.relayed('statistics', 'accessLedger', 'request', requestFor(scene, CONDITIONAL))
  await ask(CONDITIONAL) // the counter's first step from 0 is dearer than all others
  note('request', await ask(CONDITIONAL), 1, attested.request)
  await askRelayed() // and so is the nonce's
  note('relayedRequest', await askRelayed())
  note('requestGrantedAtOnce', await ask(UNCONDITIONAL))
  note('requestGrantedByPolicy', await ask(BY_POLICY))
  await ask(SENSITIVE)
}

async function measureDecisions(scene: GasScene, note: Note): Promise<void> {
  const until = scene.start + DAY
  const decide = async (grant: number): Promise<readonly unknown[]> => [
    grant,
    await scene.asked(grant),
    until,
    QUOTA,
    DIGEST,
  ]
  note('approval', await scene.act('tax', 'accessLedger', 'grant', ...(await decide(1))))
  note('refusal', await scene.act('tax', 'accessLedger', 'refuse', 2, DIGEST))
  const sensitive = 7
  const asked = await scene.asked(sensitive)
  const approve = (party: Party, role: number): Promise<bigint> =>
    scene.act(party, 'accessLedger', 'approve', sensitive, asked, role, until, DIGEST)
  note('approvalFirstOfTwo', await approve('taxOfficer', 0))
  note('approvalSecondOfTwo', await approve('regulator', 2))
  note('veto', await scene.act('inspector', 'accessLedger', 'vetoGrant', sensitive, DIGEST, DIGEST))
}

async function measureDeliveries(
  { act, relayed }: GasScene,
  note: Note,
  attested: AttestationGas,
  same: readonly object[],
): Promise<void> {
  note('delivery', await act('tax', 'accessLedger', 'share', 1, handoverOf(1)), 1, attested.delivery)
  note('deliveryByConsumer', await act('statistics', 'accessLedger', 'download', 1, handoverOf(2)))
  await relayed('tax', 'accessLedger', 'share', 1, handoverOf(3))
  note('relayedDelivery', await relayed('tax', 'accessLedger', 'share', 1, handoverOf(4)))
  note('receipt', await act('statistics', 'accessLedger', 'confirmReceipt', 1, DIGEST))
  note('deliveryInBatchOneGrant', await act('tax', 'accessLedger', 'deliver', same), BATCH)
}

/** The same request, decision and delivery under an operation agreement, which each of them looks up. */
async function measureAgreement(scene: GasScene, note: Note): Promise<void> {
  const { act, start, idOf } = scene
  const terms = [idOf('company'), start, start + 365 * DAY, [CONDITIONAL], DIGEST]
  note('agreementOffer', await act('agency', 'agreements', 'offerOperation', ...terms))
  note('agreementSignature', await act('company', 'agreements', 'signAgreement', 1, DIGEST))
  const request = { ...requestFor(scene, CONDITIONAL), agreement: 1 }
  note('requestUnderAgreement', await act('company', 'accessLedger', 'request', request))
  const grant = 8
  await act('tax', 'accessLedger', 'grant', grant, await scene.asked(grant), start + DAY, QUOTA, DIGEST)
  note('deliveryUnderAgreement', await act('tax', 'accessLedger', 'share', grant, handoverOf(5)))
}

/** 100 deliveries under as many grants, sorted by resource and consumer; and as many statements of the platform's. */
async function measureBatches(scene: GasScene, note: Note, attested: AttestationGas): Promise<void> {
  const { act, idOf } = scene
  const grants = Array.from({ length: BATCH }, (_, i) => 9 + i)
  for (const i of grants.keys()) {
    const consumer = i < BATCH / 2 ? 'statistics' : 'traffic'
    await act(consumer, 'accessLedger', 'request', requestFor(scene, UNCONDITIONAL))
  }
  const deliveries = grants.map((grant, i) => deliveryOf(grant, i))
  note('deliveryInBatch', await act('tax', 'accessLedger', 'deliver', deliveries), BATCH, attested.deliveries)
  await act('tax', 'accessLedger', 'entrust', idOf('platform'), DIGEST)
  const statements = grants.map((grant, i) => ({
    grant,
    kind: DELIVERY_KINDS.statement.value,
    handover: { ...handoverOf(i), contentDigest: toBeHex(0, 32), accessCount: 800 },
  }))
  note('statementInBatch', await act('platform', 'accessLedger', 'deliver', statements), BATCH)
  const inputs = grants.slice(0, 2).map(grant => ({ grant, rowCount: 1, byteCount: 1, scope: 0b1_0000 }))
  note('computationOfTwo', await act('statistics', 'accessLedger', 'compute', inputs, DIGEST, DIGEST))
}

/** The same fields in the same run: what they are is read from the contract's interface. */
function attest(scene: GasScene, deliveries: readonly object[]): Promise<AttestationGas> {
  const ledger = interfaceOf('accessLedger')
  const request = ledger.getFunction('request')?.inputs[0]
  const delivered = ledger.getFunction('deliver')?.inputs[0]?.arrayChildren
  if (!request || !delivered) throw new Error('the ledger takes no request or no deliveries')
  const first: Act = { fields: delivered, value: deliveries[0] ?? {} }
  const asked = { fields: request, value: requestFor(scene, CONDITIONAL) }
  return measureAttestations(scene.keeper, asked, first, deliveries)
}

function descriptionOf(share: ShareType, level: number): object {
  return {
    name: '纳税人登记信息',
    shareType: SHARE_TYPES[share].value,
    openType: OPEN_TYPES['not-open'].value,
    level,
    fieldCount: FIELDS,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: toUtf8Bytes(
      JSON.stringify({ abstract: '…'.repeat(60), fields: Array.from({ length: FIELDS }, (_, i) => `字段${i}`) }),
    ),
  }
}

function requestFor({ start }: GasScene, resource: number): object {
  return {
    resource,
    agreement: 0,
    purpose: encodePurpose('ProvideOfficialStatistics'),
    purposeTextDigest: DIGEST,
    legalBasisDigest: DIGEST,
    scope: 0b111_0001,
    from: 0,
    until: start + 90 * DAY,
    quota: { byteCount: UNLIMITED, rowCount: 1e9 },
  }
}

function handoverOf(salt: number): object {
  return {
    channel: CHANNELS['online-query'].value,
    rowCount: 1_234 + salt,
    byteCount: 567_890 + salt,
    scope: 0b111_0000,
    contentDigest: keccak256(toBeHex(salt, 32)),
    accessCount: 0,
    logFirst: 1_000_000 + salt * 1_000,
    logEnd: 1_000_900 + salt * 1_000,
  }
}

function deliveryOf(grant: number, salt: number): object {
  return { grant, kind: DELIVERY_KINDS.share.value, handover: handoverOf(salt) }
}
