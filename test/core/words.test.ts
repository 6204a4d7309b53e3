// Every outcome speaks Chinese as well as English. The type of LedgerError demands both texts; this looks at what was
// written: that the Chinese is Chinese, and that both say the same values.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { LedgerError, reasonOf, wordsOf } from '../../src/core/error.ts'
import { inBoth, languageOf } from '../../src/core/words.ts'

const SOURCES = join(import.meta.dirname, '../../src')
const LITERAL = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\.)*\x60)`
const PAIRS = [
  new RegExp(String.raw`\ben:\s*${LITERAL},\s*zh:\s*${LITERAL}`, 'gu'),
  new RegExp(String.raw`\bzh:\s*${LITERAL},\s*en:\s*${LITERAL}`, 'gu'),
]
const HAN = /[\p{Script=Han}、]/u
const LATIN = /[A-Za-z]/u

describe('words', () => {
  it('in the source: the Chinese is Chinese, the English is not, and both show values where one does', async () => {
    const files = (await readdir(SOURCES, { recursive: true })).filter(file => file.endsWith('.ts'))
    let pairs = 0
    const wrong: string[] = []
    for (const file of files) {
      const source = await readFile(join(SOURCES, file), 'utf8')
      for (const [k, pattern] of PAIRS.entries()) {
        for (const [pair, first = '', second = ''] of source.matchAll(pattern)) {
          const [en, zh] = k === 0 ? [first, second] : [second, first]
          pairs++
          const [spokenZh, spokenEn] = [zh, en].map(text => text.replaceAll(/\$\{[^}]*\}/gu, ''))
          if (
            (LATIN.test(spokenEn!) && !HAN.test(spokenZh!)) ||
            HAN.test(spokenEn!) ||
            zh.includes('${') !== en.includes('${')
          ) {
            wrong.push(`${file}: ${pair}`)
          }
        }
      }
    }
    expect(wrong).to.deep.equal([])
    expect(pairs).to.be.greaterThan(500)
  })

  it('of an outcome: English for the log, both for people, and both again from what was kept', () => {
    const error = new LedgerError('disk_full', { en: 'The disk is full.', zh: '磁盘已满。' })
    expect(error.message).to.equal('The disk is full.')
    expect(wordsOf(reasonOf(error))).to.deep.equal(error.words)
    expect(wordsOf({ code: 'kept_before', message: 'x' })).to.deep.equal(inBoth('x'))
  })

  it('the language of a command is that of its environment', () => {
    expect(languageOf({ LANG: 'zh_CN.UTF-8' })).to.equal('zh')
    expect(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).to.equal('en')
    expect(languageOf({})).to.equal('en')
  })
})
