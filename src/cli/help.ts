// Help as it is shown: in Chinese where the language is that (help-zh.ts), else as the commands say it themselves.

import { type Argument, Help, type HelpConfiguration, type Option } from 'commander'
import { HELP_ZH } from './help-zh.ts'

/** What Commander itself says. */
const FRAME: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
}
const MORE: Readonly<Record<string, string>> = { choices: '可选', default: '默认', env: '环境变量' }

const plain = new Help()

export const CHINESE_HELP: HelpConfiguration = {
  styleTitle: title => FRAME[title] ?? title,
  commandDescription: command => translate(plain.commandDescription(command)),
  subcommandDescription: command => translate(plain.subcommandDescription(command)),
  optionDescription: option => withMore(option, plain.optionDescription(option)),
  argumentDescription: argument => withMore(argument, plain.argumentDescription(argument)),
}

/** What stands below the help of a command, paragraph by paragraph. */
export function translateBelow(text: string): string {
  return text
    .split('\n\n')
    .map(paragraph => {
      const bare = paragraph.trim()
      return paragraph.replace(bare, () => translate(bare).replace(/^Examples?:/u, '示例：'))
    })
    .join('\n\n')
}

function translate(text: string): string {
  return HELP_ZH[text] ?? text
}

/** Behind a description stands, in brackets, what else is to be known: `(choices: …, default: …, env: …)`. */
function withMore({ description }: Option | Argument, told: string): string {
  const more = told.slice(description.length).trim().slice(1, -1)
  if (more === '') return translate(description)
  const parts = more.replaceAll(
    /(^|, )(choices|default|env): /gu,
    (_, comma, word) => `${comma === '' ? '' : '；'}${MORE[word]}：`,
  )
  return `${translate(description)}（${parts}）`
}
