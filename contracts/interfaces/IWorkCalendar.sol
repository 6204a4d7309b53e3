// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title WorkCalendar: when a number of working days is over (工作日历)
/// @notice A day is a working day if it is Monday to Friday, except for the days that the State Council's yearly notice
/// turns round: holidays among them, and make-up days (调休上班) at weekends. The contract keeps just these exceptions, by
/// days since 1970-01-01 in Asia/Shanghai (UTC+8, no summer time). Beyond what is covered only the rule of the week is
/// known: such a due time is provisional, and the event that fixed it says so. Deadlines are computed here, by whoever
/// acts, so that no party can choose its own.
interface IWorkCalendar {
    /// @notice A span of days was set, or set anew. `sourceDigest`: SHA-256 of the calendar file it was made from.
    event CalendarSet(
        uint32 indexed version,
        uint32 firstDay,
        uint32 endDay,
        uint32[] exceptions,
        bytes32 sourceDigest
    );

    /// @notice The span is empty, longer than two years, beyond the year 2149, or would leave a gap in what is covered.
    error CalendarSpanInvalid(uint32 firstDay, uint32 endDay, uint32 coveredFirst, uint32 coveredEnd);
    /// @notice Exceptions must ascend and lie within the span.
    error CalendarExceptionInvalid(uint32 day, uint32 firstDay, uint32 endDay);
    error CalendarSourceMissing();
    /// @notice Zero, or more than can be counted in one call.
    error WorkingDaysInvalid(uint16 given, uint16 most);

    /// @notice Sets the exceptions of the days from `firstDay` up to, not including, `endDay`, in place of any before.
    /// The span must overlap or adjoin what is covered. For the calendar's keeper.
    function setDays(
        uint32 firstDay,
        uint32 endDay,
        uint32[] calldata exceptions,
        bytes32 sourceDigest
    ) external;

    /// @notice The first second after the n-th working day that follows the day of `time` (that day is not counted). At
    /// most 60 days.
    /// @return dueAt Seconds since 1970.
    /// @return version The newest version that set any day of the windows looked at, a window being the days 192 w to
    /// 192 w + 191; 0 where none did. The spans set up to it, laid over each other, give this answer: whatever had been set
    /// after it lies elsewhere.
    /// @return provisional Whether any day that was looked at, worked or not, lies beyond the calendar.
    function dueAfter(
        uint40 time,
        uint16 workingDays
    ) external view returns (uint40 dueAt, uint32 version, bool provisional);

    /// @param day Days since 1970-01-01, in Asia/Shanghai.
    function isWorkingDay(uint32 day) external view returns (bool working, bool provisional);

    function coverage() external view returns (uint32 firstDay, uint32 endDay, uint32 version);
}
