// What the package's entry `suyuan/source` gives and takes, as types alone: the build copies this page beside the bundle.

/** What functions here throw: `code` is stable, `words` say what is to be done. */
export interface SourceError extends Error {
  readonly code: string
  readonly words: { readonly zh: string; readonly en: string }
}

/** Lines that were signed, to be sent as they are: `POST /v1/records`, `Content-Type: application/x-ndjson`. */
export interface Shipment {
  /** The header `Idempotency-Key`. */
  readonly key: string
  /** A line for each record. */
  readonly body: string
}

/** The key of a source and how far it has come; nobody else opens it until it is closed. */
export interface Source extends Disposable {
  readonly source: string
  /** The log that it signs for. */
  readonly origin: string
  /** The public key, as the operator registers it. */
  readonly key: string
  /** The number of the next link. Where `GET /v1/sources` has a higher `next` of this key, its files are old: stop. */
  readonly next: number
  /** What was signed and may not have arrived: send it before anything else, then call `shipped`. */
  readonly pending: Shipment | undefined
  /**
   * Signs lines (docs/records.md) that name this source. When it resolves, what it gives is kept: sent now, or by the next
   * run. `batch` names these lines, 1 to 200 printable ASCII characters: asked for again with the same lines it gives the
   * same bytes, with more behind them it signs those.
   * @throws SourceError what is wrong with a line; `source_key_other`, `batch_invalid`, `links_differ`, `source_pending`,
   * `source_closed`: then nothing was signed
   */
  sign(batch: string, lines: readonly object[]): Promise<Shipment>
  /**
   * To be called when the service has answered with 200: each line of what is pending now is in the log, or was refused.
   * @throws SourceError `source_closed`
   */
  shipped(): Promise<void>
  /** Lets others open the key, once what was asked for before has ended. */
  close(): void
}

/**
 * Makes a key in a file of its own, which only its owner may read; gives the public key.
 * @throws SourceError `key_file_exists`: a key is there, or what a key that is gone signed; `key_invalid`
 */
export type CreateKey = (path: string, of: { readonly source: string; readonly origin: string }) => Promise<string>

/** Opens a key. Waits ten seconds for another process to close it. */
export type OpenSource = (path: string) => Promise<Source>

/** Makes the key that goes on, signed by the one that ends; gives the body of `POST /v1/sources` for the operator. */
export type RotateKey = (
  path: string,
  nextPath: string,
) => Promise<{ readonly key: string; readonly endorsement: { readonly ends: number; readonly signature: string } }>
