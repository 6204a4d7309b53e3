// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";

/// @title Products: what is made from granted data, and whether it may go out (数据产品和服务)
/// @notice A product is a catalogue entry of an authorised operator or developer. It is registered under the agreement it
/// was made under, with the grants its data came by; the agreement's first party reviews it; only the very version that
/// was released may be taken. Registered → released | refused; registered or released → withdrawn. A product is registered
/// once per version of its entry, so that a review that names the version names one registration: whatever the maker
/// wants looked at anew, after a refusal or a withdrawal too, is a new version.
interface IProducts {
    enum ProductState {
        None,
        Registered, // 已登记，待审查
        Released, // 已发布
        Refused, // 审查未通过
        Withdrawn // 已下架
    }

    /// Price class (定价).
    enum PriceClass {
        Free, // 公共治理、公益事业: free
        Paid // 产业发展、行业发展
    }

    struct Product {
        // slot 0: agreement 64 | released version 32 | state 8 | price 8 | checks 8 | source count 8 |
        // registered version 32 | released count 8 | free 88
        AgreementId agreement;
        uint32 releasedVersion; // of the catalogue entry; 0 until released
        ProductState state;
        PriceClass price;
        uint8 checks; // what the review found in order, see `review`
        uint8 sourceCount; // of the newest registration
        uint32 registeredVersion; // of the catalogue entry: the one under review, or that was reviewed
        uint8 releasedCount; // sources of what was released last; 0 until the first release
        // slots 1 to 4: source grants of the newest registration, four to a slot
        // slots 5 to 8: those of what was released last
    }

    event ProductRegistered(
        ResourceId indexed resource,
        AgreementId indexed agreement,
        OrganisationId indexed maker,
        PriceClass price,
        GrantId[] sources,
        bytes32 useDigest
    );
    event ProductReleased(
        ResourceId indexed resource,
        AgreementId indexed agreement,
        OrganisationId indexed reviewer,
        uint32 version,
        bytes32 reviewDigest
    );
    event ProductRefused(
        ResourceId indexed resource,
        AgreementId indexed agreement,
        OrganisationId indexed reviewer,
        uint8 checks,
        bytes32 reviewDigest
    );
    event ProductWithdrawn(ResourceId indexed resource, OrganisationId indexed by, bytes32 reasonDigest);

    error NotAProduct(ResourceId resource);
    error NotItsMaker(ResourceId resource, OrganisationId caller, OrganisationId maker);
    error NotItsReviewer(ResourceId resource, OrganisationId caller, OrganisationId reviewer);
    /// @notice The agreement is not one under which this organisation makes products.
    error NotTheMakersAgreement(AgreementId agreement, OrganisationId caller);
    error ProductStateWrong(ResourceId resource, ProductState current);
    error SourcesInvalid(uint256 given, uint256 most);
    /// @notice Sources must ascend: `given` is zero or not after the one before it.
    error SourceOutOfOrder(GrantId given);
    /// @notice A product keeps the sources of what was released: what was made from it hangs on them.
    error SourceDropped(ResourceId resource, GrantId source);
    error ProductUseMissing(ResourceId resource);
    error ProductReasonMissing(ResourceId resource);
    /// @notice Released only with every check in order; `missing` are those that are not, and bits that are no check.
    error ChecksMissing(ResourceId resource, uint8 missing);
    /// @notice The version on offer is not the one that was reviewed.
    error ProductNotReleased(ResourceId resource, ProductState state, uint32 version, uint32 releasedVersion);
    /// @notice `current` is the entry's version or, where that is newer than the registration, the registered one: then the
    /// maker has to register the new version first.
    error ReviewOfAnotherVersion(ResourceId resource, uint32 given, uint32 current);

    /// @notice Registers a product for review, or again when its entry has a new version, whatever became of the last.
    /// For its maker: provider of the entry and second party of an agreement in force (operation or development).
    /// @param sources Grants by which its data came, at least 1 and at most 16. That they were granted, to whom, and
    /// that no veto stands on them is checked by the ledger whenever the product is asked for or taken. Those of what was
    /// released must be among them.
    /// @param useDigest Digest of what it is for and how it was made.
    function registerProduct(
        ResourceId resource,
        AgreementId agreement,
        PriceClass price,
        GrantId[] calldata sources,
        bytes32 useDigest
    ) external;

    /// @notice Releases or refuses it (审查). For the first party of its agreement, which must be in force.
    /// @param version The catalogue version that was looked at: its current one, and the one that was registered.
    /// @param checks One bit for each point in order: 0 within its application and scope, 1 sources named and lawful,
    /// 2 no raw or sensitive data exposed, 3 no personal or trade secrets leak, 4 nothing leaves the country, 5 no other
    /// risk.
    /// @param release Whether it is released; needs all six.
    function reviewProduct(
        ResourceId resource,
        uint32 version,
        uint8 checks,
        bool release,
        bytes32 reviewDigest
    ) external;

    /// @notice Takes it off. For its maker, its reviewer or an active regulator, who owe a reason.
    function withdrawProduct(ResourceId resource, bytes32 reasonDigest) external;

    /// @notice What a product that may be taken in this version hangs on; reverts if it may not.
    function checkReleased(
        ResourceId resource,
        uint32 version
    ) external view returns (AgreementId agreement, GrantId[] memory sources);

    /// @notice The grants by which what was released of a product came, and of every product that its entry is made from:
    /// a veto on any of them reaches it. None where nothing was ever released. A grant may stand there more than once.
    function sourcesBehind(ResourceId resource) external view returns (GrantId[] memory behind);

    /// @param sources Of the newest registration, whatever became of it.
    /// @param released Of what was released last; none until the first release.
    function productOf(
        ResourceId resource
    ) external view returns (Product memory, GrantId[] memory sources, GrantId[] memory released);
}
