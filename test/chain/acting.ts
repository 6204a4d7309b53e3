// Acts of a small city on a real chain: two departments, two resources, requests for them.

import { id, Wallet, ZeroHash } from 'ethers'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { encodePurpose, KINDS, UNLIMITED } from '../../src/chain/terms.ts'
import type { Ledger } from './fixtures.ts'

export const PROVIDER = '11520100MB1234567X'
export const CONSUMER = '11520100MB7654321Y'
export const provider = new Wallet(`0x${'51'.repeat(32)}`)
export const consumer = new Wallet(`0x${'52'.repeat(32)}`)

export interface Acting {
  /** Resolves to the transaction's hash. */
  readonly act: (who: Wallet, contract: ContractName, method: string, args: readonly unknown[]) => Promise<string>
  /** What a request asks for, as a decision has to name it. */
  readonly asked: (id: number) => Promise<string>
  /** Asks for a resource by its id. */
  readonly request: (resource: number) => Promise<string>
  /** Registers both departments, and two resources: one shared on conditions, one without. */
  readonly setUp: () => Promise<void>
}

export function actOn({ node, deployment, account }: Ledger): Acting {
  const act: Acting['act'] = async (who, contract, method, args) => {
    const nonce = Number(await node.ask('eth_getTransactionCount', [who.address, 'latest']))
    const data = interfaceOf(contract).encodeFunctionData(method, args)
    const to = deployment.contracts[contract]
    const raw = await who.signTransaction({
      to,
      data,
      nonce,
      gasLimit: 2_000_000,
      gasPrice: 0,
      type: 0,
      chainId: 31_337,
    })
    return String(await node.ask('eth_sendRawTransaction', [raw]))
  }
  return {
    act,
    async asked(grant) {
      const data = interfaceOf('accessLedger').encodeFunctionData('askedDigest', [grant])
      return String(await node.ask('eth_call', [{ to: deployment.contracts.accessLedger, data }, 'latest']))
    },
    request: resource =>
      act(consumer, 'accessLedger', 'request', [
        {
          resource,
          agreement: 0n,
          purpose: encodePurpose('LegalCompliance'),
          purposeTextDigest: id('words'),
          legalBasisDigest: id('law'),
          scope: 5n,
          from: seconds() - 100,
          until: seconds() + 1_000_000,
          quota: { byteCount: 1_000n, rowCount: UNLIMITED },
        },
      ]),
    async setUp() {
      const purpose = { code: encodePurpose('LegalCompliance'), zh: '依法履职', en: 'legal compliance', basis: 'DPV' }
      await act(account, 'vocabulary', 'registerPurposes', [[purpose]])
      await act(account, 'organisations', 'register', [PROVIDER, '公安局', KINDS.provider.value, provider.address])
      await act(account, 'organisations', 'register', [CONSUMER, '民政局', KINDS.consumer.value, consumer.address])
      await act(provider, 'catalogue', 'register', ['300/0001', id('source 1'), describeResource('人口基础库')])
      await act(provider, 'catalogue', 'register', ['300/0002', id('source 2'), describeResource('公告', 0)])
    },
  }
}

export function describeResource(name: string, shareType = 1): object {
  return {
    name,
    shareType,
    openType: 2,
    level: 3,
    fieldCount: 8,
    parents: [],
    legalBasisDigest: ZeroHash,
    metadata: '0x7b7d',
  }
}

export const seconds = (): number => Math.floor(Date.now() / 1000)
