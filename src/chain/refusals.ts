// What a contract's refusal means, in plain words, and what to do next. One sentence per custom error; {name} stands for
// the error's argument of that name. The error's code in the API is its name in snake case: GrantExpired, grant_expired.
// A test compares this list with the compiled contracts, in both directions.

export const REFUSALS: Readonly<Record<string, string>> = {
  // Organisations
  CreditCodeInvalid: '{code} is not a unified social credit code; give 18 digits and capital letters.',
  CreditCodeTaken: 'This credit code already belongs to organisation {holder}; use that one, or check the code.',
  AccountInvalid: 'The zero address cannot be an account; give the address of the key or wallet that will sign.',
  AccountTaken:
    'Account {account} speaks, or once spoke, for organisation {holder}; give an account that was never used.',
  AccountUnknown: 'Account {account} speaks for no organisation; have the registrar register it, or sign with another.',
  KindsInvalid: 'The kinds "{given}" are none or unknown; choose among {known}.',
  KindMissing: 'Organisation {id} is {held} but needs to be {needed}; ask the registrar to add that kind.',
  OrganisationUnknown: 'There is no organisation {id}; look its id up by its credit code.',
  OrganisationNotActive: 'Organisation {id} is {status}, so nothing moves for it; ask the registrar why.',
  OrganisationStatusUnchanged: 'Organisation {id} is {status} already; nothing to do.',
  OrganisationReasonMissing: 'A change of the status of organisation {id} needs a reason; give the digest of its text.',

  // Catalogue
  ResourceUnknown: 'There is no resource {id}; look its id up by its catalogue code.',
  ResourceCodeTaken:
    'This catalogue code already belongs to resource {holder}; codes are never used twice, choose another.',
  ResourceIsWithdrawn: 'Resource {id} was withdrawn from the catalogue; look for the entry that replaced it.',
  ResourceIsWithheld: 'Resource {id} is on the negative list and is not shared; its entry names the legal basis.',
  ResourceReasonMissing: 'Withdrawing resource {id} needs a reason; give the digest of its text.',
  SourceMissing: 'The source is zero; give the digest that identifies the datum at its source.',
  SourceTaken: 'This source is in the catalogue already, as resource {holder}: one datum, one source. Use that entry.',
  NotItsProvider: 'Resource {id} belongs to organisation {provider}, not to {caller}; only its provider may change it.',
  LevelMissing: 'The classification level is zero; give a level from 1.',
  FieldCountInvalid: '{given} fields are not allowed here; give {least} to {most} (fields are only ever added).',
  ParentsTooMany: 'There are {given} parents; name at most {most}.',
  ParentOutOfOrder:
    'Parent {given} must lie after {after_} and before {before}; list existing parents once each, in ascending order.',
  NegativeListBasisMissing:
    'A withheld resource must name the law that withholds it; give the digest of the legal basis.',
  TextLengthInvalid: 'The text has {given} bytes; give 1 to {most}.',

  // AccessLedger
  PurposeInvalid: '{purpose} is not a purpose code; use 1 to 32 of A–Z a–z 0–9 - . : _.',
  PurposeTextMissing: 'The purpose needs words beside its code; give the salted digest of the text.',
  LegalBasisMissing: 'The request names no legal basis; give its digest.',
  ScopeEmpty: 'The request asks for no field; choose at least one.',
  ScopeTooWide: 'The request asks for the fields {given}, but the resource has only {allowed}; ask for less.',
  PeriodInvalid: 'The period from {from} until {until} is empty or over (it is {time}); give an end that lies ahead.',
  QuotaEmpty: 'The quota of {byteCount} bytes and {rowCount} rows allows nothing; give at least 1 of each.',
  GrantUnknown: 'There is no request or grant {id}.',
  GrantStateWrong: 'Request {id} is {current}, and this needs it to be {needed}; look at its history.',
  NotTheProvider:
    'Grant {id} is for data of organisation {provider}; organisation {caller} cannot do this in its place.',
  NotAParty:
    'Organisation {caller} is no party to grant {id}; only its provider {provider} or consumer {consumer} may record a delivery.',
  RequestLapsed:
    'Request {id} asked for a period that ended on {until}, and it is {time}; it can only be refused, ask anew.',
  PeriodWidened:
    'Request {id} asked for a period until {requested}; a grant until {given} would be longer, shorten it.',
  QuotaWidened: 'Request {id} asked for {requested}; a grant of {given} would be more, lower it.',
  ReasonMissing: 'Refusing or revoking {id} needs a reason; give the digest of its text.',
  GrantNotStarted: 'Grant {id} starts on {from}, and it is {time}; wait until then.',
  GrantExpired: 'Grant {id} ended on {until}; ask for a new one.',
  ByteQuotaExceeded:
    'Grant {id} has {left} bytes left, and this delivery has {given}; deliver less, or ask for a new grant.',
  RowQuotaExceeded:
    'Grant {id} has {left} rows left, and this delivery has {given}; deliver less, or ask for a new grant.',
  DeliveryScopeEmpty: 'The delivery under grant {id} names no field; say which fields were delivered.',
  DeliveryScopeTooWide:
    'The delivery has the fields {given}, but grant {id} covers only {granted}; deliver those only.',
  DeliveryEmpty: 'The delivery under grant {id} has neither bytes nor rows; there is nothing to record.',
  LogRangeInvalid:
    'The log range of the delivery under grant {id} ends at {end}, before its start {first}; correct it.',
  DeliveryUnidentified:
    'Nothing says what was delivered under grant {id}; give a digest of the content or its range in the log.',
  BatchEmpty: 'The batch holds no delivery; there is nothing to record.',

  // CheckpointAnchor
  LogUnknown: 'No log {log} is registered; have the log administrator register its origin.',
  LogTaken: 'The log {log} is registered already; use it, or choose another origin.',
  AnchorerInvalid: '{anchorer} is zero, or anchors log {log} already; give another account.',
  NotTheAnchorer: 'Only {anchorer} may anchor log {log}, and {caller} tried; sign with the anchoring key.',
  CheckpointStale: 'Size {current} is anchored already, and the checkpoint has size {given}; anchor a larger one.',
  ProofLengthWrong:
    'The consistency proof has {given} hashes where these sizes need {expected}; make it from the last anchored size.',
  OldRootMismatch:
    'The proof starts from root {proven}, but {anchored} is anchored at size {size}: this is another log, or an old entry was changed.',
  NewRootMismatch:
    'The proof leads to root {proven} at size {size}, but {given} was given: root and proof are of different trees.',
  Sha256Failed:
    'The chain did not compute SHA-256: it lacks the precompiled contract 2. Anchor on a chain that has it.',

  // Roles (OpenZeppelin AccessManager and AccessManaged)
  AccessManagedUnauthorized:
    'Account {caller} does not hold the role that this act needs; ask the administrator of the roles.',
  AccessManagedRequiredDelay:
    'Account {caller} must announce this act {delay} seconds ahead; schedule it with the access manager.',
  AccessManagedInvalidAuthority:
    '{authority} is not a contract, so it cannot manage roles; give the address of an access manager.',
  AccessManagerAlreadyScheduled: 'The act {operationId} is announced already; wait, or cancel it first.',
  AccessManagerNotScheduled: 'The act {operationId} was not announced; schedule it first.',
  AccessManagerNotReady: 'The act {operationId} is announced, but its time has not come; wait.',
  AccessManagerExpired: 'The announcement of act {operationId} has lapsed; schedule it anew.',
  AccessManagerLockedRole: 'Role {roleId} is built in and cannot be changed.',
  AccessManagerLockedFunction: 'Function {selector} is built in and cannot be changed.',
  AccessManagerBadConfirmation: 'A role is given up only by its holder; name the sending account.',
  AccessManagerUnauthorizedAccount:
    'Account {msgsender} does not hold role {roleId}; ask the administrator of the roles.',
  AccessManagerUnauthorizedCall:
    'Account {caller} may not call {selector} of {target}; ask the administrator of the roles.',
  AccessManagerUnauthorizedConsume: '{target} tried to use up an announcement that is not its own; report this.',
  AccessManagerUnauthorizedCancel:
    'Account {msgsender} may not cancel what {caller} announced for {selector} of {target}; ask its guardian.',
  AccessManagerInvalidInitialAdmin: '{initialAdmin} cannot be the first administrator; give a real account.',
  AddressEmptyCode: 'There is no contract at {target}; check the address and the chain.',
  FailedCall: 'The call made by the access manager failed without a reason; try the act directly to see why.',
  InsufficientBalance: 'The access manager has {balance} and needs {needed}; send no value with this act.',
  SafeCastOverflowedUintDowncast: 'The number {value} does not fit into {bits} bits; give a smaller one.',
}
