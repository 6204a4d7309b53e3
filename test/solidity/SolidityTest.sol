// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The runner's own cheats, as far as they are used here. Both runners (Hardhat's and Foundry's) answer at this
/// address; the reference is Foundry's book, "Cheatcodes".
interface Vm {
    /// The next call comes from `sender`.
    function prank(address sender) external;
    /// Sets the block's time, in seconds.
    function warp(uint256 time) external;
    function addr(uint256 key) external pure returns (address account);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function expectRevert(bytes calldata reason) external;
    function expectRevert(bytes4 selector) external;
    /// Calls of `callee` whose data begins with `data` return `answer`.
    function mockCall(address callee, bytes calldata data, bytes calldata answer) external;
    /// Calls of `callee` whose data begins with `data` revert with `reason`.
    function mockCallRevert(address callee, bytes calldata data, bytes calldata reason) external;
    function assume(bool condition) external pure;
}

// For tests in which nothing is relayed: no call ever comes from here.
address constant NO_RELAY = address(0);

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @title What a Solidity test stands on
/// @notice Functions called `test…` run once, or with random arguments if they take any; functions called `invariant_…`
/// must hold after every step of random sequences of calls to the contracts named by `target`. The configuration makes
/// every revert of such a call a failure, so a handler expects what it knows must be refused, and says what must not be.
abstract contract SolidityTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error NotEqual(string what, bytes32 is_, bytes32 shouldBe);
    error NotTrue(string what);

    address[] private _targets;

    /// Lets the runner call all functions of `handler` in random order, and of nothing else.
    function target(address handler) internal {
        _targets.push(handler);
    }

    /// Asked by the runner.
    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }
}

function check(bool condition, string memory what) pure {
    if (!condition) revert SolidityTest.NotTrue(what);
}

function checkEqual(bytes32 is_, bytes32 shouldBe, string memory what) pure {
    if (is_ != shouldBe) revert SolidityTest.NotEqual(what, is_, shouldBe);
}

function checkEqual(uint256 is_, uint256 shouldBe, string memory what) pure {
    checkEqual(bytes32(is_), bytes32(shouldBe), what);
}

function checkEqual(address is_, address shouldBe, string memory what) pure {
    checkEqual(uint256(uint160(is_)), uint256(uint160(shouldBe)), what);
}

/// A number from `least` to `most`, from any number: spreads evenly what the runner makes up.
function between(uint256 any, uint256 least, uint256 most) pure returns (uint256) {
    check(least <= most, "between: least is above most");
    unchecked {
        uint256 choices = most - least + 1; // 0 for all of them
        return choices == 0 ? any : least + (any % choices);
    }
}
