// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {OrganisationId, ResourceId} from "./types/Ids.sol";
import {PROVIDER} from "./types/Kinds.sol";
import {MAX_FIELDS} from "./types/Scope.sol";
import {Text} from "./libraries/Text.sol";

/// @title Catalogue: which data there is, and who answers for it
/// @notice Promises and words: ICatalogue.
contract Catalogue is ICatalogue {
    uint256 private constant MAX_CODE_BYTES = 64;
    uint256 private constant MAX_NAME_BYTES = 200;
    uint256 private constant MAX_METADATA_BYTES = 16_384;
    uint256 private constant MAX_PARENTS = 16;

    IOrganisations public immutable ORGANISATIONS;

    uint64 private _count;
    mapping(ResourceId id => Resource) private _resources;
    mapping(bytes32 codeHash => ResourceId) private _idOfCode;
    mapping(bytes32 sourceHash => ResourceId) private _idOfSource;

    constructor(IOrganisations organisations) {
        ORGANISATIONS = organisations;
    }

    /// @inheritdoc ICatalogue
    function register(
        string calldata code,
        bytes32 sourceHash,
        Description calldata description
    ) external returns (ResourceId id) {
        OrganisationId provider = ORGANISATIONS.checkActor(msg.sender, PROVIDER);
        Text.checkLength(bytes(code), MAX_CODE_BYTES);
        bytes32 codeHash = keccak256(bytes(code));
        if (_exists(_idOfCode[codeHash])) revert ResourceCodeTaken(codeHash, _idOfCode[codeHash]);
        if (sourceHash == 0) revert SourceMissing();
        if (_exists(_idOfSource[sourceHash])) revert SourceTaken(sourceHash, _idOfSource[sourceHash]);

        id = ResourceId.wrap(++_count);
        _check(id, description, 1);
        _idOfCode[codeHash] = id;
        _idOfSource[sourceHash] = id;
        _resources[id].provider = provider;
        _resources[id].sourceHash = sourceHash;
        _write(_resources[id], description);
        emit ResourceRegistered(id, provider, sourceHash, code, description);
    }

    /// @inheritdoc ICatalogue
    function update(ResourceId id, Description calldata description) external returns (uint32 version) {
        Resource storage r = _ownStanding(id);
        _check(id, description, r.fieldCount);

        _write(r, description);
        version = r.version;
        emit ResourceUpdated(id, r.provider, version, description);
    }

    /// @inheritdoc ICatalogue
    function withdraw(ResourceId id, bytes32 reasonDigest) external {
        Resource storage r = _ownStanding(id);
        if (reasonDigest == 0) revert ResourceReasonMissing(id);

        r.withdrawn = true;
        _idOfSource[r.sourceHash] = ResourceId.wrap(0);
        emit ResourceWithdrawn(id, r.provider, reasonDigest);
    }

    /// @inheritdoc ICatalogue
    function checkSharable(
        ResourceId id
    ) external view returns (OrganisationId provider, uint32 version, ShareType shareType, uint16 fieldCount) {
        Resource storage r = _existing(id);
        if (r.withdrawn) revert ResourceIsWithdrawn(id);
        if (r.shareType == ShareType.Withheld) revert ResourceIsWithheld(id);
        return (r.provider, r.version, r.shareType, r.fieldCount);
    }

    /// @inheritdoc ICatalogue
    function resource(ResourceId id) external view returns (Resource memory) {
        return _existing(id);
    }

    /// @inheritdoc ICatalogue
    function idOfCode(bytes32 codeHash) external view returns (ResourceId) {
        return _idOfCode[codeHash];
    }

    /// @inheritdoc ICatalogue
    function idOfSource(bytes32 sourceHash) external view returns (ResourceId) {
        return _idOfSource[sourceHash];
    }

    /// @inheritdoc ICatalogue
    function resourceCount() external view returns (uint64) {
        return _count;
    }

    function _exists(ResourceId id) private pure returns (bool) {
        return ResourceId.unwrap(id) != 0;
    }

    function _existing(ResourceId id) private view returns (Resource storage r) {
        r = _resources[id];
        if (r.version == 0) revert ResourceUnknown(id);
    }

    /// A resource that stands, and that the caller may change.
    function _ownStanding(ResourceId id) private view returns (Resource storage r) {
        OrganisationId caller = ORGANISATIONS.checkActor(msg.sender, PROVIDER);
        r = _existing(id);
        if (caller != r.provider) revert NotItsProvider(id, caller, r.provider);
        if (r.withdrawn) revert ResourceIsWithdrawn(id);
    }

    /// @param leastFields Fields may be added and never taken away: a grant's scope points at them by position.
    function _check(ResourceId id, Description calldata d, uint16 leastFields) private pure {
        Text.checkLength(bytes(d.name), MAX_NAME_BYTES);
        Text.checkLength(d.metadata, MAX_METADATA_BYTES);
        if (d.level == 0) revert LevelMissing();
        if (d.fieldCount < leastFields || d.fieldCount > MAX_FIELDS) {
            revert FieldCountInvalid(d.fieldCount, leastFields, MAX_FIELDS);
        }
        if (d.shareType == ShareType.Withheld && d.legalBasisDigest == 0) revert NegativeListBasisMissing();
        _checkParents(id, d.parents);
    }

    /// Ascending ids below the child's own: each parent exists, none stands twice, and no resource is its own ancestor.
    /// A parent may be withdrawn: where data came from stays true.
    function _checkParents(ResourceId id, ResourceId[] calldata parents) private pure {
        if (parents.length > MAX_PARENTS) revert ParentsTooMany(parents.length, MAX_PARENTS);
        ResourceId last = ResourceId.wrap(0);
        for (uint256 i = 0; i < parents.length; ++i) {
            ResourceId parent = parents[i];
            if (!(last < parent && parent < id)) revert ParentOutOfOrder(parent, last, id);
            last = parent;
        }
    }

    function _write(Resource storage r, Description calldata d) private {
        r.version += 1;
        r.shareType = d.shareType;
        r.openType = d.openType;
        r.level = d.level;
        r.fieldCount = d.fieldCount;
        r.metadataDigest = keccak256(d.metadata);
    }
}
