// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IWorkCalendar} from "./interfaces/IWorkCalendar.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Relayed} from "./Relayed.sol";
import {ALL_DAYS, WINDOW_DAYS, Window, window as windowOf} from "./types/Window.sol";

/// @title WorkCalendar: when a number of working days is over
/// @notice Promises and words: IWorkCalendar.
/// Days lie in windows of 192, one storage word each: bit d of window w stands for day 192 w + d. What is covered of the
/// window, and by which version, lies beside the days: a deadline reads one word, rarely two, however long the calendar
/// is.
contract WorkCalendar is IWorkCalendar, Relayed, AccessManaged {
    uint40 private constant BEIJING = 8 hours; // ahead of UTC, all year round
    uint16 private constant MAX_WORKING_DAYS = 60;
    uint32 private constant MAX_SPAN = 731; // two years
    // The year 2149. A span set by mistake too far off could otherwise never be joined with today's.
    uint32 private constant MAX_DAY = 1 << 16;

    // Monday to Friday, for 36 weeks that begin on a Monday.
    uint256 private constant WEEKS = 0x1f * ((2 ** 252 - 1) / (2 ** 7 - 1));

    struct Coverage {
        // slot 0: first day 32 | end day 32 | version 32 | free 160
        uint32 firstDay;
        uint32 endDay; // first day after
        uint32 version; // 0 before anything was set
    }

    Coverage private _coverage;
    mapping(uint256 number => Window) private _windows;

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
        _write(firstDay, endDay, exceptions, covered.version);
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
        uint256 first; // day that can count
        unchecked {
            first = (uint256(time) + BEIJING) / 1 days + 1;
        }
        (uint256 last, uint256 newest, bool unknown) = _count(first, workingDays);
        // Checked: no time that a block can have comes near the end of 40 bits.
        return ((uint40(last) + 1) * 1 days - BEIJING, uint32(newest), unknown);
    }

    /// @inheritdoc IWorkCalendar
    function isWorkingDay(uint32 day) external view returns (bool working, bool provisional) {
        uint256 number = day / WINDOW_DAYS;
        uint256 place = day % WINDOW_DAYS;
        Window window = _windows[number];
        working = (_workingDaysOf(number, window) >> place) & 1 == 1;
        provisional = place < window.coveredFrom() || place >= window.coveredEnd();
    }

    /// @inheritdoc IWorkCalendar
    function coverage() external view returns (uint32 firstDay, uint32 endDay, uint32 version) {
        return (_coverage.firstDay, _coverage.endDay, _coverage.version);
    }

    /// The n-th working day from `first` on, window by window.
    /// @param left n, at least 1.
    function _count(
        uint256 first,
        uint256 left
    ) private view returns (uint256 last, uint256 version, bool provisional) {
        // Unchecked: `left` is above what is taken away from it, `ahead` not zero where 1 is, and the numbers of windows
        // stay small, since those beyond the calendar have working days.
        unchecked {
            for (uint256 number = first / WINDOW_DAYS; ; first = ++number * WINDOW_DAYS) {
                Window window = _windows[number];
                if (window.version() > version) version = window.version();
                uint256 from = first % WINDOW_DAYS;
                if (from < window.coveredFrom()) provisional = true;
                // Its working days that are not before `from`, lowest bit first.
                uint256 ahead = _workingDaysOf(number, window) & (ALL_DAYS << from);
                // Three at a time, as long as there is one behind them.
                while (left > 3) {
                    uint256 behind = _without(_without(_without(ahead)));
                    if (behind == 0) break;
                    (ahead, left) = (behind, left - 3);
                }
                for (; ahead != 0; ahead = _without(ahead)) {
                    if (--left != 0) continue;
                    last = Math.log2(ahead & (~ahead + 1));
                    if (last >= window.coveredEnd()) provisional = true;
                    return (number * WINDOW_DAYS + last, version, provisional);
                }
                if (window.coveredEnd() != WINDOW_DAYS) provisional = true;
            }
        }
    }

    /// The same days but the first; none if there is none.
    function _without(uint256 some) private pure returns (uint256) {
        unchecked {
            return some & (some - 1);
        }
    }

    /// The working days of a window, one bit each.
    function _workingDaysOf(uint256 number, Window window) private pure returns (uint256) {
        // 1970-01-01 was a Thursday: day 0 is the fourth of its week. No more than six of the days are shifted out.
        unchecked {
            return ((WEEKS >> ((number * WINDOW_DAYS + 3) % 7)) ^ Window.unwrap(window)) & ALL_DAYS;
        }
    }

    /// Puts the exceptions of a span in place of those before, window by window.
    function _write(uint32 firstDay, uint32 endDay, uint32[] calldata exceptions, uint32 version) private {
        uint256 next = 0;
        uint32 last = 0;
        for (uint256 number = firstDay / WINDOW_DAYS; number <= (endDay - 1) / WINDOW_DAYS; ++number) {
            (uint256 from, uint256 end) = _spanWithin(number, firstDay, endDay);
            Window before = _windows[number];
            uint256 turned = before.exceptions() & ~((1 << end) - (1 << from));
            for (; next < exceptions.length && exceptions[next] / WINDOW_DAYS == number; ++next) {
                uint32 day = exceptions[next];
                if (day < firstDay || day >= endDay || (next != 0 && day <= last)) {
                    revert CalendarExceptionInvalid(day, firstDay, endDay);
                }
                turned |= 1 << (day % WINDOW_DAYS);
                last = day;
            }
            // What is covered has no gap, so it has none here.
            if (before.coveredEnd() != 0) {
                from = Math.min(from, before.coveredFrom());
                end = Math.max(end, before.coveredEnd());
            }
            _windows[number] = windowOf(turned, from, end, version);
        }
        // Whatever was not met on the way lies out of the span or out of order.
        if (next != exceptions.length) revert CalendarExceptionInvalid(exceptions[next], firstDay, endDay);
    }

    /// Where a span that touches a window begins and ends in it.
    function _spanWithin(
        uint256 number,
        uint256 firstDay,
        uint256 endDay
    ) private pure returns (uint256 from, uint256 end) {
        uint256 start = number * WINDOW_DAYS;
        from = firstDay > start ? firstDay - start : 0;
        end = Math.min(endDay - start, WINDOW_DAYS);
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
