// The help in two languages: every command, option and argument has its Chinese, and none is left of what is said no more.

import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Command } from 'commander'
import { listActs } from '../../src/acts/list.ts'
import { OBLIGATIONS } from '../../src/chain/state/overdue.ts'
import { AGREEMENT_STATES, CORRECTION_STATES, GRANT_STATES } from '../../src/chain/terms.ts'
import { addOne } from '../../src/cli/act.ts'
import { HELP_ZH } from '../../src/cli/help-zh.ts'
import { addCommands, startProgram } from '../../src/cli/program.ts'
import { runCli } from './run.ts'

const ZH = { env: { LANG: 'zh_CN.UTF-8' } }

describe('the help', () => {
  it('has in Chinese all that it says in English, and nothing else', async () => {
    const program = startProgram('en')
    await addCommands(program)
    const act = addOne(startProgram('en').command('act'), listActs()[0]!, 'en')
    // What it takes is told of each act in its own words.
    const taken = act.options.filter(({ flags }) => flags.endsWith('<value>')).map(({ description }) => description)
    const ofAct = collect(act).filter(text => ![act.description(), ...taken].includes(text))
    const texts = new Set([...collect(program), ...ofAct].filter(text => text !== '' && !/^Examples?:\n/u.test(text)))
    expect([...texts].filter(text => !Object.hasOwn(HELP_ZH, text))).to.deep.equal([])
    expect(Object.keys(HELP_ZH).filter(text => !texts.has(text))).to.deep.equal([])
    for (const [en, zh] of Object.entries(HELP_ZH)) {
      expect(zh, en).to.match(/\p{Script=Han}/u)
      // What is typed is the same in both.
      expect(new Set(zh.match(/--[a-z-]+|[A-Z]+_[A-Z_]+|docs\/[a-z-]+\.md/gu)), en).to.deep.equal(
        new Set(en.match(/--[a-z-]+|[A-Z]+_[A-Z_]+|docs\/[a-z-]+\.md/gu)),
      )
    }
  })

  it('calls states and obligations as the answers do', () => {
    for (const terms of [GRANT_STATES, AGREEMENT_STATES, CORRECTION_STATES, OBLIGATIONS]) {
      const named = Object.entries(terms).filter(([word]) => word !== 'none')
      const said = Object.values(HELP_ZH).filter(zh =>
        zh.endsWith(named.map(([word, { zh }]) => `${word} ${zh}`).join('、')),
      )
      expect(said).to.have.length(1)
    }
  })

  it('is Chinese where the language is, frame and all', async () => {
    const { out } = await runCli(['help', 'archive', 'move'], ZH)
    expect(out).to.match(/^用法： suyuan archive move \[options\]\n\n把写满的分段移入归档/u)
    expect(out).to.match(/--data <dir> +已停止的服务的数据目录（默认："data"；环境变量：SUYUAN_DATA）/u)
    expect(out).to.contain('示例：\n  suyuan archive move')
    expect(out).to.match(/-h, --help +显示命令的用法/u)
    const all = await runCli(['--help'], ZH)
    expect(all.out).to.contain('退出码：\n  0  完成').and.to.contain('环境变量：SUYUAN_URL')
    expect(all.out).to.not.match(/ {2}[a-z]+ \[.*\] +[a-z]/u)
    const bare = await runCli([], ZH) // which is told where errors are
    expect([bare.out, bare.err]).to.deep.equal(['', all.out])
    const act = await runCli(['help', 'act', 'access-ledger.refuse'], ZH)
    expect(act.out).to.match(/^用法： suyuan act access-ledger\.refuse /u)
    expect(act.out.match(/^ {2}-.*?> +[a-z]{4,}.*$/gmu)).to.equal(null)
  })

  it('names a node wherever it shows how evidence as it comes is verified', async () => {
    const { out } = await runCli(['evidence', '--help'])
    const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const shown = [out, page].map(text => text.match(/suyuan verify (?:-|evidence\.json\.gz) .*/gu) ?? [])
    for (const calls of shown) {
      expect(calls).to.have.length(1)
      expect(calls[0]).to.match(/--trust trust\.json --rpc http:/u)
    }
  })

  it('of a command within a group is its own', async () => {
    const { code, out } = await runCli(['help', 'archive', 'move'])
    expect([code, out]).to.deep.equal([0, (await runCli(['archive', 'move', '--help'])).out])
    expect(out).to.match(/^Usage: suyuan archive move/u)
    expect((await runCli(['help', 'archive'])).out).to.match(/^Usage: suyuan archive /u)
    for (const unknown of [
      ['token', 'add'],
      ['source', 'nosuch'],
    ]) {
      const refused = await runCli(['help', ...unknown])
      expect([refused.code, refused.out]).to.deep.equal([2, ''])
      expect(refused.err).to.contain(`unknown command '${unknown[1]}'`)
    }
    expect((await runCli(['help', 'act', 'nosuch'])).err).to.contain('[act_unknown]')
  })
})

function collect(command: Command): string[] {
  const written: string[] = []
  command.configureOutput({ writeOut: text => written.push(text) }).outputHelp()
  const [, ...below] = written
  return [
    command.description(),
    ...command.registeredArguments.map(({ description }) => description),
    ...command
      .createHelp()
      .visibleOptions(command)
      .map(({ description }) => description),
    ...below.flatMap(text => text.split('\n\n').map(paragraph => paragraph.trim())),
    ...command.commands.flatMap(collect),
  ]
}
