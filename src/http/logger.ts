// The service's own log, for its operator. It tells that something was asked and how it went, never of whom: no query
// (an actor's pseudonym stands there), no headers (a token), no bodies.

import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
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
  readonly #lines: Logger

  constructor(logger: Logger) {
    super()
    // All that stands in such a line is named below: there is nothing to look for in it.
    this.#lines = logger.child({}, { redact: [] })
  }

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
    else this.#lines.info({ reqId: request.id, ...line }, 'request')
  }
}

/** The logger of one request, made when it has something to say: nearly none has. */
export class RequestLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger
  readonly #bindings: Readonly<Record<string, unknown>>
  #made: FastifyBaseLogger | undefined

  constructor(parent: FastifyBaseLogger, bindings: Readonly<Record<string, unknown>>) {
    this.#parent = parent
    this.#bindings = bindings
  }

  get level(): string {
    return this.#parent.level
  }

  child(...options: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own.child(...options)
  }

  fatal(...line: unknown[]): void {
    this.#say('fatal', line)
  }

  error(...line: unknown[]): void {
    this.#say('error', line)
  }

  warn(...line: unknown[]): void {
    this.#say('warn', line)
  }

  info(...line: unknown[]): void {
    this.#say('info', line)
  }

  debug(...line: unknown[]): void {
    this.#say('debug', line)
  }

  trace(...line: unknown[]): void {
    this.#say('trace', line)
  }

  silent(): void {}

  get #own(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings)
    return this.#made
  }

  #say(level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', line: unknown[]): void {
    Reflect.apply(this.#own[level], this.#own, line)
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
