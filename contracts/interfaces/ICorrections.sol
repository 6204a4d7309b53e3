// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CorrectionId, GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";

/// @title Corrections: data that its users dispute (疑义、错误数据快速校核)
/// @notice Who was granted data says what is wrong with it; its provider answers within 10 working days; who is not
/// satisfied disputes again, as often as needed, each time with a new due time. Raised → answered → disputed → answered →
/// … → accepted. What is wrong, and the answer, are digests: the words stay off chain.
interface ICorrections {
    enum CorrectionState {
        None,
        Raised, // 待答复
        Answered, // 已答复
        Disputed, // 再次提出
        Accepted // 已接受
    }

    enum Answer {
        Corrected, // 已更正
        PartlyCorrected, // 部分更正
        Confirmed // 核实无误
    }

    struct Correction {
        // slot 0: resource 64 | raiser 64 | grant 64 | due 40 | state 8 | rounds 16
        ResourceId resource;
        OrganisationId raiser;
        GrantId grant;
        uint40 dueAt; // of the answer that is owed, or was last
        CorrectionState state;
        uint16 rounds; // answers owed so far, from 1
    }

    event CorrectionRaised(
        CorrectionId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed raiser,
        GrantId grant,
        bytes32 claimDigest,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional
    );
    event CorrectionAnswered(
        CorrectionId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed provider,
        Answer answer,
        bytes32 answerDigest,
        bool overdue
    );
    event CorrectionDisputed(
        CorrectionId indexed id,
        ResourceId indexed resource,
        OrganisationId indexed raiser,
        uint16 round,
        bytes32 claimDigest,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional
    );
    event CorrectionAccepted(CorrectionId indexed id, ResourceId indexed resource, OrganisationId indexed raiser);

    error CorrectionUnknown(CorrectionId id);
    error CorrectionStateWrong(CorrectionId id, CorrectionState current);
    error CorrectionDigestMissing();
    /// @notice Only who was granted this data can say that it is wrong.
    error NotItsConsumer(GrantId grant, OrganisationId caller, OrganisationId consumer);
    error NeverGranted(GrantId grant);
    error NotTheRaiser(CorrectionId id, OrganisationId caller, OrganisationId raiser);
    error NotTheAnswerer(CorrectionId id, OrganisationId caller, OrganisationId provider);

    /// @notice Says that data taken under a grant is wrong or doubtful. For the grant's consumer, also after its end.
    function raise(GrantId grant, bytes32 claimDigest) external returns (CorrectionId id);

    /// @notice Answers. For the resource's provider.
    function answer(CorrectionId id, Answer outcome, bytes32 answerDigest) external;

    /// @notice Disputes the answer. For who raised it.
    function dispute(CorrectionId id, bytes32 claimDigest) external;

    /// @notice Accepts the answer. For who raised it.
    function accept(CorrectionId id) external;

    function correctionOf(CorrectionId id) external view returns (Correction memory);

    function correctionCount() external view returns (uint64);
}
