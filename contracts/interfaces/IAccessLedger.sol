// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";
import {Purpose} from "../types/Purpose.sol";
import {Scope} from "../types/Scope.sol";

/// @title AccessLedger: who may take which data, what for, and what they took
/// @notice A request and the grant it becomes are one thing with one id: requested → granted | refused; granted →
/// revoked, expired or exhausted. No delivery is recorded that its grant, at that block, did not allow. The state keeps
/// what acts are checked against; everything else that was said stands in the events.
interface IAccessLedger {
    /// Where a request stands. Expired and Exhausted are never stored: they follow from time and quota.
    enum State {
        None,
        Requested, // 申请中
        Refused, // 已拒绝
        Granted, // 已授权
        Revoked, // 已撤销
        Expired, // 已到期
        Exhausted // 额度用尽
    }

    /// Who says so: the provider that shared, or that a consumer downloaded.
    enum DeliveryKind {
        Share, // 共享
        Download // 下载
    }

    enum Channel {
        SystemInterface, // 系统对接
        FrontEndMachine, // 前置机
        OnlineQuery, // 联机查询
        BulkDownload // 批量下载
    }

    /// How much may be taken in all, at least 1 of each; 2^64-1 stands for "unlimited".
    struct Quota {
        uint64 byteCount;
        uint64 rowCount;
    }

    struct Request {
        ResourceId resource;
        Purpose purpose;
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
        uint40 from;
        uint40 until;
        State state;
        uint64 bytesLeft; // of the quota: of the one asked for until the decision, of the one granted from then on
        uint64 rowsLeft;
        Scope scope;
    }

    /// What passed from provider to consumer in one delivery.
    struct Handover {
        Channel channel;
        uint64 rowCount;
        uint64 byteCount;
        Scope scope; // fields delivered, within the grant's scope, not empty
        bytes32 contentDigest; // of the bytes delivered; zero only where a range of the access log stands for them
        uint64 logFirst; // access lines in the log that this sums up: first index, and
        uint64 logEnd; // first index after the last; equal if none
    }

    struct Delivery {
        GrantId grant;
        DeliveryKind kind;
        Handover handover;
    }

    event AccessRequested(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        uint32 resourceVersion,
        Request terms
    );
    /// `automatic`: by the contract itself, because the resource is shared unconditionally.
    event AccessGranted(
        GrantId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId provider,
        bool automatic,
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
    /// `recordedBy`: provider or consumer, whichever sent it.
    event Delivered(
        GrantId indexed grant,
        ResourceId indexed resource,
        OrganisationId indexed consumer,
        OrganisationId recordedBy,
        DeliveryKind kind,
        Handover handover
    );

    error PurposeInvalid(Purpose purpose);
    error PurposeTextMissing();
    error LegalBasisMissing();
    error ScopeEmpty();
    /// @notice The scope asks for fields that are not in `allowed`.
    error ScopeTooWide(Scope given, Scope allowed);
    /// @notice The period ends before it can start.
    error PeriodInvalid(uint40 from, uint40 until, uint40 time);
    error QuotaEmpty(uint64 byteCount, uint64 rowCount);
    error GrantUnknown(GrantId id);
    error GrantStateWrong(GrantId id, State current, State needed);
    error NotTheProvider(GrantId id, OrganisationId caller, OrganisationId provider);
    /// @notice The caller is neither side of this grant.
    error NotAParty(GrantId id, OrganisationId caller, OrganisationId provider, OrganisationId consumer);
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
    /// @notice Nothing says what was delivered: no digest of it, no range of the access log.
    error DeliveryUnidentified(GrantId id);
    error BatchEmpty();

    /// @notice Asks for access. For an active consumer. A resource that is shared unconditionally is granted in the same
    /// transaction; one that is withheld refuses.
    function request(Request calldata terms) external returns (GrantId id);

    /// @notice Grants a request, as asked or less. For the resource's provider.
    /// @param until End of the grant; at most the one asked for.
    /// @param quota Each number at most the one asked for, and at least 1.
    /// @param reasonDigest Digest of the reasons or conditions; zero if there are none.
    function grant(GrantId id, uint40 until, Quota calldata quota, bytes32 reasonDigest) external;

    /// @notice Refuses a request. For the resource's provider, who owes a reason.
    function refuse(GrantId id, bytes32 reasonDigest) external;

    /// @notice Ends a grant before its time. For the resource's provider, who owes a reason.
    function revoke(GrantId id, bytes32 reasonDigest) external;

    /// @notice Records that the provider shared data under a grant. For its provider.
    function share(GrantId id, Handover calldata handover) external;

    /// @notice Records that the consumer downloaded data under a grant. For its consumer, or for its provider where the
    /// consumer does not sign: the event says whose word it is.
    function download(GrantId id, Handover calldata handover) external;

    /// @notice Records several deliveries, all of them or none. A batch sorted by resource and consumer costs least.
    function deliver(Delivery[] calldata deliveries) external;

    /// @notice The state now, at this block's time.
    function stateOf(GrantId id) external view returns (State);

    /// @notice A request or grant as it stands at this block's time.
    function grantOf(GrantId id) external view returns (Grant memory);

    /// @notice How many requests were made, which is also the highest id.
    function grantCount() external view returns (uint64);
}
