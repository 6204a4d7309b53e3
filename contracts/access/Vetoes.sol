// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "../types/Claim.sol";
import {GrantId, OrganisationId} from "../types/Ids.sol";
import {Grants} from "./Grants.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {Veto} from "../types/Veto.sol";
import {INSPECTOR, Kinds, REGULATOR} from "../types/Kinds.sol";

/// @title Vetoes: an inspector's veto on a request or a grant (外部检验和否决)
abstract contract Vetoes is Grants {
    /// @inheritdoc IAccessLedger
    function vetoGrant(GrantId id, bytes32 reasonDigest, bytes32 referenceDigest) external {
        OrganisationId inspector = ORGANISATIONS.checkActor(_msgSender(), INSPECTOR);
        Claim claim = _known(id);
        if (reasonDigest == 0) revert ReasonMissing(id);
        if (claim.veto().isUncontested()) revert GrantIsVetoed(id, id);
        // Whatever was granted once can be vetoed, for what was made from it; a request while it can still be granted.
        if (claim.state() == State.Refused) revert GrantStateWrong(id, State.Refused, State.Requested);
        if (claim.state() == State.Requested && _now() >= claim.end()) {
            revert RequestLapsed(id, claim.end(), _now());
        }

        _grants[id].claim = claim.under(claim.veto().imposedAnew());
        emit GrantVetoed(id, inspector, reasonDigest, referenceDigest);
    }

    /// @inheritdoc IAccessLedger
    function liftGrantVeto(GrantId id, uint8 round, bytes32 reasonDigest) external {
        (OrganisationId caller, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Claim claim = _known(id);
        if (reasonDigest == 0) revert ReasonMissing(id);
        Veto veto = claim.veto();
        if (!veto.isImposed()) revert GrantNotVetoed(id);
        if (round != veto.round()) revert GrantVetoDiffers(id, round, veto.round());
        if (!kinds.overlaps(INSPECTOR | REGULATOR)) revert GrantLiftNotYours(id, caller);
        Veto rest = veto.agreedBy(kinds.overlaps(INSPECTOR));
        if (rest == veto) revert GrantLiftNotYours(id, caller);

        _grants[id].claim = claim.under(rest);
        emit GrantVetoLiftAgreed(id, caller, reasonDigest);
        if (!rest.isImposed()) emit GrantVetoLifted(id);
    }
}
