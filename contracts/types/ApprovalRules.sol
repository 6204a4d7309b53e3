// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../interfaces/IAccessLedger.sol";

/// The approval rules of all 16 levels, 8 bits each: roles 4 | needed 4. They share a slot with the count of requests,
/// which every request reads and writes anyway.
type ApprovalRules is uint128;

/// One of them.
type Rule is uint8;

/// The two that a request has to meet, both of them: of its level in the low byte, and above it the one for requests
/// under an operation agreement; zero where a rule asks for nothing. The stricter of two rules need not be the one that
/// asks for more: "two officers" is not met by a regulator.
type RulePair is uint16;

using {ruleAt, withRuleAt} for ApprovalRules global;
using {unpack} for Rule global;
using {isNone, roles, missing} for RulePair global;

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

function unpack(Rule rule) pure returns (IAccessLedger.ApprovalRule memory) {
    uint8 bits = Rule.unwrap(rule);
    return IAccessLedger.ApprovalRule({needed: bits & 0xf, roles: bits >> 4});
}

function bothOf(Rule level, Rule operation) pure returns (RulePair) {
    return RulePair.wrap(Rule.unwrap(level) | (uint16(Rule.unwrap(operation)) << 8));
}

/// Whether the provider decides alone. A rule that asks for nobody names nobody.
function isNone(RulePair pair) pure returns (bool) {
    return RulePair.unwrap(pair) == 0;
}

/// Who may approve: whom either of the two names.
function roles(RulePair pair) pure returns (uint8) {
    uint256 bits = RulePair.unwrap(pair);
    return uint8(((bits >> 12) | (bits >> 4)) & 0xf);
}

/// How many approvals it takes at least until both rules are met; 0 where they are.
/// @param standing The roles that approve, one bit each.
function missing(RulePair pair, uint8 standing) pure returns (uint8) {
    if (pair.isNone()) return 0;
    uint256 level = RulePair.unwrap(pair) & 0xff;
    uint256 operation = RulePair.unwrap(pair) >> 8;
    uint256 ofLevel = _missing(level, standing);
    uint256 ofOperation = _missing(operation, standing);
    // Whoever is named by both counts for both.
    uint256 ofBoth = countRoles(((level & operation) >> 4) & ~uint256(standing));
    uint256 fewer = ofLevel < ofOperation ? ofLevel : ofOperation;
    unchecked {
        return uint8(ofLevel + ofOperation - (ofBoth < fewer ? ofBoth : fewer));
    }
}

/// The same of one rule: roles 4 | needed 4.
function _missing(uint256 rule, uint256 standing) pure returns (uint256) {
    uint256 given = countRoles((rule >> 4) & standing);
    uint256 needed = rule & 0xf;
    unchecked {
        return given < needed ? needed - given : 0;
    }
}

/// How many roles there are in a set: of each of the 16 sets, one hexadecimal digit.
function countRoles(uint256 set) pure returns (uint8) {
    return uint8((0x4332322132212110 >> (set * 4)) & 0xf);
}
