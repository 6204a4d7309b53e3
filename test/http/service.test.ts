import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { expect } from 'chai'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import { allowedHosts } from '../../src/http/hosts.ts'
import { createLogger } from '../../src/http/logger.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { CONSUMER, RESOURCE } from './directory.ts'
import { type Ledger, line, openLedger } from './fixture.ts'
import { connectRaw } from './raw-client.ts'

describe('the names to answer to', () => {
  it('are those of the machine itself, and what it was given', () => {
    expect(allowedHosts('127.0.0.1')).to.have.members(['localhost', '127.0.0.1', '[::1]'])
    expect(allowedHosts('::1')).to.include('[::1]')
    expect(allowedHosts('127.0.0.1', ['Ledger.city.cn'])).to.include('ledger.city.cn')
    expect(allowedHosts('10.1.2.3', ['ledger.city.cn'])).to.include.members(['10.1.2.3', 'ledger.city.cn', 'localhost'])
    expect(allowedHosts('0.0.0.0', ['ledger.city.cn']))
      .to.include('ledger.city.cn')
      .and.to.not.include('0.0.0.0')
  })

  it('are any only when it was opened to a network without a name', () => {
    expect(allowedHosts('0.0.0.0')).to.equal('any')
    expect(allowedHosts('10.1.2.3')).to.equal('any')
  })
})

describe('the service’s log', () => {
  const logged = (fields: object): string => {
    const lines: string[] = []
    createLogger('info', { write: line => void lines.push(line) }).info(fields, 'told')
    return lines.join('')
  }

  it('hides tokens, persons and sealed parts wherever they stand', () => {
    const secret = 'S3CRET'
    const line = logged({
      authorization: secret,
      req: { headers: { authorization: secret, cookie: secret } },
      record: { sealed: { person: secret } },
      input: { person: secret, purposeText: secret },
    })
    expect(line).to.contain('told').and.to.not.contain(secret)
  })

  it('tells of an error its code and message, and of a stranger’s error no more than that', () => {
    const cause = new Error('EIO')
    const line = logged({ err: new LedgerError('store_broken', inBoth('The disk failed.'), { cause }) })
    expect(line).to.contain('store_broken').and.to.contain('EIO')
    const foreign = Object.assign(new Error('call failed'), { transaction: { data: '0xSECRET' } })
    expect(logged({ err: foreign }))
      .to.contain('call failed')
      .and.to.not.contain('0xSECRET')
  })
})

describe('the service', () => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await openLedger()
  })
  afterEach(() => ledger[Symbol.asyncDispose]())

  describe('GET /v1/status', () => {
    it('tells how far the log, its checkpoint and its anchor have come', async () => {
      const empty = (await ledger.get('/v1/status')).json()
      expect(empty).to.deep.include({ records: 0, published: null, anchored: null, ready: true })
      await ledger.send([line(0), line(1)])
      ledger.anchor()
      await ledger.send([line(2)])
      const status = (await ledger.get('/v1/status')).json()
      expect(status).to.deep.include({ records: 3, lag: { records: 1, seconds: 0 } })
      expect(status.published.size).to.equal(3)
      expect(status.anchored).to.deep.include({ size: 2 })
      expect(status.anchored.block.number).to.equal(7)
      expect(status.chain).to.deep.include({ id: 31337, block: 9 })
    })
  })

  describe('GET /readyz', () => {
    it('is ready, until it is not, and then says why', async () => {
      expect((await ledger.get('/readyz')).json()).to.deep.equal({ ready: true, reasons: [] })
      ledger.setLag(301)
      ledger.ailments.push({ code: 'store_broken', words: inBoth('The disk is full; free space and start again.') })
      const response = await ledger.get('/readyz')
      expect(response.statusCode).to.equal(503)
      expect(response.json().reasons.map((reason: { code: string }) => reason.code)).to.deep.equal([
        'store_broken',
        'anchor_lag',
      ])
      expect((await ledger.get('/healthz')).json()).to.deep.equal({ alive: true })
      expect((await ledger.get('/v1/status')).json().ready).to.equal(false)
    })
  })

  it('tells where a size is anchored, once it is', async () => {
    await ledger.send([line(0), line(1)])
    expect((await ledger.get('/v1/anchors?size=2')).json()).to.include({ code: 'not_anchored_yet', retryable: true })
    ledger.anchor()
    expect((await ledger.get('/v1/anchors?size=1')).json()).to.deep.include({ size: 2 })
  })

  it('hands out trust only with the warning not to take it from here', async () => {
    const trust = (await ledger.get('/v1/trust')).json()
    expect(trust.warning).to.match(/gazette/)
    expect(trust).to.include({ chainId: 31337 })
    expect(trust.log).to.match(/^suyuan\.test\/log\+/)
  })

  it('shows the catalogue, whose codes may hold slashes', async () => {
    expect((await ledger.get('/v1/resources')).json().resources).to.have.length(2)
    expect((await ledger.get(`/v1/resources/${RESOURCE}`)).json().name).to.equal('人口基础信息')
    expect((await ledger.get(`/v1/resources/${encodeURIComponent(RESOURCE)}`)).json().code).to.equal(RESOURCE)
    expect((await ledger.get('/v1/resources/none')).json().code).to.equal('resource_not_found')
    expect((await ledger.get('/v1/organisations')).json().organisations).to.have.length(3)
  })

  it('counts for Prometheus, by route and without a code of anybody', async () => {
    await ledger.send([line(0), line(1)])
    await ledger.get(`/v1/usage?consumer=${CONSUMER}`)
    await ledger.get(`/v1/records/1`)
    await ledger.get(`/nowhere/${CONSUMER}`)
    const { body, headers } = await ledger.get('/metrics')
    expect(headers['content-type']).to.match(/^text\/plain/)
    expect(body).to.contain('suyuan_lines_total{outcome="accepted"} 2')
    expect(body).to.contain('suyuan_log_records 2')
    expect(body).to.contain('suyuan_anchor_lag_records 2')
    expect(body).to.match(/suyuan_http_request_seconds_count\{method="GET",route="\/v1\/usage",status="200"\} 1/)
    expect(body).to.contain('route="/v1/records/:index"')
    expect(body).to.contain('route="(none)"')
    expect(body).to.not.contain(CONSUMER)
    expect((await ledger.get('/metrics')).body).to.contain('suyuan_lines_total{outcome="accepted"} 2') // not doubled
  })

  it('gives no figure for Prometheus that docs/api.md does not explain, nor the other way round', async () => {
    const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const explained = [...page.matchAll(/^\| `(suyuan_\w+)/gm)].map(([, name]) => name!)
    const given = [...(await ledger.get('/metrics')).body.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!)
    expect(given).to.include.members(['suyuan_lines_total', 'suyuan_anchor_lag_seconds'])
    expect(explained.toSorted()).to.deep.equal(given.toSorted())
  })

  describe('every error', () => {
    it('is a problem in the form of RFC 9457', async () => {
      for (const url of ['/nowhere', '/v1/usage?x=1', '/v1/records/99', '/%', '/v1/records/x']) {
        const response = await ledger.get(url)
        expect(response.headers['content-type'], url).to.match(/^application\/problem\+json/)
        expect(response.headers['cache-control'], url).to.equal('no-store')
        const problem = response.json()
        expect(problem.status, url).to.equal(response.statusCode)
        expect(problem.type).to.equal(`/docs#${problem.code}`)
        expect(problem.instance).to.match(/^urn:uuid:[0-9a-f-]{36}$/)
        expect(problem.detail)
          .to.be.a('string')
          .and.to.match(/[.;] ?/)
        expect(PROBLEMS[problem.code]?.status, url).to.equal(problem.status)
      }
    })

    it('has a status of its own for every code that a caller can meet', async () => {
      const files = ['ingest.ts', 'query.ts', 'ingest/gate.ts', 'core/json.ts', 'tokens.ts', 'evidence.ts']
      const text = (
        await Promise.all(files.map(file => readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8')))
      ).join()
      const codes = [...text.matchAll(/new LedgerError\(\s*'(\w+)'/g)].map(([, code]) => code!)
      expect(codes).to.include.members(['overloaded', 'cursor_invalid'])
      // Of one line, told inside the answer; or of the command line; or damage that is for the operator to see.
      const elsewhere = /^(line_|actor_and_person|invalid_utf8|token_invalid|\w+_damaged)/
      for (const code of codes.filter(code => !elsewhere.test(code))) expect(PROBLEMS).to.have.property(code)
    })

    it('has its title in the reader’s language', async () => {
      const zh = await ledger.get('/nowhere', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' })
      expect(zh.json().title).to.equal(PROBLEMS.not_found!.zh)
      expect(zh.headers['content-language']).to.equal('zh')
      const en = await ledger.get('/nowhere', { 'accept-language': 'en-GB,zh;q=0.5' })
      expect(en.json().title).to.equal(PROBLEMS.not_found!.en)
    })

    it('says which methods an address takes', async () => {
      for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS'] as const) {
        const response = await ledger.app.inject({ method, url: '/v1/usage' })
        expect(response.statusCode, method).to.equal(405)
        expect(response.headers.allow).to.equal('GET, HEAD')
        expect(response.json().code).to.equal('method_not_allowed')
      }
      const post = await ledger.app.inject({
        method: 'POST',
        url: '/v1/usage',
        payload: 'x',
        headers: { 'content-type': 'text/x' },
      })
      expect(post.statusCode).to.equal(405)
      expect((await ledger.app.inject({ method: 'GET', url: '/v1/records' })).headers.allow).to.equal('POST')
    })
  })

  it('guards every answer, right or wrong, and talks to no other origin', async () => {
    for (const url of ['/', '/docs', '/v1/status', '/nowhere', '/v1/usage?x=1', '/%']) {
      const { headers } = await ledger.get(url, { origin: 'https://evil.example' })
      expect(headers['content-security-policy'], url).to.match(/default-src 'self'.*frame-ancestors 'none'/)
      expect(headers['x-content-type-options'], url).to.equal('nosniff')
      expect(headers['referrer-policy'], url).to.equal('no-referrer')
      expect(headers, url).to.not.have.property('access-control-allow-origin')
    }
  })

  it('gives slow and greedy clients bounds', () => {
    const { headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxConnections } = ledger.app.server
    expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxConnections }).to.deep.equal({
      headersTimeout: 15_000,
      requestTimeout: 3_600_000,
      timeout: 120_000,
      keepAliveTimeout: 15_000,
      maxConnections: 1_024,
    })
  })

  describe('broken HTTP', () => {
    const raw = async (text: string): Promise<string> => {
      if (!ledger.app.server.listening) await ledger.app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = ledger.app.server.address() as AddressInfo
      return new Promise((resolve, reject) => {
        let answer = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(text))
        socket.on('data', data => {
          answer += data.toString()
        })
        socket.on('close', () => resolve(answer))
        socket.on('error', reject)
      })
    }

    it('gets a problem too', async () => {
      expect(await raw('rubbish\r\n\r\n')).to.match(/^HTTP\/1\.1 400 .*request_invalid/s)
      expect(await raw(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)).to.match(
        /^HTTP\/1\.1 431 /,
      )
      expect(
        await raw(
          'POST /v1/records HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
        ),
      ).to.match(/^HTTP\/1\.1 400 /)
    })

    const problemOf = async (text: string) => JSON.parse((await raw(text)).split('\r\n\r\n').at(-1)!)

    it('tells what is wrong with an address in letters beyond ASCII, in the language of the client', async () => {
      const request = 'GET /v1/usage?purpose=依法履职 HTTP/1.1\r\nhost: localhost\r\n'
      expect(await problemOf(`${request}\r\n`)).to.deep.equal({
        type: '/docs#request_invalid',
        title: 'A parameter is not valid',
        status: 400,
        detail:
          'What was sent is not HTTP as RFC 9112 has it. Letters beyond ASCII in an address must be percent-encoded, as "curl -G --data-urlencode" does.',
        code: 'request_invalid',
        retryable: false,
      })
      const chinese = await problemOf(`${request}Accept-Language: zh-CN,zh;q=0.9\r\n\r\n`)
      expect(chinese.detail).to.contain('地址中 ASCII 以外的字符须用百分号编码')
      expect(chinese.title).to.equal(PROBLEMS['request_invalid']!.zh)
    })

    it('tells what is too long, or not whole, from what is no HTTP', async () => {
      const start = 'POST /v1/records HTTP/1.1\r\nhost: localhost\r\n'
      const long = 'a'.repeat(20_000)
      for (const [text, status, code] of [
        [`${start}x: ${long}\r\n\r\n`, 431, 'headers_too_large'],
        [`${start}transfer-encoding: chunked\r\n\r\n1;${long}\r\n`, 413, 'body_too_large'],
      ] as const) {
        const problem = await problemOf(text)
        expect(problem).to.include({ status, code })
        expect(problem.detail).to.contain('in time and size')
      }
      expect((await problemOf(`${start}transfer-encoding: chunked\r\n\r\nzz\r\n`)).detail).to.contain('RFC 9112')
    })
  })

  describe('HTTP that is whole, and asks for what there is not', () => {
    const ask = async (ledger: Ledger, head: string, body = ''): Promise<{ head: string; body: string }> => {
      using client = await connectRaw(ledger)
      client.write(`${head}\r\nconnection: close\r\n\r\n${body}`)
      await client.over
      const [first, ...rest] = Buffer.from(client.answer(), 'latin1').toString().split('\r\n\r\n')
      return { head: first!, body: rest.join('\r\n\r\n') }
    }
    const isProblem = ({ head, body }: { head: string; body: string }, status: number, code: string): void => {
      expect(head).to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(head).to.match(/\r\ncontent-type: application\/problem\+json/)
      expect(JSON.parse(body)).to.include({ status, code, retryable: false })
    }

    it('gets a problem without a Host, whatever names the service answers to', async () => {
      await using open = await openLedger({ settings: { hosts: 'any' } })
      for (const asked of [ledger, open]) {
        const answer = await ask(asked, 'GET /v1/status HTTP/1.1')
        isProblem(answer, 400, 'request_invalid')
        expect(JSON.parse(answer.body).detail).to.contain('Host')
      }
      isProblem(await ask(ledger, 'GET /v1/status HTTP/1.0'), 421, 'host_not_allowed')
      expect((await ask(open, 'GET /v1/status HTTP/1.0')).head).to.match(/^HTTP\/1\.1 200 /)
    })

    it('gets a problem where it expects what nobody here can promise', async () => {
      for (const expected of ['200-ok', '100-continue, 200-ok', 'x']) {
        const head = `GET /v1/status HTTP/1.1\r\nhost: localhost\r\nexpect: ${expected}`
        const answer = await ask(ledger, head)
        isProblem(answer, 417, 'expectation_failed')
        const chinese = await ask(ledger, `${head}\r\naccept-language: zh`)
        expect(JSON.parse(chinese.body).detail).to.contain('100-continue')
        expect(JSON.parse(chinese.body).title).to.equal(PROBLEMS.expectation_failed!.zh)
      }
    })

    it('of HTTP/1.0 is answered once, whatever it expects', async () => {
      const body = JSON.stringify({ person: 'staff-7' })
      for (const [target, type, sent] of [
        ['/v1/actors', 'application/json', body],
        ['/v1/records', 'application/x-ndjson', JSON.stringify(line(7))],
      ] as const) {
        for (const expected of ['100-continue', '200-ok']) {
          const lines = [
            `POST ${target} HTTP/1.0`,
            'host: localhost',
            `authorization: Bearer ${ledger.token}`,
            `content-type: ${type}`,
            `content-length: ${sent.length}`,
            `expect: ${expected}`,
          ]
          expect((await ask(ledger, lines.join('\r\n'), sent)).head, target).to.match(/^HTTP\/1\.1 200 /)
        }
      }
    })
  })

  describe('/openapi.json', () => {
    it('is OpenAPI 3.1, and describes every route, its parameters, its access and its errors', async () => {
      const document = (await ledger.app.inject({ url: '/openapi.json' })).json()
      expect(document.openapi).to.equal('3.1.0')
      expect(document['x-problems']).to.deep.equal(PROBLEMS)
      const paths = Object.keys(document.paths)
      expect(paths).to.include.members([
        '/v1/records',
        '/v1/usage',
        '/v1/evidence',
        '/v1/grants',
        '/v1/records/{index}',
        '/log/checkpoint',
        '/metrics',
      ])
      for (const [path, methods] of Object.entries(
        document.paths as Record<string, Record<string, Record<string, unknown>>>,
      )) {
        for (const [method, operation] of Object.entries(methods)) {
          const where = `${method} ${path}`
          expect(operation.summary, where).to.be.a('string')
          expect(operation.description, where).to.match(/Public\.|Needs a token/)
          expect(operation.tags, where).to.have.length(1)
          expect(operation.responses, where).to.have.property('default')
          for (const parameter of (operation.parameters ?? []) as {
            name: string
            description?: string
            required?: boolean
            schema: { default?: unknown }
          }[]) {
            expect(parameter.description ?? '', `${where} ${parameter.name}`).to.match(/\w/)
            const hasDefault = parameter.schema.default !== undefined
            expect(hasDefault && parameter.required === true, `${where} ${parameter.name} is asked for`).to.equal(false)
          }
        }
      }
      expect(JSON.stringify(document)).to.not.contain('"nullable"')
    })
  })
})
