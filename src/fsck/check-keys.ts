// The secrets: each against the fingerprint in the facts; the log's own keys against their public halves there; the tokens
// against their checksum.

import { join } from 'node:path'
import { ORGANISATION_KEYS } from '../accounts.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { checkKeyFile, LOG_KEY_FILES, logKeyFiles } from '../log-key.ts'
import { checkSecret, pinnedSecrets } from '../secrets.ts'
import { checkSums } from '../store/level/folder-sums.ts'
import { checkTokens } from '../tokens.ts'
import { BACKUP, type Findings } from './finding.ts'

export const KEYS = 'keys'
const TOKENS = `${KEYS}/tokens.json`
/** Needed to open sealed parts. */
const VAULT_KEYS = ['seal.key', 'actor.key']

/** Resolves to the names of the key files that are what they were, in the key directory. */
export async function checkKeys(
  data: string,
  facts: ReadonlyMap<string, string>,
  findings: Findings,
  notes: Words[],
): Promise<ReadonlySet<string>> {
  const directory = join(data, KEYS)
  const good = new Set<string>()
  const attempt = async (name: string, check: () => Promise<void>): Promise<void> => {
    try {
      await check()
      good.add(name)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      findings.add({ code: error.code, file: `${KEYS}/${name}`, words: error.words, isDerived: false })
    }
  }
  for (const [name, fingerprint] of pinnedSecrets(facts)) {
    await attempt(name, () => checkSecret(directory, name, fingerprint))
  }
  for (const [name, key] of await logKeyFiles({ get: async fact => facts.get(fact) })) {
    await attempt(name, () => checkKeyFile(directory, name, key))
  }
  await attempt('tokens.json', async () => {
    if (checkTokens(directory)) return
    notes.push({
      en: `${TOKENS}: it has no checksum, or was edited by hand; it gets one with the next token that is made or revoked.`,
      zh: `${TOKENS}：没有校验和，或经手工编辑；下次新建或吊销令牌时会写入校验和。`,
    })
  })
  const organisations = `${KEYS}/${ORGANISATION_KEYS}`
  for (const name of (await checkSums(join(data, organisations))).changed) {
    findings.lost('key_damaged', `${organisations}/${name}`, CHANGED, BACKUP)
  }
  return good
}

const CHANGED: Words = { en: 'it is not what it was when it was made', zh: '与生成时不同' }

/** Whether sealed parts can be opened with the keys that are good. */
export function canOpenSealed(good: ReadonlySet<string>): boolean {
  return VAULT_KEYS.every(name => good.has(name))
}

/** The key files that facts tell of, whether they are there or not. */
export function pinnedFiles(facts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const names = [...pinnedSecrets(facts).map(([name]) => name), ...LOG_KEY_FILES, 'tokens.json']
  return new Set(names.map(name => `${KEYS}/${name}`))
}
