// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId} from "../types/Ids.sol";

/// @title Conduct: who handles data, what went wrong, what was filed (人员备案、事件报告、方案备案)
/// @notice Statements on record, each of the organisation that makes it: nothing else is decided by them. Persons are
/// pseudonyms, never names: a salted digest of the real name's registration, which stays off chain.
interface IConduct {
    enum Severity {
        Minor, // 一般
        Major, // 较大
        Grave // 重大
    }

    /// @notice `undertakingDigest`: of the confidentiality undertaking that the person signed (保密协议).
    event PersonRegistered(OrganisationId indexed organisation, bytes32 indexed person, bytes32 undertakingDigest);
    event PersonRemoved(OrganisationId indexed organisation, bytes32 indexed person, bytes32 reasonDigest);
    /// @notice Told to the other parties of the agreement and upwards: to the operator by a developer, to the agency by an
    /// operator (应急处置). `agreement` is 0 where it happened outside of any.
    event IncidentReported(
        uint64 indexed incident,
        OrganisationId indexed by,
        AgreementId indexed agreement,
        Severity severity,
        uint40 occurredAt,
        bytes32 reportDigest
    );
    /// @notice Passed on, or dealt with, by who received it.
    event IncidentFollowedUp(uint64 indexed incident, OrganisationId indexed by, bool closed, bytes32 reportDigest);
    /// @notice An implementation plan (实施方案) that was approved is to be filed within 20 working days; `dueAt` says when.
    event PlanFiled(
        OrganisationId indexed agency,
        bytes32 indexed planDigest,
        uint40 approvedAt,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional
    );

    error ConductDigestMissing();
    error PersonTaken(OrganisationId organisation, bytes32 person);
    error PersonUnknown(OrganisationId organisation, bytes32 person);
    error ConductTimeInvalid(uint40 given, uint40 time);
    error IncidentUnknown(uint64 incident);
    error IncidentIsClosed(uint64 incident);
    /// @notice Reported under an agreement that the caller is no party to.
    error NotAPartyToIncident(AgreementId agreement, OrganisationId caller);
    /// @notice Only other parties of the agreement, or a regulator, follow up.
    error FollowUpNotYours(uint64 incident, OrganisationId caller);

    function registerPerson(bytes32 person, bytes32 undertakingDigest) external;

    function removePerson(bytes32 person, bytes32 reasonDigest) external;

    /// @param agreement Under which it happened, of which the caller is a party; 0 if none.
    function reportIncident(
        AgreementId agreement,
        Severity severity,
        uint40 occurredAt,
        bytes32 reportDigest
    ) external returns (uint64 incident);

    /// @notice For another party of the incident's agreement (or of the one above it), or an active regulator.
    function followUpIncident(uint64 incident, bool closed, bytes32 reportDigest) external;

    /// @notice For an active implementing agency.
    /// @param approvedAt When the government approved the plan; not in the future.
    function filePlan(bytes32 planDigest, uint40 approvedAt) external;

    function isRegistered(OrganisationId organisation, bytes32 person) external view returns (bool);

    function incidentCount() external view returns (uint64);
}
