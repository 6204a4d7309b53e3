// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IRelay} from "./interfaces/IRelay.sol";

/// @title Relay: an act signed by one and sent by another
/// @notice Promises and words: IRelay. It knows the types of the ledger's acts and none of its contracts, which are
/// deployed after it and name it. Whoever has it call a contract of their own is told nothing, and moves nothing, that
/// they could not themselves: the ledger's contracts act for the account that the Relay appends, whose signature it saw.
contract Relay is IRelay, EIP712, NoncesKeyed {
    /// Every type ends in actor, to, nonce and deadline.
    uint256 private constant LAST_MEMBERS = 4;

    struct Form {
        // slot 0
        bytes32 typeHash;
        // slot 1: fixed size 8 | words 16 | free 232
        bool fixedSize;
        uint16 words; // of the arguments, if their size is fixed
    }

    mapping(bytes4 selector => Form) private _forms;

    constructor(ActType[] memory actTypes) EIP712("Suyuan", "1") {
        for (uint256 i = 0; i < actTypes.length; ++i) _fix(actTypes[i]);
    }

    /// @inheritdoc IRelay
    function relay(SignedAct calldata act) external {
        if (block.timestamp > act.deadline) revert ActExpired(act.deadline, uint40(block.timestamp));
        // A call to an account without code succeeds and does nothing: the nonce would be gone, and nothing done.
        if (act.to.code.length == 0) revert NotAContract(act.to);
        bytes32 digest = digestOf(act);
        if (!SignatureChecker.isValidSignatureNowCalldata(act.actor, digest, act.signature)) {
            revert SignatureInvalid(act.actor, digest);
        }
        // Before the call, so that whatever the call leads to, the act is not sent twice. It also makes a second form
        // of the same signature worthless.
        _useCheckedNonce(act.actor, act.nonce);

        emit ActRelayed(
            act.actor,
            act.to,
            bytes4(act.data[:4]),
            digest,
            act.nonce,
            act.deadline,
            msg.sender,
            act.signature
        );
        // ERC-2771: the contract takes the last 20 bytes for who acts.
        if (!LowLevelCall.callNoReturn(act.to, abi.encodePacked(act.data, act.actor))) LowLevelCall.bubbleRevert();
    }

    /// @inheritdoc IRelay
    function cancel(uint256 nonce) external {
        _useCheckedNonce(msg.sender, nonce);
        emit NonceCancelled(msg.sender, nonce);
    }

    /// @inheritdoc IRelay
    function digestOf(SignedAct calldata act) public view returns (bytes32) {
        if (act.data.length < 4) revert ActUnknown(bytes4(act.data));
        bytes4 selector = bytes4(act.data[:4]);
        Form storage form = _forms[selector];
        bytes32 typeHash = form.typeHash;
        if (typeHash == 0) revert ActUnknown(selector);
        bytes calldata arguments = act.data[4:];
        if (form.fixedSize ? arguments.length != uint256(form.words) * 32 : arguments.length % 32 != 0) {
            revert ActLengthInvalid(selector, arguments.length);
        }

        // EIP-712 encodeData: a value that fits a word as that word, `bytes` as their hash.
        bytes memory members = form.fixedSize ? bytes(arguments) : abi.encode(keccak256(arguments));
        bytes memory last = abi.encode(act.actor, act.to, act.nonce, act.deadline);
        return _hashTypedDataV4(keccak256(bytes.concat(typeHash, members, last)));
    }

    /// @inheritdoc IRelay
    function typeHashOf(bytes4 selector) external view returns (bytes32 typeHash, bool fixedSize) {
        Form storage form = _forms[selector];
        return (form.typeHash, form.fixedSize);
    }

    function _fix(ActType memory actType) private {
        bytes memory text = bytes(actType.typeText);
        uint256 members = 1;
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] == ",") ++members;
        }
        // Each member of a type of fixed size is a word; of the others all arguments are one member.
        bool wellFormed = actType.fixedSize ? members >= LAST_MEMBERS : members == LAST_MEMBERS + 1;
        if (!wellFormed || _forms[actType.selector].typeHash != 0) revert ActTypeInvalid(actType.selector);

        bytes32 typeHash = keccak256(text);
        _forms[actType.selector] = Form({
            typeHash: typeHash,
            fixedSize: actType.fixedSize,
            words: actType.fixedSize ? uint16(members - LAST_MEMBERS) : 0
        });
        emit ActTypeFixed(actType.selector, typeHash, actType.fixedSize, actType.typeText);
    }
}
