// By when something was due, and how that was counted, in words.

import { element, icon } from './dom.js'
import { formatTime, say } from './language.js'
import { countWorkingDays } from './working-days.js'

/** How the due time was counted. */
export function describeCount(start, due, calendar) {
  const days = countWorkingDays(start, due, calendar)
  const words = []
  if (days !== undefined) words.push(say('workingDays', { days }))
  if (due.calendarVersion > 0) words.push(say('calendarVersion', { version: due.calendarVersion }))
  if (due.provisional) words.push(say('provisional'))
  return words.join(' · ')
}

/** The due time, and how it was counted. */
export function describeDue(start, due, calendar) {
  const count = describeCount(start, due, calendar)
  return count === '' ? formatTime(due.time) : `${formatTime(due.time)} · ${count}`
}

/** Overdue or late, with a sign and a colour that say the same; nothing where all is well. */
export function dueBadge({ overdue, late }) {
  if (!overdue && !late) return undefined
  return element('span', { class: 'badge bad' }, icon('wait'), say(overdue ? 'isOverdue' : 'wasLate'))
}
