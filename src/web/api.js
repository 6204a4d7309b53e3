// Requests to the ledger. The token lives in this tab's session storage and goes into one header; an answer that is not
// what was asked for becomes a Problem.

import { language } from './language.js'

const KEY = 'suyuan-token'

export const readToken = () => sessionStorage.getItem(KEY) ?? ''

export function keepToken(token) {
  if (token === '') sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, token)
}

/** What went wrong: RFC 9457 as the service sends it, or `offline` when there was no answer at all. */
export class Problem extends Error {
  constructor(code, title, detail, id) {
    super(title)
    this.code = code
    this.detail = detail
    this.id = id
  }
}

export async function ask(path, parameters = {}, signal) {
  const response = await request(path, parameters, signal)
  return response.json()
}

/** The same, as a file. */
export async function download(path, parameters = {}) {
  const response = await request(path, parameters, undefined)
  return response.blob()
}

async function request(path, parameters, signal) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  const query = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  const token = readToken()
  const headers = { 'accept-language': language(), ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
  let response
  try {
    response = await fetch(path + query, { headers, signal: signal ?? null, credentials: 'omit' })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Problem('offline')
  }
  if (response.ok) return response
  const problem = await response.json().catch(() => ({ code: 'offline' }))
  throw new Problem(problem.code, problem.title, problem.detail, problem.instance?.replace('urn:uuid:', ''))
}
