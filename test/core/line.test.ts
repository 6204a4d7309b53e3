import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { holdsAddress, parseAddress, parseBlock } from '../../src/core/line/address.ts'
import { parseCombined } from '../../src/core/line/combined.ts'
import { MAX_LINE_LENGTH } from '../../src/core/line/line.ts'
import { readPath } from '../../src/core/line/path.ts'
import { parseXroad } from '../../src/core/line/xroad.ts'

const refusal = (act: () => unknown): LedgerError => {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('it was accepted')
}

// The files of public projects lie beside the repository; their README says what each is.
const readData = (test: Mocha.Context, name: string): string[] => {
  const file = new URL(`../../../shared/data/${name}`, import.meta.url)
  if (!existsSync(file)) {
    console.log(`      skipped: the file ${name} is not in ../shared/data`)
    test.skip()
  }
  return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
}

const LINE =
  '10.1.2.3 - zhang [17/May/2015:18:05:03 +0800] "GET /api/population/1?id=2 HTTP/1.1" 200 2032 "-" "curl/8.0 (x)"'

describe('combined log line', () => {
  it('reads the fields, and the time in UTC', () => {
    expect(parseCombined(LINE)).to.deep.equal({
      format: 'combined',
      address: '10.1.2.3',
      user: 'zhang',
      time: '2015-05-17T10:05:03.000Z',
      method: 'GET',
      target: '/api/population/1?id=2',
      status: 200,
      bytes: 2032,
    })
  })

  it("reads '-' as absent", () => {
    const line = parseCombined(LINE.replace('zhang', '-').replace('2032', '-'))
    expect(line).to.not.have.property('user')
    expect(line).to.not.have.property('bytes')
    expect(parseCombined(LINE.replace('zhang', '""'))).to.not.have.property('user')
  })

  it('undoes escapes, Apache’s and nginx’s', () => {
    expect(parseCombined(LINE.replace('zhang', '\\xe5\\xbc\\xa0\\"\\\\')).user).to.equal('张"\\')
    expect(parseCombined(LINE.replace('/api', '/a\\"\\x22\\xE4\\x0a')).target).to.match(/^\/a""%E4%0A\/population/)
    expect(parseCombined(LINE.replace('"-"', '"a \\" 200 1 \\x22 \\n"')).status).to.equal(200)
  })

  const wrong: readonly [field: string, line: string][] = [
    ['address', ''],
    ['address', ' - - [17/May/2015:18:05:03 +0800] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['user', '10.1.2.3 -'],
    ['user', LINE.replace('zhang', '\\xff')],
    ['user', LINE.replace('zhang', '\\q')],
    // A user name with a space, or that tries to end the line early.
    ['time', LINE.replace('zhang', 'zhang san')],
    ['request', LINE.replace('zhang', 'x [01/Jan/2026:00:00:00 +0000]')],
    ['request', LINE.replace('zhang', 'x [01/Jan/2026:00:00:00 +0000] \\"GET /open HTTP/1.1\\" 200 1 \\"-\\" \\"-\\"')],
    ['time', LINE.replace(' +0800', '')],
    ['time', LINE.replace('May', 'may')],
    ['time', LINE.replace('17/May', '7/May')],
    ['time', LINE.replace('17/May', '31/Feb')],
    ['time', LINE.replace('May', 'Abc')],
    ['time', LINE.replace('18:05', '25:05')],
    ['time', LINE.replace('+0800', '+2500')],
    ['request', LINE.replace('"GET /api/population/1?id=2 HTTP/1.1"', '"-"')],
    ['request', LINE.replace('"GET /api/population/1?id=2 HTTP/1.1"', '"\\x16\\x03\\x01"')],
    ['request', LINE.replace('"GET', 'GET')],
    ['request', LINE.replace('GET', 'get')],
    ['request', LINE.replace('/api', '/a b')],
    ['request', LINE.replace(' HTTP/1.1', '')],
    ['request', LINE.replace('/api', '/a\\z')],
    ['request', LINE.replace('/api', '/a\\x1')],
    ['request', LINE.replace('HTTP/1.1"', 'HTTP/1.1"x')],
    ['status', LINE.replace('200', '20')],
    ['status', LINE.replace('200', '-')],
    ['bytes', LINE.replace('2032', '')],
    ['bytes', LINE.replace('2032', '-5')],
    ['bytes', LINE.replace('2032', '9007199254740993')],
    ['referer', LINE.replace('"-"', '-')],
    ['user agent', LINE.slice(0, -1)],
    ['user agent', LINE.replace('x)"', 'x)\\"')],
    ['user agent', LINE.slice(0, LINE.indexOf(' "curl'))],
    ['line', `${LINE} "10.0.0.1"`],
    ['line', `${LINE}\n${LINE}`],
    ['line', `${LINE}\r`],
    ['line', LINE.replace('curl', 'cu\u0000rl')],
    ['line', LINE.replace('curl', 'c'.repeat(MAX_LINE_LENGTH))],
  ]
  for (const [field, line] of wrong) {
    it(`refuses ${JSON.stringify(line.slice(0, 70))}… for its ${field}`, () => {
      const { code, message } = refusal(() => parseCombined(line))
      expect(code).to.be.oneOf(['invalid_line', 'invalid_time'])
      expect(message).to.match(new RegExp(`^${field} `))
    })
  }

  it('reads 10,000 real lines but the one that is broken', function () {
    const refused: [line: number, message: string][] = []
    const statuses = new Map<number, number>()
    for (const [index, line] of readData(this, 'apache-combined-10k.log').entries()) {
      try {
        const { status } = parseCombined(line)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      } catch (error) {
        refused.push([index + 1, (error as LedgerError).message])
      }
    }
    expect(refused).to.have.length(1)
    expect(refused[0]?.[0]).to.equal(8899)
    expect(refused[0]?.[1]).to.include('user agent has no closing quote')
    // Counted by other means: the ninth word of each line.
    expect(Object.fromEntries(statuses)).to.deep.equal({
      200: 9125,
      206: 45,
      301: 164,
      304: 445,
      403: 2,
      404: 213,
      416: 2,
      500: 3,
    })
  })

  it('gives back what a server wrote, whatever user, target and agent the client chose', () => {
    // Apache's own escaping: quotes, backslashes and all bytes that are not printable.
    const escape = (text: string, spaces: boolean): string =>
      Array.from(Buffer.from(text), byte => {
        const char = String.fromCharCode(byte)
        if (char === '"' || char === '\\') return `\\${char}`
        const raw = byte > 0x20 && byte < 0x7f ? true : spaces && byte === 0x20
        return raw ? char : `\\x${byte.toString(16).padStart(2, '0')}`
      }).join('')
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter(text => text !== '-' && text !== '""')
    fc.assert(
      fc.property(text, text, text, (user, path, agent) => {
        const line = `::1 - ${escape(user, false)} [17/May/2015:18:05:03 +0800] "GET /${escape(path, false)} HTTP/1.1" 200 - "${escape(agent, true)}" "${escape(agent, true)}"`
        const parsed = parseCombined(line)
        expect(parsed.user).to.equal(user)
        const bytes = Buffer.from(path)
        expect(parsed.target).to.match(/^\/[!-~]*$/)
        expect(parsed.target.slice(1).replaceAll(/%[0-9A-F]{2}/g, '.').length).to.be.at.most(bytes.length)
        expect(parsed).to.include({ status: 200, time: '2015-05-17T10:05:03.000Z', method: 'GET' })
      }),
    )
  })

  it('never ends in another error', () => {
    const piece = fc.constantFrom(
      '"',
      '\\',
      '\\"',
      '\\x',
      ' ',
      '[',
      ']',
      '-',
      'GET / HTTP/1.1',
      '200',
      '17/May/2015:18:05:03 +0800',
      'a',
    )
    fc.assert(
      fc.property(fc.nat(LINE.length), fc.nat(20), fc.array(piece, { maxLength: 6 }), (at, cut, put) => {
        try {
          parseCombined(LINE.slice(0, at) + put.join('') + LINE.slice(at + cut))
        } catch (error) {
          if (!(error instanceof LedgerError)) throw error
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('request path', () => {
  const paths: readonly [target: string, path: string | undefined][] = [
    ['/', '/'],
    ['/api/population/1', '/api/population/1'],
    ['/api/population/', '/api/population/'],
    ['/api?a=/../b', '/api'],
    ['/api#x', '/api'],
    ['//api///population/1', '/api/population/1'],
    ['/p%6fpulation/%E5%BC%A0', '/population/张'],
    ['/gbk/%D5%C5%41', '/gbk/%D5%C5A'],
    ['/100%', '/100%'],
    ['/100%25', '/100%'],
    ['/page.do;jsessionid=1', '/page.do'],
    ['/a;x=1/b', '/a/b'],
    ['http://host:80/api/1?x', '/api/1'],
    ['HTTPS://host', '/'],
    ['*', '*'],
    ['/static/../api/population', undefined],
    ['/static/%2e%2E/api', undefined],
    ['/static/..;/api', undefined],
    ['/static/./api', undefined],
    ['/static/..', undefined],
    ['/static%2fapi', undefined],
    ['/static/..%2Fapi', undefined],
    ['/static\\api', undefined],
    ['/static%5Capi', undefined],
    ['/static/%252e%252e/api', undefined],
    ['/static/%00', undefined],
    ['host:443', undefined],
    ['', '/'],
    ['api', undefined],
    ['ftp://host/a', undefined],
  ]
  for (const [target, path] of paths) {
    it(`of ${JSON.stringify(target)} is ${path ?? 'ambiguous'}`, () => expect(readPath(target)).to.equal(path))
  }

  it('has neither dot segments nor repeated slashes, whatever the target', () => {
    const piece = fc.constantFrom('/', '.', '..', ';', '%2e', '%2F', '%25', '\\', 'a', '%', '?', '%E5', '%3b', '#')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const path = readPath(`/${pieces.join('')}`)
        if (path === undefined) return
        expect(path).to.match(/^\//)
        expect(path).to.not.match(/\/\/|\\|\/\.{1,2}(?:\/|$)/)
        const { pathname } = new URL(
          `http://h${path.replaceAll('%', '%25').replaceAll('?', '%3F').replaceAll('#', '%23')}`,
        )
        expect(decodeURIComponent(pathname)).to.equal(path)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('X-Road open-data line', () => {
  const COLUMNS =
    'id clientMemberClass clientMemberCode clientSecurityServerAddress clientSubsystemCode clientXRoadInstance messageId messageProtocolVersion producerDurationProducerView representedPartyClass representedPartyCode requestAttachmentCount requestInDate requestInTs requestMimeSize requestSoapSize responseAttachmentCount responseMimeSize responseSoapSize securityServerType serviceCode serviceMemberClass serviceMemberCode serviceSecurityServerAddress serviceSubsystemCode serviceVersion serviceXRoadInstance succeeded totalDuration'.split(
      ' ',
    )
  const ROW =
    '1 GOV 70001 ts0.example app ee 4b2ad19e-4232-466b-8dd2-86b4f49d7d2a 4.0 \\N \\N \\N 3 2017-09-25 1506315600000 1876 1268 3 2025 1450 Client getData COM 11022 ts1.example adm v1 ee t 145'.split(
      ' ',
    )
  const lineWith = (change: Record<string, string>): string =>
    COLUMNS.map((column, index) => change[column] ?? ROW[index]).join('\t')

  it('reads both parties, service, time, size and outcome', () => {
    expect(parseXroad(lineWith({}))).to.deep.equal({
      format: 'xroad',
      side: 'client',
      client: 'ee/GOV/70001/app',
      service: 'ee/COM/11022/adm/getData/v1',
      transaction: '4b2ad19e-4232-466b-8dd2-86b4f49d7d2a',
      time: '2017-09-25T05:00:00.000Z',
      bytes: 2025,
      succeeded: true,
    })
  })

  it('reads null where null may stand', () => {
    const change = {
      clientSubsystemCode: '\\N',
      serviceSubsystemCode: '\\N',
      serviceVersion: '\\N',
      responseMimeSize: '\\N',
      responseSoapSize: '\\N',
      succeeded: 'f',
      securityServerType: 'Producer',
    }
    const line = parseXroad(lineWith(change))
    expect(line).to.include({
      side: 'producer',
      client: 'ee/GOV/70001',
      service: 'ee/COM/11022//getData',
      succeeded: false,
    })
    expect(line).to.not.have.property('bytes')
    expect(parseXroad(lineWith({ responseMimeSize: '\\N' })).bytes).to.equal(1450)
  })

  it('tells a service without subsystem from one without version', () => {
    const one = parseXroad(lineWith({ serviceSubsystemCode: '\\N', serviceCode: 'a', serviceVersion: 'b' }))
    const other = parseXroad(lineWith({ serviceSubsystemCode: 'a', serviceCode: 'b', serviceVersion: '\\N' }))
    expect(one.service).to.not.equal(other.service)
  })

  it('reads on whose behalf the client asked', () => {
    const line = parseXroad(lineWith({ representedPartyClass: 'COM', representedPartyCode: '99' }))
    expect(line.represented).to.equal('COM/99')
    expect(parseXroad(lineWith({ representedPartyCode: '99' })).represented).to.equal('/99')
  })

  const wrong: readonly [column: string, value: string][] = [
    ['id', 'x'],
    ['id', '\\N'],
    ['messageId', '\\N'],
    ['messageId', 'two words'],
    ['messageId', 'x'.repeat(129)],
    ['messageId', ''],
    ['clientMemberCode', '\\N'],
    ['clientMemberCode', '1/2'],
    ['serviceCode', 'a\\b'],
    ['serviceCode', ''],
    ['serviceXRoadInstance', '\u0000'],
    ['requestInDate', '25.09.2017'],
    ['requestInTs', '\\N'],
    ['requestInTs', '-1'],
    ['requestInTs', '999999999999999'],
    ['responseMimeSize', '1e3'],
    ['responseSoapSize', '9007199254740993'],
    ['securityServerType', 'client'],
    ['succeeded', 'true'],
    ['succeeded', '\\N'],
    ['representedPartyClass', 'COM'],
    ['totalDuration', '-3'],
  ]
  for (const [column, value] of wrong) {
    it(`refuses ${column} ${JSON.stringify(value.slice(0, 30))}`, () => {
      const { code, message } = refusal(() => parseXroad(lineWith({ [column]: value })))
      expect(code).to.equal('invalid_line')
      expect(message).to.include(column === 'representedPartyClass' ? 'representedPartyCode' : `column ${column} `)
    })
  }

  it('refuses a line with another number of columns', () => {
    for (const line of [
      '',
      ROW.slice(0, 28).join('\t'),
      `${ROW.join('\t')}\t`,
      ROW.join(' '),
      COLUMNS.slice(1).join('\t'),
    ]) {
      expect(refusal(() => parseXroad(line)).message).to.include('columns, not 29')
    }
    expect(refusal(() => parseXroad(COLUMNS.join('\t'))).message).to.include('column id')
    expect(refusal(() => parseXroad('\t'.repeat(MAX_LINE_LENGTH + 1))).message).to.include('characters')
  })

  it('reads 100 real lines: 50 messages, each from both sides', function () {
    const lines = readData(this, 'xroad-opendata-sample.tsv').map(parseXroad)
    expect(lines).to.have.length(100)
    const sides = new Map<string, string[]>()
    for (const { transaction, side } of lines) sides.set(transaction, [...(sides.get(transaction) ?? []), side])
    expect(sides.size).to.equal(50)
    for (const pair of sides.values()) expect(pair.sort()).to.deep.equal(['client', 'producer'])
    expect(lines.reduce((sum, { bytes = 0 }) => sum + bytes, 0)).to.equal(98 * 2025 + 2 * 3303)
  })
})

describe('address', () => {
  const blocks: readonly [block: string, inside: readonly string[], outside: readonly string[]][] = [
    [
      '10.1.2.0/24',
      ['10.1.2.0', '10.1.2.255', '::ffff:10.1.2.7', '::FFFF:0a01:0207'],
      ['10.1.3.0', '10.1.1.255', '::10.1.2.7'],
    ],
    ['10.1.2.3', ['10.1.2.3'], ['10.1.2.2', '10.1.2.4']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::', '2001:db8::1']],
    ['2001:db8::/32', ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'], ['2001:db9::', '10.0.0.1']],
    ['::/0', ['::', '10.0.0.1', 'ffff::'], []],
    ['::1', ['0:0:0:0:0:0:0:1', '::0001'], ['::2', '127.0.0.1']],
  ]
  for (const [text, inside, outside] of blocks) {
    it(`${text} holds what it should`, () => {
      const block = parseBlock(text)
      if (block === undefined) throw new Error('it does not parse')
      const isIn = (address: string): boolean | undefined => {
        const parsed = parseAddress(address)
        return parsed === undefined ? undefined : holdsAddress(block, parsed)
      }
      for (const address of inside) expect(isIn(address), address).to.equal(true)
      for (const address of outside) expect(isIn(address), address).to.equal(false)
    })
  }

  const octets = ['10.1.2', '10.1.2.256', '010.1.2.3', '10.1.2.3.4', '1.2.3.4 ', '0x7f.0.0.1', '', 'localhost']
  const groups = [':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '12345::', 'g::']
  const notAddresses = [...octets, ...groups, '1.2.3.4::', '::1.2.3', 'fe80::1%eth0']
  for (const text of notAddresses) {
    it(`${JSON.stringify(text)} is none`, () => expect(parseAddress(text)).to.equal(undefined))
  }

  const notBlocks = ['10.1.2.3/24', '10.1.2.0/33', '10.1.2.0/', '10.1.2.0/024', '10.1.2.0/24/1', '2001:db8::1/32']
  for (const text of [...notBlocks, '::/129', 'host/8']) {
    it(`${text} is no block`, () => expect(parseBlock(text)).to.equal(undefined))
  }
})
