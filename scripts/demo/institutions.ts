// Who decides, inspects and operates in the demo's city, and by which rules: added to the plan of its departments, whose
// requests and lines stay as they are.

import { APPROVERS, type Approver } from '../../src/chain/terms.ts'
import type { Plan, PlannedOrganisation, PlannedPolicy, PlannedResource } from '../../src/plan.ts'
import { DAY, makeCreditCode, ONBOARDED_AT } from './city.ts'

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

const institution = (
  serial: number,
  name: string,
  kind: PlannedOrganisation['kinds'][number],
): PlannedOrganisation => ({
  code: makeCreditCode('12', serial),
  name,
  kinds: [kind],
})

export const REGULATOR = institution(9001, '市数据监督管理办公室', 'regulator')
export const INSPECTOR = institution(9002, '黔衡数据检验中心', 'inspector')
export const PLATFORM = institution(9003, '筑云数据平台运营有限公司', 'operator')
const OPERATOR = institution(9004, '贵阳数据资源运营有限公司', 'authorised-operator')
const DEVELOPER = institution(9005, '甲秀智慧出行科技有限公司', 'developer')
/** Authorises the operator. */
const AGENCY = '市大数据发展管理局'
/** Entrusts the platform's operator with stating what was taken. */
const ENTRUSTING = '市公安局'

/** From this level on two of three approve. */
const SENSITIVE = 4
const POLICIES = 3
/** What the operator makes its product from. */
const SOURCES = ['机动车登记信息', '网约车驾驶员证'] as const

const PRODUCT: PlannedResource = {
  code: '39001/000001',
  provider: OPERATOR.code,
  name: '车辆出行安全指数',
  shareType: 'conditional',
  openType: 'on-application',
  level: 1,
  fields: ['区县', '月份', '指数'],
  source: `${OPERATOR.code}/车辆出行安全指数`,
  details: {
    abstract: '由机动车登记与网约车驾驶员信息加工的统计指数，不含个人信息',
    category: '数据产品',
    cycle: '每月',
  },
}

export function withInstitutions(plan: Plan): Plan {
  const resources = plan.resources.map(resource => withPolicy(resource, plan))
  const sources = SOURCES.map(name => resources.find(resource => resource.name === name)!)
  const officers = officersNeeded(plan)
  const organisations = plan.organisations.map(organisation => ({
    ...organisation,
    ...(officers.has(organisation.code) && { officer: true }),
    ...(organisation.name === ENTRUSTING && { entrusts: PLATFORM.code }),
    ...(organisation.name === AGENCY && { kinds: [...organisation.kinds, 'implementing-agency' as const] }),
  }))
  const agency = organisations.find(({ name }) => name === AGENCY)!.code
  const [from, until] = [seconds(ONBOARDED_AT), seconds(ONBOARDED_AT + 2 * YEAR_MS)]
  const terms = {
    from,
    until: seconds(DAY + YEAR_MS),
    legalBasis: '云南省公共数据资源授权运营管理办法（试行）',
    decision: { grant: true } as const,
  }
  return {
    organisations: [PLATFORM, ...organisations, REGULATOR, INSPECTOR, OPERATOR, DEVELOPER],
    approvalRules: [{ fromLevel: SENSITIVE, needed: 2, roles: Object.keys(APPROVERS) as Approver[] }],
    resources: [...resources, { ...PRODUCT, parents: sources.map(({ code }) => code) }],
    agreements: [
      {
        name: '运营',
        kind: 'operation',
        parties: [agency, OPERATOR.code],
        from,
        until,
        range: sources.map(({ code }) => code),
        text: '公共数据资源授权运营协议',
      },
      {
        name: '开发',
        kind: 'development',
        parties: [OPERATOR.code, DEVELOPER.code],
        parent: '运营',
        from,
        until,
        range: [PRODUCT.code],
        text: '公共数据产品开发利用协议',
      },
    ],
    requests: [
      ...plan.requests,
      ...sources.map(({ code, name }) => ({
        ...terms,
        name,
        resource: code,
        consumer: OPERATOR.code,
        agreement: '运营',
        purpose: 'yn:ProductDevelopment',
        purposeText: `用${name}加工统计指数`,
      })),
      {
        ...terms,
        name: '开发',
        resource: PRODUCT.code,
        consumer: DEVELOPER.code,
        agreement: '开发',
        purpose: 'yn:ScenarioDevelopment',
        purposeText: '保险定价参考',
        quota: { rows: 100_000 },
      },
    ],
    products: [
      {
        resource: PRODUCT.code,
        agreement: '运营',
        price: 'paid',
        sources: SOURCES,
        use: '按区县逐月加总，少于 20 辆的不输出',
        review: { release: true },
      },
    ],
  }
}

/** Where people would grant all that is asked for, some providers let the contract do it. */
function withPolicy(resource: PlannedResource, plan: Plan): PlannedResource {
  if (!ruledResources(plan).includes(resource.code)) return resource
  const purposes = plan.requests.filter(request => request.resource === resource.code).map(({ purpose }) => purpose)
  const policy: PlannedPolicy = {
    purposes: [...new Set(purposes)],
    longestDays: 400,
    validUntil: seconds(DAY + YEAR_MS),
  }
  return { ...resource, policy }
}

function ruledResources({ resources, requests }: Plan): readonly string[] {
  const asked = Map.groupBy(requests, ({ resource }) => resource)
  return resources
    .filter(({ shareType, level }) => shareType === 'conditional' && level < SENSITIVE - 1)
    .map(({ code }) => code)
    .filter(code => (asked.get(code)?.length ?? 0) >= 2)
    .filter(code => asked.get(code)!.every(({ decision }) => decision === undefined || 'grant' in decision))
    .slice(0, POLICIES)
}

/** The providers of what is most sensitive: their officer and the regulator are the two that it takes. */
function officersNeeded({ resources }: Plan): ReadonlySet<string> {
  const sensitive = resources.filter(({ level, shareType }) => level >= SENSITIVE && shareType !== 'withheld')
  return new Set(sensitive.map(({ provider }) => provider))
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
