// The page's words against what the ledger itself calls things: the page has no build step and cannot import them.

import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { PURPOSES } from '../../src/chain/terms.ts'
import { JUDGEMENTS } from '../../src/core/authority.ts'
import { ACTIONS, CHANNELS, STATUSES } from '../../src/core/record.ts'

interface Words {
  readonly page: Readonly<Record<string, string>>
  readonly judgements: Readonly<Record<string, string>>
  readonly purposes: Readonly<Record<string, string>>
  readonly terms: Readonly<Record<string, string>>
}

const source = (name: string): Promise<string> => readFile(new URL(`../../src/web/${name}`, import.meta.url), 'utf8')

describe('the words of the pages', () => {
  let words: Readonly<Record<'zh' | 'en', Words>>
  before(async () => {
    const url: string = new URL('../../src/web/words.js', import.meta.url).href
    words = ((await import(url)) as { WORDS: typeof words }).WORDS
  })

  it('cover every judgement, purpose, act, channel and status, in both languages', () => {
    expect(words.zh.judgements).to.deep.equal(
      Object.fromEntries(Object.entries(JUDGEMENTS).map(([code, { zh }]) => [code, zh])),
    )
    expect(Object.keys(words.en.judgements)).to.deep.equal(Object.keys(JUDGEMENTS))
    for (const language of ['zh', 'en'] as const) {
      const purposes = Object.fromEntries(Object.entries(PURPOSES).map(([code, names]) => [code, names[language]]))
      expect(words[language].purposes).to.deep.equal(purposes)
      expect(words[language].terms).to.have.all.keys(...ACTIONS, ...CHANNELS, ...STATUSES)
    }
  })

  it('are all there in both languages, with the same places for values', () => {
    const placesIn = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
    for (const [key, chinese] of Object.entries(words.zh.page)) {
      expect(chinese, key).to.match(/\S/)
      expect(placesIn(words.en.page[key] ?? ''), key).to.deep.equal(placesIn(chinese))
    }
    expect(Object.keys(words.en.page)).to.deep.equal(Object.keys(words.zh.page))
  })

  it('are all used, and all that are used are there', async () => {
    const files = await Promise.all(
      ['answer', 'ask', 'combobox', 'docs', 'health', 'language', 'rows', 'totals'].map(name => source(`${name}.js`)),
    )
    const pages = await Promise.all(['index.html', 'docs.html'].map(source))
    const text = [...files, ...pages].join('\n')
    for (const [, key] of text.matchAll(/\bsay\('(\w+)'/g)) expect(words.zh.page, key).to.have.property(key!)
    for (const [, key] of text.matchAll(/data-word(?:-title|-aria-label)?="(\w+)"/g)) {
      expect(words.zh.page, key).to.have.property(key!)
    }
    for (const key of Object.keys(words.zh.page)) expect(text, key).to.match(new RegExp(`['"]${key}['"]`))
  })
})
