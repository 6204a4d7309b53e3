// In which language the service speaks: Chinese or English, as Accept-Language asks (RFC 9110 §12.5.4). An answer with
// words for people says in Content-Language which it is, so that caches keep the two apart.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Language } from '../core/words.ts'

/** A range of languages and its weight (RFC 9110 §12.4.2): `zh-CN;q=0.9`. */
const RANGE = /^\s*(zh|en|\*)(?:-[a-z0-9-]*)?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

/** The language that weighs most, of equals the first named; English where none that we have is asked for. */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  if (headers['accept-language'] === undefined) return 'en'
  let best: { readonly language: Language; readonly weight: number } = { language: 'en', weight: 0 }
  for (const range of headers['accept-language'].split(',')) {
    const [, name, q = '1'] = RANGE.exec(range) ?? []
    if (name !== undefined && Number(q) > best.weight) {
      best = { language: name.toLowerCase() === 'zh' ? 'zh' : 'en', weight: Number(q) }
    }
  }
  return best.language
}

/** The language of this answer, which its headers then name. */
export function speak(request: Pick<FastifyRequest, 'headers'>, reply: FastifyReply): Language {
  const language = languageOf(request)
  reply.header('content-language', language).header('vary', 'accept-language')
  return language
}
