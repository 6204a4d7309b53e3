// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title An account that is a contract (ERC-1271): two keys sign together
/// @notice For tests only. A signature is the two keys' signatures one after the other.
contract SmartAccount is IERC1271 {
    address private immutable _first;
    address private immutable _second;

    constructor(address first, address second) {
        (_first, _second) = (first, second);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool signed = signature.length == 130 &&
            ECDSA.recoverCalldata(hash, signature[:65]) == _first &&
            ECDSA.recoverCalldata(hash, signature[65:]) == _second;
        return signed ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
