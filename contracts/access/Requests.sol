// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId} from "../types/Ids.sol";
import {allow} from "../types/Allowance.sol";
import {APPLICANT, CONSUMER, DEVELOPER, Kinds} from "../types/Kinds.sol";
import {Claim, claim as claimOf} from "../types/Claim.sol";
import {Grants} from "./Grants.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {IAgreements} from "../interfaces/IAgreements.sol";
import {ICatalogue} from "../interfaces/ICatalogue.sol";
import {IPolicies} from "../interfaces/IPolicies.sol";
import {IVocabulary} from "../interfaces/IVocabulary.sol";
import {IWorkCalendar} from "../interfaces/IWorkCalendar.sol";
import {RulePair} from "../types/ApprovalRules.sol";
import {Scope, wholeScope} from "../types/Scope.sol";

/// @title Requests: asking for access (申请)
abstract contract Requests is Grants {
    /// A provider owes an answer within so many working days (贵阳 2017, 五(二)).
    uint16 private constant ANSWER_WORKING_DAYS = 10;

    IVocabulary public immutable VOCABULARY;
    IWorkCalendar public immutable CALENDAR;
    IPolicies public immutable POLICIES;

    constructor(IVocabulary vocabulary, IWorkCalendar calendar, IPolicies policies) {
        VOCABULARY = vocabulary;
        CALENDAR = calendar;
        POLICIES = policies;
    }

    /// @inheritdoc IAccessLedger
    function request(Request calldata terms) external returns (GrantId id) {
        return _request(terms, terms);
    }

    /// @param given What was asked for, as it came.
    /// @param terms The same, copied to memory, where the ranges of all of it are checked once.
    function _request(Request calldata given, Request memory terms) private returns (GrantId id) {
        ICatalogue.Standing memory standing = CATALOGUE.checkSharable(terms.resource);
        // Nobody could answer for a provider that is suspended or under veto, and its time would run.
        (OrganisationId consumer, Kinds kinds) = ORGANISATIONS.checkParties(_msgSender(), standing.provider);
        if (consumer == standing.provider) revert OwnResource(terms.resource, consumer);
        _checkTerms(terms, standing.fieldCount);
        uint8 purpose = VOCABULARY.checkPurpose(terms.purpose);
        Ground ground = _groundOf(terms, consumer, kinds, standing);
        RulePair rules = _rulesFor(standing.level, ground == Ground.Operation);
        uint40 begin = terms.from < _now() ? _now() : terms.from; // of a grant given now
        (bool granted, uint32 policyVersion) = (false, 0);
        if (rules.isNone()) {
            granted = _isFree(ground, standing);
            if (!granted && ground == Ground.Sharing) {
                policyVersion = _policyFor(terms, consumer, purpose, begin);
                granted = policyVersion != 0;
            }
        }

        id = GrantId.wrap(++_count);
        if (standing.product) _checkProduct(id, terms.resource, standing.version);
        Claim claim = claimOf(
            terms.resource,
            consumer,
            terms.agreement,
            purpose,
            terms.from,
            terms.until
        );
        Terms storage kept = _grants[id];
        kept.claim = granted ? claim.lasting(begin, terms.until).inState(State.Granted) : claim;
        kept.left = allow(terms.quota.byteCount, terms.quota.rowCount, terms.scope);
        (uint40 dueAt, uint32 calendarVersion, bool provisional) = granted
            ? (0, 0, false)
            : CALENDAR.dueAfter(_now(), ANSWER_WORKING_DAYS);
        _emitRequested(
            given,
            id,
            consumer,
            standing.version,
            ground,
            rules,
            dueAt,
            calendarVersion,
            provisional
        );
        if (!granted) return id;

        emit AccessGranted(
            id,
            terms.resource,
            consumer,
            standing.provider,
            policyVersion == 0 ? Basis.Unconditional : Basis.Policy,
            policyVersion,
            begin,
            terms.until,
            terms.quota,
            0
        );
    }

    /// As `emit AccessRequested(id, given.resource, consumer, resourceVersion, ground, approvals, dueAt,
    /// calendarVersion, provisional, given)`, which was measured to cost 1,000 gas more: the compiler would take apart
    /// what was asked for, and put it together again word by word.
    /// @param given Ten words, which stand in the event as they came. Whoever calls this has copied them to memory, and
    /// so checked their ranges.
    function _emitRequested(
        Request calldata given,
        GrantId id,
        OrganisationId consumer,
        uint32 resourceVersion,
        Ground ground,
        RulePair rules,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional
    ) private {
        bytes32 topic = AccessRequested.selector;
        (uint8 needed, uint8 roles) = (rules.missing(0), rules.roles());
        assembly ("memory-safe") {
            let data := mload(0x40) // behind all that is used; not kept
            mstore(data, resourceVersion)
            mstore(add(data, 0x20), ground)
            mstore(add(data, 0x40), needed)
            mstore(add(data, 0x60), roles)
            mstore(add(data, 0x80), dueAt)
            mstore(add(data, 0xa0), calendarVersion)
            mstore(add(data, 0xc0), provisional)
            calldatacopy(add(data, 0xe0), given, 0x140)
            log4(data, 0x220, topic, id, calldataload(given), consumer)
        }
    }

    function _groundOf(
        Request memory terms,
        OrganisationId consumer,
        Kinds kinds,
        ICatalogue.Standing memory standing
    ) private view returns (Ground ground) {
        if (AgreementId.unwrap(terms.agreement) == 0) {
            if (kinds.overlaps(CONSUMER)) return Ground.Sharing;
            if (!kinds.overlaps(APPLICANT | DEVELOPER)) revert MayNotAsk(consumer, Ground.Opening);
            ground = Ground.Opening;
        } else {
            IAgreements.Agreement memory a = AGREEMENTS.checkMayTake(terms.agreement, terms.resource, consumer);
            // What an agency lets an operator process comes from many departments; the others deal in what is theirs.
            if (a.kind == IAgreements.AgreementKind.Operation) return Ground.Operation;
            if (standing.provider != a.first) {
                revert ProviderNotInAgreement(terms.agreement, standing.provider, a.first);
            }
            if (a.kind == IAgreements.AgreementKind.Development) return Ground.Development;
            ground = Ground.Contract;
        }
        // To society nothing goes that its provider does not open (数据开放负面清单), by contract or otherwise.
        if (standing.openType == ICatalogue.OpenType.NotOpen) revert NotOpened(terms.resource);
    }

    /// Whether the resource is there for everyone who may ask on this ground. Under an agreement people always decide.
    function _isFree(Ground ground, ICatalogue.Standing memory standing) private pure returns (bool) {
        if (ground == Ground.Sharing) return standing.shareType == ICatalogue.ShareType.Unconditional;
        return ground == Ground.Opening && standing.openType == ICatalogue.OpenType.Open;
    }

    /// The version of the provider's policy within which the request falls; 0 if it falls within none.
    function _policyFor(
        Request memory terms,
        OrganisationId consumer,
        uint8 purpose,
        uint40 begin
    ) private view returns (uint32) {
        return
            POLICIES.versionFor(
                IPolicies.Asked({
                    resource: terms.resource,
                    consumer: consumer,
                    purpose: purpose,
                    period: terms.until - begin,
                    byteCount: terms.quota.byteCount,
                    rowCount: terms.quota.rowCount,
                    scope: terms.scope
                })
            );
    }

    function _checkTerms(Request memory terms, uint16 fieldCount) private view {
        if (terms.purposeTextDigest == 0) revert PurposeTextMissing();
        if (terms.legalBasisDigest == 0) revert LegalBasisMissing();
        Scope whole = wholeScope(fieldCount);
        if (terms.scope.isEmpty()) revert ScopeEmpty();
        if (!terms.scope.isWithin(whole)) revert ScopeTooWide(terms.scope, whole);
        if (terms.from >= terms.until || terms.until <= _now()) {
            revert PeriodInvalid(terms.from, terms.until, _now());
        }
        if (terms.quota.byteCount == 0 || terms.quota.rowCount == 0) {
            revert QuotaEmpty(terms.quota.byteCount, terms.quota.rowCount);
        }
    }
}
