// Refusals in plain words: each custom error of each contract has a sentence that uses its values, and nothing that
// ethers quotes of the transaction or of the node's address gets into it.

import { expect } from 'chai'
import { AbiCoder, concat } from 'ethers'
import { artifactOf, CONTRACT_NAMES, explainRevert, interfaceOf } from '../../src/chain/contracts.ts'
import { REFUSALS } from '../../src/chain/refusals.ts'
import { UNLIMITED } from '../../src/chain/terms.ts'
import { LedgerError } from '../../src/core/error.ts'
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

  it('uses only values that the error has', () => {
    for (const [name, fragment] of errors) {
      const given = (fragment.inputs ?? []).map(({ name }) => name)
      const used = [...(REFUSALS[name] ?? '').matchAll(/\{(\w+)\}/gu)].map(([, argument]) => argument)
      expect(given, name).to.include.members(used)
    }
  })

  it('fills in every value of every error', () => {
    for (const [name, fragment] of errors) {
      const { code, message } = explainRevert({ data: encode(name, (fragment.inputs ?? []).map(sampleOf)) })
      expect(code).to.match(/^[a-z0-9]+(_[a-z0-9]+)*$/u)
      expect(message, name).not.to.match(/[{}]|undefined|\[object/u)
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
      'Organisation 2 is consumer, operator but needs to be provider; ask the registrar to add that kind.',
    )
    expect(say('QuotaWidened', 3, [UNLIMITED, 5], [1_000, 5]).message).to.equal(
      'Request 3 asked for 1000 bytes and 5 rows; a grant of unlimited bytes and 5 rows would be more, lower it.',
    )
    expect(say('GrantStateWrong', 3, 2, 1).message).to.equal(
      'Request 3 is refused, and this needs it to be requested; look at its history.',
    )
    expect(say('CreditCodeInvalid', 'x\u001B[31m"').message).to.contain(String.raw`"x\u001b[31m\""`)
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
    const outcome = new LedgerError('disk_full', 'The disk is full.')
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

function encode(name: string, values: readonly unknown[]): string {
  for (const contract of CONTRACT_NAMES) {
    const fragment = interfaceOf(contract).getError(name)
    if (fragment) return interfaceOf(contract).encodeErrorResult(fragment, values)
  }
  throw new Error(`no contract has the error ${name}`)
}
