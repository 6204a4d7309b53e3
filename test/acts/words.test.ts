// Every act of the contracts has its words, every argument its label, and nothing is left over.

import { expect } from 'chai'
import { ARGUMENT_WORDS } from '../../src/acts/argument-words.ts'
import { describeAct } from '../../src/acts/describe.ts'
import type { Form } from '../../src/acts/forms.ts'
import { listActs } from '../../src/acts/list.ts'
import { ACT_WORDS } from '../../src/acts/words.ts'

const namesIn = (form: Form): string[] =>
  form.is === 'struct'
    ? form.fields.flatMap(({ name, form: of }) => [name, ...namesIn(of)])
    : form.is === 'list'
      ? namesIn(form.of)
      : []

describe('words of acts', () => {
  it('are there for every act, and for no other', () => {
    expect(Object.keys(ACT_WORDS)).to.have.members(listActs().map(({ name }) => name))
    for (const { title, says } of Object.values(ACT_WORDS)) {
      expect(title.zh).to.match(/\p{Script=Han}/u)
      expect(says.zh).to.match(/。$/u)
      expect(says.en).to.match(/\.$/u)
    }
    const titles = Object.values(ACT_WORDS).map(({ title }) => title.en)
    expect(new Set(titles).size, 'no two acts share a title').to.equal(titles.length)
  })

  it('are there for every argument, and for no other', () => {
    const names = new Set(
      listActs().flatMap(({ parameters }) => parameters.flatMap(({ name, form }) => [name, ...namesIn(form)])),
    )
    expect(Object.keys(ARGUMENT_WORDS)).to.have.members([...names])
  })

  it('can be shown', () => {
    for (const act of listActs()) expect(JSON.stringify(describeAct(act))).to.contain(act.name)
  })
})
