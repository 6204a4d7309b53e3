// The service's own log, for its operator. It tells that something was asked and how it went, never of whom: no query
// (an actor's pseudonym stands there), no headers (a token), no bodies.

import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino'
import { LedgerError } from '../core/error.ts'

/** Wherever one of these stands in something logged, its value does not. */
const SECRET = ['authorization', 'cookie', 'token', 'person', 'sealed', 'purposeText', 'detail', 'privateKey'] as const

const OPTIONS: LoggerOptions = {
  redact: {
    paths: SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
    censor: '(secret)',
  },
  serializers: { err: describeError },
}

/** A logger for the whole service; `destination` is standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return destination === undefined ? pino({ ...OPTIONS, level }) : pino({ ...OPTIONS, level }, destination)
}

/** One line a request, when it ends. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      address: request.ip,
      ...(request.holder === undefined ? {} : { holder: request.holder.id }),
    }
    if (error) reply.log.error({ ...line, err: error }, 'request broke off')
    else reply.log.info(line, 'request')
  }
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  if (error instanceof LedgerError) return { code: error.code, message: error.message, cause: describeCause(error) }
  // Errors of libraries may carry what they were called with (ethers: whole transactions); type, text and place suffice.
  const { type, message, stack } = stdSerializers.err(error)
  return { type, message: message.slice(0, 500), stack: stack.slice(0, 4_000) }
}

function describeCause({ cause }: Error): string | undefined {
  return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 500) : undefined
}
