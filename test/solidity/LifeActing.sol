// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {check, vm} from "./SolidityTest.sol";
import {IRelay} from "../../contracts/interfaces/IRelay.sol";
import {LifeScene} from "./LifeScene.sol";

/// @title How acts are sent: by who acts, or signed and relayed
/// @notice An act must come out the same either way. A relayed one is tried in a forged form first, which must fail,
/// and again after it went through, which must fail too: at once, and whenever the runner thinks of it.
abstract contract LifeActing is LifeScene {
    IRelay.SignedAct[] private _sent;
    /// How many signatures of an account were used up.
    mapping(address actor => uint256) private _used;

    /// What was sent once and took effect is sent again.
    function replay(uint256 which) external onTime {
        if (_sent.length != 0) check(!_relays(_sent[which % _sent.length]), "a signed act took effect twice");
    }

    /// @param key Of the account that acts.
    /// @param how Any number: whether the act is relayed, and how it is forged before.
    /// @return done Whether the contract took it.
    function _act(uint256 key, address to, bytes memory data, uint256 how) internal returns (bool done) {
        address actor = vm.addr(key);
        if (how % 3 != 0) {
            vm.prank(actor);
            (done, ) = to.call(data);
            return done;
        }
        check(!_relays(_forgery(key, to, data, how / 3)), "a forged act took effect");
        IRelay.SignedAct memory act = _sign(key, to, data, _relay.nonces(actor), _time + 1 hours);
        done = _relays(act);
        if (done) {
            _used[actor] += 1;
            check(!_relays(act), "a signed act took effect twice");
            _sent.push(act);
        }
        check(_relay.nonces(actor) == _used[actor], "a nonce moved by itself");
    }

    /// Signed rightly and sent wrongly, signed by another, or taken back.
    function _forgery(
        uint256 key,
        address to,
        bytes memory data,
        uint256 how
    ) private returns (IRelay.SignedAct memory act) {
        address actor = vm.addr(key);
        uint256 nonce = _relay.nonces(actor);
        if (how % 9 == 0) return _sign(key, to, data, nonce + 1, _time); // out of turn
        if (how % 9 == 1) return _sign(key, to, data, nonce, _time - 1); // too late
        act = _sign(key, to, bytes.concat(data), nonce, _time);
        if (how % 9 == 2) act.actor = vm.addr(key + 1);
        else if (how % 9 == 3) act.to = address(_relay) == to ? address(_ledger) : address(_relay);
        else if (how % 9 == 4) act.data[data.length - 1] ^= 0x01;
        else if (how % 9 == 5) act.nonce += 1;
        else if (how % 9 == 6) act.deadline += 1;
        else if (how % 9 == 7) act.signature = _signature(key + 1, act);
        else {
            vm.prank(actor);
            _relay.cancel(nonce);
            _used[actor] += 1;
        }
    }

    function _sign(
        uint256 key,
        address to,
        bytes memory data,
        uint256 nonce,
        uint40 deadline
    ) private view returns (IRelay.SignedAct memory act) {
        act = IRelay.SignedAct(vm.addr(key), to, data, nonce, deadline, "");
        act.signature = _signature(key, act);
    }

    function _signature(uint256 key, IRelay.SignedAct memory act) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _relay.digestOf(act));
        return abi.encodePacked(r, s, v);
    }

    function _relays(IRelay.SignedAct memory act) private returns (bool done) {
        (done, ) = address(_relay).call(abi.encodeCall(IRelay.relay, (act)));
    }
}
