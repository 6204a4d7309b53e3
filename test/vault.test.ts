// The vault: what goes in sealed comes out as it was, each part by itself, and nothing that was changed comes out at all.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { derivePseudonym } from '../src/pseudonym.ts'
import { openVault, type Vault } from '../src/vault.ts'

describe('the vault', () => {
  let directory: string
  let vault: Vault

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-vault-'))
    vault = await openVault(directory)
  })
  after(() => rm(directory, { recursive: true }))

  const text = fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' })

  it('opens each part of a chunk by itself', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), texts => {
        const committed = texts.map(purposeText => vault.commit({ purposeText }))
        const parts = vault.encrypt(committed.map(({ secret }) => secret))
        for (const [k, part] of parts.entries()) {
          expect(vault.open(part, committed[k]!.digest)).to.deep.equal({ purposeText: texts[k] })
        }
      }),
    )
  })

  it('opens nothing that was changed, cut, or put under another digest', () => {
    const [one, other] = [vault.commit({ person: 'staff-7' }), vault.commit({ person: 'staff-7' })]
    const [part] = vault.encrypt([one.secret])
    fc.assert(
      fc.property(fc.nat(part!.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(part!)
        changed[at] = changed[at]! ^ change
        expect(() => vault.open(changed, one.digest))
          .to.throw()
          .with.property('code', 'sealed_damaged')
        expect(() => vault.open(part!.subarray(0, at), one.digest))
          .to.throw()
          .with.property('code', 'sealed_damaged')
      }),
    )
    expect(() => vault.open(part!, other.digest))
      .to.throw()
      .with.property('code', 'sealed_damaged')
  })

  it('shows nothing of two equal parts: neither digest nor bytes are equal', () => {
    const twice = [vault.commit({ person: 'staff-7' }), vault.commit({ person: 'staff-7' })]
    expect(twice[0]!.digest).to.not.equal(twice[1]!.digest)
    const parts = [...vault.encrypt(twice.map(({ secret }) => secret)), ...vault.encrypt([twice[0]!.secret])]
    expect(new Set(parts.map(part => Buffer.from(part.subarray(0, 16)).toString('hex'))).size).to.equal(3)
    expect(new Set(parts.map(part => Buffer.from(part.subarray(16)).toString('hex'))).size).to.equal(3)
  })

  it('gives a person the pseudonym that the key makes, remembered or not', () => {
    for (let k = 0; k < 2; k++) expect(vault.pseudonymOf('张三')).to.equal(derivePseudonym(vault.actorKey, '张三'))
    for (let k = 0; k < 10_001; k++) vault.pseudonymOf(`person ${k}`)
    expect(vault.pseudonymOf('张三')).to.equal(derivePseudonym(vault.actorKey, '张三'))
  })
})
