// Whose act an event is, and by whose signature, where another sent it (IRelay.sol). The Relay says ActRelayed, and what
// the ledger's contracts say after it in the same transaction is the act. But not everything that follows: whoever
// sends may be a contract that relays another's act and then acts itself. So an event counts as the signed act only if
// it comes from the contract that the signature names, is one that the signed function says, and is told of the
// organisation for which the signing account speaks.

import { type ContractName, interfaceOf } from '../abi.ts'
import type { EventName, EventNamed, LedgerEvent } from '../ledger-event.ts'
import type { ChainLog } from '../read.ts'
import type { By, TimedEvent } from './act.ts'
import type { Books } from './books.ts'

export interface Attribution {
  readonly by: By
  readonly relayed?: ChainLog
}

/** Reads events in the order of the chain, and tells of each whose act it is. */
export class Attributor {
  #relayed: { readonly event: EventNamed<'ActRelayed'>; readonly log: ChainLog } | undefined
  /** The act before, for events that only follow from another. */
  #last: (Attribution & { readonly transaction: string }) | undefined

  attribute({ event, log }: TimedEvent, books: Books): Attribution {
    const transaction = log.transactionHash
    if (this.#relayed?.log.transactionHash !== transaction) this.#relayed = undefined
    if (this.#last?.transaction !== transaction) this.#last = undefined
    if (event.name === 'ActRelayed') {
      this.#relayed = { event, log }
      this.#last = undefined
      return { by: {} }
    }
    const attribution = this.#attribute(event, books)
    this.#last = { ...attribution, transaction }
    return attribution
  }

  #attribute(event: LedgerEvent, books: Books): Attribution {
    const { methods, party } = ACTS[event.name] ?? NO_ACT
    const id = party?.(event.args as unknown as Record<string, unknown>)
    if (id === 'follows') return this.#last === undefined ? { by: {} } : { by: this.#last.by, ...relayedOf(this.#last) }
    if (id === 'contract') return { by: {} }
    const speaker = id === undefined ? {} : speakerOf(books, id, event)
    const relayed = this.#relayed
    if (relayed === undefined || !signedFor(relayed.event, event, methods, speaker.account)) return { by: speaker }
    const { actor: account, relayer, digest, signature } = relayed.event.args
    return { by: { ...speaker, account, relayer, digest, signature }, relayed: relayed.log }
  }
}

function relayedOf({ relayed }: Attribution): Pick<Attribution, 'relayed'> {
  return relayed === undefined ? {} : { relayed }
}

/** The organisation, and the account that speaks for it now: its own, or the officer's that the event names. */
function speakerOf(books: Books, id: bigint, { args }: LedgerEvent): By {
  const organisation = books.organisations.get(Number(id))
  const account = 'role' in args ? args.account : organisation?.account
  return { ...(organisation && { organisation: organisation.code }), ...(account !== undefined && { account }) }
}

function signedFor(
  { args: { actor, to, selector } }: EventNamed<'ActRelayed'>,
  { contract, address }: LedgerEvent,
  methods: readonly string[],
  account: string | undefined,
): boolean {
  return (
    address.toLowerCase() === to.toLowerCase() &&
    methods.includes(methodOf(contract, selector)) &&
    (account === undefined || account.toLowerCase() === actor.toLowerCase())
  )
}

function methodOf(contract: ContractName, selector: string): string {
  return interfaceOf(contract).getFunction(selector)?.name ?? ''
}

/** By which functions an event is said, and of whom: an organisation's id; nobody's where a keeper acts. */
interface Saying {
  readonly methods: readonly string[]
  readonly party?: (args: Readonly<Record<string, unknown>>) => bigint | 'follows' | 'contract'
}

const NO_ACT: Saying = { methods: [] }
const of =
  (...methods: readonly string[]) =>
  (name: string): Saying => ({ methods, party: args => args[name] as bigint })
const keeper = (...methods: readonly string[]): Saying => ({ methods })
const follows: Saying = { methods: [], party: () => 'follows' }

/** What the contract itself granted is nobody's act; the k-th approval is the act by which approvals grant. */
const GRANTED: Saying = {
  methods: ['grant'],
  party: ({ basis, provider }) => {
    if (basis === 'provider') return provider as bigint
    return basis === 'approvals' ? 'follows' : 'contract'
  },
}

/** Every event that is, or follows from, an act. Exported for a test that compares it with the compiled contracts. */
export const ACTS: Readonly<Partial<Record<EventName, Saying>>> = {
  OrganisationRegistered: keeper('register'),
  OrganisationUpdated: keeper('update'),
  OrganisationAccountChanged: keeper('changeAccount'),
  OrganisationStatusChanged: keeper('setStatus'),
  OfficerAppointed: keeper('appointOfficer'),
  OrganisationVetoed: of('vetoOrganisation')('inspector'),
  OrganisationVetoLiftAgreed: of('liftOrganisationVeto')('by'),
  OrganisationVetoLifted: follows,
  PurposeRegistered: keeper('registerPurposes'),
  PurposeRetired: keeper('retirePurpose'),
  CalendarSet: keeper('setDays'),
  ResourceRegistered: of('register')('provider'),
  ResourceUpdated: of('update')('provider'),
  ResourceWithdrawn: of('withdraw')('provider'),
  ResourceChangeNoted: of('noteChange')('by'),
  ResourceConfirmed: of('confirm')('by'),
  ResourceVetoed: of('vetoResource')('inspector'),
  ResourceVetoLiftAgreed: of('liftResourceVeto')('by'),
  ResourceVetoLifted: follows,
  PolicySet: of('setPolicy')('provider'),
  PolicyEnded: of('endPolicy')('provider'),
  AgreementApplied: of('applyForDevelopment')('developer'),
  AgreementPublicised: of('publicise')('operator'),
  AgreementObjected: of('object')('by'),
  AgreementObjectionResolved: of('resolveObjection')('by'),
  AgreementOffered: of('offerOperation', 'offerOpening')('first'),
  AgreementSigned: of('signAgreement', 'offerOperation', 'offerOpening')('by'),
  AgreementInForce: follows,
  AgreementFiled: of('fileAgreement')('by'),
  AgreementDeclined: of('declineAgreement')('by'),
  AgreementEnded: of('endAgreement')('by'),
  AgreementEvaluated: of('evaluate')('by'),
  MeasureTaken: of('takeMeasure')('operator'),
  AgreementVetoed: of('vetoAgreement')('inspector'),
  AgreementVetoLiftAgreed: of('liftAgreementVeto')('by'),
  AgreementVetoLifted: follows,
  ProductRegistered: of('registerProduct')('maker'),
  ProductReleased: of('reviewProduct')('reviewer'),
  ProductRefused: of('reviewProduct')('reviewer'),
  ProductWithdrawn: of('withdrawProduct')('by'),
  AccessRequested: of('request')('consumer'),
  AccessGranted: GRANTED,
  AccessRefused: of('refuse')('provider'),
  GrantRevoked: of('revoke')('provider'),
  ApprovalGiven: of('approve')('by'),
  ApprovalWithdrawn: of('withdrawApproval')('by'),
  ApprovalRuleSet: keeper('setApprovalRule'),
  GrantVetoed: of('vetoGrant')('inspector'),
  GrantVetoLiftAgreed: of('liftGrantVeto')('by'),
  GrantVetoLifted: follows,
  Delivered: of('share', 'download', 'deliver', 'compute')('recordedBy'),
  Computed: of('compute')('recordedBy'),
  ReceiptConfirmed: of('confirmReceipt')('consumer'),
  OperatorEntrusted: of('entrust')('provider'),
  CorrectionRaised: of('raise')('raiser'),
  CorrectionAnswered: of('answer')('provider'),
  CorrectionDisputed: of('dispute')('raiser'),
  CorrectionAccepted: of('accept')('raiser'),
  PersonRegistered: of('registerPerson')('organisation'),
  PersonRemoved: of('removePerson')('organisation'),
  IncidentReported: of('reportIncident')('by'),
  IncidentFollowedUp: of('followUpIncident')('by'),
  PlanFiled: of('filePlan')('agency'),
}
