// The names of a ledger's own files, as docs/data-directory.md has them. Whatever else lies in a data directory, or in the
// folder of a backup, is somebody else's.

const LEDGER_FILE =
  /^(log\/(commits|facts|edges|tile\/\d+|[0-9a-f]{6}\/(entries|sealed))|archive\/[0-9a-f]{6}\.archive|chain\/journal|events)$/
const PRIVATE_KEY = /^keys\/|\.(key|pem)$/

/** Whether a file is the ledger's, by its path within the folder; its keys are not asked about. */
export function isLedgerFile(path: string): boolean {
  return LEDGER_FILE.test(path)
}

/** Whether a file is, or may be, a private key: all of the key directory, and what is named like one anywhere else. */
export function isKeyFile(path: string): boolean {
  return PRIVATE_KEY.test(path)
}
