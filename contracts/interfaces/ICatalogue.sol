// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrganisationId, ResourceId} from "../types/Ids.sol";

/// @title Catalogue: which data there is, and who answers for it (政府数据资源目录)
/// @notice Every version of every entry stands in full in an event; the state keeps what later acts are checked
/// against. One datum has one source (一数一源): while an entry stands, a second entry of the same source is refused.
/// Fields keep their positions and are only ever added, so a scope granted once means the same fields for ever.
interface ICatalogue {
    /// Share type (共享类型).
    enum ShareType {
        Unconditional, // 无条件共享: granted by the contract at once
        Conditional, // 有条件共享: decided by the provider
        Withheld // 不予共享: on the negative list (负面清单)
    }

    /// Open type (开放属性), towards society.
    enum OpenType {
        Open, // 开放
        OnApplication, // 依申请开放
        NotOpen // 不予开放
    }

    /// What one version of an entry says.
    struct Description {
        string name; // UTF-8, at most 200 bytes
        ShareType shareType;
        OpenType openType;
        uint8 level; // classification level (分级), from 1
        uint16 fieldCount; // number of fields (信息项), 1 to 128
        ResourceId[] parents; // resources it is made from: ascending, each with a smaller id, at most 16
        bytes32 legalBasisDigest; // why it is withheld; needed for a withheld resource
        bytes metadata; // canonical JSON: abstract, category, format, fields, condition, cycle, …; at most 16,384 bytes
    }

    struct Resource {
        // slot 0: provider 64 | version 32 | share 8 | open 8 | level 8 | fields 16 | withdrawn 8 | free 112
        OrganisationId provider;
        uint32 version; // from 1
        ShareType shareType;
        OpenType openType;
        uint8 level;
        uint16 fieldCount;
        bool withdrawn;
        // slot 1
        bytes32 metadataDigest; // keccak256 of the current version's metadata
        // slot 2
        bytes32 sourceHash;
    }

    event ResourceRegistered(
        ResourceId indexed id,
        OrganisationId indexed provider,
        bytes32 indexed sourceHash,
        string code,
        Description description
    );
    event ResourceUpdated(
        ResourceId indexed id,
        OrganisationId indexed provider,
        uint32 version,
        Description description
    );
    event ResourceWithdrawn(ResourceId indexed id, OrganisationId indexed provider, bytes32 reasonDigest);

    error ResourceCodeTaken(bytes32 codeHash, ResourceId holder);
    error SourceMissing();
    /// @notice One datum, one source: this source already stands in the catalogue as `holder`.
    error SourceTaken(bytes32 sourceHash, ResourceId holder);
    error ResourceUnknown(ResourceId id);
    error ResourceIsWithdrawn(ResourceId id);
    error ResourceIsWithheld(ResourceId id);
    error NotItsProvider(ResourceId id, OrganisationId caller, OrganisationId provider);
    error LevelMissing();
    /// @notice The number of fields is zero, above 128, or below what grants may already cover.
    error FieldCountInvalid(uint16 given, uint16 least, uint16 most);
    error ParentsTooMany(uint256 given, uint256 most);
    /// @notice Parents must ascend and come before their child: `given` does not lie between `after_` and `before`.
    error ParentOutOfOrder(ResourceId given, ResourceId after_, ResourceId before);
    /// @notice A withheld resource must name the law that withholds it.
    error NegativeListBasisMissing();
    error ResourceReasonMissing(ResourceId id);

    /// @notice Registers a resource of the caller's organisation, which must be an active provider.
    /// @param code Catalogue code, unique for ever, at most 64 bytes.
    /// @param sourceHash Identity of the datum at its source; not zero.
    function register(
        string calldata code,
        bytes32 sourceHash,
        Description calldata description
    ) external returns (ResourceId id);

    /// @notice Puts a new version in place of the current one. All may change but code, source and provider; fields may
    /// only be added. Grants given before stay, unless the resource becomes withheld. For its provider.
    function update(ResourceId id, Description calldata description) external returns (uint32 version);

    /// @notice Ends the entry: nothing more may be requested or delivered. Its source is free to be registered anew,
    /// for instance by the department that takes over; its code is not. For its provider.
    function withdraw(ResourceId id, bytes32 reasonDigest) external;

    /// @notice What a request or delivery must respect, of a resource that may be shared; reverts if it is unknown,
    /// withdrawn or withheld.
    function checkSharable(
        ResourceId id
    ) external view returns (OrganisationId provider, uint32 version, ShareType shareType, uint16 fieldCount);

    function resource(ResourceId id) external view returns (Resource memory);

    /// @notice The resource with this code; 0 if none.
    /// @param codeHash keccak256 of the code's bytes.
    function idOfCode(bytes32 codeHash) external view returns (ResourceId);

    /// @notice The standing resource of this source; 0 if none.
    function idOfSource(bytes32 sourceHash) external view returns (ResourceId);

    /// @notice How many are registered, which is also the highest id.
    function resourceCount() external view returns (uint64);
}
