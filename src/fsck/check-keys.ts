// The secrets: each against the fingerprint in the facts; the log's own keys against their public halves there; the tokens
// against their checksum.

import { join } from 'node:path'
import { ORGANISATION_KEYS } from '../accounts.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { checkKeyFile, LOG_KEY_FILES, logKeyFiles } from '../log-key.ts'
import { namesIn } from '../missing.ts'
import { checkSecret, pinnedSecrets } from '../secrets.ts'
import { checkSums } from '../store/level/folder-sums.ts'
import { TOKEN_LOCK } from '../token-lock.ts'
import { checkTokens, hasTokens } from '../tokens.ts'
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
  // Whoever made one had the lock, whose folder stays.
  if (!hasTokens(directory) && (await namesIn(join(directory, TOKEN_LOCK))).length > 0) notes.push(NO_TOKENS)
  const organisations = `${KEYS}/${ORGANISATION_KEYS}`
  const { isClosed, changed } = await checkSums(join(data, organisations))
  for (const name of changed) findings.lost('key_damaged', `${organisations}/${name}`, CHANGED, BACKUP)
  const areThere = (await namesIn(join(data, organisations))).some(name => name.endsWith('.key'))
  if (areThere && !isClosed && changed.length === 0) notes.push(noSums(organisations))
  return good
}

const NO_TOKENS: Words = {
  en: `${TOKENS}: it is not there, so no token that was ever made lets anybody in, and who had one is not on record; the next start makes a first one. If there were tokens, restore it from a backup.`,
  zh: `${TOKENS}：不存在，因此以往的令牌均已失效，谁曾持有令牌也无记录；下次启动会生成第一个令牌。若曾有令牌，请从备份恢复。`,
}

function noSums(organisations: string): Words {
  return {
    en: `${organisations}: SUMS is not there, so nothing tells whether these keys are what they were when they were made; compare them with a backup. It is written again when keys of organisations are opened next (suyuan register).`,
    zh: `${organisations}：没有 SUMS，无从得知这些密钥是否仍与生成时相同；请与备份比对。下次打开机构密钥时（suyuan register）会重新写入。`,
  }
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
