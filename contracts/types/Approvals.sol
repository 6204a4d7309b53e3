// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../interfaces/IAccessLedger.sol";

/// Until when each approver's approval of one request counts, in one word: 40 bits for each role, 0 if it gave none.
type Approvals is uint256;

using {validUntil, given, standingAt} for Approvals global;

function validUntil(Approvals approvals, IAccessLedger.Approver role) pure returns (uint40) {
    return uint40(Approvals.unwrap(approvals) >> (uint256(role) * 40));
}

/// With this role's approval counting until `until`; with 0, withdrawn.
function given(Approvals approvals, IAccessLedger.Approver role, uint40 until) pure returns (Approvals) {
    uint256 shift = uint256(role) * 40;
    uint256 others = Approvals.unwrap(approvals) & ~(uint256(type(uint40).max) << shift);
    return Approvals.wrap(others | (uint256(until) << shift));
}

/// The roles that approve at this time, one bit each.
function standingAt(Approvals approvals, uint40 time) pure returns (uint8 roles) {
    for (uint8 role = 0; role <= uint8(type(IAccessLedger.Approver).max); ++role) {
        if (approvals.validUntil(IAccessLedger.Approver(role)) > time) roles |= uint8(1 << role);
    }
}
