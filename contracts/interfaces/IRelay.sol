// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Relay: an act signed by one and sent by another (代发)
/// @notice Whoever acts signs the act as EIP-712 typed data; anybody may send it. The signature holds for one account, one
/// contract of one ledger on one chain, one function with exactly these arguments, one nonce, up to a deadline: a
/// relayer can delay an act, and cannot forge, change or replay it. Accounts may be contracts (ERC-1271).
/// The ledger's contracts believe this contract, and no other, about who acts (ERC-2771).
///
/// What is signed is not opaque bytes but the act itself, so that a wallet shows its fields. This works without code for
/// each act because EIP-712 encodes values that fit a word exactly as the ABI does: the arguments of a function whose
/// arguments are all of fixed size are its `encodeData`, word by word. The type of each act is fixed at deployment and
/// stands in an event. An act with arguments of variable size is signed with one field `bytes arguments`, their ABI
/// encoding. Each type ends in `address actor,address to,uint256 nonce,uint40 deadline`.
interface IRelay {
    /// One kind of act that can be relayed.
    struct ActType {
        bytes4 selector; // of the function
        bool fixedSize; // all arguments are: signed field by field
        string typeText; // EIP-712 encodeType, e.g. "AccessLedgerRefuse(uint64 id,bytes32 reasonDigest,address actor,…)"
    }

    struct SignedAct {
        address actor;
        address to; // contract of the ledger
        bytes data; // selector and arguments
        uint256 nonce; // ERC-4337 style: key 192 | sequence 64, so that lanes of acts do not wait for each other
        uint40 deadline; // last second at which it may be sent
        bytes signature; // ECDSA of the actor's key, or whatever its contract accepts
    }

    event ActTypeFixed(bytes4 indexed selector, bytes32 indexed typeHash, bool fixedSize, string typeText);
    /// @notice What `to` says next, up to the next event of this kind, is the act: a contract of the ledger calls only
    /// others of the ledger. Where `to` is none of them, this is nothing to the ledger.
    /// The signature is here so that nobody who signed can deny it, and a stranger can check it without the transaction.
    event ActRelayed(
        address indexed actor,
        address indexed to,
        bytes4 indexed selector,
        bytes32 digest,
        uint256 nonce,
        uint40 deadline,
        address relayer,
        bytes signature
    );
    event NonceCancelled(address indexed actor, uint256 nonce);

    error ActTypeInvalid(bytes4 selector);
    /// @notice No act of the ledger has this selector.
    error ActUnknown(bytes4 selector);
    error ActExpired(uint40 deadline, uint40 time);
    /// @notice The signature is not the actor's, or not over this act on this chain.
    error SignatureInvalid(address actor, bytes32 digest);
    /// @notice The arguments are not as long as the function's.
    error ActLengthInvalid(bytes4 selector, uint256 given);
    /// @notice There is no code at `to`: nothing there could act.
    error NotAContract(address to);

    /// @notice Sends a signed act on. What the contract refuses reverts here with the same error, and the nonce stays.
    function relay(SignedAct calldata act) external;

    /// @notice Makes a signed act that was not sent yet worthless. For the actor itself, directly.
    /// @param nonce The next one of its lane.
    function cancel(uint256 nonce) external;

    /// @notice What the actor signs for this act.
    function digestOf(SignedAct calldata act) external view returns (bytes32);

    /// @notice The type of an act; zero if unknown.
    function typeHashOf(bytes4 selector) external view returns (bytes32 typeHash, bool fixedSize);
}
