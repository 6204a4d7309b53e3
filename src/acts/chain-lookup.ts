// Codes, fields and what was asked, looked up at the contracts themselves; only the names of a resource's fields, which
// the chain holds as an event, come from the registry that reads them.

import { keccak256, toUtf8Bytes } from 'ethers'
import type { ContractAddresses, ContractName } from '../chain/abi.ts'
import { callContract } from '../chain/call.ts'
import { type Chain, RpcRefusal } from '../chain/network.ts'
import type { Registry } from '../chain/registry.ts'
import { encodePurpose } from '../chain/terms.ts'
import { explainRefusal } from '../chain/transaction.ts'
import { LedgerError, readSound } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import type { Vetoed } from './forms.ts'
import type { Lookup } from './lookup.ts'

/** Where the contracts tell of what can be vetoed. */
const VETOED_AT: Readonly<Record<Vetoed, readonly [ContractName, string]>> = {
  organisation: ['organisations', 'organisation'],
  resource: ['catalogue', 'resource'],
  agreement: ['agreements', 'agreementOf'],
  grant: ['accessLedger', 'grantOf'],
}

/** @param registry Where entries are read; without it fields have no names. */
export function createChainLookup(
  chain: Chain,
  contracts: ContractAddresses,
  registry: Pick<Registry, 'resources'> | undefined,
): Lookup {
  const ask = async (
    contract: ContractName,
    method: string,
    ...args: readonly unknown[]
  ): Promise<readonly unknown[]> => {
    try {
      return await callContract(chain, contract, contracts[contract], method, args)
    } catch (error) {
      throw error instanceof RpcRefusal ? explainRefusal(error) : error
    }
  }
  /** Undefined where the contract answers that there is none. */
  const unless = async <T>(code: string, answer: Promise<T>): Promise<T | undefined> => {
    try {
      return await answer
    } catch (error) {
      if (error instanceof LedgerError && error.code === code) return undefined
      throw error
    }
  }
  const idOf = async (contract: ContractName, code: string): Promise<bigint | undefined> => {
    const [id] = await ask(contract, 'idOfCode', keccak256(toUtf8Bytes(code)))
    return id === 0n ? undefined : (id as bigint)
  }

  return {
    organisation: code => idOf('organisations', code),
    resource: code => idOf('catalogue', code),

    async fields(resource) {
      const [entry] = (await unless('resource_unknown', ask('catalogue', 'resource', resource))) ?? []
      const count = Number((entry as { fieldCount?: bigint } | undefined)?.fieldCount ?? 0n)
      if (count === 0) return undefined
      const names = registry === undefined ? undefined : namesIn(registry, resource)
      return { count, ...(names?.length === count ? { names } : {}) }
    },

    async resourceOfGrant(id) {
      const [grant] = (await unless('grant_unknown', ask('accessLedger', 'grantOf', id))) ?? []
      const resource = (grant as { resource?: bigint } | undefined)?.resource
      return resource === 0n ? undefined : resource
    },

    async purpose(code) {
      const [number] = (await unless('purpose_unknown', ask('vocabulary', 'checkPurpose', encodePurpose(code)))) ?? []
      return number === undefined ? undefined : Number(number)
    },

    async asked(grant) {
      const [asked] = (await unless('grant_unknown', ask('accessLedger', 'askedDigest', grant))) ?? []
      return asked as string | undefined
    },

    async round(thing) {
      const [of, id] = thing.split(' ') as [Vetoed, string]
      const [contract, view] = VETOED_AT[of]
      const [found] = (await unless(`${of}_unknown`, ask(contract, view, id))) ?? []
      const veto = (found as { veto?: bigint } | undefined)?.veto ?? 0n
      return (veto & 1n) === 0n ? undefined : Number(veto >> 3n)
    },
  }
}

/** The names in a catalogue entry's `fields`: texts, or objects with a `name`. Providers write what they like there. */
function namesIn(registry: Pick<Registry, 'resources'>, id: bigint): readonly string[] | undefined {
  for (const resource of registry.resources()) {
    if (BigInt(resource.id) === id) return readNames(resource.metadata)
  }
  return undefined
}

function readNames(metadata: string): readonly string[] | undefined {
  const entry: unknown = readSound(() => parseStrict(Buffer.from(metadata.slice(2), 'hex').toString('utf8')))
  const fields = typeof entry === 'object' && entry !== null && 'fields' in entry ? entry.fields : undefined
  if (!Array.isArray(fields)) return undefined
  const names = fields.map((field: unknown) =>
    typeof field === 'object' && field !== null && 'name' in field ? field.name : field,
  )
  return names.every(name => typeof name === 'string') ? names : undefined
}
