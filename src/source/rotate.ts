// A key gives over to the next: it signs how many links it made, and which key goes on (docs/sources.md).

import { LedgerError } from '../core/error.ts'
import { formatVerifierKey } from '../core/note.ts'
import { ChainFile } from './chain-file.ts'
import { createKeyFile, readKeyFile } from './key-file.ts'
import type { RotateKey } from './published.ts'
import { endorse } from './sign.ts'

/** @throws LedgerError of both key files; `source_pending` */
export const rotateKey: RotateKey = async (path, out) => {
  const key = await readKeyFile(path)
  using chain = await ChainFile.open(path, key)
  if (chain.pending !== undefined) {
    throw new LedgerError('source_pending', {
      en: `Lines that ${path} signed may not be in the ledger yet; ship them first (suyuan ingest --source-key ${path}).`,
      zh: `${path} 签署的行可能尚未入账；请先报送完毕（suyuan ingest --source-key ${path}）。`,
    })
  }
  const next = formatVerifierKey((await createKeyFile(out, key.source, key.origin)).verifierKey)
  const ends = chain.place.seq
  return { key: next, endorsement: { ends, signature: endorse(next, ends, key) } }
}
