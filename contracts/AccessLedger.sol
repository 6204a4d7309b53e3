// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Decisions} from "./access/Decisions.sol";
import {Deliveries} from "./access/Deliveries.sol";
import {Grants} from "./access/Grants.sol";
import {IAgreements} from "./interfaces/IAgreements.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";
import {IProducts} from "./interfaces/IProducts.sol";
import {IVocabulary} from "./interfaces/IVocabulary.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Requests} from "./access/Requests.sol";
import {Vetoes} from "./access/Vetoes.sol";

/// @title AccessLedger: who may take which data, what for, and what they took
/// @notice Promises and words: IAccessLedger. One contract, since a request and its grant are one thing; written in
/// parts, one for each thing that can happen to it.
contract AccessLedger is Requests, Decisions, Vetoes, Deliveries {
    constructor(
        address relay,
        address roles,
        IOrganisations organisations,
        ICatalogue catalogue,
        IVocabulary vocabulary,
        IWorkCalendar calendar,
        IPolicies policies,
        IAgreements agreements,
        IProducts products
    )
        Grants(relay, roles, organisations, catalogue, agreements, products)
        Requests(vocabulary, calendar, policies)
    {}
}
