import { expect } from 'chai'
import { fastify } from 'fastify'
import { compileLate } from '../../src/http/compile-late.ts'
import { openLedger } from './fixture.ts'

describe('schemas compiled when they are needed', () => {
  const build = (late: boolean) => {
    const app = fastify({ ...(late && { schemaController: compileLate() }), ajv: { customOptions: { verbose: true } } })
    const querystring = { type: 'object', properties: { n: { type: 'integer', maximum: 3 } }, required: ['n'] }
    const response = { 200: { type: 'object', properties: { n: { type: 'integer' } } } }
    app.get('/', { schema: { querystring, response } }, async ({ query }) => ({ ...(query as object), hidden: 1 }))
    return app
  }

  it('check and write as if they had been compiled at once, the first time and later', async () => {
    for (const url of ['/', '/?n=2', '/?n=4', '/?n=x', '/?n=3', '/']) {
      const [late, atOnce] = await Promise.all([build(true).inject(url), build(false).inject(url)])
      expect(late.json(), url).to.deep.equal(atOnce.json())
    }
    const app = build(true)
    const answers = await Promise.all(['/?n=4', '/?n=2', '/', '/?n=1'].map(url => app.inject(url)))
    expect(answers.map(answer => answer.statusCode)).to.deep.equal([400, 200, 400, 200])
    expect(answers[1]!.json()).to.deep.equal({ n: 2 })
    expect(answers.map(answer => answer.json().message)).to.deep.equal([
      'querystring/n must be <= 3',
      undefined,
      "querystring must have required property 'n'",
      undefined,
    ])
  })

  it('make of a value what Fastify makes of it, also where it is all there is', async () => {
    const answers = [compileLate(), undefined].map(async schemaController => {
      const app = fastify({ ...(schemaController && { schemaController }) })
      app.post('/', { schema: { body: { type: 'integer' } } }, async ({ body }) => ({ body }))
      return (
        await app.inject({ method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, payload: '"7"' })
      ).json()
    })
    expect(await Promise.all(answers)).to.deep.equal([{ body: 7 }, { body: 7 }])
  })

  it('of the service are all right, every one of them', async () => {
    await using ledger = await openLedger({ settings: { compileAtOnce: true } })
    await ledger.app.ready()
    const names =
      JSON.stringify((await ledger.get('/openapi.json')).json()).match(/"in":"header","name":"[^"]+"/g) ?? []
    expect(names).to.have.length.greaterThan(0)
    // Fastify spells names of headers in lower case by itself only where it compiles by itself.
    for (const name of names) expect(name).to.equal(name.toLowerCase())
  })

  it('are not looked at before', async () => {
    const app = fastify({ schemaController: compileLate() })
    app.get('/', { schema: { querystring: { type: 'nonsense' } } }, async () => 'never')
    await app.ready()
    expect((await app.inject('/')).statusCode).to.equal(500)
  })
})
