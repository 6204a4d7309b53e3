// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrganisationId, ResourceId} from "../types/Ids.sol";
import {Kinds} from "../types/Kinds.sol";
import {Veto} from "../types/Veto.sol";

/// @title Catalogue: which data there is, and who answers for it (政府数据资源目录)
/// @notice Every version of every entry stands in full in an event; the state keeps what later acts are checked
/// against. One datum has one source (一数一源): while an entry stands, a second entry of the same source is refused.
/// Fields keep their positions and are only ever added, so a scope granted once means the same fields for ever.
/// A product (数据产品) is an entry of an authorised operator or a developer: it may be taken only after its review
/// (IProducts). A veto on an entry, or on its provider, covers every entry made from it, however many steps down.
/// Upkeep (目录维护): within 2 working days of a change, 15 of a change of law, and at least once a year; changes and
/// confirmations are on record with their due time, so that anybody can recompute what is overdue.
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
        // slot 0: provider 64 | version 32 | share 8 | open 8 | level 8 | fields 16 | withdrawn 8 | product 8 | veto 8 |
        // ancestors 8 | parent 8 | highest level 8 | free 72
        OrganisationId provider;
        uint32 version; // from 1
        ShareType shareType;
        OpenType openType;
        uint8 level;
        uint16 fieldCount;
        bool withdrawn;
        bool product;
        Veto veto;
        uint8 ancestorCount; // entries that it is made from, directly or not
        bool parent; // another entry is made from it: it can get no further ancestors
        uint8 highestLevel; // that any version had: by it is decided how many approve
        // slot 1
        bytes32 metadataDigest; // keccak256 of the current version's metadata
        // slot 2
        bytes32 sourceHash;
    }

    /// What an act on an entry must respect.
    struct Standing {
        OrganisationId provider;
        uint32 version;
        ShareType shareType;
        OpenType openType;
        uint8 level; // the highest that any version had: nobody lowers it to decide alone
        uint16 fieldCount;
        bool product;
    }

    /// Why an entry has to be brought up to date.
    enum ChangeKind {
        Data, // 资源目录要素调整或数据变化: 2 working days
        Law // 法律法规修改或职能变化: 15 working days
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

    /// @notice Something changed that the entry must follow by `dueAt` (IWorkCalendar); an update after `occurredAt` does.
    event ResourceChangeNoted(
        ResourceId indexed id,
        OrganisationId indexed by,
        ChangeKind kind,
        uint40 occurredAt,
        uint40 dueAt,
        uint32 calendarVersion,
        bool provisional,
        bytes32 changeDigest
    );
    /// @notice The entry was looked through and stands as it is: the yearly upkeep, or the review of the negative list.
    event ResourceConfirmed(ResourceId indexed id, OrganisationId indexed by, bytes32 reviewDigest);
    event ResourceVetoed(
        ResourceId indexed id,
        OrganisationId indexed inspector,
        bytes32 reasonDigest,
        bytes32 referenceDigest
    );
    event ResourceVetoLiftAgreed(ResourceId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event ResourceVetoLifted(ResourceId indexed id);

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

    /// @notice An inspector's veto stands on the entry, or on `vetoed`, which it is made from.
    error ResourceIsVetoed(ResourceId id, ResourceId vetoed);
    error ResourceNotVetoed(ResourceId id);
    /// @notice A consent was signed for another veto than the one that stands.
    error ResourceVetoDiffers(ResourceId id, uint8 given, uint8 current);
    error ResourceLiftNotYours(ResourceId id, OrganisationId caller);
    /// @notice Made from more entries, directly or not, than one can be checked against; `given` is how many were counted
    /// before it was refused.
    error AncestorsTooMany(uint256 given, uint256 most);
    /// @notice Other entries are made from this one, so it can get no further ancestors: those below would not know them.
    error LineageSettled(ResourceId id);
    /// @notice Only products are made from products: a veto is followed by their sources, and other entries name none.
    error ParentIsProduct(ResourceId id, ResourceId parent);
    /// @notice A change cannot lie in the future, nor before the entry's registration can be known: it is zero or ahead.
    error ChangeTimeInvalid(ResourceId id, uint40 occurredAt, uint40 time);
    /// @notice The caller is neither provider, authorised operator nor developer, so has nothing to register.
    error NotAProvider(OrganisationId caller, Kinds held);

    /// @notice Registers a resource of the caller's organisation: of an active provider; or a product, of an active
    /// authorised operator or developer.
    /// @param code Catalogue code, unique for ever, at most 64 bytes.
    /// @param sourceHash Identity of the datum at its source; not zero.
    function register(
        string calldata code,
        bytes32 sourceHash,
        Description calldata description
    ) external returns (ResourceId id);

    /// @notice Puts a new version in place of the current one. All may change but code, source and provider; fields may
    /// only be added. What it was ever said to be made from stays in its lineage, and once something is made from it,
    /// nothing is added there. Grants given before stay, unless the resource becomes withheld. For its provider, also
    /// under a veto: what an inspector found wrong can be put right.
    function update(ResourceId id, Description calldata description) external returns (uint32 version);

    /// @notice Ends the entry: nothing more may be requested or delivered. Its source is free to be registered anew,
    /// for instance by the department that takes over; its code is not. For its provider, and not while a veto covers it:
    /// registered anew, the source would have shed it.
    function withdraw(ResourceId id, bytes32 reasonDigest) external;

    /// @notice Notes a change that the entry must follow. For its provider or an active regulator.
    /// @param occurredAt When the change happened, seconds since 1970; not in the future.
    function noteChange(ResourceId id, ChangeKind kind, uint40 occurredAt, bytes32 changeDigest) external;

    /// @notice Confirms that the entry stands as it is. For its provider or an active regulator (负面清单每年复核).
    function confirm(ResourceId id, bytes32 reviewDigest) external;

    /// @notice Freezes a resource and all that is made from it, from this block on. For an active inspector.
    /// Imposed again while one side alone has agreed to lift it, both have to agree anew.
    function vetoResource(ResourceId id, bytes32 reasonDigest, bytes32 referenceDigest) external;

    /// @notice Agrees to lift the veto; it is lifted when an inspector and a regulator have.
    /// @param round Which veto this consent is for, of all ever imposed on it: the fourth is 4, the 32nd 0 (Veto.sol).
    /// Refused for any but the one that stands, so that a consent signed for one veto lifts no later one.
    function liftResourceVeto(ResourceId id, uint8 round, bytes32 reasonDigest) external;

    /// @notice What a request or delivery must respect, of a resource that may be taken at all; reverts if it is
    /// unknown, withdrawn or withheld, or if a veto stands on it, on anything it is made from, or on who provides that.
    /// Of a resource that is made from nothing the provider is not looked at: whoever acts on it checks that it is active.
    function checkSharable(ResourceId id) external view returns (Standing memory);

    /// @notice Reverts if a veto stands on the resource, on its provider, on anything it is made from, or on who provides
    /// that; nothing else is checked.
    function checkNotVetoed(ResourceId id) external view;

    /// @notice All entries that it is made from, directly or not, ascending.
    function ancestorsOf(ResourceId id) external view returns (ResourceId[] memory);

    function resource(ResourceId id) external view returns (Resource memory);

    /// @notice The resource with this code; 0 if none.
    /// @param codeHash keccak256 of the code's bytes.
    function idOfCode(bytes32 codeHash) external view returns (ResourceId);

    /// @notice The standing resource of this source; 0 if none.
    function idOfSource(bytes32 sourceHash) external view returns (ResourceId);

    /// @notice How many are registered, which is also the highest id.
    function resourceCount() external view returns (uint64);
}
