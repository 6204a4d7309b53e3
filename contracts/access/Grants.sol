// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AgreementId, GrantId, ResourceId} from "../types/Ids.sol";
import {Allowance} from "../types/Allowance.sol";
import {ApprovalRules, bothOf, OPERATION_LEVEL, Rule, RulePair} from "../types/ApprovalRules.sol";
import {Claim} from "../types/Claim.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {IAgreements} from "../interfaces/IAgreements.sol";
import {ICatalogue} from "../interfaces/ICatalogue.sol";
import {IOrganisations} from "../interfaces/IOrganisations.sol";
import {IProducts} from "../interfaces/IProducts.sol";
import {Relayed} from "../Relayed.sol";

/// @title Grants: what the ledger keeps of a request and the grant it becomes
/// @notice Base of the parts of AccessLedger: its state, what can be read of it, and what they all check.
abstract contract Grants is IAccessLedger, Relayed, AccessManaged {
    /// What acts are checked against; the rest of what was said stands in the events.
    struct Terms {
        Claim claim; // slot 0: who, what, when, and where it stands
        Allowance left; // slot 1: bytes left 64 | rows left 64 | scope 128
    }

    /// Products made from products made from …: an operator's, a developer's, and one of what was opened from it.
    uint256 private constant MAX_PRODUCT_STEPS = 4;

    IOrganisations public immutable ORGANISATIONS;
    ICatalogue public immutable CATALOGUE;
    IAgreements public immutable AGREEMENTS;
    IProducts public immutable PRODUCTS;

    // One slot: rules 128 | count 64 | free 64. In this order, because the rules do not fit behind AccessManaged's 168
    // bits, and the count then follows them.
    ApprovalRules internal _rules;
    uint64 internal _count;
    mapping(GrantId id => Terms) internal _grants;

    constructor(
        address relay,
        address roles,
        IOrganisations organisations,
        ICatalogue catalogue,
        IAgreements agreements,
        IProducts products
    ) Relayed(relay) AccessManaged(roles) {
        ORGANISATIONS = organisations;
        CATALOGUE = catalogue;
        AGREEMENTS = agreements;
        PRODUCTS = products;
    }

    /// @inheritdoc IAccessLedger
    function stateOf(GrantId id) external view returns (State) {
        return _stateOf(_grants[id]);
    }

    /// @inheritdoc IAccessLedger
    function grantOf(GrantId id) external view returns (Grant memory) {
        Terms storage terms = _grants[id];
        Claim claim = _known(id);
        return
            Grant({
                resource: claim.resource(),
                consumer: claim.consumer(),
                agreement: claim.agreement(),
                purpose: claim.purpose(),
                from: claim.begin(),
                until: claim.end(),
                state: _stateOf(terms),
                veto: claim.veto(),
                bytesLeft: terms.left.bytesLeft(),
                rowsLeft: terms.left.rowsLeft(),
                scope: terms.left.scopeOf(),
                withdrawals: claim.withdrawals()
            });
    }

    /// @inheritdoc IAccessLedger
    function grantCount() external view returns (uint64) {
        return _count;
    }

    /// @inheritdoc IAccessLedger
    function approvalRuleAt(uint8 level) external view returns (ApprovalRule memory) {
        return _rules.ruleAt(level).unpack();
    }

    function _stateOf(Terms storage terms) internal view returns (State) {
        Claim claim = terms.claim;
        State state = claim.state();
        if (state == State.Requested) return claim.veto().isImposed() ? State.Held : State.Requested;
        if (state != State.Granted) return state;
        if (_now() >= claim.end()) return State.Expired;
        if (claim.veto().isImposed()) return State.Suspended;
        return terms.left.isUsedUp() ? State.Exhausted : State.Granted;
    }

    function _now() internal view returns (uint40) {
        return uint40(block.timestamp);
    }

    function _known(GrantId id) internal view returns (Claim claim) {
        claim = _grants[id].claim;
        if (claim.state() == State.None) revert GrantUnknown(id);
    }

    /// A request or grant in this state, whether under veto or not.
    function _inState(GrantId id, State needed) internal view returns (Claim claim) {
        claim = _known(id);
        if (claim.state() != needed) revert GrantStateWrong(id, claim.state(), needed);
    }

    /// A request or grant in this state and under no veto.
    function _moving(GrantId id, State needed) internal view returns (Claim claim) {
        claim = _grants[id].claim;
        if (!claim.moves(needed)) {
            _inState(id, needed);
            revert GrantIsVetoed(id, id);
        }
    }

    /// A product may be taken only in the version that was released, under an agreement in force, and while nothing that
    /// it was made from is under veto: neither a source grant nor the data that was taken by it, of its own or of the
    /// products among its ancestors. A source may have ended since, but it was granted, and theirs (`_isTheirs`).
    /// @param id The grant, for the error.
    function _checkProduct(GrantId id, ResourceId product, uint32 version) internal view {
        (AgreementId agreementId, GrantId[] memory sources) = PRODUCTS.checkReleased(product, version);
        IAgreements.Agreement memory agreement = AGREEMENTS.checkInForce(agreementId);
        for (uint256 i = 0; i < sources.length; ++i) {
            Claim source = _grants[sources[i]].claim;
            bool granted = source.state() == State.Granted || source.state() == State.Revoked;
            if (!granted || !_isTheirs(agreement, source)) revert SourceNotGranted(product, sources[i]);
        }
        _checkSourcesMove(id, product, PRODUCTS.sourcesBehind(product), MAX_PRODUCT_STEPS);
    }

    /// No veto stands on these grants, on the data taken by them, nor on what that was made from in turn, where it was a
    /// product itself. Beyond `steps` of products made from products nothing can be checked, so nothing may be taken: two
    /// products that name each other as sources end here, too.
    function _checkSourcesMove(
        GrantId id,
        ResourceId product,
        GrantId[] memory sources,
        uint256 steps
    ) private view {
        if (steps == 0) revert SourcesTooDeep(product);
        for (uint256 i = 0; i < sources.length; ++i) {
            Claim source = _grants[sources[i]].claim;
            // A product further up may be released with a source that nobody asked for yet: nothing came by it.
            if (source.state() == State.None) continue;
            if (source.veto().isImposed()) revert GrantIsVetoed(id, sources[i]);
            _checkAgreementsMove(source.agreement());
            CATALOGUE.checkNotVetoed(source.resource());
            GrantId[] memory before = PRODUCTS.sourcesBehind(source.resource());
            if (before.length != 0) _checkSourcesMove(id, product, before, steps - 1);
        }
    }

    /// No veto stands on the agreement under which data came, nor on the one above it. That it ended since does not take
    /// away what was lawfully made under it; the end of the product's own agreement does.
    function _checkAgreementsMove(AgreementId id) private view {
        while (AgreementId.unwrap(id) != 0) {
            IAgreements.Agreement memory agreement = AGREEMENTS.agreementOf(id);
            if (agreement.veto.isImposed()) revert IAgreements.AgreementIsVetoed(id);
            id = agreement.parent;
        }
    }

    /// Whether a grant may be a source of what is made under this agreement: a developer's own, or one that the
    /// operator took under an operation agreement of the same agency, this one or, after a renewal, the one before.
    /// What operator or agency were granted otherwise, as by sharing, has met neither range nor approvals of operation.
    function _isTheirs(IAgreements.Agreement memory agreement, Claim source) private view returns (bool) {
        if (agreement.kind == IAgreements.AgreementKind.Development) {
            if (source.consumer() == agreement.second) return true;
            agreement = AGREEMENTS.agreementOf(agreement.parent);
        }
        if (AgreementId.unwrap(source.agreement()) == 0) return false;
        IAgreements.Agreement memory taken = AGREEMENTS.agreementOf(source.agreement());
        return
            taken.kind == IAgreements.AgreementKind.Operation &&
            taken.first == agreement.first &&
            taken.second == agreement.second;
    }

    /// The approval rules in force for data of this level: two of them, where it is asked for under an operation
    /// agreement.
    function _rulesFor(uint8 level, bool operation) internal view returns (RulePair) {
        ApprovalRules rules = _rules;
        return bothOf(rules.ruleAt(level), operation ? rules.ruleAt(OPERATION_LEVEL) : Rule.wrap(0));
    }

    // Both bases know whose act it is; the relayed answer is the one that counts.

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
