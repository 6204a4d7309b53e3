// The API page: what /openapi.json says, for people.

import { ask } from './api.js'
import { element } from './dom.js'
import { language, onLanguage, say, startLanguage } from './language.js'
import { showProblem } from './problem.js'

startLanguage(document.querySelector('#language'))
const main = document.querySelector('#docs')

try {
  const api = await ask('/openapi.json')
  const show = () => main.replaceChildren(showContents(api), ...api.tags.map(tag => showTag(api, tag)), showErrors(api))
  onLanguage(show)
  show()
  // The browser looked for the fragment before there was anything to find.
  if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView()
} catch (problem) {
  main.replaceChildren(showProblem(problem))
}
main.setAttribute('aria-busy', 'false')

function operationsOf(api, tag) {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag.name))
      .map(([method, operation]) => Object.assign({ path, method: method.toUpperCase() }, operation)),
  )
}

function idOf({ method, path }) {
  return `${method} ${path}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

function showContents(api) {
  const links = api.tags
    .flatMap(tag => operationsOf(api, tag))
    .map(operation =>
      element(
        'li',
        {},
        element('a', { href: `#${idOf(operation)}`, class: 'code' }, `${operation.method} ${operation.path}`),
      ),
    )
  return element(
    'section',
    {},
    element('p', { class: 'lead', lang: 'en' }, api.info.description.replaceAll('`', '')),
    element('p', { class: 'note' }, say('docsIntro'), ' ', element('a', { href: '/openapi.json' }, '/openapi.json')),
    element('h2', {}, say('contents')),
    element('nav', { class: 'contents', 'aria-label': say('contents') }, element('ul', {}, links)),
  )
}

function showTag(api, tag) {
  return element('section', {}, element('h2', {}, tag.description), operationsOf(api, tag).map(showOperation))
}

function showOperation(operation) {
  const { method, path, summary, description, parameters = [], requestBody, responses } = operation
  const answer = Object.values(responses['200']?.content ?? {})[0]?.schema
  const body = Object.entries(requestBody?.content ?? {})[0]
  return element(
    'article',
    { class: 'operation', id: idOf(operation) },
    element('h3', {}, element('span', { class: 'method' }, method), element('code', {}, path)),
    element('p', {}, element('strong', {}, summary)),
    element('p', { class: 'lead', lang: 'en' }, description.replaceAll('`', '')),
    parameters.length === 0 ? undefined : [element('h4', {}, say('parameters')), parameterTable(parameters)],
    body === undefined ? undefined : [element('h4', {}, `${say('body')} · ${body[0]}`), fieldList(body[1].schema)],
    answer === undefined ? undefined : [element('h4', {}, say('responses')), fieldList(answer)],
    element('pre', { tabindex: '0' }, element('code', {}, exampleOf(operation, body?.[0]))),
  )
}

function parameterTable(parameters) {
  const rows = parameters.map(({ name, required, description, schema }) =>
    element(
      'tr',
      {},
      element('td', {}, element('code', {}, name), required ? ` (${say('required')})` : ''),
      element('td', { lang: 'en' }, `${description ?? ''} ${describeLimits(schema)}`),
    ),
  )
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, say('name')),
    element('th', { scope: 'col' }, say('meaning')),
  )
  return element('table', {}, element('thead', {}, head), element('tbody', {}, rows))
}

function describeLimits({ default: standard, minimum, maximum, enum: words }) {
  const parts = []
  if (words !== undefined) parts.push(words.join(' | '))
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    parts.push(`${minimum}–${maximum}`)
  if (standard !== undefined) parts.push(`= ${standard}`)
  return parts.length === 0 ? '' : `(${parts.join('; ')})`
}

/** The fields of an object, and of what is inside, as nested lists. */
function fieldList(schema) {
  const inner = schema.items ?? schema.anyOf?.find(({ properties }) => properties !== undefined) ?? schema
  if (inner.properties === undefined) return element('p', { class: 'note', lang: 'en' }, schema.description ?? '')
  const fields = Object.entries(inner.properties).map(([name, field]) => {
    const nested = field.items ?? field.anyOf?.find(({ properties }) => properties !== undefined) ?? field
    return element(
      'li',
      {},
      element('code', {}, name),
      ' ',
      element(
        'span',
        { class: 'type', lang: 'en' },
        typeOf(field),
        field.description === undefined ? '' : ` — ${field.description}`,
      ),
      nested.properties === undefined ? undefined : fieldList(nested),
    )
  })
  return element('ul', { class: 'fields-list' }, fields)
}

function typeOf({ type, items, anyOf, enum: words }) {
  if (words !== undefined) return words.join(' | ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' | ')
  return type === 'array' ? `[${typeOf(items)}]` : (type ?? '')
}

/** The call as one would type it. */
function exampleOf({ method, path, parameters = [], security }, bodyType) {
  const valueOf = ({ schema, example, examples }) =>
    schema.examples?.[0] ??
    schema.example ??
    schema.enum?.[0] ??
    example ??
    Object.values(examples ?? {})[0]?.value ??
    1
  const inPath = parameters.filter(parameter => parameter.in === 'path')
  const filled = inPath.reduce((url, parameter) => url.replace(`{${parameter.name}}`, valueOf(parameter)), path)
  const query = parameters
    .filter(parameter => parameter.in === 'query' && (parameter.required || parameter.name === 'resource'))
    .map(parameter => `${parameter.name}=${encodeURIComponent(valueOf(parameter))}`)
    .join('&')
  const parts = [`curl "${location.origin}${filled}${query === '' ? '' : `?${query}`}"`]
  if (method !== 'GET') parts[0] = parts[0].replace('curl', `curl -X ${method}`)
  if (security?.length > 0) parts.push('-H "Authorization: Bearer $SUYUAN_TOKEN"')
  if (bodyType !== undefined) {
    const data = bodyType === 'application/json' ? `-d '{"person":"staff-1024"}'` : '--data-binary @lines.ndjson'
    parts.push(`-H "Content-Type: ${bodyType}"`, data)
  }
  return parts.join(' \\\n  ')
}

function showErrors(api) {
  const rows = Object.entries(api['x-problems']).map(([code, { status, en, zh }]) =>
    element(
      'tr',
      { id: code },
      element('td', {}, element('code', {}, code)),
      element('td', {}, String(status)),
      element('td', {}, language() === 'zh' ? zh : en),
    ),
  )
  const head = ['name', 'status', 'meaning'].map(key => element('th', { scope: 'col' }, say(key)))
  return element(
    'section',
    {},
    element('h2', {}, say('errors')),
    element('p', { class: 'note' }, say('errorsIntro')),
    element('table', {}, element('thead', {}, element('tr', {}, head)), element('tbody', {}, rows)),
  )
}
