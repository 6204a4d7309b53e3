// The page's words against what the ledger itself calls things: the page has no build step and cannot import them.

import { readdir, readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { STANDINGS } from '../../src/chain/state/standing.ts'
import {
  AGREEMENT_KINDS,
  AGREEMENT_STATES,
  ANSWERS,
  APPROVERS,
  BASES,
  CORRECTION_STATES,
  DELIVERY_KINDS,
  GRANT_STATES,
  GROUNDS,
  KINDS,
  MEASURES,
  STATUSES as ORGANISATION_STATUSES,
  OUTCOMES,
  type Terms,
} from '../../src/chain/terms.ts'
import { JUDGEMENTS } from '../../src/core/authority.ts'
import { ACTIONS, CHANNELS, ERASURE, PATTERNS, REGISTER_KEY, RETIRE_KEY, STATUSES } from '../../src/core/record.ts'
import { StandingVeto } from '../../src/http/schemas/life.ts'

type Table = Readonly<Record<string, string>>
type Words = Readonly<Record<string, Table>> & { readonly page: Table }

const FOLDER = new URL('../../src/web/', import.meta.url)

/** The page's tables that repeat the contracts' own, word by word. */
const REPEATED: Readonly<Record<string, Terms>> = {
  states: GRANT_STATES,
  grounds: GROUNDS,
  bases: BASES,
  approvers: APPROVERS,
  deliveryKinds: DELIVERY_KINDS,
  agreementKinds: AGREEMENT_KINDS,
  agreementStates: AGREEMENT_STATES,
  outcomes: OUTCOMES,
  measures: MEASURES,
  correctionStates: CORRECTION_STATES,
  answers: ANSWERS,
  kinds: KINDS,
  statuses: ORGANISATION_STATUSES,
}

describe('the words of the pages', () => {
  let words: Readonly<Record<'zh' | 'en', Words>>
  before(async () => {
    words = ((await import(new URL('words.js', FOLDER).href)) as { WORDS: typeof words }).WORDS
  })

  it('cover every judgement, act, channel and status, in both languages', () => {
    expect(words.zh['judgements']).to.deep.equal(
      Object.fromEntries(Object.entries(JUDGEMENTS).map(([code, { zh }]) => [code, zh])),
    )
    expect(Object.keys(words.en['judgements']!)).to.deep.equal(Object.keys(JUDGEMENTS))
    for (const language of ['zh', 'en'] as const) {
      expect(words[language]['terms']).to.have.all.keys(
        ...ACTIONS,
        ERASURE,
        REGISTER_KEY,
        RETIRE_KEY,
        ...CHANNELS,
        ...STATUSES,
      )
      expect(words[language]['vetoed']).to.have.all.keys(StandingVeto.properties.on.enum)
    }
  })

  it('call the states, grounds, roles and kinds of the contracts what the ledger calls them', () => {
    for (const [name, terms] of Object.entries(REPEATED)) {
      for (const language of ['zh', 'en'] as const) {
        const expected = Object.fromEntries(Object.entries(terms).map(([code, term]) => [code, term[language]]))
        expect(words[language][name], name).to.deep.equal(expected)
      }
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

  it('give every reason why not as a clause that can follow “Why:”', () => {
    const { usable: _, ...reasons } = STANDINGS
    for (const { zh, en } of Object.values(reasons)) {
      expect(en).to.match(/^(?:it|its|an?|the) .*[^.]$/)
      expect(zh).to.match(/[^。]$/)
    }
  })

  it('are all used, and all that are used are there', async () => {
    const names = (await readdir(FOLDER)).filter(name => /\.(html|js)$/.test(name) && !name.endsWith('words.js'))
    // The titles of framed pages stand where they are put together.
    const titles = await readFile(new URL('../http/routes/pages.ts', FOLDER), 'utf8')
    const files = await Promise.all(names.map(name => readFile(new URL(name, FOLDER), 'utf8')))
    const text = [...files, titles].join('\n')
    for (const [, key] of titles.matchAll(/\['(\w+Title)'/g)) expect(words.zh.page, key).to.have.property(key!)
    for (const [, key] of text.matchAll(/\bsay(?:Parts)?\('(\w+)'/g)) expect(words.zh.page, key).to.have.property(key!)
    for (const [, key] of text.matchAll(/data-(?:title|word(?:-title|-aria-label)?)="(\w+)"/g)) {
      expect(words.zh.page, key).to.have.property(key!)
    }
    for (const key of Object.keys(words.zh.page)) expect(text, key).to.match(new RegExp(`['"]${key}['"]`))
  })

  it('have the forms of codes that records have', async () => {
    const page = await readFile(new URL('index.html', FOLDER), 'utf8')
    const forms = [
      ...page.matchAll(/data-combobox="(\w+)" data-form="([^"]+)"/g),
      ...page.matchAll(/name="(actor)" pattern="([^"]+)"/g),
    ]
    const { actor, organisation, purpose, resource } = PATTERNS
    expect(Object.fromEntries(forms.map(([, field, form]) => [field, `^${form}$`]))).to.deep.equal({
      resource: resource.source,
      consumer: organisation.source,
      purpose: purpose.source,
      actor: actor.source,
    })
  })
})
