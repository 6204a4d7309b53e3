// A line that is a record already: one JSON object, as `POST /v1/records` takes it. Nothing to map.

import { parseStrict } from '../json.ts'
import { parseRecordInput, type RecordInput } from '../record.ts'

/** One NDJSON line. Throws what `parseStrict` and `parseRecordInput` throw. */
export function parseNdjson(line: string): RecordInput {
  return parseRecordInput(parseStrict(line))
}
