// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

/// @title Relayed: who acts, when another sends
/// @notice Base of every contract that takes acts. `_msgSender()` is whoever signed, if the Relay sends the act, and
/// whoever sends it otherwise. The Relay's address can never be changed.
abstract contract Relayed is ERC2771Context {
    constructor(address relay) ERC2771Context(relay) {}
}
