// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId, ResourceId} from "../types/Ids.sol";
import {Veto} from "../types/Veto.sol";

/// @title Agreements: authorised operation, development, contractual opening (授权运营、开发利用、契约式开放)
/// @notice Three kinds. *Operation*: an implementing agency authorises an operator, at most 5 years. *Development*: an
/// operator lets a developer build on its products, at most 3 years, under an operation agreement: applied for →
/// reviewed and made public for at least 5 working days → signed by both. *Opening*: a provider opens data to an
/// applicant through a platform operator; all three sign.
/// A grant under an agreement holds only while the agreement does: ending it, or vetoing it, or the one above it, closes
/// every grant below from that block on, and costs the same however many there are, because grants look up, never down.
interface IAgreements {
    enum AgreementKind {
        Operation, // 运营协议
        Development, // 开发利用协议
        Opening // 契约式开放协议
    }

    /// Expired is never stored: it follows from time.
    enum AgreementState {
        None,
        Applied, // 已申请 (development only)
        Publicised, // 公示中 (development only)
        Offered, // 待签署
        InForce, // 生效
        Declined, // 未成立
        Ended, // 终止
        Expired // 到期
    }

    /// How the first party found the second to do (评估).
    enum Outcome {
        None,
        Pass, // 通过
        Fail, // 未通过
        Rectify // 限期整改: within 30 days
    }

    /// What an operator does about a developer (黑名单制度).
    enum Measure {
        None,
        Warned, // 提醒约谈
        Suspended, // 暂停资格
        Barred // 取消资格、限制参与
    }

    struct Agreement {
        // slot 0: first 64 | second 64 | third 64 | parent 64
        OrganisationId first; // agency; operator; provider
        OrganisationId second; // operator; developer; platform operator
        OrganisationId third; // none; none; applicant
        AgreementId parent; // of a development agreement: the operation agreement it stands under
        // slot 1: kind 8 | state 8 | signed 8 | veto 8 | outcome 8 | objections 16 | from 40 | until 40 | public until 40 |
        // rectify by 40
        AgreementKind kind;
        AgreementState state;
        uint8 signed; // bit 0 first party, 1 second, 2 third
        Veto veto;
        Outcome outcome; // of the newest evaluation
        uint16 objections; // raised during publicity and not yet resolved
        uint40 from;
        uint40 until; // first second after the end
        uint40 publicUntil; // first second at which it may be signed
        uint40 rectifyBy; // if the outcome is Rectify
        // slot 2
        bytes32 textDigest; // of the text that is signed
    }

    event AgreementApplied(
        AgreementId indexed id,
        OrganisationId indexed operator,
        OrganisationId indexed developer,
        AgreementId parent,
        uint40 from,
        uint40 until,
        ResourceId[] range,
        bytes32 schemeDigest,
        bytes32 materialsDigest
    );
    /// @notice The developer's qualification was reviewed and the choice is public until `publicUntil` (公示).
    event AgreementPublicised(
        AgreementId indexed id,
        OrganisationId indexed operator,
        uint40 publicUntil,
        uint32 calendarVersion,
        bool provisional,
        bytes32 reviewDigest
    );
    event AgreementObjected(AgreementId indexed id, OrganisationId indexed by, bytes32 objectionDigest);
    event AgreementObjectionResolved(AgreementId indexed id, OrganisationId indexed by, bytes32 resolutionDigest);
    event AgreementOffered(
        AgreementId indexed id,
        OrganisationId indexed first,
        OrganisationId indexed second,
        AgreementKind kind,
        OrganisationId third,
        uint40 from,
        uint40 until,
        ResourceId[] range,
        bytes32 textDigest
    );
    event AgreementSigned(AgreementId indexed id, OrganisationId indexed by, bytes32 textDigest);
    /// @notice All have signed. It is to be filed with the provincial bureau by `filingDueAt` (20 working days).
    event AgreementInForce(
        AgreementId indexed id,
        uint40 from,
        uint40 until,
        uint40 filingDueAt,
        uint32 calendarVersion,
        bool provisional
    );
    event AgreementFiled(AgreementId indexed id, OrganisationId indexed by, bytes32 receiptDigest);
    event AgreementDeclined(AgreementId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event AgreementEnded(AgreementId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event AgreementEvaluated(
        AgreementId indexed id,
        OrganisationId indexed by,
        Outcome indexed outcome,
        uint40 rectifyBy,
        bytes32 reportDigest
    );
    event MeasureTaken(
        OrganisationId indexed operator,
        OrganisationId indexed developer,
        Measure indexed measure,
        Measure previousMeasure,
        bytes32 reasonDigest
    );
    event AgreementVetoed(
        AgreementId indexed id,
        OrganisationId indexed inspector,
        bytes32 reasonDigest,
        bytes32 referenceDigest
    );
    event AgreementVetoLiftAgreed(AgreementId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event AgreementVetoLifted(AgreementId indexed id);

    error AgreementUnknown(AgreementId id);
    error AgreementStateWrong(AgreementId id, AgreementState current);
    /// @notice Longer than its kind may be, or over, or it begins after it ends.
    error AgreementPeriodInvalid(uint40 from, uint40 until, uint40 time, uint40 longest);
    /// @notice A development agreement cannot outlast the operation agreement it stands under.
    error AgreementOutlastsParent(AgreementId parent, uint40 until, uint40 parentUntil);
    error AgreementKindWrong(AgreementId id, AgreementKind kind);
    /// @notice The organisation is not of the kind that this side must be, or is on two sides.
    error PartyInvalid(OrganisationId party);
    error NotAPartyToAgreement(AgreementId id, OrganisationId caller);
    error RangeEmpty();
    error RangeTooLong(uint256 given, uint256 most);
    error AgreementDigestMissing();
    /// @notice Another text than the one on offer.
    error TextDiffers(AgreementId id, bytes32 given, bytes32 offered);
    error AlreadySigned(AgreementId id, OrganisationId party);
    /// @notice Signed only after publicity, and with no objection open.
    error PublicityNotOver(AgreementId id, uint40 publicUntil, uint40 time);
    error PublicityOver(AgreementId id, uint40 publicUntil, uint40 time);
    error ObjectionsOpen(AgreementId id, uint16 objections);
    error ObjectionsNone(AgreementId id);
    error AlreadyObjected(AgreementId id, OrganisationId caller);
    error AgreementReasonMissing(AgreementId id);
    error AgreementNotInForce(AgreementId id, AgreementState current);
    error AgreementNotBegun(AgreementId id, uint40 from, uint40 time);
    error AgreementIsVetoed(AgreementId id);
    error AgreementNotVetoed(AgreementId id);
    /// @notice A consent was signed for another veto than the one that stands.
    error AgreementVetoDiffers(AgreementId id, uint8 given, uint8 current);
    error AgreementLiftNotYours(AgreementId id, OrganisationId caller);
    /// @notice The operator suspended or barred the developer.
    error DeveloperExcluded(OrganisationId operator, OrganisationId developer, Measure measure);
    error MeasureUnchanged(OrganisationId operator, OrganisationId developer, Measure measure);
    error OutcomeInvalid(AgreementId id);
    /// @notice After a failed evaluation, or one whose rectification is overdue, nothing new is granted.
    error EvaluationStands(AgreementId id, Outcome outcome, uint40 rectifyBy, uint40 time);
    /// @notice The agreement does not reach this resource, or this organisation is not whom it lets take.
    error OutsideAgreement(AgreementId id, ResourceId resource, OrganisationId taker);

    /// @notice Applies for a development agreement (申请). For an active developer whom the operator has not excluded.
    /// @param parent An operation agreement in force, whose second party is the operator.
    /// @param until At most 3 years after `from`, and not after the parent's end.
    /// @param range Catalogue entries (products of the operator) that it is to reach: 1 to 64.
    /// @param schemeDigest Of the scheme of use (应用场景开发利用方案).
    /// @param materialsDigest Of the other papers: undertaking, credit report, proof of qualification.
    function applyForDevelopment(
        AgreementId parent,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 schemeDigest,
        bytes32 materialsDigest
    ) external returns (AgreementId id);

    /// @notice Records that the qualification was reviewed, and makes the choice public (资格审查、公示). For the operator.
    function publicise(AgreementId id, bytes32 reviewDigest) external;

    /// @notice Objects while it is public (异议), once. For any active organisation but its two parties.
    function object(AgreementId id, bytes32 objectionDigest) external;

    /// @notice Records that one objection was dealt with. For an active regulator that is no party to it.
    function resolveObjection(AgreementId id, bytes32 resolutionDigest) external;

    /// @notice Offers an operation agreement, signed by the offer. For an active implementing agency.
    /// @param operator An active authorised operator.
    /// @param until At most 5 years after `from`.
    function offerOperation(
        OrganisationId operator,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 textDigest
    ) external returns (AgreementId id);

    /// @notice Offers to open data by contract, signed by the offer. For an active provider.
    /// @param operator An active platform operator.
    /// @param applicant An active applicant or developer.
    /// @param until At most 5 years after `from`.
    function offerOpening(
        OrganisationId operator,
        OrganisationId applicant,
        uint40 from,
        uint40 until,
        ResourceId[] calldata range,
        bytes32 textDigest
    ) external returns (AgreementId id);

    /// @notice Signs. For each party that has not. Of a development agreement the operator signs first, once publicity is
    /// over and no objection is open, which fixes the text. The last signature puts it in force.
    function signAgreement(AgreementId id, bytes32 textDigest) external;

    /// @notice Declines it before it is in force. For any party, who owes a reason.
    function declineAgreement(AgreementId id, bytes32 reasonDigest) external;

    /// @notice Records its filing with the provincial bureau (备案). For its first party.
    function fileAgreement(AgreementId id, bytes32 receiptDigest) external;

    /// @notice Ends it before its time, and with it every grant under it. For any party or an active regulator.
    function endAgreement(AgreementId id, bytes32 reasonDigest) external;

    /// @notice Evaluates the second party. For the first. Rectify gives 30 days.
    function evaluate(AgreementId id, Outcome outcome, bytes32 reportDigest) external;

    /// @notice Warns, suspends or bars a developer, or takes that back. For an active authorised operator, who owes a
    /// reason.
    function takeMeasure(OrganisationId developer, Measure measure, bytes32 reasonDigest) external;

    /// @notice Stops an agreement, all under it, and all that is made of what was taken under it, from this block on:
    /// also one that ended or is over. Not one that was declined. For an active inspector.
    /// Imposed again while one side alone has agreed to lift it, both have to agree anew.
    function vetoAgreement(AgreementId id, bytes32 reasonDigest, bytes32 referenceDigest) external;

    /// @notice Agrees to lift the veto; it is lifted when an inspector and a regulator have.
    /// @param round Which veto this consent is for, of all ever imposed on it: the fourth is 4, the 32nd 0 (Veto.sol).
    /// Refused for any but the one that stands, so that a consent signed for one veto lifts no later one.
    function liftAgreementVeto(AgreementId id, uint8 round, bytes32 reasonDigest) external;

    /// @notice Reverts unless the agreement, and the one above it, is in force now: signed, begun, not over, not ended, not
    /// vetoed, its parties active and not vetoed, its developer not excluded by its operator.
    /// @return Without `textDigest`, which stays zero: no delivery looks at it, and each would pay for reading it.
    function checkInForce(AgreementId id) external view returns (Agreement memory);

    /// @notice As `checkInForce`, for something new: also the resource is within its range, the taker is the one whom it
    /// lets take (second party; of an opening agreement the third) and still of its kind, and its evaluation, and that of
    /// the agreement above it, allow it.
    function checkMayTake(
        AgreementId id,
        ResourceId resource,
        OrganisationId taker
    ) external view returns (Agreement memory);

    /// @notice As it stands at this block's time.
    function agreementOf(AgreementId id) external view returns (Agreement memory);

    function reaches(AgreementId id, ResourceId resource) external view returns (bool);

    function measureOf(OrganisationId operator, OrganisationId developer) external view returns (Measure);

    /// @notice How many there are, which is also the highest id.
    function agreementCount() external view returns (uint64);
}
