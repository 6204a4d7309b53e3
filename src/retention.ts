// How long records are kept, in years of the calendar.

/** The same day and time so many years later, in milliseconds since 1970; the 29th of February becomes the 1st of March. */
export function yearsLater(time: number, years: number): number {
  const date = new Date(time)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime()
}
