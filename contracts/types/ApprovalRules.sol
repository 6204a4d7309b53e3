// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../interfaces/IAccessLedger.sol";

/// The approval rules of all 16 levels, 8 bits each: roles 4 | needed 4. They share a slot with the count of requests,
/// which every request reads and writes anyway.
type ApprovalRules is uint128;

/// One of them.
type Rule is uint8;

using {ruleAt, withRuleAt} for ApprovalRules global;
using {needed, roles, unpack} for Rule global;

// Levels above it follow its rule.
uint8 constant HIGHEST_LEVEL = 15;
// The place of the rule for requests under an operation agreement. No resource has level 0.
uint8 constant OPERATION_LEVEL = 0;

function ruleAt(ApprovalRules rules, uint8 level) pure returns (Rule) {
    uint256 place = level < HIGHEST_LEVEL ? level : HIGHEST_LEVEL;
    return Rule.wrap(uint8(ApprovalRules.unwrap(rules) >> (place * 8)));
}

/// @param rule At most 15 of at most 4 roles: whoever sets it has checked that.
function withRuleAt(
    ApprovalRules rules,
    uint8 level,
    IAccessLedger.ApprovalRule calldata rule
) pure returns (ApprovalRules) {
    uint256 shift = uint256(level) * 8;
    uint128 others = ApprovalRules.unwrap(rules) & ~uint128(0xff << shift);
    return ApprovalRules.wrap(others | uint128(uint256(rule.needed | (rule.roles << 4)) << shift));
}

/// How many of the roles must approve; 0 for "the provider decides alone".
function needed(Rule rule) pure returns (uint8) {
    return Rule.unwrap(rule) & 0xf;
}

function roles(Rule rule) pure returns (uint8) {
    return Rule.unwrap(rule) >> 4;
}

function unpack(Rule rule) pure returns (IAccessLedger.ApprovalRule memory) {
    return IAccessLedger.ApprovalRule({needed: rule.needed(), roles: rule.roles()});
}
