// What is wrong with a parameter or a body that does not fit its schema, in words: which it is, and what it should have
// been. Never its value, which may be a person's. The schemas are JSON Schema 2020-12, checked by Ajv.

import type { FastifyError } from 'fastify'
import type { Words } from '../core/words.ts'

/** As Ajv tells it with `verbose`; Fastify's own type leaves the schema out. */
interface Mismatch {
  readonly keyword?: string
  readonly instancePath?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly message?: string
  readonly parentSchema?: { readonly examples?: readonly unknown[] }
}

const PARTS: Readonly<Record<string, Words>> = {
  querystring: { en: 'query parameter', zh: '查询参数' },
  params: { en: 'part of the path', zh: '路径参数' },
  headers: { en: 'header', zh: '请求头' },
  body: { en: 'field of the body', zh: '请求体字段' },
}
const ANY_PART: Words = { en: 'part of the request', zh: '请求内容' }

/** Names the first thing that does not fit, what was expected in its place, and where that is documented. */
export function describeValidation({ validation, validationContext }: FastifyError): Words {
  const first: Mismatch = validation?.[0] ?? {}
  const part = PARTS[validationContext ?? ''] ?? ANY_PART
  const { missingProperty: missing, additionalProperty: unknown } = first.params ?? {}
  if (typeof missing === 'string') {
    return {
      en: `The ${part.en} "${missing}" is missing; /docs says what it means.`,
      zh: `缺少${part.zh}“${missing}”；其含义见 /docs。`,
    }
  }
  if (typeof unknown === 'string') {
    const name = unknown.slice(0, 64)
    return {
      en: `There is no ${part.en} "${name}" here; /docs lists those that there are.`,
      zh: `这里没有${part.zh}“${name}”；可用的见 /docs。`,
    }
  }
  const path = (first.instancePath ?? '').slice(1).replaceAll('/', '.')
  const wanted = describeWanted(first)
  if (path === '')
    return { en: `The request ${wanted.en}; /docs says what it means.`, zh: `请求${wanted.zh}；详见 /docs。` }
  return {
    en: `The ${part.en} "${path}" ${wanted.en}; /docs says what it means.`,
    zh: `${part.zh}“${path}”${wanted.zh}；其含义见 /docs。`,
  }
}

const TYPES: Readonly<Record<string, Words>> = {
  string: { en: 'a text', zh: '文本' },
  integer: { en: 'a whole number', zh: '整数' },
  number: { en: 'a number', zh: '数字' },
  boolean: { en: 'true or false', zh: ' true 或 false' },
  array: { en: 'a list', zh: '列表' },
  object: { en: 'a JSON object', zh: ' JSON 对象' },
}

function describeWanted({ keyword, params = {}, message, parentSchema }: Mismatch): Words {
  const { allowedValues, allowedValue, pattern, limit, type } = params
  const values = Array.isArray(allowedValues) ? allowedValues : allowedValue === undefined ? undefined : [allowedValue]
  if (values !== undefined) {
    return { en: `must be one of ${values.join(', ')}`, zh: `应为下列之一：${values.join('、')}` }
  }
  if (keyword === 'pattern') return describePattern(String(pattern), parentSchema?.examples?.[0])
  const form = keyword === 'type' ? TYPES[String(type)] : undefined
  if (form !== undefined) return { en: `must be ${form.en}`, zh: `应为${form.zh}` }
  const bound = BOUNDS[keyword ?? '']?.(String(limit))
  return bound ?? { en: message ?? 'is not valid', zh: `不正确（${message ?? keyword ?? '原因不明'}）` }
}

function describePattern(pattern: string, example: unknown): Words {
  if (example === undefined) return { en: `must have the form ${pattern}`, zh: `应符合 ${pattern}` }
  const such = JSON.stringify(example)
  return { en: `must have the form ${pattern}, such as ${such}`, zh: `应符合 ${pattern}，例如 ${such}` }
}

const BOUNDS: Readonly<Record<string, (limit: string) => Words>> = {
  minimum: limit => ({ en: `must be ${limit} or more`, zh: `不得小于 ${limit}` }),
  maximum: limit => ({ en: `must be ${limit} or less`, zh: `不得大于 ${limit}` }),
  minLength: limit => ({ en: `must have ${limit} characters or more`, zh: `不得少于 ${limit} 个字符` }),
  maxLength: limit => ({ en: `must have ${limit} characters or fewer`, zh: `不得超过 ${limit} 个字符` }),
  minItems: limit => ({ en: `must have ${limit} items or more`, zh: `不得少于 ${limit} 项` }),
  maxItems: limit => ({ en: `must have ${limit} items or fewer`, zh: `不得超过 ${limit} 项` }),
}
