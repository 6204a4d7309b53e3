// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";
import {Purpose} from "../types/Purpose.sol";
import {Scope} from "../types/Scope.sol";
import {Veto} from "../types/Veto.sol";

/// @title AccessLedger: who may take which data, what for, and what they took
/// @notice A request and the grant it becomes are one thing with one id: requested → granted | refused; granted →
/// revoked, expired or exhausted; held or suspended while an inspector's veto stands on it. A request is decided by one
/// of four: the contract, where sharing is unconditional; the provider's policy; the provider; or, from a
/// classification level on, by k of n named approvers. No delivery is recorded that its grant, at that block, did not
/// allow. The state keeps what acts are checked against; everything else that was said stands in the events.
interface IAccessLedger {
    /// Where a request stands. Held, Suspended, Expired and Exhausted are never stored: they follow from veto, time and
    /// quota.
    enum State {
        None,
        Requested, // 申请中
        Refused, // 已拒绝
        Granted, // 已授权
        Revoked, // 已撤销
        Expired, // 已到期
        Exhausted, // 额度用尽
        Held, // 已中止审批: a request under veto
        Suspended // 已暂停: a grant under veto
    }

    /// By which rules data is asked for.
    enum Ground {
        Sharing, // 共享: between departments, by share type
        Opening, // 开放: to society, by open type
        Operation, // 授权运营: under an operation agreement
        Development, // 开发利用: under a development agreement
        Contract // 契约式开放: under an opening agreement
    }

    /// Who granted.
    enum Basis {
        Unconditional, // 合约: shared or open unconditionally
        Policy, // 自动共享策略
        Provider, // 提供部门
        Approvals // 多方会签: k of n
    }

    /// Who may approve (会签角色); the value is the bit's position in a set of roles.
    enum Approver {
        ProviderOfficer, // 提供部门首席数据官
        ConsumerOfficer, // 使用部门首席数据官
        Regulator // 监管
    }

    /// Who says so, and of what.
    enum DeliveryKind {
        Share, // 共享: the provider handed over
        Download, // 下载: the consumer fetched
        Statement, // 用量结算: access lines of a period, summed up
        Computation // 计算: data was used where it is and did not leave (数据可用不可见)
    }

    enum Channel {
        SystemInterface, // 系统对接
        FrontEndMachine, // 前置机
        OnlineQuery, // 联机查询
        BulkDownload, // 批量下载
        InPlace // 域内计算
    }

    /// How much may be taken in all, at least 1 of each; 2^64-1 stands for "unlimited".
    struct Quota {
        uint64 byteCount;
        uint64 rowCount;
    }

    struct Request {
        ResourceId resource;
        AgreementId agreement; // under which it is asked for; 0 if none
        Purpose purpose; // a registered code (IVocabulary)
        bytes32 purposeTextDigest; // salted digest of the purpose in words; the words stay off chain
        bytes32 legalBasisDigest; // digest of the authority relied on
        Scope scope; // within the resource's fields, not empty
        uint40 from; // earliest start, seconds since 1970; a grant never starts before the block that gives it
        uint40 until; // first second after the end
        Quota quota;
    }

    struct Grant {
        ResourceId resource;
        OrganisationId consumer;
        AgreementId agreement;
        uint8 purpose; // its number in the vocabulary
        uint40 from;
        uint40 until;
        State state;
        Veto veto;
        uint64 bytesLeft; // of the quota: of the one asked for until the decision, of the one granted from then on
        uint64 rowsLeft;
        Scope scope;
        uint8 withdrawals; // how often an approval of it was taken back; part of `askedDigest`
    }

    /// How many of whom must approve.
    struct ApprovalRule {
        uint8 needed; // k; 0 for "the provider decides alone"
        uint8 roles; // n: bit for each `Approver`
    }

    /// What passed from provider to consumer in one delivery.
    struct Handover {
        Channel channel;
        uint64 rowCount;
        uint64 byteCount;
        Scope scope; // fields delivered, within the grant's scope, not empty
        bytes32 contentDigest; // of the bytes delivered; zero only where a range of the access log stands for them
        uint64 accessCount; // access lines that this sums up; 0 if none
        uint64 logFirst; // range of the access log that they lie in: first index, and
        uint64 logEnd; // first index after the last; equal if none
    }

    struct Delivery {
        GrantId grant;
        DeliveryKind kind; // not Computation: see `compute`
        Handover handover;
    }

    /// One source of a computation: what it read there.
    struct Input {
        GrantId grant;
        uint64 rowCount;
        uint64 byteCount;
        Scope scope;
    }

    /// `dueAt`: first second at which an answer is overdue, 10 working days on (IWorkCalendar); 0 where none is owed
    /// because the contract decides at once. `approvals`: by the rules of this moment, how many approvals it takes at
    /// least, of all roles that these name; with two rules to be met, not every choice of so many will do.
    event AccessRequested(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        uint32 resourceVersion,
        Ground ground,
        ApprovalRule approvals,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional,
        Request terms
    );
    /// `policyVersion`: of the resource's policy (IPolicies), where that granted; else 0.
    event AccessGranted(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId provider,
        Basis basis,
        uint32 policyVersion,
        uint40 from,
        uint40 until,
        Quota quota,
        bytes32 reasonDigest
    );
    event AccessRefused(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId provider,
        bytes32 reasonDigest
    );
    event GrantRevoked(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId provider,
        bytes32 reasonDigest
    );
    /// `by`: the organisation whose officer, or which as regulator, approved. It counts until `validUntil`. `standing`: how
    /// many of the roles that the rules name approve now; `missing`: how many more it takes at least, 0 where this granted.
    event ApprovalGiven(
        GrantId indexed id,
        OrganisationId indexed by,
        Approver indexed role,
        address account,
        uint40 validUntil,
        uint8 standing,
        uint8 missing,
        bytes32 reasonDigest
    );
    event ApprovalWithdrawn(
        GrantId indexed id,
        OrganisationId indexed by,
        Approver indexed role,
        address account,
        bytes32 reasonDigest
    );
    event ApprovalRuleSet(uint8 indexed fromLevel, ApprovalRule rule);
    event GrantVetoed(
        GrantId indexed id,
        OrganisationId indexed inspector,
        bytes32 reasonDigest,
        bytes32 referenceDigest
    );
    event GrantVetoLiftAgreed(GrantId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event GrantVetoLifted(GrantId indexed id);
    /// `recordedBy`: provider, consumer, or the platform operator that the provider entrusted.
    event Delivered(
        GrantId indexed grant,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId recordedBy,
        DeliveryKind kind,
        Handover handover
    );
    /// The inputs stand in one `Delivered` each, of kind Computation, right before.
    event Computed(
        bytes32 indexed outputDigest,
        OrganisationId indexed consumer,
        OrganisationId indexed recordedBy,
        bytes32 algorithmDigest,
        GrantId[] inputs
    );
    /// The consumer countersigned: what the provider says it handed over did arrive (双方确认).
    event ReceiptConfirmed(
        GrantId indexed grant,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        bytes32 contentDigest
    );
    /// `log`: the access log that this operator's statements refer to (ICheckpointAnchor); zero: entrusted no more.
    event OperatorEntrusted(OrganisationId indexed provider, OrganisationId indexed operator, bytes32 log);

    error PurposeTextMissing();
    error LegalBasisMissing();
    error ScopeEmpty();
    /// @notice The scope asks for fields that are not in `allowed`.
    error ScopeTooWide(Scope given, Scope allowed);
    /// @notice The period ends before it can start.
    error PeriodInvalid(uint40 from, uint40 until, uint40 time);
    error QuotaEmpty(uint64 byteCount, uint64 rowCount);
    /// @notice Nobody asks itself for its own data.
    error OwnResource(ResourceId resource, OrganisationId provider);
    /// @notice The caller is of no kind that may ask for data in this way.
    error MayNotAsk(OrganisationId caller, Ground ground);
    /// @notice The resource is not opened to society.
    error NotOpened(ResourceId resource);
    /// @notice Under this agreement data is taken from `needed`, not from the resource's provider.
    error ProviderNotInAgreement(AgreementId agreement, OrganisationId provider, OrganisationId needed);
    /// @notice A product's source was not granted to its developer, nor to its operator under an operation agreement of
    /// the same agency.
    error SourceNotGranted(ResourceId product, GrantId source);
    /// @notice Made of products made of products, further down than can be checked for a veto.
    error SourcesTooDeep(ResourceId product);
    error GrantUnknown(GrantId id);
    error GrantStateWrong(GrantId id, State current, State needed);
    /// @notice An inspector's veto stands on it, or on `vetoed`, from which its data comes.
    error GrantIsVetoed(GrantId id, GrantId vetoed);
    error GrantNotVetoed(GrantId id);
    /// @notice A consent was signed for another veto than the one that stands.
    error GrantVetoDiffers(GrantId id, uint8 given, uint8 current);
    error GrantLiftNotYours(GrantId id, OrganisationId caller);
    /// @notice A decision was signed for another request than the one that has this id now.
    error AskedDiffers(GrantId id, bytes32 given, bytes32 current);
    error NotTheProvider(GrantId id, OrganisationId caller, OrganisationId provider);
    /// @notice The caller is not a side of this grant that records such a delivery, nor entrusted by its provider.
    error NotAParty(GrantId id, OrganisationId caller, OrganisationId provider, OrganisationId consumer);
    error NotTheConsumer(GrantId id, OrganisationId caller, OrganisationId consumer);
    /// @notice Approvals are needed, at least so many, of these roles; the provider does not decide alone.
    error ApprovalsNeeded(GrantId id, uint8 needed, uint8 roles);
    /// @notice No approvals are needed: the provider decides.
    error ApprovalsNotNeeded(GrantId id);
    error ApproverWrong(GrantId id, Approver role, OrganisationId caller, OrganisationId needed);
    /// @notice The role is not among `roles`, which approve here.
    error ApproverNotNamed(GrantId id, Approver role, uint8 roles);
    error ApprovalStands(GrantId id, Approver role, uint40 validUntil);
    error ApprovalNone(GrantId id, Approver role);
    error ApprovalPeriodInvalid(GrantId id, uint40 validUntil, uint40 time);
    error ApprovalRuleInvalid(uint8 fromLevel, uint8 needed, uint8 roles);
    /// @notice The requested period was over before the request was decided.
    error RequestLapsed(GrantId id, uint40 until, uint40 time);
    /// @notice A decision may shorten what was asked for, never lengthen it.
    error PeriodWidened(GrantId id, uint40 given, uint40 requested);
    error QuotaWidened(GrantId id, Quota given, Quota requested);
    error ReasonMissing(GrantId id);
    error GrantNotStarted(GrantId id, uint40 from, uint40 time);
    error GrantExpired(GrantId id, uint40 until, uint40 time);
    error ByteQuotaExceeded(GrantId id, uint64 given, uint64 left);
    error RowQuotaExceeded(GrantId id, uint64 given, uint64 left);
    error DeliveryScopeEmpty(GrantId id);
    error DeliveryScopeTooWide(GrantId id, Scope given, Scope granted);
    /// @notice Neither a byte nor a row was delivered.
    error DeliveryEmpty(GrantId id);
    error LogRangeInvalid(GrantId id, uint64 first, uint64 end);
    /// @notice A statement sums up at least one access, and no more than its range of the log holds.
    error StatementInvalid(GrantId id, uint64 accessCount, uint64 first, uint64 end);
    /// @notice Only sums of access lines are recorded by an operator, and only sums of access lines are statements.
    error DeliveryKindWrong(GrantId id, DeliveryKind kind);
    /// @notice Nothing says what was delivered: no digest of it, no range of the access log.
    error DeliveryUnidentified(GrantId id);
    error BatchEmpty();
    error ComputationDigestMissing();
    /// @notice The inputs of one computation are grants of one consumer, ascending.
    error InputInvalid(GrantId id);
    error EntrustedUnchanged(OrganisationId provider, OrganisationId operator, bytes32 log);
    error ContentDigestMissing(GrantId id);

    /// @notice Asks for access. Without an agreement: for an active consumer (sharing) or else an active applicant or
    /// developer (opening). With one: for the party that it lets take.
    /// Granted in the same transaction where the resource is shared (or opened) unconditionally or the provider's policy
    /// covers it, and the level asks for no approvals; refused where it is withheld; decided by people otherwise.
    /// Requests under an agreement are always decided by people.
    function request(Request calldata terms) external returns (GrantId id);

    /// @notice Grants a request, as asked or less. For the resource's provider, where no rule asks for approvals.
    /// @param asked `askedDigest(id)`: what the decision is about, so that a signed one fits no other request.
    /// @param until End of the grant; at most the one asked for.
    /// @param quota Each number at most the one asked for, and at least 1.
    /// @param reasonDigest Digest of the reasons or conditions; zero if there are none.
    function grant(
        GrantId id,
        bytes32 asked,
        uint40 until,
        Quota calldata quota,
        bytes32 reasonDigest
    ) external;

    /// @notice Approves a request as it was asked, for one role; the approval with which all rules are met grants it. For
    /// the account of that role: the officer of the provider or of the consumer, or an active regulator.
    /// @param validUntil Until when this approval counts, if others are still missing.
    function approve(
        GrantId id,
        bytes32 asked,
        Approver role,
        uint40 validUntil,
        bytes32 reasonDigest
    ) external;

    /// @notice Takes an approval back before the request is granted, and with it every decision on this request that
    /// was signed and not sent yet, whoever signed it (`askedDigest` changes). For the account of that role.
    function withdrawApproval(GrantId id, Approver role, bytes32 reasonDigest) external;

    /// @notice Refuses a request. For the resource's provider, who owes a reason.
    function refuse(GrantId id, bytes32 reasonDigest) external;

    /// @notice Ends a grant before its time. For the resource's provider, who owes a reason.
    function revoke(GrantId id, bytes32 reasonDigest) external;

    /// @notice Says from which level on how many of whom must approve (多方会签). Level 0 stands for requests under an
    /// operation agreement, whatever the level, and is set alone: they have to meet this rule and that of their level,
    /// and a role that both name counts for both. Any other sets that level and all above it, up to 15; higher ones count
    /// as 15. It holds for every request not yet granted, by the higher of the levels that the
    /// resource had when it was asked for and has now. For the keeper of the approval rules.
    function setApprovalRule(uint8 fromLevel, ApprovalRule calldata rule) external;

    /// @notice Holds a request or suspends a grant from this block on (中止、暂停), and with it all that is made from its
    /// data: also a grant that is used up, or revoked or over, which it stays in its state. Not a request that was refused
    /// or has lapsed. Imposed again while one side alone has agreed to lift it, both have to agree anew. For an active
    /// inspector, who owes a reason.
    function vetoGrant(GrantId id, bytes32 reasonDigest, bytes32 referenceDigest) external;

    /// @notice Agrees to lift the veto; it is lifted when an inspector and a regulator have.
    /// @param round Which veto this consent is for, of all ever imposed on it: the fourth is 4, the 32nd 0 (Veto.sol).
    /// Refused for any but the one that stands, so that a consent signed for one veto lifts no later one.
    function liftGrantVeto(GrantId id, uint8 round, bytes32 reasonDigest) external;

    /// @notice Records that the provider shared data under a grant. For its provider.
    function share(GrantId id, Handover calldata handover) external;

    /// @notice Records that the consumer downloaded data under a grant. For its consumer, or for its provider where the
    /// consumer does not sign: the event says whose word it is.
    function download(GrantId id, Handover calldata handover) external;

    /// @notice Records several deliveries, all of them or none; among them statements: access lines of a period, summed
    /// up, by which quotas bind online queries too. A statement is for the provider or a platform operator it entrusted.
    /// A batch sorted by resource and consumer costs least.
    function deliver(Delivery[] calldata deliveries) external;

    /// @notice Records a computation on data that stayed where it is. For the consumer of all inputs, or the provider of
    /// all of them.
    function compute(Input[] calldata inputs, bytes32 algorithmDigest, bytes32 outputDigest) external;

    /// @notice Countersigns a delivery by the digest of what arrived. For the grant's consumer, also after its end.
    function confirmReceipt(GrantId id, bytes32 contentDigest) external;

    /// @notice Entrusts a platform operator with recording statements for the caller's resources, from the named log;
    /// with zero, no more. For an active provider.
    function entrust(OrganisationId operator, bytes32 log) external;

    /// @notice The state now, at this block's time.
    function stateOf(GrantId id) external view returns (State);

    /// @notice A request or grant as it stands at this block's time.
    function grantOf(GrantId id) external view returns (Grant memory);

    /// @notice Reverts, with the reason, if no delivery could be recorded under this grant now: state, time, quota, and
    /// every veto, agreement, product release and organisation that it hangs on.
    function checkUsable(GrantId id) external view;

    /// @notice What was asked, in one word: keccak256 of the ABI encoding of resource, consumer, agreement, purpose
    /// number, scope, from, until, bytes and rows, as they stand before the decision, and of how often an approval of
    /// it was taken back (starting over after 256): who signed a decision before such a withdrawal has to sign anew.
    function askedDigest(GrantId id) external view returns (bytes32);

    /// @notice Of each approver until when its approval counts; 0 if it gave none.
    function approvalsOf(GrantId id) external view returns (uint40[3] memory validUntil);

    function approvalRuleAt(uint8 level) external view returns (ApprovalRule memory);

    /// @notice The log that this operator's statements for this provider refer to; zero if it is not entrusted.
    function entrustedLog(OrganisationId provider, OrganisationId operator) external view returns (bytes32);

    /// @notice How many requests were made, which is also the highest id.
    function grantCount() external view returns (uint64);
}
