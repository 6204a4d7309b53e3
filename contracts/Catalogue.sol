// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AUTHORISED_OPERATOR, DEVELOPER, INSPECTOR, Kinds, PROVIDER, REGULATOR} from "./types/Kinds.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {Veto} from "./types/Veto.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Lineage} from "./libraries/Lineage.sol";
import {MAX_FIELDS} from "./types/Scope.sol";
import {OrganisationId, ResourceId} from "./types/Ids.sol";
import {Relayed} from "./Relayed.sol";
import {Text} from "./libraries/Text.sol";

/// @title Catalogue: which data there is, and who answers for it
/// @notice Promises and words: ICatalogue.
contract Catalogue is ICatalogue, Relayed {
    uint256 private constant MAX_CODE_BYTES = 64;
    uint256 private constant MAX_NAME_BYTES = 200;
    uint256 private constant MAX_METADATA_BYTES = 16_384;
    uint256 private constant MAX_PARENTS = 16;
    uint256 private constant MAX_ANCESTORS = 64;
    uint16 private constant DAYS_AFTER_DATA = 2; // working days within which an entry follows a change
    uint16 private constant DAYS_AFTER_LAW = 15;

    IOrganisations public immutable ORGANISATIONS;
    IWorkCalendar public immutable CALENDAR;

    uint64 private _count;
    mapping(ResourceId id => Resource) private _resources;
    // Four to a slot; how many there are stands in the resource's slot 0. They are all there is: see `_settle`.
    mapping(ResourceId id => ResourceId[MAX_ANCESTORS]) private _ancestors;
    mapping(bytes32 codeHash => ResourceId) private _idOfCode;
    mapping(bytes32 sourceHash => ResourceId) private _idOfSource;

    constructor(address relay, IOrganisations organisations, IWorkCalendar calendar) Relayed(relay) {
        ORGANISATIONS = organisations;
        CALENDAR = calendar;
    }

    /// @inheritdoc ICatalogue
    function register(
        string calldata code,
        bytes32 sourceHash,
        Description calldata description
    ) external returns (ResourceId id) {
        (OrganisationId provider, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        bool product = !kinds.includes(PROVIDER);
        _checkKind(provider, kinds, product);
        Text.checkLength(bytes(code), MAX_CODE_BYTES);
        bytes32 codeHash = keccak256(bytes(code));
        if (_exists(_idOfCode[codeHash])) revert ResourceCodeTaken(codeHash, _idOfCode[codeHash]);
        if (sourceHash == 0) revert SourceMissing();
        if (_exists(_idOfSource[sourceHash])) revert SourceTaken(sourceHash, _idOfSource[sourceHash]);

        id = ResourceId.wrap(++_count);
        _check(id, description, 1);
        _idOfCode[codeHash] = id;
        _idOfSource[sourceHash] = id;
        Resource storage r = _resources[id];
        r.provider = provider;
        r.product = product;
        r.sourceHash = sourceHash;
        _write(r, description);
        _settle(id, r, description.parents);
        emit ResourceRegistered(id, provider, sourceHash, code, description);
    }

    /// @inheritdoc ICatalogue
    function update(ResourceId id, Description calldata description) external returns (uint32 version) {
        Resource storage r = _ownStanding(id);
        _check(id, description, r.fieldCount);

        _write(r, description);
        _settle(id, r, description.parents);
        version = r.version;
        emit ResourceUpdated(id, r.provider, version, description);
    }

    /// @inheritdoc ICatalogue
    function withdraw(ResourceId id, bytes32 reasonDigest) external {
        Resource storage r = _ownStanding(id);
        if (reasonDigest == 0) revert ResourceReasonMissing(id);
        // Its source becomes free: whoever registered it anew would have shed the veto.
        _checkNotVetoed(id, r);

        r.withdrawn = true;
        _idOfSource[r.sourceHash] = ResourceId.wrap(0);
        emit ResourceWithdrawn(id, r.provider, reasonDigest);
    }

    /// @inheritdoc ICatalogue
    function noteChange(ResourceId id, ChangeKind kind, uint40 occurredAt, bytes32 changeDigest) external {
        OrganisationId by = _keeperOf(id, changeDigest);
        if (occurredAt == 0 || occurredAt > block.timestamp) {
            revert ChangeTimeInvalid(id, occurredAt, uint40(block.timestamp));
        }

        uint16 workingDays = kind == ChangeKind.Law ? DAYS_AFTER_LAW : DAYS_AFTER_DATA;
        (uint40 dueAt, uint32 version, bool provisional) = CALENDAR.dueAfter(occurredAt, workingDays);
        emit ResourceChangeNoted(id, by, kind, occurredAt, dueAt, version, provisional, changeDigest);
    }

    /// @inheritdoc ICatalogue
    function confirm(ResourceId id, bytes32 reviewDigest) external {
        OrganisationId by = _keeperOf(id, reviewDigest);
        emit ResourceConfirmed(id, by, reviewDigest);
    }

    /// @inheritdoc ICatalogue
    function vetoResource(ResourceId id, bytes32 reasonDigest, bytes32 referenceDigest) external {
        OrganisationId inspector = ORGANISATIONS.checkActor(_msgSender(), INSPECTOR);
        Resource storage r = _existing(id);
        if (reasonDigest == 0) revert ResourceReasonMissing(id);
        if (r.veto.isUncontested()) revert ResourceIsVetoed(id, id);

        r.veto = r.veto.imposedAnew();
        emit ResourceVetoed(id, inspector, reasonDigest, referenceDigest);
    }

    /// @inheritdoc ICatalogue
    function liftResourceVeto(ResourceId id, uint8 round, bytes32 reasonDigest) external {
        (OrganisationId by, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Resource storage r = _existing(id);
        if (reasonDigest == 0) revert ResourceReasonMissing(id);
        Veto veto = r.veto;
        if (!veto.isImposed()) revert ResourceNotVetoed(id);
        if (round != veto.round()) revert ResourceVetoDiffers(id, round, veto.round());
        if (!kinds.overlaps(INSPECTOR | REGULATOR)) revert ResourceLiftNotYours(id, by);
        Veto left = veto.agreedBy(kinds.includes(INSPECTOR));
        if (left == veto) revert ResourceLiftNotYours(id, by);

        r.veto = left;
        emit ResourceVetoLiftAgreed(id, by, reasonDigest);
        if (!left.isImposed()) emit ResourceVetoLifted(id);
    }

    /// @inheritdoc ICatalogue
    function checkSharable(ResourceId id) external view returns (Standing memory) {
        Resource storage r = _existing(id);
        if (r.withdrawn) revert ResourceIsWithdrawn(id);
        if (r.shareType == ShareType.Withheld) revert ResourceIsWithheld(id);
        // Most resources are made from nothing, and then the veto in the slot just read is all there is to look at.
        if (r.ancestorCount != 0) _checkNotVetoed(id, r);
        else if (r.veto.isImposed()) revert ResourceIsVetoed(id, id);
        return
            Standing({
                provider: r.provider,
                version: r.version,
                shareType: r.shareType,
                openType: r.openType,
                level: r.highestLevel,
                fieldCount: r.fieldCount,
                product: r.product
            });
    }

    /// @inheritdoc ICatalogue
    function checkNotVetoed(ResourceId id) external view {
        _checkNotVetoed(id, _existing(id));
    }

    /// @inheritdoc ICatalogue
    function ancestorsOf(ResourceId id) external view returns (ResourceId[] memory) {
        return _lineage(id, _existing(id));
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
        (OrganisationId caller, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        r = _existing(id);
        if (caller != r.provider) revert NotItsProvider(id, caller, r.provider);
        _checkKind(caller, kinds, r.product);
        if (r.withdrawn) revert ResourceIsWithdrawn(id);
    }

    /// Who looks after an entry that stands: its provider, or a regulator; and says something.
    function _keeperOf(ResourceId id, bytes32 digest) private view returns (OrganisationId by) {
        Kinds kinds;
        (by, kinds) = ORGANISATIONS.actorOf(_msgSender());
        Resource storage r = _existing(id);
        if (by != r.provider && !kinds.includes(REGULATOR)) revert NotItsProvider(id, by, r.provider);
        if (r.withdrawn) revert ResourceIsWithdrawn(id);
        if (digest == 0) revert ResourceReasonMissing(id);
    }

    function _checkKind(OrganisationId caller, Kinds kinds, bool product) private pure {
        if (!kinds.overlaps(product ? AUTHORISED_OPERATOR | DEVELOPER : PROVIDER)) revert NotAProvider(caller, kinds);
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
        if (d.level > r.highestLevel) r.highestLevel = d.level;
        r.fieldCount = d.fieldCount;
        r.metadataDigest = keccak256(d.metadata);
    }

    /// Writes down all that a resource is made from: its parents, and all that they are made from. What stood there
    /// before stays, so that no update sheds the veto on an ancestor. And what something else is made from gets no new
    /// ancestors, because those below it would not know of them: so the list of each stays complete without being
    /// written again.
    function _settle(ResourceId id, Resource storage r, ResourceId[] calldata parents) private {
        if (parents.length == 0) return;
        uint256 known = r.ancestorCount;
        ResourceId[] memory all = _lineage(id, r);
        for (uint256 i = 0; i < parents.length; ++i) {
            Resource storage parent = _resources[parents[i]];
            if (parent.product && !r.product) revert ParentIsProduct(id, parents[i]);
            all = Lineage.union(all, _withItself(parents[i], parent));
            if (all.length > MAX_ANCESTORS) revert AncestorsTooMany(all.length, MAX_ANCESTORS);
            if (!parent.parent) parent.parent = true;
        }
        if (all.length == known) return;
        if (r.parent) revert LineageSettled(id);

        ResourceId[MAX_ANCESTORS] storage kept = _ancestors[id];
        for (uint256 i = 0; i < all.length; ++i) {
            kept[i] = all[i];
        }
        r.ancestorCount = uint8(all.length);
    }

    /// All ancestors of a resource, ascending.
    function _lineage(ResourceId id, Resource storage r) private view returns (ResourceId[] memory all) {
        all = new ResourceId[](r.ancestorCount);
        ResourceId[MAX_ANCESTORS] storage kept = _ancestors[id];
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = kept[i];
        }
    }

    /// All ancestors of a resource and itself, which comes after all of them.
    function _withItself(ResourceId id, Resource storage r) private view returns (ResourceId[] memory all) {
        uint256 count = r.ancestorCount;
        all = new ResourceId[](count + 1);
        ResourceId[MAX_ANCESTORS] storage kept = _ancestors[id];
        for (uint256 i = 0; i < count; ++i) {
            all[i] = kept[i];
        }
        all[count] = id;
    }

    /// Looks at the resource, at all that it is made from, and, in one call, at all who provide any of it.
    function _checkNotVetoed(ResourceId id, Resource storage r) private view {
        ResourceId[] memory all = _withItself(id, r);
        OrganisationId[] memory providers = new OrganisationId[](all.length);
        uint256 count = 0;
        OrganisationId last = OrganisationId.wrap(0);
        for (uint256 i = 0; i < all.length; ++i) {
            Resource storage source = _resources[all[i]];
            if (source.veto.isImposed()) revert ResourceIsVetoed(id, all[i]);
            // A provider that stands twice costs a second look and does no harm; neighbours are the common case.
            if (source.provider == last) continue;
            last = source.provider;
            providers[count++] = last;
        }
        assembly ("memory-safe") {
            mstore(providers, count) // only ever shortened
        }
        ORGANISATIONS.checkNotVetoed(providers);
    }
}
