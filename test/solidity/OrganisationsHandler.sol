// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ALL_KINDS,
    APPLICANT,
    AUTHORISED_OPERATOR,
    CONSUMER,
    DEVELOPER,
    IMPLEMENTING_AGENCY,
    INSPECTOR,
    Kinds,
    OPERATOR,
    PROVIDER,
    REGULATOR
} from "../../contracts/types/Kinds.sol";
import {IOrganisations} from "../../contracts/interfaces/IOrganisations.sol";
import {OrganisationId} from "../../contracts/types/Ids.sol";
import {Organisations} from "../../contracts/Organisations.sol";
import {Roles} from "../../contracts/Roles.sol";
import {NO_RELAY, between, check, vm} from "./SolidityTest.sol";

/// @title A registrar who makes every mistake, and strangers who try to register
/// @notice Codes and accounts come from small pools, so that most acts meet one that is taken. The model is what the
/// interface promises: who first had a code or an account has it for ever, and an officer's account is never anything else.
/// Each act must succeed where the model says so and be refused where it does not.
contract OrganisationsHandler {
    uint256 public constant CODES = 6;
    uint256 public constant ACCOUNTS = 9;

    Organisations public immutable organisations = new Organisations(NO_RELAY, address(new Roles(address(this))));
    uint64 public count;
    mapping(uint256 code => uint64) public holderOf;
    mapping(uint256 account => uint64) public bearerOf;
    mapping(uint256 account => bool) public isOfficers;
    mapping(uint64 id => uint256) public accountOf;
    mapping(uint64 id => uint256) public officerOf;

    function register(uint256 anyCode, uint256 anyAccount, uint256 anyKinds) external {
        (uint256 code, uint256 account) = (anyCode % CODES, anyAccount % ACCOUNTS);
        Kinds kinds = Kinds.wrap(uint16(between(anyKinds, 1, Kinds.unwrap(ALL_KINDS))));
        bool allowed = holderOf[code] == 0 && account != 0 && bearerOf[account] == 0 && _agree(kinds);
        bool done = _act(abi.encodeCall(IOrganisations.register, (codeOf(code), "name", kinds, addressOf(account))));
        check(done == allowed, "register");
        if (!done) return;
        holderOf[code] = bearerOf[account] = ++count;
        accountOf[count] = account;
    }

    function changeAccount(uint256 anyId, uint256 anyAccount) external {
        (uint64 id, uint256 account) = (_id(anyId), anyAccount % ACCOUNTS);
        bool free = bearerOf[account] == 0 || (bearerOf[account] == id && !isOfficers[account]);
        bool allowed = _exists(id) && account != 0 && free && accountOf[id] != account;
        bool done = _act(
            abi.encodeCall(IOrganisations.changeAccount, (OrganisationId.wrap(id), addressOf(account)))
        );
        check(done == allowed, "changeAccount");
        if (!done) return;
        bearerOf[account] = id;
        accountOf[id] = account;
    }

    /// Account 0 leaves the office vacant.
    function appointOfficer(uint256 anyId, uint256 anyAccount) external {
        (uint64 id, uint256 account) = (_id(anyId), anyAccount % ACCOUNTS);
        bool free = account == 0 || bearerOf[account] == 0 || (bearerOf[account] == id && isOfficers[account]);
        bool allowed = _exists(id) && free && officerOf[id] != account;
        bool done = _act(
            abi.encodeCall(IOrganisations.appointOfficer, (OrganisationId.wrap(id), addressOf(account)))
        );
        check(done == allowed, "appointOfficer");
        if (!done) return;
        officerOf[id] = account;
        if (account == 0) return;
        bearerOf[account] = id;
        isOfficers[account] = true;
    }

    /// Blacklisted, forgiven, renamed: none of it moves a code or an account.
    function disturb(uint256 anyId, uint256 anyStatus, bytes32 reasonDigest) external {
        OrganisationId id = OrganisationId.wrap(_id(anyId));
        IOrganisations.Status status = IOrganisations.Status(anyStatus % 3);
        _act(abi.encodeCall(IOrganisations.setStatus, (id, status, reasonDigest)));
        _act(abi.encodeCall(IOrganisations.update, (id, "renamed", CONSUMER)));
    }

    /// Whoever is not the registrar, the organisation's own account among them.
    function intrude(uint256 anyId, uint256 anyCode, uint256 anyAccount, address stranger) external {
        if (stranger == address(this)) return;
        uint64 id = _id(anyId);
        for (uint256 i = 0; i < 2; ++i) {
            address caller = i == 0 ? stranger : addressOf(accountOf[id]);
            address account = addressOf(anyAccount % ACCOUNTS);
            vm.prank(caller);
            check(
                !_act(abi.encodeCall(IOrganisations.register, (codeOf(anyCode % CODES), "name", CONSUMER, account))),
                "a stranger registered"
            );
            vm.prank(caller);
            check(
                !_act(abi.encodeCall(IOrganisations.changeAccount, (OrganisationId.wrap(id), account))),
                "a stranger changed an account"
            );
            vm.prank(caller);
            check(
                !_act(abi.encodeCall(IOrganisations.appointOfficer, (OrganisationId.wrap(id), account))),
                "a stranger appointed an officer"
            );
        }
    }

    /// 18 characters that differ in the last. The model's codes and accounts are numbers.
    function codeOf(uint256 code) public pure returns (string memory) {
        return string(abi.encodePacked("11520100MB000000A", bytes1(uint8(65 + code))));
    }

    /// Account 0 is the zero address.
    function addressOf(uint256 account) public pure returns (address) {
        return account == 0 ? address(0) : address(uint160(0xACC0 + account));
    }

    /// Whether one organisation may be all of these.
    function _agree(Kinds kinds) private pure returns (bool) {
        if (kinds.includes(INSPECTOR)) return Kinds.unwrap(kinds) == Kinds.unwrap(INSPECTOR);
        bool decides = kinds.overlaps(
            PROVIDER | CONSUMER | AUTHORISED_OPERATOR | IMPLEMENTING_AGENCY | REGULATOR
        );
        bool runs = kinds.overlaps(OPERATOR | AUTHORISED_OPERATOR | DEVELOPER | APPLICANT);
        if (kinds.includes(AUTHORISED_OPERATOR) && kinds.includes(PROVIDER)) return false;
        return !(kinds.includes(DEVELOPER) && decides) && !(kinds.includes(REGULATOR) && runs);
    }

    function _act(bytes memory data) private returns (bool done) {
        (done, ) = address(organisations).call(data);
    }

    /// An organisation that is there, or one that may not be: zero, or the next.
    function _id(uint256 any) private view returns (uint64) {
        return uint64(between(any, 0, count + 1));
    }

    function _exists(uint64 id) private view returns (bool) {
        return id != 0 && id <= count;
    }
}
