// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRelay} from "../interfaces/IRelay.sol";

/// @title What the Relay calls, told back; and what a hostile contract could do when called
/// @notice For tests only.
contract RelayProbe {
    event Called(address sender, bytes data);

    error Refused(uint64 number);

    function take(uint64, bytes32) external {
        emit Called(msg.sender, msg.data);
    }

    function takeNothing() external {
        emit Called(msg.sender, msg.data);
    }

    function takeText(string calldata) external {
        emit Called(msg.sender, msg.data);
    }

    function refuse(uint64 number) external pure {
        revert Refused(number);
    }

    function refuseSilently() external pure {
        // Solidity's `revert()`: no data.
        revert();
    }

    /// Sends another act, or the same one again, while the Relay is in the middle of this one.
    function reenter(bytes calldata call) external {
        (bool done, bytes memory answer) = msg.sender.call(call);
        emit Called(msg.sender, done ? bytes("done") : answer);
    }
}
