// The options of acts, read as the program reads them: every argument of every act can be given, in full, and what is
// missing or given twice is named.

import { expect } from 'chai'
import { Command } from 'commander'
import PACKAGE from '../../package.json' with { type: 'json' }
import type { Form } from '../../src/acts/forms.ts'
import { findAct, listActs } from '../../src/acts/list.ts'
import { addOne } from '../../src/cli/act.ts'
import { collectArguments } from '../../src/cli/act-options.ts'
import { startProgram } from '../../src/cli/program.ts'
import { LedgerError } from '../../src/core/error.ts'
import { runCli } from './run.ts'

/** What the program makes of these words after `suyuan act ACT`. */
async function collect(name: string, ...words: string[]): Promise<unknown> {
  const act = findAct(name)
  const program = startProgram('en')
  const one = addOne(program.command('act'), act, 'en')
  let collected: Promise<unknown> | undefined
  one.action(async () => {
    collected = collectArguments(one, act, undefined)
    await collected
  })
  await program.parseAsync(['act', name, ...words], { from: 'user' })
  expect(collected, 'the act was run').to.not.equal(undefined)
  return collected
}

async function refusal(name: string, ...words: string[]): Promise<LedgerError> {
  try {
    await collect(name, ...words)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('it was taken')
}

interface Leaf {
  readonly path: readonly string[]
  readonly form: Form
}

function leavesOf(name: string): readonly Leaf[] {
  const walk = (path: readonly string[], form: Form): readonly Leaf[] =>
    form.is === 'struct' ? form.fields.flatMap(field => walk([...path, field.name], field.form)) : [{ path, form }]
  return findAct(name).parameters.flatMap(parameter => walk([parameter.name], parameter.form))
}

function optionOf({ path }: Leaf, leaves: readonly Leaf[]): string {
  const alone = leaves.filter(leaf => leaf.path.at(-1) === path.at(-1)).length === 1
  return `--${(alone ? path.slice(-1) : path).join('-').replaceAll(/[A-Z]/gu, letter => `-${letter.toLowerCase()}`)}`
}

const memberOf = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((at: unknown, name) => (at as Record<string, unknown> | undefined)?.[name], value)

const TERMS = ['--resource', '1', '--agreement', '0', '--purpose', 'LegalCompliance', '--from', '0', '--until', '9']
const DIGESTS = ['--purpose-text-digest', 'a', '--legal-basis-digest', 'b']
const REQUEST = [...TERMS, ...DIGESTS, '--byte-count', '1', '--row-count', '1']

describe('the options of acts', () => {
  it('reach the act, every one of every act', async () => {
    let options = 0
    for (const { name } of listActs()) {
      const leaves = leavesOf(name)
      const marked = leaves.map((leaf, k) => [leaf, `mark${k}`] as const)
      const words = marked.flatMap(([leaf, mark]) => [
        optionOf(leaf, leaves),
        leaf.form.is === 'document' || (leaf.form.is === 'list' && leaf.form.of.is === 'struct')
          ? `[{"${mark}": 1}]`
          : mark,
      ])
      const collected = await collect(name, ...words)
      for (const [{ path }, mark] of marked) {
        expect(JSON.stringify(memberOf(collected, path)), `${name} ${path.join('.')}`).to.match(
          new RegExp(`"${mark}"`, 'u'),
        )
        options++
      }
    }
    expect(options).to.be.greaterThan(100)
  })

  it('that take a list are given once for each, or together', async () => {
    const scope = async (...words: string[]) =>
      memberOf(await collect('access-ledger.request', ...REQUEST, ...words), ['terms', 'scope'])
    expect(await scope('--scope', '姓名', '--scope', '指纹')).to.deep.equal(['姓名', '指纹'])
    expect(await scope('--scope', '姓名, 2', '--scope', '指纹')).to.deep.equal(['姓名', 2, '指纹'])
    expect(await scope('--scope', 'all')).to.equal('all')
    expect(await scope('--scope', '')).to.deep.equal([])
    expect(await scope('--scope', 'all', '--scope', '0'), 'for the reader to refuse').to.deep.equal(['all', 0])
    const inputs = ['--inputs', '{"grant": 1}', '--inputs', '[{"grant": 2}, {"grant": 3}]']
    const leaves = leavesOf('access-ledger.compute')
    const others = leaves.filter(({ path }) => path.at(-1) !== 'inputs').flatMap(leaf => [optionOf(leaf, leaves), '1'])
    expect(await collect('access-ledger.compute', ...others, ...inputs)).to.deep.include({
      inputs: [{ grant: 1 }, { grant: 2 }, { grant: 3 }],
    })
  })

  it('that take one value are not given twice', async () => {
    const { code, message } = await refusal('access-ledger.revoke', '--id', '1', '--id', '2', '--reason-digest', 'none')
    expect(code).to.equal('option_invalid')
    expect(message).to.contain('--id is given 2 times')
  })

  it('are named where they are missing', async () => {
    const { code, message, words } = await refusal('access-ledger.request')
    expect(code).to.equal('option_missing')
    for (const option of ['--resource', '--scope', '--until', '--byte-count', '--row-count']) {
      expect(message).to.contain(option)
      expect(words.zh).to.contain(option)
    }
    const some = await refusal('access-ledger.request', ...REQUEST)
    expect(some.message).to.match(/^access-ledger\.request also needs --scope; /u)
    const decision = await refusal('access-ledger.grant', '--id', '1')
    expect(decision.message, 'filled in when left out').to.contain('--until').and.not.to.contain('--asked')
  })

  it('do not ask for a count of accesses where only 0 is taken', async () => {
    for (const name of ['access-ledger.download', 'access-ledger.share']) {
      const leaves = leavesOf(name)
      const others = leaves.filter(({ path }) => path.at(-1) !== 'accessCount')
      const words = others.flatMap(leaf => [optionOf(leaf, leaves), 'x'])
      const countIn = async (...more: string[]) =>
        memberOf(await collect(name, ...words, ...more), ['handover', 'accessCount'])
      expect(await countIn()).to.equal('0')
      expect(await countIn('--access-count', '1'), 'for the contracts to refuse').to.equal('1')
      expect(addOne(new Command(), findAct(name), 'en').helpInformation()).to.not.contain('--access-count')
    }
  })

  it('leave --version to the program only before the command', async () => {
    const { out, code } = await runCli(['--version'])
    expect([code, out.trim()]).to.deep.equal([0, PACKAGE.version])
    const words = ['--id', '1', '--version', '1', '--checks', 'nonsense', '--reason-digest', 'none']
    const reviewed = await runCli(['act', 'products.review-product', ...words])
    expect(reviewed.code).to.equal(2)
    expect(reviewed.out).to.equal('')
  })
})
