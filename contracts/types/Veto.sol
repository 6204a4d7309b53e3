// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Whether an inspector's veto (外部检验否决) stands on something, and who has agreed to lift it: bit 0 imposed, bit 1 the
/// inspector agreed, bit 2 the regulator agreed. One byte, in a slot that every act reads anyway: a veto costs the acts
/// it does not cover nothing. Inspector and regulator are never one organisation (IOrganisations), so that two bits are
/// two parties. An inspector may impose it again while one side alone has agreed to lift it: both then have to agree anew,
/// so that nobody is bound by a consent that it has come to regret.
type Veto is uint8;

Veto constant NO_VETO = Veto.wrap(0);
Veto constant IMPOSED = Veto.wrap(1);

using {isImposed, agreedBy, sameVeto as ==} for Veto global;

function isImposed(Veto veto) pure returns (bool) {
    return Veto.unwrap(veto) != 0;
}

/// The veto once one side agrees to lift it: none when both have.
function agreedBy(Veto veto, bool inspector) pure returns (Veto) {
    uint8 bits = Veto.unwrap(veto) | (inspector ? 2 : 4);
    return bits == 7 ? NO_VETO : Veto.wrap(bits);
}

function sameVeto(Veto a, Veto b) pure returns (bool) {
    return Veto.unwrap(a) == Veto.unwrap(b);
}
