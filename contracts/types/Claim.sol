// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId, ResourceId} from "./Ids.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {IMPOSED, Veto} from "./Veto.sol";

/// Who may take what, under what, what for and when, and where that stands, in one word: resource 48 | consumer 48 |
/// agreement 48 | until 40 | from 40 | withdrawals 8 | purpose 8 | veto 8 | state 8. Ids are 64 bits wide in calls and
/// events; 48 hold them here, because they are given out in sequence from 1 and 2^48 of them will never be. One word,
/// because every act on a grant then reads it once and writes it once.
type Claim is uint256;

using {
    resource,
    consumer,
    agreement,
    purpose,
    withdrawals,
    begin,
    end,
    state,
    veto,
    moves,
    runsAt,
    ties,
    inState,
    under,
    withdrawing,
    lasting
} for Claim global;

// The state, and of the veto beside it whether it stands: not its round.
uint256 constant STATE_AND_VETO = 0xff | (uint256(IMPOSED) << 8);

/// A request. The ids are of things that exist, so they fit.
function claim(
    ResourceId resource_,
    OrganisationId consumer_,
    AgreementId agreement_,
    uint8 purpose_,
    uint40 from,
    uint40 until
) pure returns (Claim) {
    return
        Claim.wrap(
            (uint256(ResourceId.unwrap(resource_)) << 208) |
                (uint256(OrganisationId.unwrap(consumer_)) << 160) |
                (uint256(AgreementId.unwrap(agreement_)) << 112) |
                (uint256(until) << 72) |
                (uint256(from) << 32) |
                (uint256(purpose_) << 16) |
                uint256(IAccessLedger.State.Requested)
        );
}

function resource(Claim c) pure returns (ResourceId) {
    return ResourceId.wrap(uint48(Claim.unwrap(c) >> 208));
}

function consumer(Claim c) pure returns (OrganisationId) {
    return OrganisationId.wrap(uint48(Claim.unwrap(c) >> 160));
}

/// 0 if none.
function agreement(Claim c) pure returns (AgreementId) {
    return AgreementId.wrap(uint48(Claim.unwrap(c) >> 112));
}

/// First second after it.
function end(Claim c) pure returns (uint40) {
    return uint40(Claim.unwrap(c) >> 72);
}

/// First second in it.
function begin(Claim c) pure returns (uint40) {
    return uint40(Claim.unwrap(c) >> 32);
}

/// Its number in the vocabulary.
function purpose(Claim c) pure returns (uint8) {
    return uint8(Claim.unwrap(c) >> 16);
}

/// How often somebody took an approval of it back; starts over after 256.
function withdrawals(Claim c) pure returns (uint8) {
    return uint8(Claim.unwrap(c) >> 24);
}

function veto(Claim c) pure returns (Veto) {
    return Veto.wrap(uint8(Claim.unwrap(c) >> 8));
}

/// As decided: None, Requested, Refused, Granted or Revoked.
function state(Claim c) pure returns (IAccessLedger.State) {
    return IAccessLedger.State(uint8(Claim.unwrap(c)));
}

/// Whether it is in this state and under no veto: one comparison, since the two lie side by side.
function moves(Claim c, IAccessLedger.State in_) pure returns (bool) {
    return Claim.unwrap(c) & STATE_AND_VETO == uint256(in_);
}

/// Whether it is a grant under no veto, and this time in its period. One test for all: a difference that is below zero
/// wraps round to a number whose highest bit is set. Every period ends after 0.
function runsAt(Claim c, uint256 time) pure returns (bool) {
    unchecked {
        uint256 wrapped = (time - c.begin()) | (uint256(c.end()) - 1 - time);
        return (wrapped >> 255) | ((Claim.unwrap(c) & STATE_AND_VETO) ^ uint256(IAccessLedger.State.Granted)) == 0;
    }
}

/// Resource, consumer and agreement as one word: claims that agree in it hang on the same things.
function ties(Claim c) pure returns (uint256) {
    return Claim.unwrap(c) >> 112;
}

function inState(Claim c, IAccessLedger.State state_) pure returns (Claim) {
    return Claim.wrap((Claim.unwrap(c) & ~uint256(0xff)) | uint256(state_));
}

function under(Claim c, Veto veto_) pure returns (Claim) {
    return Claim.wrap((Claim.unwrap(c) & ~uint256(0xff00)) | (uint256(Veto.unwrap(veto_)) << 8));
}

/// With one approval more that was taken back.
function withdrawing(Claim c) pure returns (Claim) {
    unchecked {
        uint256 count = uint8(c.withdrawals() + 1);
        return Claim.wrap((Claim.unwrap(c) & ~(uint256(0xff) << 24)) | (count << 24));
    }
}

function lasting(Claim c, uint40 from, uint40 until) pure returns (Claim) {
    uint256 times = uint256(type(uint80).max) << 32;
    return Claim.wrap((Claim.unwrap(c) & ~times) | (uint256(until) << 72) | (uint256(from) << 32));
}
