// Erasures: nothing of the part is left anywhere on the disk, everything that was proven of its record still is, and the
// erasure itself is a record that nobody can forge; whatever a crash interrupts, the next start finishes.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { openTextVault, type TextVault } from '../src/acts/text-vault.ts'
import type { KeptText } from '../src/acts/texts.ts'
import { judgeAuthority } from '../src/core/authority.ts'
import { readEntryColumns } from '../src/core/entry-columns.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { findEntries, packLeaves } from '../src/core/leaves.ts'
import { formatVerifierKey, parseVerifierKey } from '../src/core/note.ts'
import { checkInclusion, inclusionNodes, proveInclusion } from '../src/core/proof.ts'
import { checkReceipt, decodeReceipt } from '../src/core/receipt.ts'
import { decodeEntry, type ErasureRecord, encodeEntry, parseRecordInput } from '../src/core/record.ts'
import { type Erasures, type ErasureTarget, type ErasureWhy, openErasures } from '../src/erasure.ts'
import { createGroupCommit } from '../src/group-commit.ts'
import { createEntryReader } from '../src/lines/entries.ts'
import { compileLines } from '../src/lines/wasm.ts'
import { type LogKey, openLogKey } from '../src/log-key.ts'
import { createQuery } from '../src/query.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../src/store/embedded.ts'
import { diskFiles } from '../src/store/file.ts'
import type { Store } from '../src/store/store.ts'
import { digestText } from '../src/text-digest.ts'
import { openVault, type Vault } from '../src/vault.ts'
import { freshDirectory, removeDirectories } from './store/directory.ts'
import { failureOf } from './store/failure.ts'
import { createFaultyFiles, type FaultPlan } from './store/faults.ts'
import { makeRecord } from './store/leaves.ts'

const SEGMENT = 256
const NOW = Date.parse('2026-03-02T00:00:00.000Z')
const TOKEN = { id: '0a1b2c3d', name: 'archivist' }
const BY = '张三丰'

after(removeDirectories)

interface Opened {
  readonly dir: string
  readonly store: EmbeddedStore
  readonly vault: Vault
  readonly texts: TextVault
  readonly logKey: LogKey
  readonly erasures: Erasures
  readonly notices: string[]
}

/** `over`: parts of the store that do otherwise. */
async function open(dir: string, over: Partial<Store> = {}, files = diskFiles): Promise<Opened> {
  const store = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT, files })
  const vault = await openVault(join(dir, 'keys'))
  const logKey = await openLogKey({ dir, origin: 'suyuan.test/log', facts: store.facts })
  const commit = createGroupCommit(store, logKey, () => NOW)
  const notices: string[] = []
  const texts = openTextVault(store.facts, vault)
  const seen = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Object.hasOwn(over, name) ? over[name as keyof Store] : Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const erasures = await openErasures({ store: seen, commit, vault, texts, now: () => NOW }, notice =>
    notices.push(notice),
  )
  return { dir, store, vault, texts, logKey, erasures, notices }
}

/** Records up to this size; every second has a sealed part. */
async function fill({ store, vault }: Opened, size: number): Promise<void> {
  const leaves = Array.from({ length: size - store.head.size }, (_, k) => {
    const i = store.head.size + k
    const record = makeRecord(i)
    if (i % 2 === 1) return { record, entry: encodeEntry(record) }
    const { digest, secret } = vault.commit({ person: `person ${i}` })
    const whole = { ...record, sealed: digest }
    return { record: whole, entry: encodeEntry(whole), sealed: vault.encrypt([secret])[0] }
  })
  await store.append([{ leaves: packLeaves(leaves) }])
}

const ask = (index: number, more: Partial<ErasureWhy> = {}): [ErasureTarget, ErasureWhy] => [
  { index },
  { basis: 'PIPL-47', reason: '保存期限已满', by: BY, token: TOKEN, ...more },
]

/** Files of the ledger that have these bytes in them; looked for again where one got its name while they were read. */
function filesWith(dir: string, bytes: Uint8Array): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter(item => item.isFile() && readFileSync(join(item.parentPath, item.name)).includes(Buffer.from(bytes)))
      .map(item => join(item.parentPath, item.name).slice(dir.length + 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return filesWith(dir, bytes)
  }
}

describe('erasure of a sealed part', function () {
  this.timeout(60_000)

  it('destroys the part, keeps every proof, and is a record with a receipt', async () => {
    const opened = await open(freshDirectory())
    const { dir, store, erasures, vault, logKey } = opened
    await fill(opened, 600)
    const part = (await store.readSealed(4))!
    const [entry] = await store.readEntries([4])
    const others = await Promise.all([2, 6, 598].map(index => store.readSealed(index)))
    expect(filesWith(dir, part)).to.deep.equal(['log/000000/sealed'])

    const { index, receipt } = await erasures.erase(...ask(4))
    expect(index).to.equal(600)
    expect(filesWith(dir, part)).to.deep.equal([])
    expect(filesWith(dir, part.subarray(16, 48)), 'nor a piece of it').to.deep.equal([])
    expect((await store.readSealed(4))!.every(byte => byte === 0)).to.equal(true)
    expect(await Promise.all([2, 6, 598].map(index => store.readSealed(index)))).to.deep.equal(others)
    expect(await erasures.find({ index: 4 })).to.equal(600)
    expect(await erasures.find({ index: 6 })).to.equal(undefined)

    const [own] = await store.readEntries([600])
    const record = decodeEntry(own!) as ErasureRecord
    const { provider, resource } = decodeEntry(entry!)
    expect(record).to.deep.include({ action: 'erase', basis: 'PIPL-47', erases: 4, provider, resource })
    expect(record).to.include({
      source: 'suyuan/erasure',
      time: '2026-03-02T00:00:00.000Z',
      actor: vault.pseudonymOf(BY),
    })
    expect(own!.toString()).to.not.contain(BY)
    expect(vault.open((await store.readSealed(600))!, record.sealed!)).to.deep.equal({
      person: BY,
      purposeText: '保存期限已满',
      detail: { token: TOKEN },
    })
    const promised = decodeReceipt(receipt)
    checkReceipt(
      promised,
      ...([logKey.verifierKey, logKey.timeKey].map(formatVerifierKey).map(parseVerifierKey) as [never, never]),
    )
    expect(promised.leaves[0]!).to.deep.equal(hashLeaf(own!))

    // All that was proven of the record still is.
    expect(await store.readEntries([4])).to.deep.equal([entry])
    const { size, root } = store.head
    const proof = proveInclusion(4, size, await store.readNodes(inclusionNodes(4, size)))
    expect(checkInclusion(4, size, hashLeaf(entry!), root, proof)).to.equal(true)

    await store[Symbol.asyncDispose]()
    const again = await open(dir)
    expect([again.store.head.size, await again.erasures.find({ index: 4 }), again.notices]).to.deep.equal([
      601,
      600,
      [],
    ])
    await again.store[Symbol.asyncDispose]()
    const rebuilt = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT, rebuild: true })
    expect(rebuilt.head.size).to.equal(601)
    await rebuilt[Symbol.asyncDispose]()
  })

  it('is done once, only to what has a part, and only with a basis', async () => {
    const opened = await open(freshDirectory())
    const { store, erasures } = opened
    await fill(opened, 20)
    const results = await Promise.allSettled([
      erasures.erase(...ask(4)),
      erasures.erase(...ask(4)),
      erasures.erase(...ask(6)),
    ])
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect(store.head.size).to.equal(22)
    const again = await failureOf(erasures.erase(...ask(4)))
    expect([again.code, again.message.includes('record 20'), again.words.zh.includes('第 20 号')]).to.deep.equal([
      'sealed_erased',
      true,
      true,
    ])
    const codeOf = async (request: [ErasureTarget, ErasureWhy]): Promise<string> =>
      (await failureOf(erasures.erase(...request))).code
    expect(await codeOf(ask(5))).to.equal('sealed_not_found')
    expect(await codeOf(ask(8, { basis: '' }))).to.equal('invalid_field')
    expect(await codeOf(ask(8, { basis: 'a name 张' }))).to.equal('invalid_field')
    expect(await codeOf(ask(8, { by: '' }))).to.equal('invalid_field')
    expect(store.head.size, 'nothing is put on record that is not done').to.equal(22)
    // The part of an erasure's own record can be erased like any other.
    expect(await erasures.erase(...ask(20))).to.include({ index: 22 })
    await store[Symbol.asyncDispose]()
  })

  it('is finished by the next start when a crash came in between', async () => {
    const dir = freshDirectory()
    const crash = async (): Promise<never> => {
      throw new Error('crashed')
    }
    const first = await open(dir, { eraseSealed: crash })
    await fill(first, 300)
    const part = (await first.store.readSealed(100))!
    await first.erasures.erase(...ask(100)).catch(() => {})
    expect(first.store.head.size).to.equal(301)
    expect(await first.store.readSealed(100)).to.deep.equal(part)
    await first.store[Symbol.asyncDispose]()

    const second = await open(dir)
    expect(second.notices).to.deep.equal(['1 erasures that are on record had not been carried out, and are now.'])
    expect(await second.erasures.find({ index: 100 })).to.equal(300)
    expect(filesWith(dir, part)).to.deep.equal([])
    await second.erasures.erase(...ask(102))
    await second.store[Symbol.asyncDispose]()
    const third = await open(dir)
    expect(third.notices).to.deep.equal([])
    await third.store[Symbol.asyncDispose]()
  })

  it('is done or not on record, whichever of its writes fails', async () => {
    for (const mode of ['refused', 'short', 'persisted'] as const) {
      for (let after = 0, hasFailed = true; hasFailed; after++) {
        const plan: FaultPlan = { operations: [], failAt: -1, mode, code: 'EIO' }
        const opened = await open(freshDirectory(), {}, createFaultyFiles(plan))
        const { dir, store, erasures } = opened
        await fill(opened, 40)
        const part = (await store.readSealed(4))!
        plan.failAt = plan.operations.length + after
        hasFailed = await erasures.erase(...ask(4)).then(
          () => false,
          () => true,
        )
        await store[Symbol.asyncDispose]()

        const again = await open(dir)
        const isOnRecord = again.store.head.size === 41
        expect(isOnRecord || hasFailed, 'answered, so on record').to.equal(true)
        expect(await again.erasures.find({ index: 4 })).to.equal(isOnRecord ? 40 : undefined)
        expect(filesWith(dir, part)).to.deep.equal(isOnRecord ? [] : ['log/000000/sealed'])
        await again.store[Symbol.asyncDispose]()
      }
    }
  })

  it('of a damaged part is refused, and one on record does not keep the ledger from starting', async () => {
    const crash = async (): Promise<never> => {
      throw new Error('crashed')
    }
    const opened = await open(freshDirectory(), { eraseSealed: crash })
    const { dir, store, erasures } = opened
    await fill(opened, 40)
    await erasures.erase(...ask(4)).catch(() => {})
    const path = join(dir, 'log/000000/sealed')
    const bytes = readFileSync(path)
    const at = bytes.indexOf((await store.readSealed(4))!)
    const other = bytes.indexOf((await store.readSealed(8))!)
    await store[Symbol.asyncDispose]()
    for (const place of [at, other]) bytes[place - 5]! ^= 1 // the leaf that the frame names
    writeFileSync(path, bytes)

    const again = await open(dir)
    expect(again.notices.join()).to.contain('where the sealed part of leaf 4 belongs')
    const { size } = again.store.head
    expect((await failureOf(again.erasures.erase(...ask(8)))).code).to.equal('sealed_damaged')
    expect(again.store.head.size).to.equal(size)
    await again.erasures.erase(...ask(12))
    await again.store[Symbol.asyncDispose]()
    const now = readFileSync(path)
    now[at - 5]! ^= 1 // restored
    writeFileSync(path, now)
    const restored = await open(dir)
    expect(await restored.erasures.find({ index: 4 })).to.equal(40)
    expect((await restored.store.readSealed(4))!.every(byte => byte === 0)).to.equal(true)
    await restored.store[Symbol.asyncDispose]()
  })

  it('of a part whose length on the disk is another is refused, and nothing is put on record', async () => {
    const opened = await open(freshDirectory())
    const { dir, store } = opened
    for (const size of [256, 600]) await fill(opened, size)
    const lastParts = [4, 300, 520, 598] // on the disk; in memory, with others behind it; and the last of all
    await store[Symbol.asyncDispose]()
    for (const index of lastParts) {
      for (const length of [1, 56, 4_000, 0xffff_ffff]) {
        const path = join(dir, `log/00000${Math.floor(index / SEGMENT)}/sealed`)
        const whole = readFileSync(path)
        const frame = Buffer.alloc(6)
        frame.writeUIntBE(index, 0, 6)
        const changed = Buffer.from(whole)
        changed.writeUInt32BE(length, whole.indexOf(frame) + 6)
        writeFileSync(path, changed)
        const again = await open(dir)
        const failures = [again.erasures.erase(...ask(index)), again.store.readSealed(index)].map(failureOf)
        for (const { code } of await Promise.all(failures))
          expect(code, `${index} ${length}`).to.equal('sealed_damaged')
        expect((await failureOf(again.store.eraseSealed(index))).code).to.equal('sealed_damaged')
        expect(again.store.head.size).to.equal(600)
        await again.store[Symbol.asyncDispose]()
        expect(readFileSync(path).equals(changed), 'no byte is written').to.equal(true)
        writeFileSync(path, whole)
      }
    }
  })

  it('is carried out again when the part is there again', async () => {
    const opened = await open(freshDirectory())
    const { dir, store, erasures } = opened
    await fill(opened, 300)
    const path = join(dir, 'log/000000/sealed')
    const before = readFileSync(path)
    const part = (await store.readSealed(4))!
    await erasures.erase(...ask(4))
    await store[Symbol.asyncDispose]()
    writeFileSync(path, before) // restored from a backup made before
    const again = await open(dir)
    expect(filesWith(dir, part)).to.not.deep.equal([])
    const error = await failureOf(again.erasures.erase(...ask(4)))
    expect([error.code, error.message.includes('record 300')]).to.deep.equal(['sealed_erased', true])
    expect(filesWith(dir, part)).to.deep.equal([])
    expect(again.store.head.size, 'it is on record already').to.equal(301)
    await again.store[Symbol.asyncDispose]()
  })

  it('of a pruned part keeps none of the others from being finished', async () => {
    const crash = async (): Promise<never> => {
      throw new Error('crashed')
    }
    const opened = await open(freshDirectory(), { eraseSealed: crash })
    const { dir, store, erasures, logKey } = opened
    for (const size of [200, 300, 500, 600]) await fill(opened, size)
    for (const index of [300, 4]) await erasures.erase(...ask(index)).catch(() => {}) // 4 is looked at first
    while (store.old.list().length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    await store.old.archive(0, logKey.sign(store.head, NOW / 1000))
    const anchor = { size: 600, transaction: '0x0', block: 1, time: 1 }
    await store.old.prune(0, { by: 'archivist', time: NOW, anchor, retentionYears: 5 })
    await store[Symbol.asyncDispose]()
    const again = await open(dir)
    expect(again.notices).to.deep.equal(['1 erasures that are on record had not been carried out, and are now.'])
    expect((await again.store.readSealed(300))!.every(byte => byte === 0)).to.equal(true)
    await again.store[Symbol.asyncDispose]()
  })

  it('reaches a part in an archive, also while its segment is moving there', async () => {
    for (let round = 0; round < 6; round++) {
      const opened = await open(freshDirectory())
      const { dir, store, erasures, logKey } = opened
      for (const size of [200, 300, 500, 600]) await fill(opened, size)
      while (store.old.list().length === 0) await new Promise(resolve => setTimeout(resolve, 5)) // it gets its index
      const note = logKey.sign(store.head, NOW / 1000)
      const parts = await Promise.all([4, 6, 8].map(index => store.readSealed(index)))
      const moving = store.old.archive(0, note)
      for (const index of [4, 6]) {
        await new Promise(resolve => setTimeout(resolve, round * 2))
        await erasures.erase(...ask(index))
      }
      await moving
      await erasures.erase(...ask(8))
      for (const part of parts) expect(filesWith(dir, part!)).to.deep.equal([])
      await store[Symbol.asyncDispose]()
      const again = await open(dir)
      expect(again.notices).to.deep.equal([])
      expect((await again.store.readSealed(6))!.every(byte => byte === 0)).to.equal(true)
      expect(await again.store.readSealed(2)).to.not.equal(undefined)
      await again.store[Symbol.asyncDispose]()
    }
  })

  it('destroys a text of an act likewise, and finishes that after a crash', async () => {
    const salt = `0x${'5a'.repeat(32)}`
    const [first, second] = ['因张三举报', '因李四举报'].map(text => ({
      digest: digestText(Buffer.from(salt.slice(2), 'hex'), text),
      salt,
      text,
    })) as [KeptText, KeptText]
    const dir = freshDirectory()
    const opened = await open(dir)
    const { store, texts, erasures } = opened
    await texts.keep([first, second])
    const sealed = Buffer.from(
      (JSON.parse((await store.facts.get(`text/${first.digest}`))!) as { bytes: string }).bytes,
    )
    expect(filesWith(dir, sealed)).to.not.deep.equal([])
    const [, why] = ask(0)
    const { index } = await erasures.erase({ text: first.digest }, why)
    expect(decodeEntry((await store.readEntries([index]))[0]!)).to.include({
      erasesText: first.digest,
      basis: 'PIPL-47',
    })
    expect(filesWith(dir, sealed)).to.deep.equal([])
    const gone = await failureOf(texts.open(first.digest))
    expect([gone.code, gone.message.includes(`record ${index}`)]).to.deep.equal(['text_erased', true])
    expect(await texts.open(second.digest)).to.deep.equal(second)
    await texts.keep([first]) // the same act sent again
    expect((await failureOf(texts.open(first.digest))).code).to.equal('text_erased')
    expect((await failureOf(erasures.erase({ text: first.digest }, why))).code).to.equal('text_erased')
    expect((await failureOf(erasures.erase({ text: `0x${'0'.repeat(64)}` }, why))).code).to.equal('text_not_found')
    expect(await erasures.find({ text: first.digest })).to.equal(index)

    // The record is there, and the process ended before the text was destroyed.
    const record: ErasureRecord = { ...textErasure, erasesText: second.digest }
    await store.append([{ leaves: packLeaves([{ record, entry: encodeEntry(record), sealed: Buffer.of(1) }]) }])
    await store[Symbol.asyncDispose]()
    const again = await open(dir)
    expect(again.notices).to.have.length(1)
    expect((await failureOf(again.texts.open(second.digest))).code).to.equal('text_erased')
    await again.store[Symbol.asyncDispose]()
  })

  it('is no access: it is shown, but judged by no grant and counted in no sum', async () => {
    const opened = await open(freshDirectory())
    const { store, erasures } = opened
    await fill(opened, 300)
    const query = createQuery({ store, grants: { terms: () => undefined }, published: () => store.head })
    const where = { resource: 'resource/4' }
    const before = await query.totals({ where }, 300)
    await erasures.erase(...ask(4)) // of resource/4
    const { rows } = await query.usage({ where }, query.startAt(), 3)
    expect(rows[0]).to.include({ index: 300, judgement: 'erasure' })
    expect(await query.totals({ where }, 301)).to.deep.equal(before)
    expect((await query.totals({ where: {} }, 301)).records).to.equal(300)
    expect((await query.usage({ where: { source: 'suyuan/erasure' } }, query.startAt(), 9)).rows).to.have.length(1)
    await store[Symbol.asyncDispose]()
  })

  it('cannot be sent as a line, and a line that takes its source is none', async () => {
    const { actor: _, ...line } = makeRecord(1)
    const refused = async (more: object): Promise<string> =>
      (await failureOf((async () => parseRecordInput({ ...line, ...more }))())).code
    expect(await refused({ action: 'erase' })).to.equal('invalid_field')
    expect(await refused({ erases: 4 })).to.equal('unknown_field')
    expect(await refused({ action: 'erase', erases: 4, basis: 'x' })).to.equal('invalid_field')

    const opened = await open(freshDirectory())
    const record = makeRecord(0, { source: 'suyuan/erasure' })
    await opened.store.append([{ leaves: packLeaves([{ record, entry: encodeEntry(record) }]) }])
    await opened.store[Symbol.asyncDispose]()
    const again = await open(opened.dir)
    expect(again.notices).to.deep.equal([])
    await again.store[Symbol.asyncDispose]()
  })
})

const erasure: ErasureRecord = {
  action: 'erase',
  actor: '0123456789abcdef0123456789abcdef',
  basis: 'PIPL-47(1)',
  erases: 7,
  provider: 'p',
  resource: 'r/1',
  sealed: 'ab'.repeat(32),
  source: 'suyuan/erasure',
  time: '2026-03-02T00:00:00.000Z',
}

const { erases: _, provider: __, resource: ___, ...common } = erasure
const textErasure: ErasureRecord = { ...common, erasesText: `0x${'ab'.repeat(32)}` }

describe('the record of an erasure', () => {
  it('has one spelling, and no field of an access', () => {
    const text = Buffer.from(encodeEntry(erasure)).toString()
    expect(text).to.equal(
      `{"action":"erase","actor":"${erasure.actor}","basis":"PIPL-47(1)","erases":7,"provider":"p","resource":"r/1","sealed":"${erasure.sealed}","source":"suyuan/erasure","time":"2026-03-02T00:00:00.000Z"}`,
    )
    expect(decodeEntry(Buffer.from(text))).to.deep.equal(erasure)
    expect(judgeAuthority(erasure, undefined)).to.equal('erasure')
    const refuse = (record: object): void => {
      const keys = Object.keys(record).sort()
      expect(() => decodeEntry(Buffer.from(JSON.stringify(record, keys))), JSON.stringify(record)).to.throw(
        'not a record',
      )
    }
    for (const more of [{ consumer: 'c' }, { grant: 1 }, { status: 'ok' }, { bytes: 1 }, { seq: 1 }])
      refuse({ ...erasure, ...more })
    for (const more of [{ source: 'gateway' }, { erases: -1 }, { erases: 1.5 }, { basis: 'a b' }, { action: 'read' }])
      refuse({ ...erasure, ...more })
    for (const key of ['basis', 'erases', 'source', 'time'] as const) {
      const { [key]: _, ...less } = erasure
      refuse(less)
    }
  })

  it('of a text names the text, and no record', () => {
    expect(decodeEntry(encodeEntry(textErasure))).to.deep.equal(textErasure)
    for (const more of [{ erases: 1 }, { resource: 'r' }, { provider: 'p' }, { erasesText: 'ab' }, { consumer: 'c' }]) {
      expect(() => decodeEntry(encodeEntry({ ...textErasure, ...more } as ErasureRecord))).to.throw('not a record')
    }
  })

  it('is read by the quick reader as by the plain one, wherever it stands', async () => {
    const quick = createEntryReader(await compileLines())
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), kinds => {
        const leaves = kinds.map((isErasure, k) => {
          const record = isErasure ? (k % 2 === 0 ? { ...erasure, erases: k } : textErasure) : makeRecord(k)
          return { record, entry: encodeEntry(record), sealed: isErasure ? Buffer.of(1) : undefined }
        })
        const { entries } = packLeaves(leaves)
        const places = findEntries(entries, leaves.length)!
        expect(quick(entries, places)).to.deep.equal(readEntryColumns(entries, places))
      }),
    )
  })
})
