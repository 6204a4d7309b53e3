// The HTTP side, put together: guards first, then the routes, one file each. It builds nothing of the ledger itself; what
// it needs comes as arguments (parts.ts).

import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { type Access, guardRoutes, READ } from './access.ts'
import { limitAnswers } from './answers-out.ts'
import { answerBrokenHttp } from './broken.ts'
import { limitClients } from './clients.ts'
import { compileLate } from './compile-late.ts'
import { watchConnections } from './connections.ts'
import { answerExpectations } from './expect.ts'
import { addSecurityHeaders } from './headers.ts'
import { guardHosts } from './hosts.ts'
import { HTTP_LIMITS, type HttpLimits } from './limits.ts'
import { RequestLog, RequestLogger } from './logger.ts'
import { watchMethods } from './methods.ts'
import { measure } from './metrics.ts'
import { describeRoutes } from './openapi.ts'
import type { Parts } from './parts.ts'
import { answerWithProblems, refuseWhenClosing, sendError } from './problem.ts'
import { limitQuestions } from './questions.ts'
import { actorRoutes } from './routes/actors.ts'
import { actRoutes } from './routes/acts.ts'
import { actsEvidenceRoutes } from './routes/acts-evidence.ts'
import { agreementRoutes } from './routes/agreements.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { correctionRoutes } from './routes/corrections.ts'
import { erasureRoutes } from './routes/erasure.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { grantRoutes } from './routes/grants.ts'
import { ingestRoutes } from './routes/ingest.ts'
import { logRoutes } from './routes/log.ts'
import { matchingRoutes } from './routes/matching.ts'
import { pageRoutes } from './routes/pages.ts'
import { proofRoutes } from './routes/proofs.ts'
import { pruningRoutes } from './routes/prunings.ts'
import { recordRoutes } from './routes/records.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sourceRoutes } from './routes/sources.ts'
import { statementRoutes } from './routes/statements.ts'
import { statusRoutes } from './routes/status.ts'
import { usageRoutes } from './routes/usage.ts'
import type { App } from './typed.ts'

/** The version that /openapi.json states: of the API, not of the program. */
const API_VERSION = '1.0.0'
/**
 * A body is read ahead by less than a connection gives at once: parts that wait together are joined, by a copy. Node gives
 * answers the same mark; none of them is a stream.
 */
const READ_AHEAD_BYTES = 16_384

/** Builds the application; call `listen` on it, and `close` to stop accepting and let what is under way finish. */
export async function buildApp(parts: Parts): Promise<App> {
  const logger: FastifyBaseLogger = parts.logger
  const limits: HttpLimits = { ...HTTP_LIMITS, ...parts.settings.limits }
  const app: App = fastify({
    loggerInstance: logger,
    logController: new RequestLog(parts.logger),
    childLoggerFactory: (logger, bindings) => new RequestLogger(logger, bindings),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: parts.settings.trustedProxies === undefined ? false : [...parts.settings.trustedProxies],
    bodyLimit: limits.bodyBytes,
    connectionTimeout: limits.silenceMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      requireHostHeader: false, // Node would say nothing but 400; `guardHosts` says why
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: limits.headerBytes,
      highWaterMark: READ_AHEAD_BYTES,
    },
    routerOptions: { maxParamLength: limits.parameterLength },
    return503OnClosing: false, // `refuseWhenClosing` says it in the ledger's words
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, limits),
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, limits.lingerMs),
    // A misspelt filter must not give a wider answer than was asked for; "1,2" is no list, and nothing else is guessed.
    // `verbose` lets a refusal quote the schema's own example.
    ...(parts.settings.compileAtOnce !== true && { schemaController: compileLate() }),
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, allErrors: false, verbose: true },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.removeAllContentTypeParsers()

  addSecurityHeaders(app)
  refuseWhenClosing(app)
  guardHosts(app, parts.settings.hosts)
  guardRoutes(app, parts.tokens)
  const connections = watchConnections(app, limits)
  limitClients(app, limits)
  const questions = limitQuestions(app, limits)
  const answers = limitAnswers(app, limits)
  answerExpectations(app)
  answerWithProblems(app, limits)
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
  recordRoutes(app, parts, logAccess)
  await app.register(async scope => erasureRoutes(scope, parts))
  await app.register(async scope => sourceRoutes(scope, parts))
  await app.register(async scope => actorRoutes(scope, parts))
  await app.register(async scope => actRoutes(scope, parts))
  matchingRoutes(app, parts)
  proofRoutes(app, parts, logAccess)
  pruningRoutes(app, parts)
  logRoutes(app, parts, logAccess)
  catalogueRoutes(app, parts.directory)
  ruleRoutes(app, parts)
  statusRoutes(app, parts)
  measure(app, parts, { connections, questions, answers })
  await pageRoutes(app)
  answerOtherMethods()
  return app
}
