// What checks requests and writes answers is compiled from the schemas when it is first needed: to compile all of it
// takes a tenth of a second, which a start has better use for. The compilers are those that Fastify takes by itself.

import ajvCompiler from '@fastify/ajv-compiler'
import serializerSelector, { type SerializerFactory } from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>
type ValidatorFactory = NonNullable<Compilers['buildValidator']>
/** What Fastify calls, and where it then reads what is wrong. */
interface Check {
  (value: unknown, place?: unknown): unknown
  errors?: unknown
  /** Told of where a value stands, a check may put what it made of it in its place. */
  schemaEnv?: unknown
}

/** For Fastify's `schemaController`. */
export function compileLate(): { readonly compilersFactory: Compilers } {
  const makeValidators = ajvCompiler() as (...options: unknown[]) => (route: unknown) => Check
  const makeSerializers: SerializerFactory = serializerSelector()
  const buildValidator = (...options: unknown[]): ((route: unknown) => Check) => {
    const compile = makeValidators(...options)
    return route => {
      let check: Check | undefined
      const checkLate: Check = (value, place) => {
        check ??= compile(route)
        const result = check(value, place)
        checkLate.errors = check.errors
        return result
      }
      checkLate.schemaEnv = true
      return checkLate
    }
  }
  const buildSerializer: SerializerFactory = (...options) => {
    const compile = makeSerializers(...options)
    return route => {
      let write: ReturnType<typeof compile> | undefined
      return value => {
        write ??= compile(route)
        return write(value)
      }
    }
  }
  return { compilersFactory: { buildValidator: buildValidator as ValidatorFactory, buildSerializer } }
}
