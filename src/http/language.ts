// In which language the service speaks: Chinese or English, as Accept-Language asks (RFC 9110 §12.5.4). An answer with
// words for people says in Content-Language which it is, so that caches keep the two apart.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Language } from '../core/words.ts'

/** The first language named that we have; most clients name one, and no weighing is worth more code than this. */
function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  const named = /\b(zh|en)\b/i.exec(headers['accept-language'] ?? '')?.[1]
  return named?.toLowerCase() === 'zh' ? 'zh' : 'en'
}

/** The language of this answer, which its headers then name. */
export function speak(request: Pick<FastifyRequest, 'headers'>, reply: FastifyReply): Language {
  const language = languageOf(request)
  reply.header('content-language', language).header('vary', 'accept-language')
  return language
}
