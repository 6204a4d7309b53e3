// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The shape of a unified social credit code (统一社会信用代码, GB 32100)
/// @notice 18 characters, digits and capital letters. The check digit is left to whoever fills in the form: codes with
/// a wrong one have been issued, and a contract that nobody can change must not lock out their holders.
library CreditCode {
    uint256 private constant LENGTH = 18;

    function isWellFormed(string calldata code) internal pure returns (bool) {
        bytes calldata characters = bytes(code);
        if (characters.length != LENGTH) return false;
        for (uint256 i = 0; i < LENGTH; ++i) {
            bytes1 c = characters[i];
            bool digit = c >= "0" && c <= "9";
            bool capital = c >= "A" && c <= "Z";
            if (!digit && !capital) return false;
        }
        return true;
    }
}
