// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {bothOf, countRoles, Rule, RulePair} from "../../contracts/types/ApprovalRules.sol";
import {checkEqual, SolidityTest} from "./SolidityTest.sol";

/// Two approval rules at once, every pair there is, with every set of roles that approve: what is said to be missing is
/// the fewest roles with which both are met, found by trying all sets.
contract ApprovalRulesTest is SolidityTest {
    uint8 private constant SETS = 8; // of three roles

    function test_missingIsTheFewestThatMeetBoth() public pure {
        uint256 pairs = 0;
        for (uint8 left = 0; left < SETS * 4; ++left) {
            for (uint8 right = 0; right < SETS * 4; ++right) {
                if (!_holds(left) || !_holds(right)) continue;
                ++pairs;
                RulePair pair = bothOf(_ruleOf(left), _ruleOf(right));
                checkEqual(pair.roles(), (left >> 2) | (right >> 2), "who may approve");
                checkEqual(pair.isNone() ? 1 : 0, left | right == 0 ? 1 : 0, "whether the provider decides alone");
                for (uint8 standing = 0; standing < SETS; ++standing) {
                    checkEqual(pair.missing(standing), _fewest(left, right, standing), "how many are missing");
                }
            }
        }
        checkEqual(pairs, 13 * 13, "of each 13 rules");
    }

    function test_countRoles() public pure {
        for (uint8 set = 0; set < 16; ++set) checkEqual(countRoles(set), _size(set), "how many roles");
    }

    /// A rule as a number: roles 3 | needed 2. It asks for some of whom it names, or for nobody and names nobody.
    function _holds(uint8 rule) private pure returns (bool) {
        (uint8 named, uint8 needed) = (rule >> 2, rule & 3);
        return needed <= _size(named) && (needed == 0) == (named == 0);
    }

    /// As it is stored: roles 4 | needed 4.
    function _ruleOf(uint8 rule) private pure returns (Rule) {
        return Rule.wrap(((rule >> 2) << 4) | (rule & 3));
    }

    function _fewest(uint8 left, uint8 right, uint8 standing) private pure returns (uint8 fewest) {
        fewest = type(uint8).max;
        for (uint8 set = 0; set < SETS; ++set) {
            if (set & standing != standing || !_isMet(left, set) || !_isMet(right, set)) continue;
            uint8 more = _size(set) - _size(standing);
            if (more < fewest) fewest = more;
        }
    }

    function _isMet(uint8 rule, uint8 set) private pure returns (bool) {
        return _size(set & (rule >> 2)) >= rule & 3;
    }

    function _size(uint8 set) private pure returns (uint8 size) {
        for (; set != 0; set >>= 1) size += set & 1;
    }
}
