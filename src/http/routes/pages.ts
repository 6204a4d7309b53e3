// The pages: a handful of files, read once at the start, so that no path of a request ever reaches the disk.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LedgerError } from '../../core/error.ts'
import { SECURITY_HEADERS } from '../headers.ts'
import type { App } from '../typed.ts'

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

const SCRIPTS = [
  'agreement',
  'answer',
  'api',
  'ask',
  'combobox',
  'corrections',
  'docs',
  'dom',
  'due',
  'evidence',
  'grant',
  'grant-list',
  'health',
  'language',
  'life-words',
  'links',
  'names',
  'now',
  'overdue',
  'owed',
  'page',
  'party',
  'place',
  'problem',
  'quota',
  'rows',
  'sources',
  'steps',
  'taken',
  'terms',
  'timeline',
  'top',
  'totals',
  'vetoes',
  'view',
  'words',
  'working-days',
]

/** The files of src/web, and nothing else that may lie there. */
const FILES = {
  '/': ['index.html', HTML],
  '/docs': ['docs.html', HTML],
  ...Object.fromEntries(SCRIPTS.map(name => [`/web/${name}.js`, [`${name}.js`, SCRIPT]])),
  '/web/page.css': ['page.css', STYLE],
  '/web/life.css': ['life.css', STYLE],
  '/web/mark.svg': ['mark.svg', 'image/svg+xml'],
} as Readonly<Record<string, readonly [file: string, type: string]>>

/** Pages of one frame, life.html: its head and foot are the same for all. Each by its title, as a word and in Chinese. */
const FRAMED = {
  grant: ['grantTitle', '授权'],
  party: ['partyTitle', '参与方'],
  overdue: ['overdueTitle', '逾期与否决'],
} as const

interface Page {
  readonly url: string
  readonly content: Uint8Array
  readonly type: string
  /** Where it has one of its own. */
  readonly policy?: string
}

export async function pageRoutes(app: App): Promise<void> {
  const pages: Page[] = [await verifyPage()]
  for (const [url, [file, type]] of Object.entries(FILES)) pages.push({ url, content: await read(file), type })
  const frame = String(await read('life.html'))
  for (const [name, [word, title]] of Object.entries(FRAMED)) {
    const values: Readonly<Record<string, string>> = { name, word, title, content: String(await read(`${name}.html`)) }
    const page = frame.replaceAll(/\{(\w+)\}/gu, (_, key: string) => values[key] ?? '')
    pages.push({ url: `/${name}`, content: Buffer.from(page), type: HTML })
  }
  for (const { url, content, type, policy = SECURITY_HEADERS['content-security-policy'] } of pages) {
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
    app.get(url, { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
      reply.headers({ 'content-type': type, 'cache-control': 'no-cache', 'content-security-policy': policy, etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.send(content)
    })
  }
}

/**
 * The page that verifies is one file, made by the build (scripts/build-verify.ts). It says itself what it may do, since it is
 * also opened from a disk; that nobody may frame it only a header can say.
 */
async function verifyPage(): Promise<Page> {
  const content = await readFile(new URL('../../../build/verify/page.html', import.meta.url)).catch(
    (cause: unknown) => {
      throw new LedgerError(
        'page_not_built',
        {
          en: 'The page /verify cannot be read; run: npm run build',
          zh: '无法读取页面 /verify；请运行：npm run build',
        },
        { cause },
      )
    },
  )
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(content.toString())?.[1] ?? ''
  return { url: '/verify', content, type: HTML, policy: `${policy}; frame-ancestors 'none'` }
}

function read(file: string): Promise<Buffer> {
  return readFile(new URL(`../../web/${file}`, import.meta.url))
}
