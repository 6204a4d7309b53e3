import { expect } from 'chai'
import { buildApp } from '../../src/http/app.ts'
import { SCOPES } from '../../src/tokens.ts'
import { type Ledger, line, openLedger, tokenWith } from './fixture.ts'

describe('access', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await openLedger()
    await ledger.send([line(0)])
  })
  after(() => ledger[Symbol.asyncDispose]())

  /** The routes that the document knows, with an example for each parameter, and who may call them. */
  const routes = () => {
    const { paths = {} } = ledger.app.swagger() as { paths?: Record<string, Record<string, { security?: object[] }>> }
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        method: method.toUpperCase() as 'GET' | 'POST',
        url: path.replace('{index}', '0').replace('{*}', 'entries/000.p/1').replace('*', 'entries/000.p/1'),
        isPublic: security?.length === 0,
      })),
    )
  }

  it('refuses to register a route that does not say who may call it', async () => {
    const app = await buildApp(ledger.parts)
    expect(() => app.get('/open', async () => 'secret')).to.throw('does not say who may call it')
  })

  it('lets nobody without a token into any route that is not public', async () => {
    const closed = routes().filter(({ isPublic }) => !isPublic)
    expect(closed.map(({ url }) => url)).to.include.members(['/v1/records', '/v1/usage', '/v1/evidence', '/metrics'])
    for (const { method, url } of closed) {
      const response = await ledger.app.inject({ method, url })
      expect(response.statusCode, `${method} ${url}`).to.equal(401)
      expect(response.headers['www-authenticate']).to.equal('Bearer realm="suyuan"')
      expect(response.json()).to.include({ code: 'token_missing', retryable: false })
    }
  })

  it('lets nobody with a made-up or revoked token in', async () => {
    const revoked = await tokenWith(ledger, 'read')
    await ledger.tokens.revoke(ledger.tokens.list().at(-1)!.id)
    for (const token of [`suyuan_${'A'.repeat(43)}`, 'x', '', `${ledger.token}A`, ledger.token.slice(0, -1), revoked]) {
      const response = await ledger.get('/v1/usage', { authorization: `Bearer ${token}` })
      expect(response.statusCode, token).to.equal(401)
      expect(response.json().code).to.equal('token_unknown')
    }
    const response = await ledger.get('/v1/usage', { authorization: `Basic ${ledger.token}` })
    expect(response.json().code).to.equal('token_unknown')
  })

  it('takes a token from no other place than the header', async () => {
    const response = await ledger.app.inject({ url: `/v1/usage?token=${ledger.token}` })
    expect(response.statusCode).to.equal(401)
    const cookie = await ledger.app.inject({ url: '/v1/usage', headers: { cookie: `token=${ledger.token}` } })
    expect(cookie.statusCode).to.equal(401)
  })

  it('lets each scope into its own routes only, and names the one that is missing', async () => {
    const needed: Record<string, readonly string[]> = {
      'POST /v1/records': ['write'],
      'GET /v1/receipts?firstIndex=0&count=1': ['write', 'read'],
      'GET /v1/usage': ['read'],
      'GET /v1/evidence': ['read'],
      'GET /v1/grants?consumer=11520100009390002B': ['read'],
      'GET /v1/records/0': ['read'],
      'GET /v1/records/0/proof': ['read'],
      'GET /v1/proofs/inclusion?index=0': ['read'],
      'GET /v1/proofs/consistency?from=1': ['read'],
      'GET /log/tile/0/000.p/1': ['read'],
      'GET /log/tile/entries/000.p/1': ['read'],
      'GET /v1/records/0/sealed': ['sealed'],
      'POST /v1/records/0/erasure': ['erase'],
      'POST /v1/actors': [], // no single scope: it takes two
      'GET /metrics': ['metrics'],
    }
    for (const scope of SCOPES) {
      const token = await tokenWith(ledger, scope)
      for (const [route, scopes] of Object.entries(needed)) {
        const [method, url] = route.split(' ') as ['GET' | 'POST', string]
        const response = await ledger.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } })
        if (scopes.includes(scope)) {
          expect(response.statusCode, `${route} with ${scope}`).to.not.be.oneOf([401, 403])
        } else {
          expect(response.statusCode, `${route} with ${scope}`).to.equal(403)
          expect(response.json().code).to.equal('scope_missing')
          for (const missing of scopes) expect(response.json().detail).to.contain(missing)
        }
      }
    }
  })

  it('shows status, catalogue, trust and checkpoint to everybody, and no records with them', async () => {
    for (const { method, url } of routes().filter(({ isPublic }) => isPublic)) {
      const response = await ledger.app.inject({ method, url })
      expect(response.statusCode, url).to.not.be.oneOf([401, 403])
      expect(response.body, url).to.not.contain('gateway-1')
    }
  })

  it('opens tiles and proofs to everybody when the log is public, and nothing else', async () => {
    await using open = await openLedger({ settings: { publicLog: true } })
    await open.send([line(0)])
    const bare = (url: string) => open.app.inject({ url })
    expect((await bare('/log/tile/entries/000.p/1')).statusCode).to.equal(200)
    expect((await bare('/v1/proofs/inclusion?index=0')).statusCode).to.equal(200)
    expect((await bare('/v1/proofs/consistency?from=1')).statusCode).to.equal(200)
    expect((await bare('/v1/records/0/proof')).body).to.match(/^c2sp\.org\/tlog-proof@v1\n/)
    expect((await bare('/v1/usage')).statusCode).to.equal(401)
    expect((await bare('/v1/records/0')).statusCode).to.equal(401)
    expect((await bare('/v1/records/0/sealed')).statusCode).to.equal(401)
  })

  it('answers to its own host names only', async () => {
    for (const host of ['localhost', 'localhost:7070', '127.0.0.1:7070', 'LOCALHOST']) {
      expect((await ledger.get('/v1/status', { host })).statusCode, host).to.equal(200)
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io']) {
      const response = await ledger.get('/v1/status', { host })
      expect(response.statusCode, host).to.equal(421)
      expect(response.json().code).to.equal('host_not_allowed')
    }
  })
})
