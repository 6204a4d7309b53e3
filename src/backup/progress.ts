// How far a backup or a restore is, for whoever watches.

export interface Progress {
  /** The files are read and compared with their digests; copied; their tree is made again; the store is opened. */
  readonly step: 'reading' | 'copying' | 'checking' | 'opening'
  /** Bytes of files, or leaves of the tree. */
  readonly done: number
  readonly total: number
}
