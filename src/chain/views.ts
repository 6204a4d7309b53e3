// The contracts' own views beside what their events add up to: one entry for each kind of thing. This is the table to
// extend when a contract gets a view; the entries stand in views/.

import { AGREEMENT_VIEWS, CORRECTION_VIEWS, MEASURE_VIEWS } from './views/agreements.ts'
import { ENTRUSTED_VIEWS, GRANT_VIEWS, LOG_VIEWS } from './views/grants.ts'
import { INCIDENT_VIEWS, ORGANISATION_VIEWS, PERSON_VIEWS } from './views/organisations.ts'
import { APPROVAL_RULE_VIEWS, CALENDAR_VIEWS, DAY_VIEWS, PURPOSE_VIEWS } from './views/reference.ts'
import { POLICY_VIEWS, PRODUCT_VIEWS, RESOURCE_VIEWS } from './views/resources.ts'
import type { Kind } from './views/view.ts'

export { Tally } from './views/tally.ts'
export type { Held, Id, Kind, View } from './views/view.ts'

export const VIEWS: readonly Kind[] = [
  ORGANISATION_VIEWS,
  PURPOSE_VIEWS,
  CALENDAR_VIEWS,
  DAY_VIEWS,
  RESOURCE_VIEWS,
  POLICY_VIEWS,
  AGREEMENT_VIEWS,
  MEASURE_VIEWS,
  PRODUCT_VIEWS,
  APPROVAL_RULE_VIEWS,
  GRANT_VIEWS,
  ENTRUSTED_VIEWS,
  CORRECTION_VIEWS,
  PERSON_VIEWS,
  INCIDENT_VIEWS,
  LOG_VIEWS,
]
