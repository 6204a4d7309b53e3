// A running ledger, put on HTTP.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Logger } from 'pino'
import { createActsEvidence } from './acts-evidence.ts'
import { logIdOf } from './chain/deploy.ts'
import type { Config } from './config.ts'
import { LedgerError } from './core/error.ts'
import { formatVerifierKey } from './core/note.ts'
import { createDirectory } from './directory.ts'
import { buildApp } from './http/app.ts'
import { allowedHosts } from './http/hosts.ts'
import type { Ledger } from './ledger.ts'
import { statementsIn } from './statements/under-way.ts'
import { createStatements } from './statements.ts'
import type { Tokens } from './tokens.ts'

export interface Service extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string
}

export interface ServeOptions {
  readonly ledger: Ledger
  readonly config: Config
  readonly tokens: Tokens
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Before anything is written or shown: what could not be listened on anyway would only be found after the contracts were
 * deployed and the first token was shown. @throws LedgerError `port_unusable`
 */
export async function requirePort({ host, port }: Config): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen(port, host), 'listening')
  } catch (cause) {
    throw portUnusable({ host, port }, cause as NodeJS.ErrnoException)
  }
  await new Promise(resolve => probe.close(resolve))
}

export async function serve({ ledger, config, tokens, logger, now }: ServeOptions): Promise<Service> {
  const { anchoring, deployment, logKey, answerKey } = ledger
  const app = await buildApp({
    ingest: ledger.ingest,
    query: ledger.query,
    store: ledger.store,
    vault: ledger.vault,
    erasures: ledger.erasures,
    sources: ledger.sources,
    tokens,
    log: anchoring,
    indexLog: ledger.index,
    directory: createDirectory({ registry: ledger.registry, contracts: deployment.contracts, now }),
    actsEvidence: createActsEvidence({
      registry: ledger.registry,
      chain: ledger.chain,
      finality: config.finality,
      deployment,
      logKey: logKey.verifierKey,
      answerKey,
      now,
    }),
    statements: createStatements({
      store: ledger.store,
      registry: ledger.registry,
      log: logIdOf(config.origin),
      anchored: () => anchoring.status().anchored?.size,
      underWay: async () => {
        const waiting = await ledger.acts.listWaiting()
        await ledger.registry.refresh() // after it: what was closed meanwhile is read now
        return statementsIn(waiting, deployment.contracts)
      },
    }),
    evidence: ledger.evidence,
    acts: ledger.acts,
    ailments: () => ledger.troubles(),
    trust: {
      log: formatVerifierKey(logKey.verifierKey),
      time: formatVerifierKey(logKey.timeKey),
      answers: formatVerifierKey(answerKey.verifierKey),
      index: formatVerifierKey(ledger.index.key.verifierKey),
      chainId: deployment.chainId,
      contracts: deployment.contracts,
    },
    settings: {
      hosts: allowedHosts(config.host, config.hosts),
      publicLog: config.publicLog,
      maxLagSeconds: config.maxLagSeconds,
    },
    logger,
    now,
  })
  await app.listen({ host: config.host, port: config.port }).catch((cause: NodeJS.ErrnoException) => {
    throw portUnusable(config, cause)
  })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { url: `http://${host}:${port}`, [Symbol.asyncDispose]: () => app.close() }
}

function portUnusable({ host, port }: Pick<Config, 'host' | 'port'>, cause: NodeJS.ErrnoException): LedgerError {
  return new LedgerError(
    'port_unusable',
    {
      en: `The service cannot listen on ${host}, port ${port} (${cause.code}); set SUYUAN_PORT to a free one, or end what listens there.`,
      zh: `服务无法监听 ${host} 的端口 ${port}（${cause.code}）；请将 SUYUAN_PORT 设为空闲端口，或结束占用该端口的程序。`,
    },
    { cause },
  )
}
