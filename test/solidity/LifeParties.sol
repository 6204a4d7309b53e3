// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
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
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {IAgreements} from "../../contracts/interfaces/IAgreements.sol";
import {ICatalogue} from "../../contracts/interfaces/ICatalogue.sol";
import {IOrganisations} from "../../contracts/interfaces/IOrganisations.sol";
import {IPolicies} from "../../contracts/interfaces/IPolicies.sol";
import {IProducts} from "../../contracts/interfaces/IProducts.sol";
import {IRelay} from "../../contracts/interfaces/IRelay.sol";

// Who takes part in the life of a grant: organisations by their ids, and the keys of their accounts and officers.

uint64 constant TAX = 1; // provider and consumer
uint64 constant STATISTICS = 2; // consumer
uint64 constant TRAFFIC = 3; // consumer
uint64 constant AGENCY = 4; // authorises the company
uint64 constant COMPANY = 5; // authorised operator, and consumer
uint64 constant STUDIO = 6; // developer
uint64 constant PLATFORM = 7; // platform operator
uint64 constant INSPECTORATE = 8; // vetoes, and agrees to lift
uint64 constant AUTHORITY = 9; // regulator
uint64 constant FIRM = 10; // applicant for open data
uint64 constant PARTIES = 10;

function kindsOfParty(uint64 party) pure returns (Kinds) {
    if (party == TAX) return PROVIDER | CONSUMER;
    if (party == AGENCY) return IMPLEMENTING_AGENCY;
    if (party == COMPANY) return AUTHORISED_OPERATOR | CONSUMER;
    if (party == STUDIO) return DEVELOPER;
    if (party == PLATFORM) return OPERATOR;
    if (party == INSPECTORATE) return INSPECTOR;
    if (party == AUTHORITY) return REGULATOR;
    return party == FIRM ? APPLICANT : CONSUMER;
}

function keyOf(uint64 party) pure returns (uint256) {
    return 0xA000 + party;
}

function officerKeyOf(uint64 party) pure returns (uint256) {
    return 0xB000 + party;
}

/// @title The acts that are sent in the life of a grant, as the Relay takes them
/// @notice What a wallet would show does not matter here: the members have no names, only their number is right.
library ActTypes {
    string private constant FRAME = "address actor,address to,uint256 nonce,uint40 deadline)";

    function list() internal pure returns (IRelay.ActType[] memory types) {
        types = new IRelay.ActType[](30);
        types[0] = _words(IAccessLedger.request.selector, 10);
        types[1] = _words(IAccessLedger.grant.selector, 6);
        types[2] = _words(IAccessLedger.approve.selector, 5);
        types[3] = _words(IAccessLedger.withdrawApproval.selector, 3);
        types[4] = _words(IAccessLedger.refuse.selector, 2);
        types[5] = _words(IAccessLedger.revoke.selector, 2);
        types[6] = _words(IAccessLedger.vetoGrant.selector, 3);
        types[7] = _words(IAccessLedger.liftGrantVeto.selector, 3);
        types[8] = _words(IAccessLedger.share.selector, 9);
        types[9] = _words(IAccessLedger.download.selector, 9);
        types[10] = _anySize(IAccessLedger.deliver.selector);
        types[11] = _anySize(IAccessLedger.compute.selector);
        types[12] = _words(IAccessLedger.confirmReceipt.selector, 2);
        types[13] = _words(IAccessLedger.entrust.selector, 2);
        types[14] = _anySize(IPolicies.setPolicy.selector);
        types[15] = _words(IPolicies.endPolicy.selector, 2);
        types[16] = _words(IOrganisations.vetoOrganisation.selector, 3);
        types[17] = _words(IOrganisations.liftOrganisationVeto.selector, 3);
        types[18] = _anySize(ICatalogue.update.selector);
        types[19] = _words(ICatalogue.withdraw.selector, 2);
        types[20] = _words(ICatalogue.vetoResource.selector, 3);
        types[21] = _words(ICatalogue.liftResourceVeto.selector, 3);
        types[22] = _words(IAgreements.endAgreement.selector, 2);
        types[23] = _words(IAgreements.evaluate.selector, 3);
        types[24] = _words(IAgreements.takeMeasure.selector, 3);
        types[25] = _words(IAgreements.vetoAgreement.selector, 3);
        types[26] = _words(IAgreements.liftAgreementVeto.selector, 3);
        types[27] = _anySize(IProducts.registerProduct.selector);
        types[28] = _words(IProducts.reviewProduct.selector, 5);
        types[29] = _words(IProducts.withdrawProduct.selector, 2);
    }

    function _words(bytes4 selector, uint256 count) private pure returns (IRelay.ActType memory) {
        bytes memory text = "Act(";
        for (uint256 i = 0; i < count; ++i) text = bytes.concat(text, "uint256,");
        return IRelay.ActType(selector, true, string(bytes.concat(text, bytes(FRAME))));
    }

    function _anySize(bytes4 selector) private pure returns (IRelay.ActType memory) {
        return IRelay.ActType(selector, false, string(bytes.concat("Act(bytes arguments,", bytes(FRAME))));
    }
}
