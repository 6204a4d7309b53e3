// The HTTP side, put together: guards first, then the routes, one file each. It builds nothing of the ledger itself; what
// it needs comes as arguments (parts.ts).

import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { type Access, guardRoutes, READ } from './access.ts'
import { answerBrokenHttp } from './broken.ts'
import { addSecurityHeaders } from './headers.ts'
import { guardHosts } from './hosts.ts'
import { RequestLog } from './logger.ts'
import { watchMethods } from './methods.ts'
import { measure } from './metrics.ts'
import { describeRoutes } from './openapi.ts'
import type { Parts } from './parts.ts'
import { answerWithProblems, refuseWhenClosing, sendError } from './problem.ts'
import { actorRoutes } from './routes/actors.ts'
import { actRoutes } from './routes/acts.ts'
import { actsEvidenceRoutes } from './routes/acts-evidence.ts'
import { agreementRoutes } from './routes/agreements.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { correctionRoutes } from './routes/corrections.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { grantRoutes } from './routes/grants.ts'
import { ingestRoutes } from './routes/ingest.ts'
import { logRoutes } from './routes/log.ts'
import { pageRoutes } from './routes/pages.ts'
import { proofRoutes } from './routes/proofs.ts'
import { recordRoutes } from './routes/records.ts'
import { ruleRoutes } from './routes/rules.ts'
import { statementRoutes } from './routes/statements.ts'
import { statusRoutes } from './routes/status.ts'
import { usageRoutes } from './routes/usage.ts'
import type { App } from './typed.ts'

/** The version that /openapi.json states: of the API, not of the program. */
const API_VERSION = '1.0.0'

// Slow clients: headers must be there within 15 s, a connection on which nothing moves is closed after 2 minutes, and no
// request may take more than an hour to arrive. So long, because a batch has no upper bound and is read only as fast as
// the log takes it; who has no token is turned away, and cut off, before the body.
const TIMES = {
  headersMs: 15_000,
  silenceMs: 120_000,
  requestMs: 3_600_000,
  keepAliveMs: 15_000,
  checkMs: 5_000,
} as const
const MAX_HEADER_BYTES = 16_384
const MAX_CONNECTIONS = 1_024
/** Of bodies that are read whole; lines are a stream and have no such bound. */
const MAX_BODY_BYTES = 65_536
/** The longest part of a path: a percent-encoded resource code. */
const MAX_PARAMETER_LENGTH = 256

/** Builds the application; call `listen` on it, and `close` to stop accepting and let what is under way finish. */
export async function buildApp(parts: Parts): Promise<App> {
  const logger: FastifyBaseLogger = parts.logger
  const app: App = fastify({
    loggerInstance: logger,
    logController: new RequestLog(),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: parts.settings.trustedProxies === undefined ? false : [...parts.settings.trustedProxies],
    bodyLimit: MAX_BODY_BYTES,
    connectionTimeout: TIMES.silenceMs,
    requestTimeout: TIMES.requestMs,
    keepAliveTimeout: TIMES.keepAliveMs,
    http: {
      headersTimeout: TIMES.headersMs,
      connectionsCheckingInterval: TIMES.checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    return503OnClosing: false, // `refuseWhenClosing` says it in the ledger's words
    frameworkErrors: sendError,
    clientErrorHandler: answerBrokenHttp,
    // A misspelt filter must not give a wider answer than was asked for; "1,2" is no list, and nothing else is guessed.
    // `verbose` lets a refusal quote the schema's own example.
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, allErrors: false, verbose: true },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = MAX_CONNECTIONS
  app.removeAllContentTypeParsers()

  addSecurityHeaders(app)
  refuseWhenClosing(app)
  guardHosts(app, parts.settings.hosts)
  guardRoutes(app, parts.tokens)
  answerWithProblems(app)
  const answerOtherMethods = watchMethods(app)
  await describeRoutes(app, API_VERSION)

  const logAccess: Access = parts.settings.publicLog ? 'public' : READ
  // In a scope of its own, since it takes bodies of a type that no other route must take; actors further down likewise.
  await app.register(async scope => ingestRoutes(scope, parts))
  usageRoutes(app, parts)
  evidenceRoutes(app, parts)
  grantRoutes(app, parts)
  agreementRoutes(app, parts.directory)
  correctionRoutes(app, parts.directory)
  if (parts.statements !== undefined) statementRoutes(app, parts.statements, parts.directory)
  if (parts.actsEvidence !== undefined) actsEvidenceRoutes(app, parts.actsEvidence)
  recordRoutes(app, parts)
  await app.register(async scope => actorRoutes(scope, parts))
  await app.register(async scope => actRoutes(scope, parts))
  proofRoutes(app, parts, logAccess)
  logRoutes(app, parts, logAccess)
  catalogueRoutes(app, parts.directory)
  ruleRoutes(app, parts)
  statusRoutes(app, parts)
  measure(app, parts)
  await pageRoutes(app)
  answerOtherMethods()
  return app
}
