// Which data there is, what is granted of it without being asked, and what is made from it, as the contracts' views tell it.

import { id as digestText, keccak256 } from 'ethers'
import type { RegistryState } from '../registry-state.ts'
import { sourcesBehind } from '../state/lineage.ts'
import { CHECKS, type Check, checksToBits } from '../terms.ts'
import type { Values } from '../values.ts'
import { vetoBits } from './veto-bits.ts'
import type { Kind } from './view.ts'

export const RESOURCE_VIEWS: Kind = {
  zh: '数据资源',
  en: 'resource',
  contract: 'catalogue',
  count: { view: 'resourceCount', first: 1 },
  ids: ({ state }) => state.resources.keys(),
  views: {
    resource: {
      expect: (held, id) => {
        const { state, sources } = held
        const resource = state.resources.get(Number(id))!
        const { version, shareType, openType, level, highestLevel, fieldCount, withdrawn, product, metadata } = resource
        return {
          provider: state.organisationIds.get(resource.provider)!,
          version,
          shareType,
          openType,
          level,
          highestLevel,
          fieldCount,
          withdrawn,
          product,
          veto: vetoBits(resource, held),
          ancestorCount: resource.ancestors.length,
          parent: isParent(resource.code, state),
          metadataDigest: keccak256(metadata),
          sourceHash: sources.get(Number(id))!,
        }
      },
    },
    ancestorsOf: {
      expect: ({ state }, id) => {
        const ancestors = state.resources.get(Number(id))!.ancestors.map(code => state.resourceIds.get(code)!)
        return { '': ancestors.toSorted((a, b) => a - b) }
      },
    },
    idOfCode: {
      asks: ({ state }, id) => [[digestText(state.resources.get(Number(id))!.code)]],
      expect: ({ state }, id) => ({ '': state.resourceIds.get(state.resources.get(Number(id))!.code) ?? 0 }),
    },
  },
}

const NO_POLICY: Values = {
  version: 0,
  longestPeriod: 0,
  validUntil: 0,
  everyone: false,
  mostBytes: 0n,
  mostRows: 0n,
  scope: 0n,
  purposes: 0n,
}

/** Of every resource: also that it has none. */
export const POLICY_VIEWS: Kind = {
  zh: '自动共享策略',
  en: 'policy',
  contract: 'policies',
  ids: ({ state }) => state.resources.keys(),
  views: {
    policyOf: {
      expect: ({ state }, id) => {
        const policy = state.policies.get(Number(id))
        if (policy === undefined) return NO_POLICY
        const { version, terms, consumers, ended } = policy
        const { validUntil } = terms
        return { ...terms, version, everyone: consumers.length === 0, validUntil: ended === undefined ? validUntil : 0 }
      },
    },
    names: {
      asks: ({ state }, id) => consumersOf(state, Number(id)).map(consumer => [id, consumer]),
      answer: 'which',
      expect: ({ state }, id) => ({ '': consumersOf(state, Number(id)) }),
    },
  },
}

const NO_PRODUCT: Values = {
  agreement: 0,
  releasedVersion: 0,
  state: 'none',
  price: 'free',
  checks: 0,
  sourceCount: 0,
  registeredVersion: 0,
  releasedCount: 0,
  sources: [],
  released: [],
}

/** Of every entry that may go out as a product only: also that it was never registered as one. */
export const PRODUCT_VIEWS: Kind = {
  zh: '数据产品',
  en: 'product',
  contract: 'products',
  *ids({ state }) {
    for (const { id, product } of state.resources.values()) if (product || state.products.has(id)) yield id
  },
  views: {
    productOf: {
      expect: ({ state, registrations }, id) => {
        const product = state.products.get(Number(id))
        if (product === undefined) return NO_PRODUCT
        const { agreement, price, sources, releasedVersion } = product
        const released = product.releases.at(-1)?.sources ?? []
        return {
          agreement,
          price,
          sources,
          sourceCount: sources.length,
          state: product.state,
          releasedVersion: releasedVersion ?? 0,
          checks: checksToBits(releasedVersion === undefined ? (product.checks ?? []) : ALL_CHECKS),
          registeredVersion: registrations.get(Number(id))!,
          releasedCount: released.length,
          released,
        }
      },
    },
    sourcesBehind: {
      expect: ({ state }, id) => ({ behind: sourcesBehind(state, state.resources.get(Number(id))!) }),
    },
  },
}

/** What was found in order of a product that is released. */
const ALL_CHECKS = Object.keys(CHECKS) as readonly Check[]

function consumersOf({ policies, organisationIds }: RegistryState, resource: number): readonly number[] {
  return policies.get(resource)?.consumers.map(code => organisationIds.get(code)!) ?? []
}

/** Whether an entry was ever made from this one. Whoever has it as an ancestor has a parent that does, or it as a parent. */
function isParent(code: string, state: RegistryState): boolean {
  const known = parents.get(state) ?? new Set([...state.resources.values()].flatMap(({ ancestors }) => ancestors))
  parents.set(state, known)
  return known.has(code)
}

/** Of each state the codes that are parents: a state that is compared does not change any more. */
const parents = new WeakMap<RegistryState, ReadonlySet<string>>()
