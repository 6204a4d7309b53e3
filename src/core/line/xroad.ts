// The open data of an X-Road instance as tab-separated text: 29 columns, `\N` for null. X-Road is a data-exchange layer
// between organisations; every message passes a security server on each side, and each side keeps its own record of it
// (PR-OPMON, X-Road Operational Monitoring Protocol). https://github.com/nordic-institute/X-Road-Metrics
//
// The columns that are not used are checked all the same: a line that is wrong in one may be shifted in all.

import { PATTERNS } from '../record/shape.ts'
import { formatTime, LAST_MOMENT } from '../record/time.ts'
import { checkLine, invalidLine, type XroadLine } from './line.ts'

type Shape = 'number' | 'text' | 'part' | 'date' | 'flag' | 'side'

/** Column names in order, with what each holds; `?` behind a shape allows null. */
const COLUMNS = [
  ['id', 'number'],
  ['clientMemberClass', 'part'],
  ['clientMemberCode', 'part'],
  ['clientSecurityServerAddress', 'text?'],
  ['clientSubsystemCode', 'part?'],
  ['clientXRoadInstance', 'part'],
  ['messageId', 'text'],
  ['messageProtocolVersion', 'text?'],
  ['producerDurationProducerView', 'number?'],
  ['representedPartyClass', 'part?'],
  ['representedPartyCode', 'part?'],
  ['requestAttachmentCount', 'number?'],
  ['requestInDate', 'date'],
  ['requestInTs', 'number'],
  ['requestMimeSize', 'number?'],
  ['requestSoapSize', 'number?'],
  ['responseAttachmentCount', 'number?'],
  ['responseMimeSize', 'number?'],
  ['responseSoapSize', 'number?'],
  ['securityServerType', 'side'],
  ['serviceCode', 'part'],
  ['serviceMemberClass', 'part'],
  ['serviceMemberCode', 'part'],
  ['serviceSecurityServerAddress', 'text?'],
  ['serviceSubsystemCode', 'part?'],
  ['serviceVersion', 'part?'],
  ['serviceXRoadInstance', 'part'],
  ['succeeded', 'flag'],
  ['totalDuration', 'number?'],
] as const satisfies readonly (readonly [string, Shape | `${Shape}?`])[]

type Column = (typeof COLUMNS)[number][0]

const FORMS: Readonly<Record<Shape, RegExp>> = {
  number: /^\d{1,15}$/,
  text: /^[^\p{Cc}\\]{1,255}$/u,
  // X-Road identifiers hold no slash; one here could make two services look like one.
  part: /^[^\p{Cc}\\/]{1,255}$/u,
  date: /^\d{4}-\d{2}-\d{2}$/,
  flag: /^[tf]$/,
  side: /^(?:Client|Producer)$/,
}
const NULL = '\\N'

/** One line of X-Road open data. Throws `invalid_line` naming the column. */
export function parseXroad(line: string): XroadLine {
  checkLine(line)
  const values = line.split('\t')
  if (values.length !== COLUMNS.length) {
    throw invalidLine('line', {
      en: `has ${values.length} tab-separated columns, not ${COLUMNS.length}`,
      zh: `有 ${values.length} 个制表符分隔的列，应为 ${COLUMNS.length} 列`,
    })
  }
  const row = new Map<Column, string>()
  for (const [index, [column, form]] of COLUMNS.entries()) {
    const value = values[index] ?? NULL
    checkColumn(column, form, value)
    if (value !== NULL) row.set(column, value)
  }
  const get = (column: Column): string => row.get(column) ?? ''
  if (!PATTERNS.transaction.test(get('messageId'))) {
    throw invalidLine('column messageId', {
      en: 'is no transaction id: 1 to 128 printable ASCII characters without spaces',
      zh: '不是交易编号：应为 1 至 128 个可见 ASCII 字符，不含空格',
    })
  }
  const version = row.get('serviceVersion')
  const service = [
    get('serviceXRoadInstance'),
    get('serviceMemberClass'),
    get('serviceMemberCode'),
    get('serviceSubsystemCode'),
    get('serviceCode'),
    ...(version === undefined ? [] : [version]),
  ]
  const represented = joinRepresented(row.get('representedPartyClass'), row.get('representedPartyCode'))
  // The MIME size counts attachments too; a response without any may give the SOAP size only.
  const bytes = row.get('responseMimeSize') ?? row.get('responseSoapSize')
  return {
    format: 'xroad',
    side: get('securityServerType') === 'Client' ? 'client' : 'producer',
    client: [
      get('clientXRoadInstance'),
      get('clientMemberClass'),
      get('clientMemberCode'),
      ...(row.has('clientSubsystemCode') ? [get('clientSubsystemCode')] : []),
    ].join('/'),
    ...(represented === undefined ? {} : { represented }),
    service: service.join('/'),
    transaction: get('messageId'),
    time: parseTimestamp(get('requestInTs')),
    ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
    succeeded: get('succeeded') === 't',
  }
}

function checkColumn(column: Column, form: Shape | `${Shape}?`, value: string): void {
  const nullable = form.endsWith('?')
  if (value === NULL) {
    if (nullable) return
    throw invalidLine(`column ${column}`, {
      en: 'is null (\\N), but no record can be made without it',
      zh: '为空值（\\N），缺了它无法生成记录',
    })
  }
  const shape = (nullable ? form.slice(0, -1) : form) as Shape
  if (!FORMS[shape].test(value))
    throw invalidLine(`column ${column}`, {
      en: `${show(value)} is not a valid ${shape}`,
      zh: `的值 ${show(value)} 不是正确的 ${shape}`,
    })
}

// The class is optional in X-Road's message protocol, the code is not.
function joinRepresented(memberClass: string | undefined, code: string | undefined): string | undefined {
  if (code !== undefined) return `${memberClass ?? ''}/${code}`
  if (memberClass === undefined) return undefined
  throw invalidLine('column representedPartyCode', {
    en: 'is null (\\N) although representedPartyClass is given',
    zh: '为空值（\\N），却给出了 representedPartyClass',
  })
}

function parseTimestamp(digits: string): string {
  const ms = Number(digits)
  if (ms > LAST_MOMENT)
    throw invalidLine('column requestInTs', {
      en: `${digits} is beyond the year 9999; it must be milliseconds`,
      zh: `的值 ${digits} 超过公元 9999 年；应为毫秒数`,
    })
  return formatTime(ms)
}

function show(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)
}
