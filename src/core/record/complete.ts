// A submitted line against the catalogue: what the line leaves out and the ledger knows is filled in, what contradicts
// it is refused. What merely breaks the rules is not refused: a read of a withdrawn resource, or under a grant that has
// ended or is somebody else's, did happen, and the ledger must say so; reconciliation judges it.

import { LedgerError } from '../error.ts'
import {
  type CompleteRecord,
  EARLIEST_TIME,
  ERASURE_SOURCE,
  fitsField,
  KEYS_SOURCE,
  MAX_CLOCK_SKEW,
  type PublicInput,
} from './shape.ts'
import { formatTime, readTime } from './time.ts'

/** What the ledger knows from the contracts' events. Answers must come from memory: they are asked for every line. */
export interface Registry {
  /** All that the answers come from; another object once the chain was unwound, and what was true may never have been. */
  readonly books: object
  resource(code: string): { readonly provider: string; readonly withdrawn: boolean } | undefined
  organisation(code: string): object | undefined
  grant(id: number): { readonly purpose: string } | undefined
}

/**
 * The line with provider and purpose filled in. `now` is the ledger's clock, ms since 1970. Throws `reserved_source`,
 * `time_in_future`, `time_too_early`, `unknown_resource`, `unknown_consumer`, `unknown_grant`, `provider_mismatch`, or
 * `invalid_registry_value` when the chain itself holds a code that no entry may carry.
 */
export function completeRecord(input: PublicInput, registry: Registry, now: number): CompleteRecord {
  checkTime(input.time, now)
  // Erasures and keys are found by their source: were it anybody's, they could be buried among lines that say the same.
  if (input.source === ERASURE_SOURCE || input.source === KEYS_SOURCE) {
    const { en, zh } = RESERVED_FOR[input.source]
    throw new LedgerError('reserved_source', {
      en: `source ${input.source} is that of the ledger's own records of ${en}; name the system that ships the line`,
      zh: `来源 ${input.source} 仅用于账本自己的${zh}；请写报送该行的系统`,
    })
  }
  const resource = registry.resource(input.resource)
  if (resource === undefined) {
    throw new LedgerError('unknown_resource', {
      en: `resource ${quote(input.resource)} is not in the catalogue; register it there, or correct the code`,
      zh: `目录中没有资源 ${quote(input.resource)}；请先编入目录，或改正代码`,
    })
  }
  if (registry.organisation(input.consumer) === undefined) {
    throw new LedgerError('unknown_consumer', {
      en: `consumer ${quote(input.consumer)} is not registered; register the organisation, or correct the code`,
      zh: `使用方 ${quote(input.consumer)} 未登记；请先登记该机构，或改正代码`,
    })
  }
  if (input.provider !== undefined && input.provider !== resource.provider) {
    const [given, known] = [quote(input.provider), quote(resource.provider)]
    throw new LedgerError('provider_mismatch', {
      en: `the line says provider ${given}, but the catalogue says ${known}; correct the line, or leave provider out`,
      zh: `该行写的提供方为 ${given}，而目录中为 ${known}；请改正该行，或不写 provider`,
    })
  }
  const { provider } = resource
  if (!fitsField('provider', provider)) throw invalidRegistryValue('provider', provider)
  if (input.grant === undefined) return { ...input, provider }
  const grant = registry.grant(input.grant)
  if (grant === undefined) {
    throw new LedgerError('unknown_grant', {
      en: `grant ${input.grant} is not in the ledger's contract; correct the number, or leave grant out if there is none`,
      zh: `账本合约中没有授权 ${input.grant}；请改正编号，没有授权的不写 grant`,
    })
  }
  // A line that names a purpose of its own keeps it, even against the grant: that difference is what reconciliation seeks.
  if (input.purpose !== undefined) return { ...input, provider }
  if (!fitsField('purpose', grant.purpose)) throw invalidRegistryValue('purpose', grant.purpose)
  return { ...input, provider, purpose: grant.purpose }
}

const RESERVED_FOR = {
  [ERASURE_SOURCE]: { en: 'erasure', zh: '擦除记录' },
  [KEYS_SOURCE]: { en: 'sources’ keys', zh: '来源密钥记录' },
} as const

function checkTime(time: string, now: number): void {
  const ahead = readTime(time) - now
  if (ahead > MAX_CLOCK_SKEW) {
    const [seconds, clock] = [Math.round(ahead / 1000), formatTime(now)]
    throw new LedgerError('time_in_future', {
      en: `time ${time} is ${seconds} s ahead of the ledger's clock (${clock}); set the source's clock`,
      zh: `时间 ${time} 比账本的时钟（${clock}）快 ${seconds} 秒；请校准来源的时钟`,
    })
  }
  if (time < EARLIEST_TIME) {
    throw new LedgerError('time_too_early', {
      en: `time ${time} is before ${EARLIEST_TIME}; set the source's clock`,
      zh: `时间 ${time} 早于 ${EARLIEST_TIME}；请校准来源的时钟`,
    })
  }
}

function invalidRegistryValue(field: 'provider' | 'purpose', value: string): LedgerError {
  const next =
    field === 'purpose'
      ? { en: 'send the purpose on the line', zh: '请在行中写明用途' }
      : { en: 'register the organisation with a valid code', zh: '请以有效的代码登记该机构' }
  return new LedgerError('invalid_registry_value', {
    en: `the chain gives ${field} ${quote(value)}, which no entry may carry; ${next.en}`,
    zh: `链上的 ${field} 为 ${quote(value)}，不能写入记录；${next.zh}`,
  })
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 64))
}
