// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Relayed} from "./Relayed.sol";

/// @title WorkCalendar: when a number of working days is over
/// @notice Promises and words: IWorkCalendar.
/// Days lie in windows of 256, one storage word each: bit d of window w stands for day 256 w + d. A deadline reads what is
/// covered and one word, rarely two, however long the calendar is.
contract WorkCalendar is IWorkCalendar, Relayed, AccessManaged {
    uint40 private constant BEIJING = 8 hours; // ahead of UTC, all year round
    uint16 private constant MAX_WORKING_DAYS = 60;
    uint32 private constant MAX_SPAN = 731; // two years
    // The year 2149. A span set by mistake too far off could otherwise never be joined with today's.
    uint32 private constant MAX_DAY = 1 << 16;

    // Monday to Friday, for a window that begins on a Monday: 36 weeks, and four days of the next.
    uint256 private constant WEEKS = 0x1f * ((2 ** 252 - 1) / (2 ** 7 - 1)) + 0xf * 2 ** 252;

    struct Coverage {
        // slot 0: first day 32 | end day 32 | version 32 | free 160
        uint32 firstDay;
        uint32 endDay; // first day after
        uint32 version; // 0 before anything was set
    }

    Coverage private _coverage;
    // Days that are the opposite of what the week says. None lies outside of the coverage.
    mapping(uint256 window => uint256) private _exceptions;

    constructor(address relay, address roles) Relayed(relay) AccessManaged(roles) {}

    /// @inheritdoc IWorkCalendar
    function setDays(
        uint32 firstDay,
        uint32 endDay,
        uint32[] calldata exceptions,
        bytes32 sourceDigest
    ) external restricted {
        Coverage memory covered = _coverage;
        bool empty = firstDay >= endDay;
        bool gap = covered.version != 0 && (firstDay > covered.endDay || endDay < covered.firstDay);
        if (empty || gap || endDay > MAX_DAY || endDay - firstDay > MAX_SPAN) {
            revert CalendarSpanInvalid(firstDay, endDay, covered.firstDay, covered.endDay);
        }
        if (sourceDigest == 0) revert CalendarSourceMissing();

        if (covered.version == 0 || firstDay < covered.firstDay) covered.firstDay = firstDay;
        if (endDay > covered.endDay) covered.endDay = endDay;
        covered.version += 1;
        _coverage = covered;
        _write(firstDay, endDay, exceptions);
        emit CalendarSet(covered.version, firstDay, endDay, exceptions, sourceDigest);
    }

    /// @inheritdoc IWorkCalendar
    function dueAfter(
        uint40 time,
        uint16 workingDays
    ) external view returns (uint40 dueAt, uint32 version, bool provisional) {
        if (workingDays == 0 || workingDays > MAX_WORKING_DAYS) {
            revert WorkingDaysInvalid(workingDays, MAX_WORKING_DAYS);
        }
        // The first day that can count, and the working days of its window that are not before it, lowest bit first.
        uint256 first = (uint256(time) + BEIJING) / 1 days + 1;
        uint256 window = first >> 8;
        uint256 ahead = _workingDaysOf(window) & (type(uint256).max << (first & 0xff));
        // Unchecked: `left` is at least 1, and `ahead` not zero, wherever 1 is taken away; windows stay below 2^17, since
        // those beyond the calendar have working days.
        unchecked {
            for (uint256 left = workingDays; ; ) {
                while (ahead == 0) ahead = _workingDaysOf(++window);
                if (--left == 0) break;
                ahead &= ahead - 1; // one working day passes
            }
        }

        uint256 last = (window << 8) | Math.log2(ahead & (~ahead + 1));
        version = _coverage.version;
        provisional = first < _coverage.firstDay || last >= _coverage.endDay;
        // Checked: no time that a block can have comes near the end of 40 bits.
        dueAt = (uint40(last) + 1) * 1 days - BEIJING;
    }

    /// @inheritdoc IWorkCalendar
    function isWorkingDay(uint32 day) external view returns (bool working, bool provisional) {
        working = (_workingDaysOf(day >> 8) >> (day & 0xff)) & 1 == 1;
        provisional = day < _coverage.firstDay || day >= _coverage.endDay;
    }

    /// @inheritdoc IWorkCalendar
    function coverage() external view returns (uint32 firstDay, uint32 endDay, uint32 version) {
        return (_coverage.firstDay, _coverage.endDay, _coverage.version);
    }

    /// The working days of a window, one bit each.
    function _workingDaysOf(uint256 window) private view returns (uint256) {
        // 1970-01-01 was a Thursday: day 0 is the fourth of its week.
        uint256 weekday = ((window << 8) + 3) % 7;
        // The weeks, begun at this weekday; what that shifts out at the top comes back from below, 36 weeks on.
        uint256 weeks_ = (WEEKS >> weekday) | (WEEKS << (252 - weekday));
        return weeks_ ^ _exceptions[window];
    }

    /// Puts the exceptions of a span in place of those before, window by window.
    function _write(uint32 firstDay, uint32 endDay, uint32[] calldata exceptions) private {
        uint256 next = 0;
        uint32 last = 0;
        for (uint256 window = firstDay >> 8; window <= (endDay - 1) >> 8; ++window) {
            uint256 word = _exceptions[window] & ~_spanWithin(window, firstDay, endDay);
            for (; next < exceptions.length && exceptions[next] >> 8 == window; ++next) {
                uint32 day = exceptions[next];
                if (day < firstDay || day >= endDay || (next != 0 && day <= last)) {
                    revert CalendarExceptionInvalid(day, firstDay, endDay);
                }
                word |= 1 << (day & 0xff);
                last = day;
            }
            _exceptions[window] = word;
        }
        // Whatever was not met on the way lies out of the span or out of order.
        if (next != exceptions.length) revert CalendarExceptionInvalid(exceptions[next], firstDay, endDay);
    }

    /// The bits of a window that lie in a span which touches it.
    function _spanWithin(uint256 window, uint256 firstDay, uint256 endDay) private pure returns (uint256 mask) {
        uint256 start = window << 8;
        mask = type(uint256).max;
        if (firstDay > start) mask <<= firstDay - start;
        if (endDay < start + 256) mask &= (1 << (endDay - start)) - 1;
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
