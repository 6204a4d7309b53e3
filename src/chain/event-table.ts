// Every event of the ledger's contracts, as the interfaces in contracts/ declare it, and the structs in them: by this
// events are read, wherever they come from, without the compiled contracts at hand. A test compares it with these.
// Numbers of organisations, grants and other things are uint64; the names of enumerations are those of codes.ts.

import type { ContractName } from './abi.ts'

/** By the contract that alone may emit them. */
export const EVENT_TABLE: Readonly<Partial<Record<ContractName, string>>> = {
  relay: `
ActTypeFixed(bytes4 indexed selector, bytes32 indexed typeHash, bool fixedSize, string typeText)
ActRelayed(address indexed actor, address indexed to, bytes4 indexed selector, bytes32 digest, uint256 nonce, uint40 deadline, address relayer, bytes signature)
NonceCancelled(address indexed actor, uint256 nonce)
`,
  organisations: `
OrganisationRegistered(uint64 indexed id, bytes32 indexed codeHash, address indexed account, Kinds kinds, string code, string name)
OrganisationUpdated(uint64 indexed id, Kinds kinds, string name)
OrganisationAccountChanged(uint64 indexed id, address indexed previousAccount, address indexed account)
OrganisationStatusChanged(uint64 indexed id, Status indexed status, Status previousStatus, bytes32 reasonDigest)
OfficerAppointed(uint64 indexed id, address indexed previousOfficer, address indexed officer)
OrganisationVetoed(uint64 indexed id, uint64 indexed inspector, bytes32 reasonDigest, bytes32 referenceDigest)
OrganisationVetoLiftAgreed(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
OrganisationVetoLifted(uint64 indexed id)
`,
  vocabulary: `
PurposeRegistered(Purpose indexed code, uint8 number, string zh, string en, string basis)
PurposeRetired(Purpose indexed code, bytes32 reasonDigest)
`,
  workCalendar: `
CalendarSet(uint32 indexed version, uint32 firstDay, uint32 endDay, uint32[] exceptions, bytes32 sourceDigest)
`,
  catalogue: `
ResourceRegistered(uint64 indexed id, uint64 indexed provider, bytes32 indexed sourceHash, string code, Description description)
ResourceUpdated(uint64 indexed id, uint64 indexed provider, uint32 version, Description description)
ResourceWithdrawn(uint64 indexed id, uint64 indexed provider, bytes32 reasonDigest)
ResourceChangeNoted(uint64 indexed id, uint64 indexed by, ChangeKind kind, uint40 occurredAt, uint40 dueAt, uint32 calendarVersion, bool provisional, bytes32 changeDigest)
ResourceConfirmed(uint64 indexed id, uint64 indexed by, bytes32 reviewDigest)
ResourceVetoed(uint64 indexed id, uint64 indexed inspector, bytes32 reasonDigest, bytes32 referenceDigest)
ResourceVetoLiftAgreed(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
ResourceVetoLifted(uint64 indexed id)
`,
  policies: `
PolicySet(uint64 indexed resource, uint32 indexed version, uint64 indexed provider, Terms terms, uint64[] consumers)
PolicyEnded(uint64 indexed resource, uint32 indexed version, uint64 indexed provider, bytes32 reasonDigest)
`,
  agreements: `
AgreementApplied(uint64 indexed id, uint64 indexed operator, uint64 indexed developer, uint64 parent, uint40 from, uint40 until, uint64[] range, bytes32 schemeDigest, bytes32 materialsDigest)
AgreementPublicised(uint64 indexed id, uint64 indexed operator, uint40 publicUntil, uint32 calendarVersion, bool provisional, bytes32 reviewDigest)
AgreementObjected(uint64 indexed id, uint64 indexed by, bytes32 objectionDigest)
AgreementObjectionResolved(uint64 indexed id, uint64 indexed by, bytes32 resolutionDigest)
AgreementOffered(uint64 indexed id, uint64 indexed first, uint64 indexed second, AgreementKind kind, uint64 third, uint40 from, uint40 until, uint64[] range, bytes32 textDigest)
AgreementSigned(uint64 indexed id, uint64 indexed by, bytes32 textDigest)
AgreementInForce(uint64 indexed id, uint40 from, uint40 until, uint40 filingDueAt, uint32 calendarVersion, bool provisional)
AgreementFiled(uint64 indexed id, uint64 indexed by, bytes32 receiptDigest)
AgreementDeclined(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
AgreementEnded(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
AgreementEvaluated(uint64 indexed id, uint64 indexed by, Outcome indexed outcome, uint40 rectifyBy, bytes32 reportDigest)
MeasureTaken(uint64 indexed operator, uint64 indexed developer, Measure indexed measure, Measure previousMeasure, bytes32 reasonDigest)
AgreementVetoed(uint64 indexed id, uint64 indexed inspector, bytes32 reasonDigest, bytes32 referenceDigest)
AgreementVetoLiftAgreed(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
AgreementVetoLifted(uint64 indexed id)
`,
  products: `
ProductRegistered(uint64 indexed resource, uint64 indexed agreement, uint64 indexed maker, PriceClass price, uint64[] sources, bytes32 useDigest)
ProductReleased(uint64 indexed resource, uint64 indexed agreement, uint64 indexed reviewer, uint32 version, bytes32 reviewDigest)
ProductRefused(uint64 indexed resource, uint64 indexed agreement, uint64 indexed reviewer, uint8 checks, bytes32 reviewDigest)
ProductWithdrawn(uint64 indexed resource, uint64 indexed by, bytes32 reasonDigest)
`,
  accessLedger: `
AccessRequested(uint64 indexed id, uint64 indexed resource, uint64 indexed consumer, uint32 resourceVersion, Ground ground, ApprovalRule approvals, uint40 dueAt, uint32 calendarVersion, bool provisional, Request terms)
AccessGranted(uint64 indexed id, uint64 indexed resource, uint64 indexed consumer, uint64 provider, Basis basis, uint32 policyVersion, uint40 from, uint40 until, Quota quota, bytes32 reasonDigest)
AccessRefused(uint64 indexed id, uint64 indexed resource, uint64 indexed consumer, uint64 provider, bytes32 reasonDigest)
GrantRevoked(uint64 indexed id, uint64 indexed resource, uint64 indexed consumer, uint64 provider, bytes32 reasonDigest)
ApprovalGiven(uint64 indexed id, uint64 indexed by, Approver indexed role, address account, uint40 validUntil, uint8 standing, uint8 missing, bytes32 reasonDigest)
ApprovalWithdrawn(uint64 indexed id, uint64 indexed by, Approver indexed role, address account, bytes32 reasonDigest)
ApprovalRuleSet(uint8 indexed fromLevel, ApprovalRule rule)
GrantVetoed(uint64 indexed id, uint64 indexed inspector, bytes32 reasonDigest, bytes32 referenceDigest)
GrantVetoLiftAgreed(uint64 indexed id, uint64 indexed by, bytes32 reasonDigest)
GrantVetoLifted(uint64 indexed id)
Delivered(uint64 indexed grant, uint64 indexed resource, uint64 indexed consumer, uint64 recordedBy, DeliveryKind kind, Handover handover)
Computed(bytes32 indexed outputDigest, uint64 indexed consumer, uint64 indexed recordedBy, bytes32 algorithmDigest, uint64[] inputs)
ReceiptConfirmed(uint64 indexed grant, uint64 indexed resource, uint64 indexed consumer, bytes32 contentDigest)
OperatorEntrusted(uint64 indexed provider, uint64 indexed operator, bytes32 log)
`,
  corrections: `
CorrectionRaised(uint64 indexed id, uint64 indexed resource, uint64 indexed raiser, uint64 grant, bytes32 claimDigest, uint40 dueAt, uint32 calendarVersion, bool provisional)
CorrectionAnswered(uint64 indexed id, uint64 indexed resource, uint64 indexed provider, Answer answer, bytes32 answerDigest, bool overdue)
CorrectionDisputed(uint64 indexed id, uint64 indexed resource, uint64 indexed raiser, uint16 round, bytes32 claimDigest, uint40 dueAt, uint32 calendarVersion, bool provisional)
CorrectionAccepted(uint64 indexed id, uint64 indexed resource, uint64 indexed raiser)
`,
  conduct: `
PersonRegistered(uint64 indexed organisation, bytes32 indexed person, bytes32 undertakingDigest)
PersonRemoved(uint64 indexed organisation, bytes32 indexed person, bytes32 reasonDigest)
IncidentReported(uint64 indexed incident, uint64 indexed by, uint64 indexed agreement, Severity severity, uint40 occurredAt, bytes32 reportDigest)
IncidentFollowedUp(uint64 indexed incident, uint64 indexed by, bool closed, bytes32 reportDigest)
PlanFiled(uint64 indexed agency, bytes32 indexed planDigest, uint40 approvedAt, uint40 dueAt, uint32 calendarVersion, bool provisional)
`,
  checkpointAnchor: `
LogRegistered(bytes32 indexed log, address indexed anchorer, string origin)
AnchorerReplaced(bytes32 indexed log, address indexed previousAnchorer, address indexed anchorer)
CheckpointAnchored(bytes32 indexed log, uint64 indexed size, bytes32 root, uint64 previousSize, bytes32 previousRoot)
`,
}

export const STRUCT_TABLE = `
Description(string name, ShareType shareType, OpenType openType, uint8 level, uint16 fieldCount, uint64[] parents, bytes32 legalBasisDigest, bytes metadata)
Terms(uint40 longestPeriod, uint40 validUntil, uint64 mostBytes, uint64 mostRows, uint128 scope, uint256 purposes)
ApprovalRule(uint8 needed, uint8 roles)
Quota(uint64 byteCount, uint64 rowCount)
Request(uint64 resource, uint64 agreement, Purpose purpose, bytes32 purposeTextDigest, bytes32 legalBasisDigest, uint128 scope, uint40 from, uint40 until, Quota quota)
Handover(Channel channel, uint64 rowCount, uint64 byteCount, uint128 scope, bytes32 contentDigest, uint64 accessCount, uint64 logFirst, uint64 logEnd)
`
