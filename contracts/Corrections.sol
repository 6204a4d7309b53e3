// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CorrectionId, GrantId, OrganisationId, ResourceId} from "./types/Ids.sol";
import {IAccessLedger} from "./interfaces/IAccessLedger.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {ICorrections} from "./interfaces/ICorrections.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {NO_KIND} from "./types/Kinds.sol";
import {Relayed} from "./Relayed.sol";

/// @title Corrections: data that its users dispute
/// @notice Promises and words: ICorrections.
contract Corrections is ICorrections, Relayed {
    uint16 private constant DAYS_TO_ANSWER = 10; // working days

    IOrganisations public immutable ORGANISATIONS;
    ICatalogue public immutable CATALOGUE;
    IWorkCalendar public immutable CALENDAR;
    IAccessLedger public immutable LEDGER;

    uint64 private _count;
    mapping(CorrectionId id => Correction) private _corrections;

    constructor(
        address relay,
        IOrganisations organisations,
        ICatalogue catalogue,
        IWorkCalendar calendar,
        IAccessLedger ledger
    ) Relayed(relay) {
        ORGANISATIONS = organisations;
        CATALOGUE = catalogue;
        CALENDAR = calendar;
        LEDGER = ledger;
    }

    /// @inheritdoc ICorrections
    function raise(GrantId grant, bytes32 claimDigest) external returns (CorrectionId id) {
        OrganisationId caller = _actor();
        IAccessLedger.Grant memory g = LEDGER.grantOf(grant);
        if (caller != g.consumer) revert NotItsConsumer(grant, caller, g.consumer);
        if (!_wasGranted(g.state)) revert NeverGranted(grant);
        if (claimDigest == 0) revert CorrectionDigestMissing();

        (uint40 dueAt, uint32 version, bool provisional) = _dueFromNow();
        id = CorrectionId.wrap(++_count);
        _corrections[id] = Correction({
            resource: g.resource,
            raiser: caller,
            grant: grant,
            dueAt: dueAt,
            state: CorrectionState.Raised,
            rounds: 1
        });
        emit CorrectionRaised(id, g.resource, caller, grant, claimDigest, dueAt, version, provisional);
    }

    /// @inheritdoc ICorrections
    function answer(CorrectionId id, Answer outcome, bytes32 answerDigest) external {
        OrganisationId caller = _actor();
        Correction storage c = _existing(id);
        ResourceId resource = c.resource;
        OrganisationId provider = CATALOGUE.resource(resource).provider;
        if (caller != provider) revert NotTheAnswerer(id, caller, provider);
        CorrectionState state = c.state;
        if (state != CorrectionState.Raised && state != CorrectionState.Disputed) {
            revert CorrectionStateWrong(id, state);
        }
        if (answerDigest == 0) revert CorrectionDigestMissing();

        c.state = CorrectionState.Answered;
        emit CorrectionAnswered(id, resource, caller, outcome, answerDigest, block.timestamp >= c.dueAt);
    }

    /// @inheritdoc ICorrections
    function dispute(CorrectionId id, bytes32 claimDigest) external {
        Correction storage c = _answeredToCaller(id);
        if (claimDigest == 0) revert CorrectionDigestMissing();

        (uint40 dueAt, uint32 version, bool provisional) = _dueFromNow();
        c.dueAt = dueAt;
        c.state = CorrectionState.Disputed;
        c.rounds += 1;
        emit CorrectionDisputed(id, c.resource, c.raiser, c.rounds, claimDigest, dueAt, version, provisional);
    }

    /// @inheritdoc ICorrections
    function accept(CorrectionId id) external {
        Correction storage c = _answeredToCaller(id);

        c.state = CorrectionState.Accepted;
        emit CorrectionAccepted(id, c.resource, c.raiser);
    }

    /// @inheritdoc ICorrections
    function correctionOf(CorrectionId id) external view returns (Correction memory) {
        return _existing(id);
    }

    /// @inheritdoc ICorrections
    function correctionCount() external view returns (uint64) {
        return _count;
    }

    function _actor() private view returns (OrganisationId) {
        return ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
    }

    function _existing(CorrectionId id) private view returns (Correction storage c) {
        c = _corrections[id];
        if (c.state == CorrectionState.None) revert CorrectionUnknown(id);
    }

    /// An answered correction that the caller raised.
    function _answeredToCaller(CorrectionId id) private view returns (Correction storage c) {
        OrganisationId caller = _actor();
        c = _existing(id);
        if (caller != c.raiser) revert NotTheRaiser(id, caller, c.raiser);
        if (c.state != CorrectionState.Answered) revert CorrectionStateWrong(id, c.state);
    }

    function _dueFromNow() private view returns (uint40 dueAt, uint32 version, bool provisional) {
        return CALENDAR.dueAfter(uint40(block.timestamp), DAYS_TO_ANSWER);
    }

    /// Whether data could ever be taken: under a grant that stands, or stood once.
    function _wasGranted(IAccessLedger.State state) private pure returns (bool) {
        return
            state == IAccessLedger.State.Granted ||
            state == IAccessLedger.State.Suspended ||
            state == IAccessLedger.State.Revoked ||
            state == IAccessLedger.State.Expired ||
            state == IAccessLedger.State.Exhausted;
    }
}
