// The two READMEs say the same: section by section the same links and commands, table by table the same figures.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'

interface Section {
  readonly level: number
  /** Where its links go, sorted. */
  readonly links: readonly string[]
  /** Its commands, without comments and without what a reader puts in. */
  readonly commands: readonly string[]
  /** Of each row of its tables code and figures; of the first column, which is in words, the code alone. */
  readonly rows: readonly (readonly string[])[]
}

/** What the reader puts in has a name in either language. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/#.*$|\$PWD/gm, ''],
  [/https:\/\/(?:a\.node\.you\.trust|您信任的节点)/, 'NODE'],
  [/(?:DATA|数据目录)\/demo-keys\/(?:CODE|代码)/, 'DATA/demo-keys/CODE'],
]

function readSections(name: string): readonly Section[] {
  const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
  const blocks = /^\s*```sh\n(.*?)```/gms
  const [titles, bodies] = splitAtHeadings(text.replaceAll(blocks, block => block.replaceAll(/^(\s*)#/gm, '$1 #')))
  return bodies.map((body, k) => ({
    level: titles[k]!,
    links: [...body.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, to]) => to!)
      .filter(to => !to.startsWith('README'))
      .toSorted(),
    commands: [...body.matchAll(blocks)].flatMap(([, code]) => commandsIn(code!)),
    rows: body
      .split('\n')
      .filter(line => line.startsWith('|'))
      .map(
        line =>
          line
            .split('|')
            .slice(2)
            .join('|')
            .match(/[\d,.^]*\d/g) ?? [],
      ),
  }))
}

function splitAtHeadings(text: string): readonly [readonly number[], readonly string[]] {
  const parts = text.split(/^(#+) .*$/m)
  const found = Array.from({ length: (parts.length - 1) / 2 }, (_, k) => k)
  return [found.map(k => parts[2 * k + 1]!.length), found.map(k => parts[2 * k + 2]!)]
}

function commandsIn(code: string): readonly string[] {
  return code
    .split('\n')
    .map(line => PLACEHOLDERS.reduce((said, [pattern, word]) => said.replace(pattern, word), line).trim())
    .filter(line => line !== '')
}

describe('README.md and README.zh.md', () => {
  const [english, chinese] = [readSections('README.md'), readSections('README.zh.md')]

  it('have the same sections', () => {
    expect(english).to.have.length.above(5)
    expect(chinese.map(({ level }) => level)).to.deep.equal(english.map(({ level }) => level))
  })

  for (const [what, least] of [
    ['links', 20],
    ['commands', 15],
    ['rows', 20],
  ] as const) {
    it(`have the same ${what} in each`, () => {
      expect(english.reduce((sum, section) => sum + section[what].length, 0)).to.be.above(least)
      for (const [k, section] of english.entries())
        expect(chinese[k]?.[what], `section ${k + 1}`).to.deep.equal(section[what])
    })
  }
})
