// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bounds on what callers write into events
library Text {
    /// @notice A text is empty or longer than its place allows. Lengths in bytes of UTF-8.
    error TextLengthInvalid(uint256 given, uint256 most);

    function checkLength(bytes calldata text, uint256 most) internal pure {
        if (text.length == 0 || text.length > most) revert TextLengthInvalid(text.length, most);
    }
}
