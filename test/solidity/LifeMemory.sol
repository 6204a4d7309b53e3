// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AGENCY, COMPANY, FIRM, PLATFORM, STUDIO, TAX} from "./LifeParties.sol";
import {AgreementId} from "../../contracts/types/Ids.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {LifeActing} from "./LifeActing.sol";

/// @title What was said and accepted
/// @notice What the contracts are to know, kept in the plainest way: nothing is packed. The handlers write it down.
abstract contract LifeMemory is LifeActing {
    struct Party {
        bool suspended;
        uint8 veto; // as in types/Veto.sol
    }

    struct Entry {
        uint64 provider;
        bool product;
        bool withdrawn;
        uint8 share;
        uint8 open;
        uint8 level;
        uint8 veto;
        uint64[] ancestors;
        // of a product
        uint32 version;
        uint32 registered; // version
        uint32 released; // version; 0 while it is not released
        bool reviewable;
        uint64 agreement;
        uint64 source; // grant by which its data came
        uint64 extra; // another one, in its newest registration; 0 if none
        uint64 releasedExtra; // the same, of what was released last
    }

    struct Pact {
        uint64 first;
        uint64 second;
        uint64 third;
        uint64 parent;
        uint40 from;
        uint40 until;
        bool ended;
        bool failed; // by its newest evaluation
        uint8 veto;
    }

    struct Policy {
        uint40 longest;
        uint40 until;
        uint64 bytes_;
        uint64 rows;
        uint128 scope;
        uint256 purposes;
        uint64 only; // consumer; 0 for everyone
    }

    /// A request, and the grant that it becomes.
    struct Kept {
        uint64 entry;
        uint64 consumer;
        uint64 agreement;
        uint8 purpose;
        uint128 scope;
        uint40 askedFrom;
        uint40 askedUntil;
        uint64 askedBytes;
        uint64 askedRows;
        IAccessLedger.State state; // as decided
        uint8 veto;
        uint40[3] approvedUntil; // by role
        uint256 withdrawals; // of approvals
        uint40 grantedAt;
        uint40 from;
        uint40 until;
        uint64 bytes_;
        uint64 rows;
        uint64 takenBytes;
        uint64 takenRows;
    }

    mapping(uint64 id => Party) internal _parties;
    mapping(uint64 id => Entry) internal _entries;
    mapping(uint64 id => Pact) internal _pacts;
    mapping(uint64 entry => Policy) internal _policyOf;
    mapping(uint64 id => Kept) internal _kept;
    uint64 internal _count;
    uint8[16] internal _needed; // by level
    uint8[16] internal _named;
    bool internal _studioBarred; // by the company

    constructor() {
        for (uint64 id = 1; id <= ENTRIES; ++id) {
            Entry storage e = _entries[id];
            e.provider = id == 4 ? COMPANY : id == 5 ? STUDIO : TAX;
            e.product = id > 3;
            (e.share, e.open) = id == 2 ? (0, 0) : (1, 1);
            (e.level, e.version) = (1, 1);
        }
        _entries[3].ancestors = [1];
        _entries[5].ancestors = [4];
        uint40 until = _agreements.agreementOf(AgreementId.wrap(1)).until;
        _pacts[1] = Pact(AGENCY, COMPANY, 0, 0, 0, until, false, false, 0);
        _pacts[2] = Pact(COMPANY, STUDIO, 0, 1, 0, until, false, false, 0);
        _pacts[3] = Pact(TAX, PLATFORM, FIRM, 0, 0, until, false, false, 0);
    }
}
