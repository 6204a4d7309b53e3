// Environment → Config, once, at the start. Everything has a default that works on one machine; what is set wrongly
// stops the service with the variable's name, never with a guess.

import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { LedgerError } from './core/error.ts'
import type { Words } from './core/words.ts'

export interface Config {
  /** SUYUAN_DATA: everything the ledger keeps. */
  readonly data: string
  /** SUYUAN_ARCHIVE_DIR: where archives of old segments go, perhaps on another disk; `archive` in the data directory. */
  readonly archives: string
  /** SUYUAN_ARCHIVE_AFTER_YEARS: segments whose records are all older go into an archive; never, when absent. */
  readonly archiveAfterYears: number | undefined
  /** SUYUAN_ARCHIVE_OVER_BYTES: and the oldest, when full segments outside of archives have more bytes of entries. */
  readonly archiveOverBytes: number | undefined
  /** SUYUAN_RETENTION_YEARS: records are pruned no sooner; the rules ask for five years at least. */
  readonly retentionYears: number
  /** SUYUAN_HOST, SUYUAN_PORT: where HTTP listens; loopback unless told otherwise. */
  readonly host: string
  readonly port: number
  /** SUYUAN_HOSTS: names that requests may address the service by, comma-separated; without any, a service that is not on loopback answers to every name. */
  readonly hosts: readonly string[]
  /** SUYUAN_ORIGIN: the log's name, for ever; the name of its key and what the chain knows it by. */
  readonly origin: string
  /** SUYUAN_RPC_URL: the network to anchor on; the embedded chain when absent. */
  readonly rpcUrl: string | undefined
  /** SUYUAN_CHAIN_PORT: where the embedded chain listens on 127.0.0.1; 0 for any free port. */
  readonly chainPort: number
  /** SUYUAN_KEY_FILE: the hex private key that pays and anchors on that network; made in the data directory when absent. */
  readonly keyFile: string | undefined
  /** SUYUAN_RELAY_KEY_FILE: the hex private key of the account that sends signed acts; made in the data directory when absent. */
  readonly relayKeyFile: string | undefined
  /** SUYUAN_CONFIRMATIONS, SUYUAN_FINALITY: how many blocks deep counts as confirmed, and as final. */
  readonly confirmations: number
  readonly finality: number
  /** SUYUAN_ANCHOR_SECONDS, SUYUAN_ANCHOR_RECORDS: a checkpoint every so often, whichever comes first. */
  readonly anchorSeconds: number
  readonly anchorRecords: number
  /** SUYUAN_MAX_LAG_SECONDS: when anchoring lags more, the service says that it is not ready. */
  readonly maxLagSeconds: number
  /** SUYUAN_PUBLIC_LOG=true: tiles and entry bundles for everybody; otherwise with a token. */
  readonly publicLog: boolean
  /** SUYUAN_WITNESSES: the file that says who must have cosigned a checkpoint before it is published; nobody, when absent. */
  readonly witnesses: string | undefined
  /** SUYUAN_LOG_LEVEL: trace, debug, info, warn, error, fatal, silent. */
  readonly logLevel: string
}

/** Of the rules for authorised operation (docs/retention.md): nothing younger may be pruned, whatever is set. */
const LEAST_RETENTION_YEARS = 5
const MOST_YEARS = 1_000
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** @throws LedgerError `config_invalid` naming the variable, its value, and what it may be */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = reader(environment)
  const rpcUrl = read.text('SUYUAN_RPC_URL')
  const confirmations = read.integer('SUYUAN_CONFIRMATIONS', 1, 1, 10_000)
  const data = read.path('SUYUAN_DATA') ?? resolve('data')
  return Object.freeze({
    data,
    archives: read.path('SUYUAN_ARCHIVE_DIR') ?? join(data, 'archive'),
    archiveAfterYears: read.optional('SUYUAN_ARCHIVE_AFTER_YEARS', 1, MOST_YEARS),
    archiveOverBytes: read.optional('SUYUAN_ARCHIVE_OVER_BYTES', 0, 10 ** 15 - 1),
    retentionYears: read.integer('SUYUAN_RETENTION_YEARS', LEAST_RETENTION_YEARS, LEAST_RETENTION_YEARS, MOST_YEARS),
    host: read.text('SUYUAN_HOST') ?? '127.0.0.1',
    port: read.integer('SUYUAN_PORT', 7070, 0, 65_535),
    hosts: read.list('SUYUAN_HOSTS'),
    origin: read.matching('SUYUAN_ORIGIN', 'suyuan.local/access', /^[^\s+]{1,240}$/u, {
      en: 'a name without spaces or "+"',
      zh: '不含空格和“+”的名称',
    }),
    rpcUrl,
    chainPort: read.integer('SUYUAN_CHAIN_PORT', 7071, 0, 65_535),
    keyFile: read.text('SUYUAN_KEY_FILE'),
    relayKeyFile: read.text('SUYUAN_RELAY_KEY_FILE'),
    confirmations,
    finality: read.integer(
      'SUYUAN_FINALITY',
      rpcUrl === undefined ? 1 : Math.max(12, confirmations),
      confirmations,
      100_000,
    ),
    anchorSeconds: read.integer('SUYUAN_ANCHOR_SECONDS', 10, 1, 86_400),
    anchorRecords: read.integer('SUYUAN_ANCHOR_RECORDS', 1_000_000, 1, 1_000_000_000),
    maxLagSeconds: read.integer('SUYUAN_MAX_LAG_SECONDS', 300, 1, 31_536_000),
    publicLog:
      read.matching('SUYUAN_PUBLIC_LOG', 'false', /^(true|false)$/, { en: 'true or false', zh: ' true 或 false' }) ===
      'true',
    witnesses: read.path('SUYUAN_WITNESSES'),
    logLevel: read.matching('SUYUAN_LOG_LEVEL', 'info', new RegExp(`^(${LOG_LEVELS.join('|')})$`), {
      en: `one of ${LOG_LEVELS.join(', ')}`,
      zh: `下列之一：${LOG_LEVELS.join('、')}`,
    }),
  })
}

function reader(environment: Readonly<Record<string, string | undefined>>) {
  const text = (name: string): string | undefined => {
    const value = environment[name]?.trim()
    return value === '' ? undefined : value
  }
  const matching = (name: string, fallback: string, pattern: RegExp, form: Words): string => {
    const value = text(name) ?? fallback
    if (!pattern.test(value)) throw invalid(name, value, form)
    return value
  }
  const integer = (name: string, fallback: number, least: number, most: number): number => {
    const form = { en: `a whole number from ${least} to ${most}`, zh: ` ${least} 至 ${most} 的整数` }
    const value = Number(matching(name, String(fallback), /^\d{1,15}$/, form))
    if (value < least || value > most) throw invalid(name, String(value), form)
    return value
  }
  const optional = (name: string, least: number, most: number): number | undefined =>
    text(name) === undefined ? undefined : integer(name, least, least, most)
  const path = (name: string): string | undefined => {
    const value = text(name)?.replace(/^~(?=\/|$)/, homedir())
    return value === undefined ? undefined : resolve(value)
  }
  const list = (name: string): string[] =>
    (text(name) ?? '')
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== '')
  return { text, matching, integer, optional, path, list }
}

function invalid(name: string, value: string, form: Words): LedgerError {
  return new LedgerError('config_invalid', {
    en: `${name} is "${value.slice(0, 80)}", but must be ${form.en}; set it right, or leave it out.`,
    zh: `${name} 为“${value.slice(0, 80)}”，应为${form.zh}；请改正，或不设置。`,
  })
}
