// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Whether an inspector's veto (外部检验否决) stands on something, and who has agreed to lift it: bit 0 imposed, bit 1
/// the inspector agreed, bit 2 the regulator agreed; above them, in five bits, which veto it is (round). One byte, in a
/// slot that every act reads anyway: a veto costs the acts it does not cover nothing. Inspector and regulator are never
/// one organisation (IOrganisations), so that two bits are two parties. An inspector may impose it again while one side
/// alone has agreed to lift it: both then have to agree anew, so that nobody is bound by a consent that it regrets.
///
/// Each veto, also one imposed again, counts the round on, and a consent names the round it is for: signed and held
/// back, it lifts no later veto. The round stays when a veto is lifted, so a byte that is not 0 does not say that one
/// stands. It starts over after 32: a consent would have to outlast, within its deadline, 32 vetoes on one thing.
type Veto is uint8;

uint8 constant ROUND_SHIFT = 3;
uint8 constant IMPOSED = 1;
uint8 constant AGREED_BY_INSPECTOR = 2;
uint8 constant AGREED_BY_REGULATOR = 4;
uint8 constant STANDING = IMPOSED | AGREED_BY_INSPECTOR | AGREED_BY_REGULATOR;

using {isImposed, isUncontested, round, imposedAnew, agreedBy, sameVeto as ==} for Veto global;

function isImposed(Veto veto) pure returns (bool) {
    return Veto.unwrap(veto) & IMPOSED != 0;
}

/// Whether it stands and neither side has agreed to lift it.
function isUncontested(Veto veto) pure returns (bool) {
    return Veto.unwrap(veto) & STANDING == IMPOSED;
}

/// Which veto this is: of the one that stands, or of the last that did. 0 to 31; the first is 1.
function round(Veto veto) pure returns (uint8) {
    return Veto.unwrap(veto) >> ROUND_SHIFT;
}

/// The next veto, which nobody has agreed to lift.
function imposedAnew(Veto veto) pure returns (Veto) {
    unchecked {
        return Veto.wrap(((veto.round() + 1) << ROUND_SHIFT) | IMPOSED); // the sixth bit of the round falls off
    }
}

/// The veto once one side agrees to lift it: none, but for its round, when both have.
function agreedBy(Veto veto, bool inspector) pure returns (Veto) {
    uint8 bits = Veto.unwrap(veto) | (inspector ? AGREED_BY_INSPECTOR : AGREED_BY_REGULATOR);
    return Veto.wrap(bits & STANDING == STANDING ? bits & ~STANDING : bits);
}

function sameVeto(Veto a, Veto b) pure returns (bool) {
    return Veto.unwrap(a) == Veto.unwrap(b);
}
