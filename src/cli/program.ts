// The commands and their help: one file per command beside this one.

import { Command, CommanderError } from 'commander'
import PACKAGE from '../../package.json' with { type: 'json' }
import { type Language, languageOf } from '../core/words.ts'
import { CHINESE_HELP, translateBelow } from './help.ts'
import { EXIT } from './output.ts'
import { translateUsageError } from './usage-error.ts'

/** In the order of the help. Only the one that is asked for is loaded: some need what takes a while to load. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  ingest: async () => (await import('./ingest.ts')).addIngest,
  usage: async () => (await import('./usage.ts')).addUsage,
  evidence: async () => (await import('./evidence.ts')).addEvidence,
  verify: async () => (await import('./verify.ts')).addVerify,
  monitor: async () => (await import('./monitor.ts')).addMonitor,
  grants: async () => (await import('./grants.ts')).addGrants,
  grant: async () => (await import('./grants.ts')).addGrant,
  agreements: async () => (await import('./agreements.ts')).addAgreements,
  agreement: async () => (await import('./agreements.ts')).addAgreement,
  corrections: async () => (await import('./corrections.ts')).addCorrections,
  correction: async () => (await import('./corrections.ts')).addCorrection,
  overdue: async () => (await import('./overdue.ts')).addOverdue,
  statement: async () => (await import('./statement.ts')).addStatement,
  status: async () => (await import('./status.ts')).addStatus,
  fsck: async () => (await import('./fsck.ts')).addFsck,
  erase: async () => (await import('./erase.ts')).addErase,
  archive: async () => (await import('./archive.ts')).addArchive,
  prune: async () => (await import('./prune.ts')).addPrune,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./restore.ts')).addRestore,
  act: async () => (await import('./act.ts')).addAct,
  calendar: async () => (await import('./calendar.ts')).addCalendar,
  purposes: async () => (await import('./purposes.ts')).addPurposes,
  register: async () => (await import('./register.ts')).addRegister,
  source: async () => (await import('./sources.ts')).addSources,
  token: async () => (await import('./token.ts')).addToken,
  serve: async () => (await import('./serve.ts')).addServe,
}

/** The program without its commands. */
export function startProgram(language: Language): Command {
  const zh = language === 'zh'
  return new Command('suyuan')
    .description('Who took which data, under whose authority, and what for. 谁来拿数据、拿数据干什么。')
    .version(PACKAGE.version)
    .enablePositionalOptions() // acts have a --version of their own
    .exitOverride()
    .configureHelp(zh ? CHINESE_HELP : {})
    .showHelpAfterError(
      zh ? '（suyuan help 命令 显示该命令的用法）' : '(suyuan help COMMAND shows what a command takes)',
    )
    .configureOutput({
      writeOut: text => process.stdout.write(zh ? translateBelow(text) : text),
      writeErr: text => process.stderr.write(zh ? translateBelow(text) : text),
      outputError: (text, write) => write(zh ? translateUsageError(text) : text),
    })
    .addHelpText(
      'after',
      `
Exit codes:
  0  done; verified
  1  verify, archive verify: tampered with; monitor: a fault; fsck: differs; backup --verify: damaged; restore: behind the chain
  2  could not run, or not to the end; nothing is lost, run it again
  3  ingest: done, but some lines were refused
  4  ingest --anchor: in the log, but not on the chain in time; act: accepted, but not on the chain in time

Environment: SUYUAN_URL, SUYUAN_TOKEN`,
    )
}

/** Adds the command of this name; where there is none of it, all of them. */
export async function addCommands(program: Command, name = ''): Promise<void> {
  for (const load of Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS)) {
    ;(await load())(program)
  }
}

/** Runs the command that the arguments name. */
export async function run(): Promise<void> {
  const program = startProgram(languageOf(process.env))
  const [named = '', ...rest] = process.argv.slice(2)
  const topic = named === 'help' && /^[^-]/.test(rest[0] ?? '') ? rest : undefined
  try {
    await addCommands(program, topic?.[0] ?? named)
    if (topic === undefined) await program.parseAsync()
    else await program.parseAsync(isThere(program, topic) ? [...topic, '--help'] : topic, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) process.exitCode = EXIT.failed
  }
}

/** Help of a command that there is none of would be that of all: the command itself is refused as unknown. */
function isThere(program: Command, [name, within = '']: readonly string[]): boolean {
  const command = program.commands.find(command => command.name() === name)
  if (command === undefined) return false
  const isGroup = command.commands.length > 0 && /^[^-]/.test(within)
  return !isGroup || command.commands.some(command => command.name() === within)
}
