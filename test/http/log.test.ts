import { expect } from 'chai'
import { equal } from '../../src/core/bytes.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkConsistency, checkInclusion } from '../../src/core/proof.ts'
import { decodeBundle, formatTilePath, type TileId, tileWidth } from '../../src/core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot } from '../../src/core/tree.ts'
import { type Ledger, line, openLedger } from './fixture.ts'

const SIZE = 600
const bytes = (hash: string): Buffer => Buffer.from(hash, 'base64')

describe('the log over HTTP (C2SP tlog-tiles)', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await openLedger()
    await ledger.send(Array.from({ length: SIZE }, (_, k) => line(k)))
  })
  after(() => ledger[Symbol.asyncDispose]())

  const tile = (id: TileId) => ledger.get(`/log/${formatTilePath(id)}`)

  it('serves the checkpoint to everybody, never from a cache', async () => {
    const response = await ledger.app.inject({ url: '/log/checkpoint' })
    expect(response.headers['content-type']).to.equal('text/plain; charset=utf-8')
    expect(response.headers['cache-control']).to.equal('no-cache')
    expect(response.body).to.match(/^suyuan\.test\/log\n600\n[A-Za-z0-9+/]{43}=\n\n— suyuan\.test\/log /)
    expect(checkCheckpoint(response.body, ledger.logKey).checkpoint.size).to.equal(SIZE)
  })

  it('can be read by a client that knows nothing but the specification', async () => {
    const [, size, root] = (await ledger.app.inject({ url: '/log/checkpoint' })).body.split('\n')
    const frontier = emptyFrontier()
    for (let index = 0; index * 256 < Number(size); index++) {
      const width = tileWidth('entries', index, Number(size))
      const entries = decodeBundle((await tile({ level: 'entries', index, width })).rawPayload)
      const hashes = (await tile({ level: 0, index, width })).rawPayload
      expect(entries).to.have.length(width)
      for (const [k, entry] of entries.entries()) {
        const leaf = hashLeaf(entry)
        expect(equal(leaf, hashes.subarray(k * 32, k * 32 + 32))).to.equal(true)
        appendLeaf(frontier, leaf)
      }
    }
    expect(Buffer.from(frontierRoot(frontier)).toString('base64')).to.equal(root)
    const upper = await tile({ level: 1, index: 0, width: 2 })
    expect(upper.rawPayload).to.have.length(64)
  })

  it('lets full tiles be kept for ever, and partial ones not', async () => {
    const full = await tile({ level: 0, index: 0, width: 256 })
    expect(full.headers['cache-control']).to.equal('private, max-age=31536000, immutable')
    expect(full.headers['content-type']).to.equal('application/octet-stream')
    const partial = await tile({ level: 0, index: 2, width: 88 })
    expect(partial.headers['cache-control']).to.equal('private, max-age=3600')
    const head = await ledger.app.inject({
      method: 'HEAD',
      url: '/log/tile/0/000',
      headers: { authorization: `Bearer ${ledger.token}` },
    })
    expect(head.statusCode).to.equal(200)
    expect(head.headers['content-length']).to.equal('8192')
  })

  it('serves a tile under its one name only', async () => {
    for (const path of [
      '0/0',
      '0/00',
      '0/0000',
      '00/000',
      '0/x000/000',
      '0/000.p/0',
      '0/000.p/256',
      '0/000.p/01',
      '64/000',
      '-1/000',
      '0/000/',
      '0/000.p/',
      'entries/x000/000',
      '0/000.p/88%00',
    ]) {
      const response = await ledger.get(`/log/tile/${path}`)
      expect(response.statusCode, path).to.equal(404)
    }
  })

  it('serves no tile wider than the published tree, though the store has more', async () => {
    await using growing = await openLedger()
    await growing.send([line(0), line(1)])
    await growing.accept([line(2), line(3)])
    expect(growing.store.head.size).to.equal(4)
    expect((await growing.get('/log/tile/entries/000.p/2')).statusCode).to.equal(200)
    expect((await growing.get('/log/tile/entries/000.p/3')).json().code).to.equal('tile_not_found')
    expect((await growing.get('/v1/proofs/inclusion?index=2')).json().code).to.equal('record_not_found')
    expect((await growing.get('/v1/proofs/inclusion?index=0&size=4')).json()).to.include({
      code: 'size_beyond_tree',
      retryable: true,
    })
    expect((await growing.get('/v1/usage')).json().rows).to.have.length(2)
  })

  it('has no checkpoint before the first is published, and says so', async () => {
    await using early = await openLedger()
    const response = await early.app.inject({ url: '/log/checkpoint' })
    expect(response.statusCode).to.equal(404)
    expect(response.json()).to.include({ code: 'not_published_yet', retryable: true })
  })

  it('proves inclusion of any leaf in any published size', async () => {
    for (const [index, size] of [
      [0, 1],
      [0, 600],
      [599, 600],
      [255, 256],
      [300, 512],
    ] as const) {
      const answer = (await ledger.get(`/v1/proofs/inclusion?index=${index}&size=${size}`)).json()
      expect(checkInclusion(index, size, bytes(answer.leaf), bytes(answer.root), answer.proof.map(bytes))).to.equal(
        true,
      )
    }
    expect((await ledger.get('/v1/proofs/inclusion?index=600')).json().code).to.equal('record_not_found')
    expect((await ledger.get('/v1/proofs/inclusion?index=5&size=5')).json().code).to.equal('record_not_found')
  })

  it('proves consistency of any two published sizes', async () => {
    for (const [from, to] of [
      [1, 600],
      [256, 600],
      [599, 600],
      [600, 600],
      [7, 64],
    ] as const) {
      const { fromRoot, toRoot, proof } = (await ledger.get(`/v1/proofs/consistency?from=${from}&to=${to}`)).json()
      expect(checkConsistency(from, to, bytes(fromRoot), bytes(toRoot), proof.map(bytes))).to.equal(true)
    }
    expect((await ledger.get('/v1/proofs/consistency?from=9&to=8')).json().code).to.equal('range_invalid')
    expect((await ledger.get('/v1/proofs/consistency?from=0')).statusCode).to.equal(400)
    expect((await ledger.get('/v1/proofs/consistency?from=1&to=601')).json().code).to.equal('size_beyond_tree')
  })

  it('lets a proof for a stated size be kept for ever, and one for the newest not', async () => {
    const settled = await ledger.get('/v1/proofs/inclusion?index=0&size=10')
    expect(settled.headers['cache-control']).to.contain('immutable')
    const moving = await ledger.get('/v1/proofs/inclusion?index=0')
    expect(moving.headers['cache-control']).to.equal('no-cache')
  })

  it('gives a record’s proof as a C2SP tlog-proof', async () => {
    const text = (await ledger.get('/v1/records/5/proof')).body
    const [head, ...rest] = text.split('\n\n')
    const [version, index, ...hashes] = head!.split('\n')
    expect([version, index]).to.deep.equal(['c2sp.org/tlog-proof@v1', 'index 5'])
    const note = rest.join('\n\n')
    expect(note).to.equal((await ledger.app.inject({ url: '/log/checkpoint' })).body)
    const [, size, root] = note.split('\n')
    const [entry] = await ledger.store.readEntries([5])
    expect(checkInclusion(5, Number(size), hashLeaf(entry!), bytes(root!), hashes.map(bytes))).to.equal(true)
  })
})
