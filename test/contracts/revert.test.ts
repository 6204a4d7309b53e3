// Refusals in plain words: each custom error of each contract has a sentence that uses its values, and nothing that
// ethers quotes of the transaction or of the node's address gets into it.

import { expect } from 'chai'
import { AbiCoder, concat } from 'ethers'
import { artifactOf, CONTRACT_NAMES, explainRevert, interfaceOf } from '../../src/chain/contracts.ts'
import { REFUSALS } from '../../src/chain/refusals.ts'
import type { ContractRefusal } from '../../src/chain/revert.ts'
import { UNLIMITED } from '../../src/chain/terms.ts'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import { CONDITIONAL, requestFor, START, useScene } from './fixture.ts'
import { sampleOf } from './samples.ts'

const errors = new Map(
  CONTRACT_NAMES.flatMap(contract => artifactOf(contract).abi)
    .filter(({ type }) => type === 'error')
    .map(fragment => [fragment.name ?? '', fragment] as const),
)

describe('explainRevert', () => {
  it('has a sentence for every custom error of the contracts, and for nothing else', () => {
    expect(Object.keys(REFUSALS).sort()).to.deep.equal([...errors.keys()].sort())
  })

  it('says the same of errors that more than one contract has', () => {
    const inputsOf = new Map<string, string>()
    for (const fragment of CONTRACT_NAMES.flatMap(contract => artifactOf(contract).abi)) {
      if (fragment.type !== 'error') continue
      const inputs = JSON.stringify(fragment.inputs)
      expect(inputsOf.get(fragment.name ?? '') ?? inputs, fragment.name).to.equal(inputs)
      inputsOf.set(fragment.name ?? '', inputs)
    }
    const selectors = [...errors.keys()].map(name => encode(name, sampleArguments(name)).slice(0, 10))
    expect(new Set(selectors).size).to.equal(errors.size)
  })

  it('uses only values that the error has, the same in both languages, and says what to do next', () => {
    for (const [name, fragment] of errors) {
      const given = (fragment.inputs ?? []).map(({ name }) => name)
      const { zh, en } = REFUSALS[name]!
      const used = (text: string): (string | undefined)[] =>
        [...text.matchAll(/\{(\w+)\}/gu)].map(([, argument]) => argument)
      expect(given, name).to.include.members(used(en))
      expect(new Set(used(zh)), name).to.deep.equal(new Set(used(en)))
      expect(en, name).to.match(/\.$/u)
      expect(zh, name).to.match(/[\u4e00-\u9fff].*。$/u)
    }
  })

  it('fills in every value of every error', () => {
    for (const [name, fragment] of errors) {
      const refusal = explainRevert({ data: encode(name, (fragment.inputs ?? []).map(sampleOf)) })
      expect(refusal).to.be.instanceOf(LedgerError)
      expect(refusal.code).to.match(/^[a-z0-9]+(_[a-z0-9]+)*$/u)
      for (const text of [refusal.message, refusal.words.zh]) {
        expect(text, name).not.to.match(/[{}]|undefined|\[object/u)
      }
    }
  })

  it('speaks plainly', () => {
    const say = (name: string, ...values: unknown[]): { code: string; message: string } => {
      const { code, message } = explainRevert({ data: encode(name, values) })
      return { code, message }
    }
    const until = Date.UTC(2026, 10, 20, 2) / 1000
    expect(say('GrantExpired', 42, until, until + 5)).to.deep.equal({
      code: 'grant_expired',
      message: 'Grant 42 ended on 2026-11-20 10:00:00 (Beijing time); ask for a new one.',
    })
    expect(say('DeliveryScopeTooWide', 7, 0b1011_0001, 0b1111).message).to.equal(
      'The delivery has the fields 0, 4–5, 7, but grant 7 covers only 0–3; deliver those only.',
    )
    expect(say('KindMissing', 2, 0b110, 1).message).to.equal(
      'Organisation 2 is consumer, platform operator but needs to be provider; ask the registrar to add that kind.',
    )
    expect(say('QuotaWidened', 3, [UNLIMITED, 5], [1_000, 5]).message).to.equal(
      'Request 3 asked for 1000 bytes and 5 rows; a grant of unlimited bytes and 5 rows would be more, lower it.',
    )
    expect(say('GrantStateWrong', 3, 2, 1).message).to.equal(
      'Request 3 is refused, and this needs it to be requested; look at its history.',
    )
    expect(say('ChecksMissing', 9, 0b10_0010).message).to.contain('lacks: sources named and lawful, no other risk;')
    expect(say('ChecksMissing', 9, 0b1000_0000).message).to.contain('lacks: 128;')
    expect(say('ApprovalsNeeded', 9, 2, 0b101).message).to.contain(
      'needs at least 2 approvals, of chief data officer of the provider, regulator,',
    )
    expect(say('CalendarExceptionInvalid', 20_454, 20_454 + 31, 20_454 + 365).message).to.contain(
      'The exception 2026-01-01 does not lie from 2026-02-01 to before 2027-01-01,',
    )
    expect(say('PolicyPeriodInvalid', 30 * 86_400, 0, until).message).to.contain(
      'for grants of 30 days, valid until no set time,',
    )
    expect(say('PolicyPeriodInvalid', 90, until, until).message).to.contain('for grants of 90 seconds,')
    expect(say('PolicyScopeInvalid', 0, 0b11).message).to.contain('the fields none,')
    expect(say('CreditCodeInvalid', 'x\u001B[31m"').message).to.contain(String.raw`"x\u001b[31m\""`)
  })

  it('names organisations and resources for whoever knows the registry, with what strangers chose escaped', () => {
    const refusal = explainRevert({ data: encode('NotItsConsumer', [7, 3, 2]) }) as ContractRefusal
    expect(refusal.message).to.contain('Grant 7 is organisation 2’s; organisation 3 cannot')
    const named = refusal.named({
      OrganisationId: id => (id === 2n ? { code: '11520100MB00000026', name: '统计局\u001B' } : undefined),
      ResourceId: () => undefined,
    })
    expect(named.code).to.equal('not_its_consumer')
    expect(named.message).to.contain(
      String.raw`organisation 2 ("统计局\u001b", 11520100MB00000026)’s; organisation 3 cannot`,
    )
    expect(named.words.zh).to.contain('机构 2（').and.contain('机构 3 不能')
  })

  it('speaks plainly in Chinese too', () => {
    const say = (name: string, ...values: unknown[]): string => explainRevert({ data: encode(name, values) }).words.zh
    const until = Date.UTC(2026, 10, 20, 2) / 1000
    expect(say('GrantExpired', 42, until, until + 5)).to.equal(
      '授权 42 已于 2026-11-20 10:00:00（北京时间）到期；请重新申请。',
    )
    expect(say('OrganisationNotActive', 7, 2)).to.contain('机构 7 的状态是“黑名单”')
    expect(say('KindMissing', 2, 0b110, 1)).to.contain('使用部门、平台运营方')
    expect(say('QuotaWidened', 3, [UNLIMITED, 5], [1_000, 5])).to.contain(
      '额度是 1000 字节、5 行，授权 不限 字节、5 行',
    )
    expect(say('ApproverNotNamed', 3, 2, 0b011)).to.contain('提供部门首席数据官、使用部门首席数据官，不包括“监管”')
  })

  it('knows the two refusals that Solidity itself makes, and says so of the others', () => {
    const coder = AbiCoder.defaultAbiCoder()
    const failed = (data: string | null): LedgerError =>
      explainRevert(Object.assign(new Error(), { code: 'CALL_EXCEPTION', data }))
    expect(failed(concat(['0x08c379a0', coder.encode(['string'], ['no "way"'])])).message).to.contain(
      String.raw`"no \"way\""`,
    )
    expect(failed(concat(['0x4e487b71', coder.encode(['uint256'], [0x11])])).message).to.contain('panic 17')
    for (const data of [null, '0x', '0x1234', '0x12345678', `0x12345678${'00'.repeat(64)}`]) {
      expect(failed(data)).to.have.property('code', 'contract_refused')
    }
  })

  it('survives data that was cut short', () => {
    for (const data of [encode('GrantExpired', [1, 2, 3]).slice(0, 60), '0x08c379a0', '0x4e487b7100']) {
      expect(explainRevert({ data })).to.have.property('code', 'contract_refused')
    }
  })

  it('tells a node that is gone from one that refuses, without its address', () => {
    const url = 'https://node.example/secret-key'
    for (const code of ['NETWORK_ERROR', 'SERVER_ERROR', 'TIMEOUT', 'ECONNREFUSED']) {
      const explained = explainRevert(Object.assign(new Error(url), { code, info: { requestUrl: url } }))
      expect(explained).to.deep.include({ code: 'chain_unreachable', retryable: true })
      expect(explained.message)
        .to.match(/try again/u)
        .and.not.to.match(/secret/u)
    }
    const poor = Object.assign(new Error(url), { code: 'INSUFFICIENT_FUNDS', shortMessage: 'insufficient funds' })
    expect(explainRevert(poor)).to.have.property('code', 'account_cannot_pay')
    const refused = Object.assign(new Error(url), {
      code: 'UNKNOWN_ERROR',
      error: { code: -32_000, message: 'nonce too low' },
    })
    expect(explainRevert(refused)).to.have.property('message', 'The chain\'s node refused: "nonce too low"')
    for (const error of [poor, refused]) {
      const { message, cause } = explainRevert(error)
      expect(message + String(cause)).not.to.contain('secret')
    }
  })

  it('lets outcomes be and bugs pass', () => {
    const outcome = new LedgerError('disk_full', inBoth('The disk is full.'))
    expect(explainRevert(outcome)).to.equal(outcome)
    const bug = new TypeError('x is not a function')
    expect(() => explainRevert(bug)).to.throw(TypeError)
    expect(() => explainRevert(undefined)).not.to.throw(LedgerError)
  })

  describe('of a real refusal', () => {
    const scene = useScene()

    it('finds it in what a failed estimate throws, in what a failed call throws, and in the answer of a node', async () => {
      const terms = requestFor(CONDITIONAL, { until: START - 1 })
      const thrown = async (act: Promise<unknown>): Promise<unknown> =>
        act.then(
          () => undefined,
          (error: unknown) => error,
        )
      const data = interfaceOf('accessLedger').encodeFunctionData('request', [terms])
      const transaction = { from: scene.accounts.statistics, to: scene.deployment.contracts.accessLedger, data }
      const errors = [
        await thrown(scene.send('statistics', 'accessLedger', 'request', terms)),
        await thrown(scene.provider.call(transaction)),
        await thrown(scene.provider.estimateGas(transaction)),
        await thrown(scene.request('eth_call', [transaction, 'latest'])),
      ]
      for (const error of errors) {
        const { code, message, cause } = explainRevert(error)
        expect(code).to.equal('period_invalid')
        expect(message).to.contain('2026-01-01 07:59:59 (Beijing time)')
        expect(String(cause)).not.to.contain(data.slice(10, 80))
      }
    })
  })
})

function sampleArguments(name: string): readonly unknown[] {
  return (errors.get(name)?.inputs ?? []).map(sampleOf)
}

function encode(name: string, values: readonly unknown[]): string {
  for (const contract of CONTRACT_NAMES) {
    const fragment = interfaceOf(contract).getError(name)
    if (fragment) return interfaceOf(contract).encodeErrorResult(fragment, values)
  }
  throw new Error(`no contract has the error ${name}`)
}
