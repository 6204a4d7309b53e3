// Reads the contracts' events out of a chain's logs. Only the ledger's own addresses count: any contract can emit an
// event that looks the same.

import { concat, type JsonFragmentType, type LogParams } from 'ethers'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { artifactOf, type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import type { EventName, LedgerEvent } from './ledger-event.ts'
import { decodeValues } from './values.ts'

export type { EventName, EventNamed, LedgerEvent } from './ledger-event.ts'

/** Which contract may emit which event. An event of that name from any other address is not the ledger's. */
export const EVENTS: Readonly<Record<EventName, ContractName>> = {
  ActTypeFixed: 'relay',
  ActRelayed: 'relay',
  NonceCancelled: 'relay',
  OrganisationRegistered: 'organisations',
  OrganisationUpdated: 'organisations',
  OrganisationAccountChanged: 'organisations',
  OrganisationStatusChanged: 'organisations',
  OfficerAppointed: 'organisations',
  OrganisationVetoed: 'organisations',
  OrganisationVetoLiftAgreed: 'organisations',
  OrganisationVetoLifted: 'organisations',
  PurposeRegistered: 'vocabulary',
  PurposeRetired: 'vocabulary',
  CalendarSet: 'workCalendar',
  ResourceRegistered: 'catalogue',
  ResourceUpdated: 'catalogue',
  ResourceWithdrawn: 'catalogue',
  ResourceChangeNoted: 'catalogue',
  ResourceConfirmed: 'catalogue',
  ResourceVetoed: 'catalogue',
  ResourceVetoLiftAgreed: 'catalogue',
  ResourceVetoLifted: 'catalogue',
  PolicySet: 'policies',
  PolicyEnded: 'policies',
  AgreementApplied: 'agreements',
  AgreementPublicised: 'agreements',
  AgreementObjected: 'agreements',
  AgreementObjectionResolved: 'agreements',
  AgreementOffered: 'agreements',
  AgreementSigned: 'agreements',
  AgreementInForce: 'agreements',
  AgreementFiled: 'agreements',
  AgreementDeclined: 'agreements',
  AgreementEnded: 'agreements',
  AgreementEvaluated: 'agreements',
  MeasureTaken: 'agreements',
  AgreementVetoed: 'agreements',
  AgreementVetoLiftAgreed: 'agreements',
  AgreementVetoLifted: 'agreements',
  ProductRegistered: 'products',
  ProductReleased: 'products',
  ProductRefused: 'products',
  ProductWithdrawn: 'products',
  AccessRequested: 'accessLedger',
  AccessGranted: 'accessLedger',
  AccessRefused: 'accessLedger',
  GrantRevoked: 'accessLedger',
  ApprovalGiven: 'accessLedger',
  ApprovalWithdrawn: 'accessLedger',
  ApprovalRuleSet: 'accessLedger',
  GrantVetoed: 'accessLedger',
  GrantVetoLiftAgreed: 'accessLedger',
  GrantVetoLifted: 'accessLedger',
  Delivered: 'accessLedger',
  Computed: 'accessLedger',
  ReceiptConfirmed: 'accessLedger',
  OperatorEntrusted: 'accessLedger',
  CorrectionRaised: 'corrections',
  CorrectionAnswered: 'corrections',
  CorrectionDisputed: 'corrections',
  CorrectionAccepted: 'corrections',
  PersonRegistered: 'conduct',
  PersonRemoved: 'conduct',
  IncidentReported: 'conduct',
  IncidentFollowedUp: 'conduct',
  PlanFiled: 'conduct',
  LogRegistered: 'checkpointAnchor',
  AnchorerReplaced: 'checkpointAnchor',
  CheckpointAnchored: 'checkpointAnchor',
}

/** What a chain says about one event; an ethers `Log` is one. */
export type RawEvent = Pick<
  LogParams,
  'address' | 'topics' | 'data' | 'blockNumber' | 'blockHash' | 'transactionHash' | 'index'
>

interface EventShape {
  readonly name: EventName
  readonly contract: ContractName
  readonly inputs: readonly JsonFragmentType[]
}

let shapes: ReadonlyMap<string, EventShape> | undefined

/** The first topic of an event, by which nodes filter: 0x and 64 hexadecimal digits. */
export function topicOf(name: EventName): string {
  const fragment = interfaceOf(EVENTS[name]).getEvent(name)
  if (!fragment) throw new Error(`${EVENTS[name]} declares no event ${name}`)
  return fragment.topicHash
}

/**
 * The ledger's event in a log, or undefined if it is none: another event, or a contract that is not the ledger's own and
 * only imitates one.
 * @param contracts The ledger's addresses, from a source the caller trusts.
 * @throws LedgerError `event_malformed` if the ledger's own address carries data that does not fit the event.
 */
export function decodeEvent(log: RawEvent, contracts: ContractAddresses): LedgerEvent | undefined {
  shapes ??= new Map(eventShapes())
  const shape = shapes.get(log.topics[0] ?? '')
  if (!shape || log.address.toLowerCase() !== contracts[shape.contract].toLowerCase()) return undefined
  // The compiled ABI decides the shape of `args`; a test compares it with the types, event by event.
  return {
    name: shape.name,
    contract: shape.contract,
    address: log.address,
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
    logIndex: log.index,
    args: decodeArgs(shape, log),
  } as unknown as LedgerEvent
}

function* eventShapes(): Iterable<[topic: string, shape: EventShape]> {
  for (const [name, contract] of Object.entries(EVENTS) as [EventName, ContractName][]) {
    const fragment = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)
    yield [topicOf(name), { name, contract, inputs: fragment?.inputs ?? [] }]
  }
}

function decodeArgs(shape: EventShape, log: RawEvent): unknown {
  const indexed = shape.inputs.filter(input => input.indexed)
  const rest = shape.inputs.filter(input => !input.indexed)
  if (log.topics.length !== indexed.length + 1) {
    throw malformed(shape, log, {
      en: `it has ${log.topics.length} topics, not ${indexed.length + 1}`,
      zh: `它有 ${log.topics.length} 个主题，应为 ${indexed.length + 1} 个`,
    })
  }
  try {
    return { ...decodeValues(indexed, concat(log.topics.slice(1))), ...decodeValues(rest, log.data) }
  } catch (cause) {
    throw malformed(shape, log, { en: 'its data does not fit', zh: '其数据不符' }, cause)
  }
}

function malformed(shape: EventShape, log: RawEvent, why: Words, cause?: unknown): LedgerError {
  return new LedgerError(
    'event_malformed',
    {
      en: `Event ${log.index} of block ${log.blockNumber} should be ${shape.name}, but ${why.en}. The node does not answer truthfully, or the contracts are not the ones this version was built for; ask another node.`,
      zh: `区块 ${log.blockNumber} 的事件 ${log.index} 应为 ${shape.name}，但${why.zh}。节点应答不实，或合约不是本版本对应的合约；请改问其他节点。`,
    },
    { cause },
  )
}
