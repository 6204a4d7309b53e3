// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessLedger} from "../../contracts/AccessLedger.sol";
import {
    ActTypes,
    AGENCY,
    COMPANY,
    FIRM,
    keyOf,
    kindsOfParty,
    officerKeyOf,
    PARTIES,
    PLATFORM,
    STUDIO,
    TAX
} from "./LifeParties.sol";
import {AgreementId, GrantId, OrganisationId, ResourceId} from "../../contracts/types/Ids.sol";
import {Agreements} from "../../contracts/Agreements.sol";
import {Catalogue} from "../../contracts/Catalogue.sol";
import {ICatalogue} from "../../contracts/interfaces/ICatalogue.sol";
import {IProducts} from "../../contracts/interfaces/IProducts.sol";
import {IVocabulary} from "../../contracts/interfaces/IVocabulary.sol";
import {Organisations} from "../../contracts/Organisations.sol";
import {Policies} from "../../contracts/Policies.sol";
import {Products} from "../../contracts/Products.sol";
import {Purpose} from "../../contracts/types/Purpose.sol";
import {Relay} from "../../contracts/Relay.sol";
import {Roles} from "../../contracts/Roles.sol";
import {Vocabulary} from "../../contracts/Vocabulary.sol";
import {vm} from "./SolidityTest.sol";
import {WorkCalendar} from "../../contracts/WorkCalendar.sol";

/// @title Where grants live: every contract that a grant hangs on, with who and what takes part
/// @notice Entries 1 to 3 are the tax bureau's, 3 made from 1. Entry 4 is the company's product, 5 the studio's. The
/// company says nothing of what its product is made from: only the grant that it names leads from there to entry 1.
/// Agreement 1 is the operation agreement, 2 the development agreement under it, 3 an opening agreement.
abstract contract LifeScene {
    uint64 internal constant ENTRIES = 5;
    uint64 internal constant AGREEMENTS = 3;
    uint16 internal constant FIELDS = 4;
    bytes32 internal constant DIGEST = keccak256("any text");
    bytes32 internal constant LOG = keccak256("platform.example/log");
    uint40 private constant LONG = 1_000 days;

    Relay internal immutable _relay = new Relay(ActTypes.list());
    Organisations internal immutable _organisations;
    Vocabulary internal immutable _vocabulary;
    Catalogue internal immutable _catalogue;
    Policies internal immutable _policies;
    Agreements internal immutable _agreements;
    Products internal immutable _products;
    AccessLedger internal immutable _ledger;

    /// The time of the block in which the next act happens. The runner forgets what a call did to the clock, and the
    /// compiler may read the clock once only: so it is kept here, and set before each act.
    uint40 internal _time = 1_767_225_600; // 2026-01-01

    modifier onTime() {
        vm.warp(_time);
        _;
    }

    constructor() {
        vm.warp(_time);
        address relay = address(_relay);
        address roles = address(new Roles(address(this))); // the handler holds every role
        WorkCalendar calendar = new WorkCalendar(relay, roles);
        _organisations = new Organisations(relay, roles);
        _vocabulary = new Vocabulary(relay, roles);
        _catalogue = new Catalogue(relay, _organisations, calendar);
        _policies = new Policies(relay, _organisations, _catalogue);
        _agreements = new Agreements(relay, _organisations, calendar);
        _products = new Products(relay, _organisations, _catalogue, _agreements);
        _ledger = new AccessLedger(
            relay,
            roles,
            _organisations,
            _catalogue,
            _vocabulary,
            calendar,
            _policies,
            _agreements,
            _products
        );
        _registerParties();
        _registerPurposes();
        for (uint64 id = 1; id <= 3; ++id) _registerEntry(TAX, id, id == 3 ? 1 : 0);
        _agree();
        _registerEntry(COMPANY, 4, 0);
        _registerEntry(STUDIO, 5, 4);
        _as(TAX);
        _ledger.entrust(OrganisationId.wrap(PLATFORM), LOG);
    }

    /// The next call comes from this party's account.
    function _as(uint64 party) internal {
        vm.prank(vm.addr(keyOf(party)));
    }

    /// Registers the current version of a product and has it released.
    function _release(uint64 maker, uint64 reviewer, uint64 entry, uint64 agreement, uint64 source) internal {
        GrantId[] memory sources = new GrantId[](1);
        sources[0] = GrantId.wrap(source);
        _as(maker);
        _products.registerProduct(
            ResourceId.wrap(entry),
            AgreementId.wrap(agreement),
            IProducts.PriceClass.Free,
            sources,
            DIGEST
        );
        _as(reviewer);
        _products.reviewProduct(ResourceId.wrap(entry), 1, 0x3f, true, DIGEST);
    }

    /// An entry as the catalogue takes it. Level 1 is the lowest.
    function _describe(uint8 share, uint8 open, uint8 level, uint64 parent)
        internal
        pure
        returns (ICatalogue.Description memory)
    {
        return
            ICatalogue.Description({
                name: "entry",
                shareType: ICatalogue.ShareType(share),
                openType: ICatalogue.OpenType(open),
                level: level,
                fieldCount: FIELDS,
                parents: _listOf(parent),
                legalBasisDigest: DIGEST,
                metadata: "{}"
            });
    }

    function _listOf(uint64 entry) internal pure returns (ResourceId[] memory list) {
        list = new ResourceId[](entry == 0 ? 0 : 1);
        if (entry != 0) list[0] = ResourceId.wrap(entry);
    }

    function _registerParties() private {
        for (uint64 party = 1; party <= PARTIES; ++party) {
            string memory code = string(abi.encodePacked("11520100MB000000A", bytes1(uint8(64 + party))));
            _organisations.register(code, "name", kindsOfParty(party), vm.addr(keyOf(party)));
            _organisations.appointOfficer(OrganisationId.wrap(party), vm.addr(officerKeyOf(party)));
        }
    }

    function _registerPurposes() private {
        IVocabulary.Entry[] memory entries = new IVocabulary.Entry[](2);
        entries[0] = IVocabulary.Entry(Purpose.wrap("First"), "zh", "en", "basis");
        entries[1] = IVocabulary.Entry(Purpose.wrap("Second"), "zh", "en", "basis");
        _vocabulary.registerPurposes(entries);
    }

    /// Entry 2 is shared unconditionally and open; the others wait for somebody to decide.
    function _registerEntry(uint64 provider, uint64 id, uint64 parent) private {
        uint8 free = id == 2 ? 0 : 1;
        _as(provider);
        _catalogue.register(
            string(abi.encodePacked(bytes1(uint8(48 + id)))),
            bytes32(uint256(id)),
            _describe(free, free, 1, parent)
        );
    }

    function _agree() private {
        (uint40 from, uint40 until) = (_time, _time + LONG);
        ResourceId[] memory taxes = new ResourceId[](2);
        (taxes[0], taxes[1]) = (ResourceId.wrap(1), ResourceId.wrap(3));
        _as(AGENCY);
        _agreements.offerOperation(OrganisationId.wrap(COMPANY), from, until, taxes, DIGEST);
        _sign(COMPANY, 1);

        _as(STUDIO);
        AgreementId first = AgreementId.wrap(1);
        AgreementId second = _agreements.applyForDevelopment(first, from, until, _listOf(4), DIGEST, DIGEST);
        _as(COMPANY);
        _agreements.publicise(second, DIGEST);
        _time = _agreements.agreementOf(second).publicUntil;
        vm.warp(_time);
        _sign(COMPANY, 2);
        _sign(STUDIO, 2);

        taxes[0] = ResourceId.wrap(2);
        _as(TAX);
        _agreements.offerOpening(
            OrganisationId.wrap(PLATFORM),
            OrganisationId.wrap(FIRM),
            _time,
            until,
            taxes,
            DIGEST
        );
        _sign(PLATFORM, 3);
        _sign(FIRM, 3);
    }

    function _sign(uint64 party, uint64 agreement) private {
        _as(party);
        _agreements.signAgreement(AgreementId.wrap(agreement), DIGEST);
    }
}
