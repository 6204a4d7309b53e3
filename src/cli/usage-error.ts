// What the parser of the command line says of a wrong option or argument, in Chinese. Commander has its messages in
// English only; each is known here by its form, and one that is not is shown as it is.

/** From Commander's `lib/command.js`; the groups are the names and values. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.*?)'/u, '未知选项“$1”'],
  [/^error: unknown command '(.*?)'/u, '未知命令“$1”'],
  [/^error: missing required argument '(.*?)'/u, '缺少必填参数“$1”'],
  [/^error: option '(.*?)' argument missing/u, '选项“$1”缺少取值'],
  [/^error: required option '(.*?)' not specified/u, '缺少必填选项“$1”'],
  [/^error: option '(.*?)' argument '(.*?)' is invalid\. ?/u, '选项“$1”的取值“$2”不正确。'],
  [/^error: option '(.*?)' value '(.*?)' from env '(.*?)' is invalid\. ?/u, '选项“$1”取自环境变量 $3 的值“$2”不正确。'],
  [/^error: command-argument value '(.*?)' is invalid for argument '(.*?)'\. ?/u, '参数“$2”的取值“$1”不正确。'],
  [/^error: option '(.*?)' cannot be used with option '(.*?)'/u, '选项“$1”与“$2”不能同时使用'],
  [
    /^error: too many arguments(?: for '(.*?)')?\. Expected (\d+) arguments? but got (\d+): (.*?)\.$/mu,
    '参数过多：应有 $2 个，给出了 $3 个：$4。',
  ],
]

const REST: readonly (readonly [RegExp, string])[] = [
  [/Allowed choices are (.*?)\.$/mu, '可选：$1。'],
  [/\(Did you mean one of (.*?)\?\)/u, '（是否指其中之一：$1？）'],
  [/\(Did you mean (.*?)\?\)/u, '（是否指 $1？）'],
]

export function translateUsageError(text: string): string {
  const form = FORMS.find(([pattern]) => pattern.test(text))
  if (form === undefined) return text
  return [form, ...REST].reduce((said, [pattern, zh]) => said.replace(pattern, zh), text)
}
