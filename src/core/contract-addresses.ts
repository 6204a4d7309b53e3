// The ledger's contracts by name, and how a file or an answer that names them all is read.

import { object, type Reader } from './reader.ts'

/** Reads where each contract of one ledger is; none may be left out, and none is added. */
export function contractAddresses(address: Reader<string>) {
  return object({
    relay: address,
    accessManager: address,
    organisations: address,
    vocabulary: address,
    workCalendar: address,
    catalogue: address,
    policies: address,
    agreements: address,
    products: address,
    accessLedger: address,
    corrections: address,
    conduct: address,
    checkpointAnchor: address,
  })
}
