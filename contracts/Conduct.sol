// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId} from "./types/Ids.sol";
import {IAgreements} from "./interfaces/IAgreements.sol";
import {IConduct} from "./interfaces/IConduct.sol";
import {IMPLEMENTING_AGENCY, Kinds, NO_KIND, REGULATOR} from "./types/Kinds.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Relayed} from "./Relayed.sol";

/// @title Conduct: who handles data, what went wrong, what was filed
/// @notice Promises and words: IConduct.
contract Conduct is IConduct, Relayed {
    uint16 private constant DAYS_TO_FILE = 20; // working days

    struct Incident {
        // slot 0: by 64 | agreement 64 | closed 8 | free 120
        OrganisationId by;
        AgreementId agreement; // 0 where it happened outside of any
        bool closed;
    }

    IOrganisations public immutable ORGANISATIONS;
    IAgreements public immutable AGREEMENTS;
    IWorkCalendar public immutable CALENDAR;

    uint64 private _incidentCount;
    mapping(uint64 incident => Incident) private _incidents;
    mapping(OrganisationId organisation => mapping(bytes32 person => bool)) private _registered;

    constructor(
        address relay,
        IOrganisations organisations,
        IAgreements agreements,
        IWorkCalendar calendar
    ) Relayed(relay) {
        ORGANISATIONS = organisations;
        AGREEMENTS = agreements;
        CALENDAR = calendar;
    }

    /// @inheritdoc IConduct
    function registerPerson(bytes32 person, bytes32 undertakingDigest) external {
        OrganisationId organisation = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        if (person == 0 || undertakingDigest == 0) revert ConductDigestMissing();
        if (_registered[organisation][person]) revert PersonTaken(organisation, person);

        _registered[organisation][person] = true;
        emit PersonRegistered(organisation, person, undertakingDigest);
    }

    /// @inheritdoc IConduct
    function removePerson(bytes32 person, bytes32 reasonDigest) external {
        OrganisationId organisation = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        if (!_registered[organisation][person]) revert PersonUnknown(organisation, person);
        if (reasonDigest == 0) revert ConductDigestMissing();

        _registered[organisation][person] = false;
        emit PersonRemoved(organisation, person, reasonDigest);
    }

    /// @inheritdoc IConduct
    function reportIncident(
        AgreementId agreement,
        Severity severity,
        uint40 occurredAt,
        bytes32 reportDigest
    ) external returns (uint64 incident) {
        OrganisationId by = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        if (_isNamed(agreement) && !_isParty(AGREEMENTS.agreementOf(agreement), by)) {
            revert NotAPartyToIncident(agreement, by);
        }
        _checkPast(occurredAt);
        if (reportDigest == 0) revert ConductDigestMissing();

        incident = ++_incidentCount;
        _incidents[incident] = Incident({by: by, agreement: agreement, closed: false});
        emit IncidentReported(incident, by, agreement, severity, occurredAt, reportDigest);
    }

    /// @inheritdoc IConduct
    function followUpIncident(uint64 incident, bool closed, bytes32 reportDigest) external {
        (OrganisationId by, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Incident storage i = _incidents[incident];
        if (OrganisationId.unwrap(i.by) == 0) revert IncidentUnknown(incident);
        // Whoever reported it has said its part, whatever else it is: nobody closes its own incident.
        if (by == i.by || !(kinds.includes(REGULATOR) || _isAbout(i.agreement, by))) {
            revert FollowUpNotYours(incident, by);
        }
        if (i.closed) revert IncidentIsClosed(incident);
        if (reportDigest == 0) revert ConductDigestMissing();

        if (closed) i.closed = true;
        emit IncidentFollowedUp(incident, by, closed, reportDigest);
    }

    /// @inheritdoc IConduct
    function filePlan(bytes32 planDigest, uint40 approvedAt) external {
        OrganisationId agency = ORGANISATIONS.checkActor(_msgSender(), IMPLEMENTING_AGENCY);
        if (planDigest == 0) revert ConductDigestMissing();
        _checkPast(approvedAt);

        (uint40 dueAt, uint32 version, bool provisional) = CALENDAR.dueAfter(approvedAt, DAYS_TO_FILE);
        emit PlanFiled(agency, planDigest, approvedAt, dueAt, version, provisional);
    }

    /// @inheritdoc IConduct
    function isRegistered(OrganisationId organisation, bytes32 person) external view returns (bool) {
        return _registered[organisation][person];
    }

    /// @inheritdoc IConduct
    function incidentCount() external view returns (uint64) {
        return _incidentCount;
    }

    function _checkPast(uint40 time) private view {
        if (time == 0 || time > block.timestamp) revert ConductTimeInvalid(time, uint40(block.timestamp));
    }

    function _isNamed(AgreementId agreement) private pure returns (bool) {
        return AgreementId.unwrap(agreement) != 0;
    }

    /// Whether an organisation is a party of the agreement, or of the one above it. There is none above that.
    function _isAbout(AgreementId agreement, OrganisationId organisation) private view returns (bool) {
        if (!_isNamed(agreement)) return false;
        IAgreements.Agreement memory a = AGREEMENTS.agreementOf(agreement);
        if (_isParty(a, organisation)) return true;
        return _isNamed(a.parent) && _isParty(AGREEMENTS.agreementOf(a.parent), organisation);
    }

    function _isParty(IAgreements.Agreement memory a, OrganisationId organisation) private pure returns (bool) {
        return organisation == a.first || organisation == a.second || organisation == a.third;
    }
}
