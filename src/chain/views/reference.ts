// What other acts refer to, as the contracts' views tell it: purposes, the working calendar, rules of approval.

import { isKnown, isWorkingDay, NO_DAYS, type WorkDays, withSpan } from '../../calendar.ts'
import type { RegistryState } from '../registry-state.ts'
import { HIGHEST_LEVEL, type Purpose } from '../state/reference.ts'
import { approversToBits } from '../terms.ts'
import type { Kind } from './view.ts'

export const PURPOSE_VIEWS: Kind = {
  zh: '用途',
  en: 'purpose',
  contract: 'vocabulary',
  count: { view: 'purposeCount', first: 0 },
  ids: ({ state }) => Array.from(state.purposes.values(), ({ number }) => number),
  views: {
    purposeAt: {
      expect: ({ state }, id) => {
        const { code, retired } = purposeAt(state, Number(id))
        return { code, retired: retired !== undefined }
      },
    },
  },
}

/** The calendar as a whole; its id is how many times it was set. */
export const CALENDAR_VIEWS: Kind = {
  zh: '工作日历',
  en: 'calendar',
  contract: 'workCalendar',
  ids: ({ state }) => [state.calendars.size],
  views: {
    coverage: {
      asks: () => [[]],
      expect: ({ state }, id) => {
        const { firstDay, endDay } = daysOf(state)
        return id === 0 ? { firstDay: 0, endDay: 0, version: 0 } : { firstDay, endDay, version: id }
      },
    },
  },
}

/** Each day that it covers, by its number: days since 1970-01-01 in Asia/Shanghai. */
export const DAY_VIEWS: Kind = {
  zh: '历日',
  en: 'day',
  contract: 'workCalendar',
  *ids({ state }) {
    const { firstDay, endDay } = daysOf(state)
    for (let day = firstDay; day < endDay; day++) yield day
  },
  views: {
    isWorkingDay: {
      expect: ({ state }, id) => {
        const [day, days] = [Number(id), daysOf(state)]
        return { working: isWorkingDay(day, days), provisional: !isKnown(day, days) }
      },
    },
  },
}

/** All levels that there can be: also those without a rule, for which the provider decides alone. */
export const APPROVAL_RULE_VIEWS: Kind = {
  zh: '会签规则',
  en: 'approval rule',
  contract: 'accessLedger',
  ids: () => Array.from({ length: HIGHEST_LEVEL + 1 }, (_, level) => level),
  views: {
    approvalRuleAt: {
      expect: ({ state }, id) => {
        const { needed, roles } = state.approvalRules.get(Number(id)) ?? { needed: 0, roles: [] }
        return { needed, roles: approversToBits(roles) }
      },
    },
  },
}

function purposeAt({ purposes }: RegistryState, number: number): Purpose {
  for (const purpose of purposes.values()) if (purpose.number === number) return purpose
  throw new Error(`no purpose has the number ${number}`)
}

/** As answers lay the versions over each other (directory/rules.ts). */
function daysOf(state: RegistryState): WorkDays {
  const known = laid.get(state) ?? [...state.calendars.values()].reduce<WorkDays>(withSpan, NO_DAYS)
  laid.set(state, known)
  return known
}

/** Of each state, once for all its days: a state that is compared does not change any more. */
const laid = new WeakMap<RegistryState, WorkDays>()
