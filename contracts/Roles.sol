// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Roles: who may register organisations and logs
/// @notice OpenZeppelin's AccessManager, unchanged; it is here so that its bytecode comes from our compiler. Whoever
/// holds a role can decide about the future; no role can change what is on record.
contract Roles is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
