// Default deny: every route says who may call it, or it cannot be registered at all. Tokens come as
// `Authorization: Bearer …` (RFC 6750) and nowhere else, so that none lands in an address, a history or a log.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LedgerError } from '../core/error.ts'
import type { Language } from '../core/words.ts'
import type { Holder, Scope, Tokens } from '../tokens.ts'

/** Who may call a route: anybody; or a token with all of these scopes, or with one of them. */
export type Access = 'public' | { readonly allOf: readonly Scope[] } | { readonly anyOf: readonly Scope[] }

/** The usual case. */
export const READ: Access = { allOf: ['read'] }

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** Whom the request's token stands for; on public routes undefined. */
    holder: Holder | undefined
  }
}

/** Must run before any route is registered. */
export function guardRoutes(app: FastifyInstance, tokens: Pick<Tokens, 'check'>): void {
  app.decorateRequest('holder', undefined)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) throw new Error(`${String(method)} ${url} does not say who may call it`)
  })
  // Before the body is read: who may not write cannot make the service take in a single byte of it.
  app.addHook('onRequest', (request, _, done) => {
    // The handler of unknown addresses is no route and has no config; it says only that nothing is there.
    if (request.is404) return done()
    const { access } = request.routeOptions.config
    if (access === 'public') return done()
    request.holder = authenticate(request, tokens)
    requireScopes(access, request.holder)
    done()
  })
}

function authenticate(request: FastifyRequest, tokens: Pick<Tokens, 'check'>): Holder {
  const header = request.headers.authorization
  if (header === undefined) {
    throw new LedgerError('token_missing', {
      en: 'This needs a token: send it as "Authorization: Bearer TOKEN". The first token was shown when the ledger first started; `suyuan token create` makes more.',
      zh: '需要访问令牌：请以“Authorization: Bearer 令牌”发送。第一个令牌在账本首次启动时显示；`suyuan token create` 可生成更多。',
    })
  }
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1]
  const holder = token === undefined ? undefined : tokens.check(token)
  if (holder === undefined) {
    throw new LedgerError('token_unknown', {
      en: 'The token is none of this ledger, or it was revoked; check that it is whole, or ask for a new one.',
      zh: '令牌不属于本账本，或已撤销；请核对是否完整，或索取新的令牌。',
    })
  }
  return holder
}

function requireScopes(access: Exclude<Access, 'public'> | undefined, { name, scopes }: Holder): void {
  const allowed =
    access !== undefined &&
    ('allOf' in access
      ? access.allOf.every(scope => scopes.includes(scope))
      : access.anyOf.some(scope => scopes.includes(scope)))
  if (allowed) return
  throw new LedgerError('scope_missing', {
    en: `The token "${name}" has the scopes ${scopes.join(', ')}, but this needs ${describeAccess(access)}; ask for a token that has it.`,
    zh: `令牌“${name}”的权限为 ${scopes.join('、')}，而此处需要 ${describeAccess(access, 'zh')}；请索取有此权限的令牌。`,
  })
}

/** In words, for messages and documents. */
export function describeAccess(access: Access | undefined, language: Language = 'en'): string {
  const zh = language === 'zh'
  if (access === 'public') return zh ? '无需令牌' : 'no token'
  if (access === undefined) return zh ? '任何人都没有的权限' : 'a scope that nobody has'
  return 'allOf' in access ? access.allOf.join(zh ? ' 和 ' : ' and ') : access.anyOf.join(zh ? ' 或 ' : ' or ')
}
