// What Vocabulary and WorkCalendar say (IVocabulary.sol, IWorkCalendar.sol): which purposes there are, which days are
// working days.

export interface VocabularyEvents {
  readonly PurposeRegistered: {
    readonly code: string
    readonly number: number
    readonly zh: string
    readonly en: string
    /** An IRI, or an article of a rule. */
    readonly basis: string
  }
  readonly PurposeRetired: { readonly code: string; readonly reasonDigest: string }
}

export interface CalendarEvents {
  /** Days since 1970-01-01 in Asia/Shanghai; `endDay` is the first after the span. */
  readonly CalendarSet: {
    readonly version: number
    readonly firstDay: number
    readonly endDay: number
    readonly exceptions: readonly number[]
    readonly sourceDigest: string
  }
}

/** By which calendar a due time was computed, and whether it counted days that no calendar covered yet. */
export interface Due {
  /** Seconds since 1970: the first second at which it is overdue. */
  readonly dueAt: number
  readonly calendarVersion: number
  readonly provisional: boolean
}
