// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// 192 days of the work calendar in one word, from the top: free 16 | version 32 | covered end 8 | covered from 8 |
/// exceptions 192. One word, because a deadline then reads what is covered and by which version along with the days.
type Window is uint256;

using {exceptions, coveredFrom, coveredEnd, version} for Window global;

uint256 constant WINDOW_DAYS = 192;
uint256 constant ALL_DAYS = (1 << WINDOW_DAYS) - 1;

/// @param exceptions_ Bit d for day d of the window; within what is covered.
/// @param from First day that is covered, counted from the window's first.
/// @param end First day after, at most 192.
/// @param version_ Below 2^32: the newest that set any of these days.
function window(uint256 exceptions_, uint256 from, uint256 end, uint256 version_) pure returns (Window) {
    return Window.wrap(exceptions_ | (from << 192) | (end << 200) | (version_ << 208));
}

/// The days that are the opposite of what the week says.
function exceptions(Window w) pure returns (uint256) {
    return Window.unwrap(w) & ALL_DAYS;
}

function coveredFrom(Window w) pure returns (uint256) {
    return (Window.unwrap(w) >> 192) & 0xff;
}

/// 0 where nothing is covered.
function coveredEnd(Window w) pure returns (uint256) {
    return (Window.unwrap(w) >> 200) & 0xff;
}

/// 0 where nothing was set.
function version(Window w) pure returns (uint256) {
    return Window.unwrap(w) >> 208;
}
