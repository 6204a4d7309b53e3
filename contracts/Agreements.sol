// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId, ResourceId} from "./types/Ids.sol";
import {
    APPLICANT,
    AUTHORISED_OPERATOR,
    DEVELOPER,
    IMPLEMENTING_AGENCY,
    INSPECTOR,
    Kinds,
    NO_KIND,
    OPERATOR,
    PROVIDER,
    REGULATOR
} from "./types/Kinds.sol";
import {IAgreements} from "./interfaces/IAgreements.sol";
import {Veto} from "./types/Veto.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Relayed} from "./Relayed.sol";

/// @title Agreements: authorised operation, development, contractual opening
/// @notice Promises and words: IAgreements.
contract Agreements is IAgreements, Relayed {
    // The rules give years; a contract counts days. No 5 years have more than 1,827 days, and no 3 more than 1,096.
    uint40 private constant LONGEST_OPERATION = 1_827 days;
    uint40 private constant LONGEST_DEVELOPMENT = 1_096 days;
    uint40 private constant LONGEST_OPENING = 1_827 days;
    uint40 private constant RECTIFICATION = 30 days;
    uint16 private constant PUBLICITY_WORKING_DAYS = 5;
    uint16 private constant FILING_WORKING_DAYS = 20;
    uint256 private constant MAX_RANGE = 64;

    uint8 private constant FIRST = 1;
    uint8 private constant SECOND = 2;
    uint8 private constant THIRD = 4;

    IOrganisations public immutable ORGANISATIONS;
    IWorkCalendar public immutable CALENDAR;

    uint64 private _count;
    mapping(AgreementId id => Agreement) private _agreements;
    mapping(AgreementId id => mapping(ResourceId resource => bool)) private _reaches;
    mapping(AgreementId id => mapping(OrganisationId organisation => bool)) private _objected;
    mapping(OrganisationId operator => mapping(OrganisationId developer => Measure)) private _measures;

    constructor(address relay, IOrganisations organisations, IWorkCalendar calendar) Relayed(relay) {
        ORGANISATIONS = organisations;
        CALENDAR = calendar;
    }

    /// @inheritdoc IAgreements
    function applyForDevelopment(
        AgreementId parent,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 schemeDigest,
        bytes32 materialsDigest
    ) external returns (AgreementId id) {
        OrganisationId developer = ORGANISATIONS.checkActor(_msgSender(), DEVELOPER);
        Agreement memory above = checkInForce(parent);
        if (above.kind != AgreementKind.Operation) revert AgreementKindWrong(parent, above.kind);
        OrganisationId operator = above.second;
        // Whoever operates, or chose the operator, does not build on what is operated (运营机构不得参与再开发).
        if (developer == operator || developer == above.first) revert PartyInvalid(developer);
        _checkNotExcluded(operator, developer);
        _checkPeriod(from, until, LONGEST_DEVELOPMENT);
        if (until > above.until) revert AgreementOutlastsParent(parent, until, above.until);

        id = AgreementId.wrap(++_count);
        if (schemeDigest == 0 || materialsDigest == 0) revert AgreementDigestMissing();
        Agreement storage a = _open(id, AgreementKind.Development, AgreementState.Applied, from, until, range);
        a.first = operator;
        a.second = developer;
        a.parent = parent;
        emit AgreementApplied(id, operator, developer, parent, from, until, range, schemeDigest, materialsDigest);
    }

    /// @inheritdoc IAgreements
    function publicise(AgreementId id, bytes32 reviewDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _inState(id, AgreementState.Applied);
        _checkFirst(id, a, caller);
        _checkNotVetoed(id, a);
        if (reviewDigest == 0) revert AgreementDigestMissing();
        (uint40 publicUntil, uint32 version, bool provisional) = CALENDAR.dueAfter(_now(), PUBLICITY_WORKING_DAYS);

        a.state = AgreementState.Publicised;
        a.publicUntil = publicUntil;
        emit AgreementPublicised(id, caller, publicUntil, version, provisional, reviewDigest);
    }

    /// @inheritdoc IAgreements
    /// @dev Neither a veto on the agreement nor on its parties silences an objection: publicity runs on meanwhile.
    function object(AgreementId id, bytes32 objectionDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _inState(id, AgreementState.Publicised);
        if (_sideOf(a, caller) != 0) revert PartyInvalid(caller);
        if (_now() >= a.publicUntil) revert PublicityOver(id, a.publicUntil, _now());
        if (objectionDigest == 0) revert AgreementDigestMissing();
        // One each: every objection takes a regulator's act to resolve, and one organisation could hold it up for ever.
        if (_objected[id][caller]) revert AlreadyObjected(id, caller);

        _objected[id][caller] = true;
        a.objections += 1;
        emit AgreementObjected(id, caller, objectionDigest);
    }

    /// @inheritdoc IAgreements
    function resolveObjection(AgreementId id, bytes32 resolutionDigest) external {
        OrganisationId caller = ORGANISATIONS.checkActor(_msgSender(), REGULATOR);
        Agreement storage a = _inState(id, AgreementState.Publicised);
        // A party may have become a regulator since.
        if (_sideOf(a, caller) != 0) revert PartyInvalid(caller);
        if (a.objections == 0) revert ObjectionsNone(id);
        if (resolutionDigest == 0) revert AgreementDigestMissing();

        a.objections -= 1;
        emit AgreementObjectionResolved(id, caller, resolutionDigest);
    }

    /// @inheritdoc IAgreements
    function offerOperation(
        OrganisationId operator,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 textDigest
    ) external returns (AgreementId id) {
        OrganisationId agency = ORGANISATIONS.checkActor(_msgSender(), IMPLEMENTING_AGENCY);
        _checkParty(operator, AUTHORISED_OPERATOR);
        if (operator == agency) revert PartyInvalid(operator);
        _checkPeriod(from, until, LONGEST_OPERATION);

        id = AgreementId.wrap(++_count);
        Agreement storage a = _open(id, AgreementKind.Operation, AgreementState.Offered, from, until, range);
        a.first = agency;
        a.second = operator;
        _offer(id, a, range, textDigest);
    }

    /// @inheritdoc IAgreements
    function offerOpening(
        OrganisationId operator,
        OrganisationId applicant,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 textDigest
    ) external returns (AgreementId id) {
        OrganisationId provider = ORGANISATIONS.checkActor(_msgSender(), PROVIDER);
        _checkParty(operator, OPERATOR);
        _checkParty(applicant, APPLICANT | DEVELOPER);
        if (operator == provider) revert PartyInvalid(operator);
        if (applicant == provider || applicant == operator) revert PartyInvalid(applicant);
        _checkPeriod(from, until, LONGEST_OPENING);

        id = AgreementId.wrap(++_count);
        Agreement storage a = _open(id, AgreementKind.Opening, AgreementState.Offered, from, until, range);
        a.first = provider;
        a.second = operator;
        a.third = applicant;
        _offer(id, a, range, textDigest);
    }

    /// @inheritdoc IAgreements
    function signAgreement(AgreementId id, bytes32 textDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _existing(id);
        uint8 side = _checkSide(id, a, caller);
        if (a.state == AgreementState.Publicised && side == FIRST) {
            if (_now() < a.publicUntil) revert PublicityNotOver(id, a.publicUntil, _now());
            if (a.objections != 0) revert ObjectionsOpen(id, a.objections);
            if (textDigest == 0) revert AgreementDigestMissing();
            a.state = AgreementState.Offered;
            a.textDigest = textDigest;
        } else {
            // Among them the developer before its operator: there is no text yet.
            if (a.state != AgreementState.Offered) revert AgreementStateWrong(id, _stateNow(a));
            if (a.signed & side != 0) revert AlreadySigned(id, caller);
            if (textDigest != a.textDigest) revert TextDiffers(id, textDigest, a.textDigest);
        }
        _checkSignable(id, a);

        a.signed |= side;
        emit AgreementSigned(id, caller, textDigest);
        if (a.signed == _allSides(a.kind)) _putInForce(id, a);
    }

    /// @inheritdoc IAgreements
    function declineAgreement(AgreementId id, bytes32 reasonDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _existing(id);
        _checkSide(id, a, caller);
        if (!_isPending(a.state)) revert AgreementStateWrong(id, _stateNow(a));
        if (reasonDigest == 0) revert AgreementReasonMissing(id);

        a.state = AgreementState.Declined;
        emit AgreementDeclined(id, caller, reasonDigest);
    }

    /// @inheritdoc IAgreements
    /// @dev Filing late, or after the end, is better than never, and filing anew corrects a filing.
    function fileAgreement(AgreementId id, bytes32 receiptDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _existing(id);
        _checkFirst(id, a, caller);
        if (a.state != AgreementState.InForce && a.state != AgreementState.Ended) {
            revert AgreementStateWrong(id, a.state);
        }
        if (receiptDigest == 0) revert AgreementDigestMissing();

        emit AgreementFiled(id, caller, receiptDigest);
    }

    /// @inheritdoc IAgreements
    /// @dev Grants under it are not touched: they look up here, so the end of one and of a thousand costs the same.
    function endAgreement(AgreementId id, bytes32 reasonDigest) external {
        (OrganisationId caller, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Agreement storage a = _existing(id);
        if (!kinds.includes(REGULATOR)) _checkSide(id, a, caller);
        _checkState(id, a);
        if (reasonDigest == 0) revert AgreementReasonMissing(id);

        a.state = AgreementState.Ended;
        emit AgreementEnded(id, caller, reasonDigest);
    }

    /// @inheritdoc IAgreements
    function evaluate(AgreementId id, Outcome outcome, bytes32 reportDigest) external {
        OrganisationId caller = _actor();
        Agreement storage a = _existing(id);
        _checkFirst(id, a, caller);
        _checkState(id, a);
        if (outcome == Outcome.None) revert OutcomeInvalid(id);
        if (reportDigest == 0) revert AgreementDigestMissing();
        uint40 rectifyBy = outcome == Outcome.Rectify ? _now() + RECTIFICATION : 0;

        a.outcome = outcome;
        a.rectifyBy = rectifyBy;
        emit AgreementEvaluated(id, caller, outcome, rectifyBy, reportDigest);
    }

    /// @inheritdoc IAgreements
    function takeMeasure(OrganisationId developer, Measure measure, bytes32 reasonDigest) external {
        OrganisationId operator = ORGANISATIONS.checkActor(_msgSender(), AUTHORISED_OPERATOR);
        if (!ORGANISATIONS.kindsOf(developer).includes(DEVELOPER)) revert PartyInvalid(developer);
        Measure previousMeasure = _measures[operator][developer];
        if (measure == previousMeasure) revert MeasureUnchanged(operator, developer, measure);
        // There is no agreement to name: a measure is about the developer, under whatever agreement.
        if (reasonDigest == 0) revert AgreementReasonMissing(AgreementId.wrap(0));

        _measures[operator][developer] = measure;
        emit MeasureTaken(operator, developer, measure, previousMeasure, reasonDigest);
    }

    /// @inheritdoc IAgreements
    function vetoAgreement(AgreementId id, bytes32 reasonDigest, bytes32 referenceDigest) external {
        OrganisationId inspector = ORGANISATIONS.checkActor(_msgSender(), INSPECTOR);
        Agreement storage a = _existing(id);
        AgreementState state = _stateNow(a);
        // Also one that is over, for what was made of what was taken under it. Under a declined one nothing was.
        if (state == AgreementState.Declined) revert AgreementStateWrong(id, state);
        if (a.veto.isUncontested()) revert AgreementIsVetoed(id);
        if (reasonDigest == 0) revert AgreementReasonMissing(id);

        a.veto = a.veto.imposedAnew();
        emit AgreementVetoed(id, inspector, reasonDigest, referenceDigest);
    }

    /// @inheritdoc IAgreements
    function liftAgreementVeto(AgreementId id, uint8 round, bytes32 reasonDigest) external {
        (OrganisationId caller, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Agreement storage a = _existing(id);
        bool inspector = kinds.includes(INSPECTOR);
        if (!inspector && !kinds.includes(REGULATOR)) revert AgreementLiftNotYours(id, caller);
        Veto veto = a.veto;
        if (!veto.isImposed()) revert AgreementNotVetoed(id);
        if (round != veto.round()) revert AgreementVetoDiffers(id, round, veto.round());
        Veto lifted = veto.agreedBy(inspector);
        if (lifted == veto) revert AgreementLiftNotYours(id, caller);
        if (reasonDigest == 0) revert AgreementReasonMissing(id);

        a.veto = lifted;
        emit AgreementVetoLiftAgreed(id, caller, reasonDigest);
        if (!lifted.isImposed()) emit AgreementVetoLifted(id);
    }

    /// @inheritdoc IAgreements
    function checkInForce(AgreementId id) public view returns (Agreement memory a) {
        a = _checkStanding(id);
        ORGANISATIONS.checkActive(a.first);
        ORGANISATIONS.checkActive(a.second);
        if (a.kind == AgreementKind.Opening) ORGANISATIONS.checkActive(a.third);
        if (a.kind == AgreementKind.Development) {
            _checkNotExcluded(a.first, a.second);
            // Of the agreement above, the second party is the first of this one: it was just asked after.
            ORGANISATIONS.checkActive(_checkStanding(a.parent).first);
        }
    }

    /// @inheritdoc IAgreements
    function checkMayTake(
        AgreementId id,
        ResourceId resource,
        OrganisationId taker
    ) external view returns (Agreement memory a) {
        a = checkInForce(id);
        (OrganisationId mayTake, Kinds anyOf) = _takerOf(a);
        if (taker != mayTake || !_reaches[id][resource]) revert OutsideAgreement(id, resource, taker);
        // It was when it signed; who is no operator or developer any more gets nothing new as one.
        if (!ORGANISATIONS.kindsOf(taker).overlaps(anyOf)) revert PartyInvalid(taker);
        _checkEvaluation(id);
        if (a.kind == AgreementKind.Development) _checkEvaluation(a.parent);
    }

    /// @inheritdoc IAgreements
    function agreementOf(AgreementId id) external view returns (Agreement memory a) {
        Agreement storage stored = _existing(id);
        a = stored;
        a.state = _stateNow(stored);
    }

    /// @inheritdoc IAgreements
    function reaches(AgreementId id, ResourceId resource) external view returns (bool) {
        return _reaches[id][resource];
    }

    /// @inheritdoc IAgreements
    function measureOf(OrganisationId operator, OrganisationId developer) external view returns (Measure) {
        return _measures[operator][developer];
    }

    /// @inheritdoc IAgreements
    function agreementCount() external view returns (uint64) {
        return _count;
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }

    /// The active organisation that acts; which party it must be is checked against the agreement.
    function _actor() private view returns (OrganisationId) {
        return ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
    }

    function _existing(AgreementId id) private view returns (Agreement storage a) {
        a = _agreements[id];
        if (a.state == AgreementState.None) revert AgreementUnknown(id);
    }

    function _inState(AgreementId id, AgreementState needed) private view returns (Agreement storage a) {
        a = _existing(id);
        if (a.state != needed) revert AgreementStateWrong(id, _stateNow(a));
    }

    function _stateNow(Agreement storage a) private view returns (AgreementState) {
        return _stateAt(_now(), a.state, a.until);
    }

    function _stateAt(uint40 time, AgreementState stored, uint40 until) private pure returns (AgreementState) {
        return stored == AgreementState.InForce && time >= until ? AgreementState.Expired : stored;
    }

    /// Neither in force yet nor given up.
    function _isPending(AgreementState state) private pure returns (bool) {
        return
            state == AgreementState.Applied ||
            state == AgreementState.Publicised ||
            state == AgreementState.Offered;
    }

    /// Signed by all, neither ended nor over. It need not have begun.
    function _checkState(AgreementId id, Agreement storage a) private view {
        AgreementState state = _stateNow(a);
        if (state != AgreementState.InForce) revert AgreementNotInForce(id, state);
    }

    /// What an agreement's own two slots say about whether it is in force; the text's digest, in a third one, is not
    /// read, because every delivery under the agreement comes through here.
    function _checkStanding(AgreementId id) private view returns (Agreement memory a) {
        Agreement storage stored = _existing(id);
        a = Agreement({
            first: stored.first,
            second: stored.second,
            third: stored.third,
            parent: stored.parent,
            kind: stored.kind,
            state: stored.state,
            signed: stored.signed,
            veto: stored.veto,
            outcome: stored.outcome,
            objections: stored.objections,
            from: stored.from,
            until: stored.until,
            publicUntil: stored.publicUntil,
            rectifyBy: stored.rectifyBy,
            textDigest: 0
        });
        a.state = _stateAt(_now(), a.state, a.until);
        if (a.state != AgreementState.InForce) revert AgreementNotInForce(id, a.state);
        if (a.veto.isImposed()) revert AgreementIsVetoed(id);
        if (_now() < a.from) revert AgreementNotBegun(id, a.from, _now());
    }

    /// The bit of the side on which this organisation stands; 0 if on none.
    function _sideOf(Agreement storage a, OrganisationId party) private view returns (uint8) {
        if (party == a.first) return FIRST;
        if (party == a.second) return SECOND;
        return party == a.third ? THIRD : 0;
    }

    /// Whom an agreement lets take, and what it must be.
    function _takerOf(Agreement memory a) private pure returns (OrganisationId taker, Kinds anyOf) {
        if (a.kind == AgreementKind.Opening) return (a.third, APPLICANT | DEVELOPER);
        return (a.second, a.kind == AgreementKind.Operation ? AUTHORISED_OPERATOR : DEVELOPER);
    }

    function _allSides(AgreementKind kind) private pure returns (uint8) {
        return kind == AgreementKind.Opening ? FIRST | SECOND | THIRD : FIRST | SECOND;
    }

    function _checkSide(AgreementId id, Agreement storage a, OrganisationId caller) private view returns (uint8 side) {
        side = _sideOf(a, caller);
        if (side == 0) revert NotAPartyToAgreement(id, caller);
    }

    function _checkFirst(AgreementId id, Agreement storage a, OrganisationId caller) private view {
        if (caller != a.first) revert NotAPartyToAgreement(id, caller);
    }

    function _checkNotVetoed(AgreementId id, Agreement storage a) private view {
        if (a.veto.isImposed()) revert AgreementIsVetoed(id);
    }

    function _checkParty(OrganisationId party, Kinds anyOf) private view {
        ORGANISATIONS.checkActive(party);
        if (!ORGANISATIONS.kindsOf(party).overlaps(anyOf)) revert PartyInvalid(party);
    }

    function _checkNotExcluded(OrganisationId operator, OrganisationId developer) private view {
        Measure measure = _measures[operator][developer];
        if (measure == Measure.Suspended || measure == Measure.Barred) {
            revert DeveloperExcluded(operator, developer, measure);
        }
    }

    function _checkEvaluation(AgreementId id) private view {
        Agreement storage a = _agreements[id];
        (Outcome outcome, uint40 rectifyBy) = (a.outcome, a.rectifyBy);
        if (outcome == Outcome.Fail || (outcome == Outcome.Rectify && _now() >= rectifyBy)) {
            revert EvaluationStands(id, outcome, rectifyBy, _now());
        }
    }

    /// A period that lies partly in the past may be agreed on; it counts from the last signature (`_putInForce`).
    function _checkPeriod(uint40 from, uint40 until, uint40 longest) private view {
        if (from >= until || until <= _now() || until - from > longest) {
            revert AgreementPeriodInvalid(from, until, _now(), longest);
        }
    }

    /// Every signature, not only the last, needs all parties in good standing and the agreement still possible.
    function _checkSignable(AgreementId id, Agreement storage a) private view {
        _checkNotVetoed(id, a);
        AgreementKind kind = a.kind;
        if (kind == AgreementKind.Operation) {
            _checkPeriod(a.from, a.until, LONGEST_OPERATION);
            _checkParty(a.first, IMPLEMENTING_AGENCY);
            _checkParty(a.second, AUTHORISED_OPERATOR);
        } else if (kind == AgreementKind.Development) {
            _checkPeriod(a.from, a.until, LONGEST_DEVELOPMENT);
            _checkParty(a.first, AUTHORISED_OPERATOR);
            _checkParty(a.second, DEVELOPER);
            _checkNotExcluded(a.first, a.second);
            checkInForce(a.parent);
        } else {
            _checkPeriod(a.from, a.until, LONGEST_OPENING);
            _checkParty(a.first, PROVIDER);
            _checkParty(a.second, OPERATOR);
            _checkParty(a.third, APPLICANT | DEVELOPER);
        }
    }

    function _open(
        AgreementId id,
        AgreementKind kind,
        AgreementState state,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range
    ) private returns (Agreement storage a) {
        if (range.length == 0) revert RangeEmpty();
        if (range.length > MAX_RANGE) revert RangeTooLong(range.length, MAX_RANGE);
        a = _agreements[id];
        a.kind = kind;
        a.state = state;
        a.from = from;
        a.until = until;
        for (uint256 i = 0; i < range.length; ++i) _reaches[id][range[i]] = true;
    }

    /// The offer is the first party's signature.
    function _offer(AgreementId id, Agreement storage a, ResourceId[] calldata range, bytes32 textDigest) private {
        if (textDigest == 0) revert AgreementDigestMissing();
        a.signed = FIRST;
        a.textDigest = textDigest;
        emit AgreementOffered(id, a.first, a.second, a.kind, a.third, a.from, a.until, range, textDigest);
    }

    /// An agreement never holds before the block of its last signature, whatever was agreed: otherwise one signed today
    /// could give an authority to yesterday's access.
    function _putInForce(AgreementId id, Agreement storage a) private {
        uint40 from = a.from < _now() ? _now() : a.from;
        (uint40 filingDueAt, uint32 version, bool provisional) = CALENDAR.dueAfter(_now(), FILING_WORKING_DAYS);

        a.state = AgreementState.InForce;
        a.from = from;
        emit AgreementInForce(id, from, a.until, filingDueAt, version, provisional);
    }
}
