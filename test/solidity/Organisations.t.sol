// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOrganisations} from "../../contracts/interfaces/IOrganisations.sol";
import {OrganisationId} from "../../contracts/types/Ids.sol";
import {Organisations} from "../../contracts/Organisations.sol";
import {OrganisationsHandler} from "./OrganisationsHandler.sol";
import {SolidityTest, checkEqual} from "./SolidityTest.sol";

/// Invariants, in prose:
/// 1. A credit code belongs to one organisation, for ever.
/// 2. An organisation has one account at a time; an account that ever spoke for one never speaks for another.
/// 3. An officer's account is never an organisation's own, and the other way round.
/// 4. Ids are given out in sequence from 1, and none is lost.
contract OrganisationsInvariants is SolidityTest {
    OrganisationsHandler private _handler;
    Organisations private _organisations;

    function setUp() public {
        _handler = new OrganisationsHandler();
        _organisations = _handler.organisations();
        target(address(_handler));
    }

    function invariant_aCodeBelongsToItsFirstHolder() public view {
        for (uint256 code = 0; code < _handler.CODES(); ++code) {
            bytes32 codeHash = keccak256(bytes(_handler.codeOf(code)));
            OrganisationId id = _organisations.idOfCode(codeHash);
            checkEqual(OrganisationId.unwrap(id), _handler.holderOf(code), "the code's holder");
            if (OrganisationId.unwrap(id) == 0) continue;
            checkEqual(_organisations.organisation(id).codeHash, codeHash, "the holder's code");
        }
    }

    function invariant_anAccountSpeaksForItsFirstBearerOrNobody() public view {
        for (uint256 account = 0; account < _handler.ACCOUNTS(); ++account) {
            uint64 bearer = _handler.bearerOf(account);
            uint64 expected = _handler.accountOf(bearer) == account ? bearer : 0;
            OrganisationId id = _organisations.idOfAccount(_handler.addressOf(account));
            checkEqual(OrganisationId.unwrap(id), expected, "whom the account speaks for");
        }
    }

    function invariant_anOrganisationHasTheAccountItWasLastGiven() public view {
        uint64 count = _handler.count();
        checkEqual(_organisations.organisationCount(), count, "how many there are");
        for (uint64 id = 1; id <= count; ++id) {
            IOrganisations.Organisation memory o = _organisations.organisation(OrganisationId.wrap(id));
            checkEqual(o.account, _handler.addressOf(_handler.accountOf(id)), "the organisation's account");
            checkEqual(o.officer, _handler.addressOf(_handler.officerOf(id)), "the organisation's officer");
        }
    }

    function invariant_anOfficersAccountIsNothingElse() public view {
        for (uint256 account = 1; account < _handler.ACCOUNTS(); ++account) {
            OrganisationId id = _organisations.idOfAccount(_handler.addressOf(account));
            if (_handler.isOfficers(account)) checkEqual(OrganisationId.unwrap(id), 0, "for whom an officer speaks");
        }
    }
}
