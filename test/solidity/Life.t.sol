// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LifeHandler} from "./LifeHandler.sol";
import {SolidityTest, vm} from "./SolidityTest.sol";

/// Invariants, in prose:
/// 1. No delivery is ever recorded that its grant, at that block, did not allow; and each that it allows, is.
/// 2. No grant without its approvals: where the rule of that moment asks for k of n, k of the named roles approved, and
///    none of their approvals was over or taken back.
/// 3. The deliveries under a grant never add up to more than its quota.
/// 4. Nothing covered by a veto moves: not by one on the grant, its parties, its data, all that this was made from, the
///    grants by which that came, however many products lie between, or the agreements that any of it hangs on.
/// 5. A decision never gives more than was asked for, and a grant never starts before the block that gives it.
/// 6. Nothing under an agreement that ended moves.
/// 7. A signed act takes effect at most once, and only as it was signed.
/// 1, 2 and 7 are checked at every act, by the handler: an act must come out as its model says. The others after it.
contract LifeInvariants is SolidityTest {
    LifeHandler private _handler;

    function setUp() public {
        _handler = new LifeHandler();
        target(address(_handler));
    }

    /// One function, because the runner searches anew for each.
    function invariant_allHolds() public {
        vm.warp(_handler.time());
        _handler.checkKept();
        _handler.checkBounds();
        _handler.checkUse();
        _handler.checkStill();
    }
}
