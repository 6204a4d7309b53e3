// A day at a city's sharing platform, made up from a seed: who is registered, what is in the catalogue, who asked for
// what and was granted it, and every access line of the day, some of which should not have happened.

import type { Plan, PlannedOrganisation, PlannedRequest, PlannedResource } from '../../src/plan.ts'
import { COMPANIES, DEPARTMENTS, type DemoResource, POPULATION_BASE_REGISTER } from './departments.ts'
import { createRandom, type Random } from './random.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** 2026-03-17 00:00 in Beijing, a Tuesday. */
export const DAY = Date.parse('2026-03-17T00:00:00+08:00')
/** When the city was put on the chain, and when its requests were decided. */
export const ONBOARDED_AT = DAY - 20 * DAY_MS
/** At noon of the day some grants are revoked. */
export const REVOKED_AT = DAY + 12 * HOUR_MS

const DISTRICTS = ['观山湖区', '云岩区', '南明区', '花溪区', '乌当区', '白云区', '清镇市', '修文县', '息烽县', '开阳县']

const districtResources = (district: string): DemoResource[] => [
  {
    name: `${district}网格人口底数`,
    share: 'conditional',
    level: 3,
    fields: ['网格编号', '常住人口', '流动人口', '重点人员数'],
  },
  {
    name: `${district}城市管理案件`,
    share: 'unconditional',
    level: 1,
    fields: ['案件编号', '类型', '地点', '处置结果'],
  },
  { name: `${district}便民服务网点`, share: 'unconditional', level: 1, fields: ['名称', '地址', '服务事项', '电话'] },
  { name: `${district}临时救助发放`, share: 'conditional', level: 3, fields: ['姓名', '救助原因', '金额', '日期'] },
]

export interface City {
  readonly plan: Plan
  /** Positions in `plan.requests` whose grants are revoked at noon. */
  readonly revoked: readonly number[]
  readonly populationRegister: string
  /** Position in `plan.requests` of the register's grant that is used most, and all day. */
  readonly busiest: number
  /** The day's lines of one hour (0–23, Beijing time) as NDJSON; `grantIds` are those of `plan.requests`. */
  lines(hour: number, grantIds: readonly number[]): string[]
}

interface Use {
  readonly request: number
  readonly terms: PlannedRequest
  readonly resource: PlannedResource
  readonly system: string
  /** How much of the day's traffic it makes. */
  readonly weight: number
}

/** The same seed and number of lines always give the same city. */
export function makeCity(options: { readonly seed: number; readonly lines: number }): City {
  const random = createRandom(options.seed)
  const organisations = makeOrganisations()
  const resources = makeResources(organisations)
  const uses = makeUses(organisations, resources, random)
  const requests = uses.map(({ terms }) => terms)
  const usable = uses.filter(({ terms }) => terms.decision === undefined || 'grant' in terms.decision)
  const revoked = usable
    .filter(({ resource }) => resource.shareType === 'conditional' && random.chance(0.03))
    .map(({ request }) => request)
  const perHour = HOURLY_SHARE.map(share => Math.round((share * options.lines) / HOURLY_TOTAL))
  let seq = 0
  return {
    plan: { organisations, resources, requests },
    revoked,
    populationRegister: resources.find(({ name }) => name === POPULATION_BASE_REGISTER)!.code,
    busiest: findBusiest(usable.filter(({ request }) => !revoked.includes(request))),
    lines(hour, grantIds) {
      // Each hour has its own chance, so that hours can be made in any order; only `seq` counts through.
      const chance = createRandom(options.seed * 1000 + hour)
      const times = Array.from({ length: perHour[hour]! }, () => DAY + hour * HOUR_MS + chance.below(HOUR_MS)).toSorted(
        (a, b) => a - b,
      )
      return times.map(time => makeLine({ time, seq: seq++, chance, usable, grantIds, organisations }))
    },
  }
}

function findBusiest(uses: readonly Use[]): number {
  const allDay = uses.filter(
    ({ resource, terms }) => resource.name === POPULATION_BASE_REGISTER && terms.until * 1000 >= DAY + DAY_MS,
  )
  return allDay.toSorted((a, b) => b.weight - a.weight)[0]!.request
}

/** How busy each hour is: an office day with its lunch break, and machines at night. */
const HOURLY_SHARE = [6, 4, 3, 3, 3, 4, 8, 18, 62, 96, 104, 82, 34, 40, 92, 100, 94, 70, 30, 18, 14, 12, 10, 8]
const HOURLY_TOTAL = HOURLY_SHARE.reduce((sum, share) => sum + share, 0)

function makeOrganisations(): PlannedOrganisation[] {
  const departments = DEPARTMENTS.map(({ name }) => ({ name, kinds: ['provider', 'consumer'] as const }))
  const districts = DISTRICTS.map(name => ({ name: `${name}人民政府`, kinds: ['provider', 'consumer'] as const }))
  const companies = COMPANIES.map(({ name }) => ({ name, kinds: ['consumer'] as const }))
  return [...departments, ...districts, ...companies].map(({ name, kinds }, k) => ({
    code: makeCreditCode(kinds.length === 2 ? '11' : '91', k + 1),
    name,
    kinds,
  }))
}

const CODE_DIGITS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A unified social credit code (GB 32100): registrar, region 520100, a serial number, and the check digit mod 31. */
export function makeCreditCode(registrar: string, serial: number): string {
  const body = `${registrar}520100MB${String(serial).padStart(7, '0')}`
  const sum = body.split('').reduce((total, digit, k) => total + CODE_DIGITS.indexOf(digit) * (3 ** k % 31), 0)
  return body + CODE_DIGITS[(31 - (sum % 31)) % 31]!
}

function makeResources(organisations: readonly PlannedOrganisation[]): PlannedResource[] {
  const owned = [...DEPARTMENTS.map(({ resources }) => resources), ...DISTRICTS.map(districtResources)]
  return owned.flatMap((list, owner) =>
    list.map((resource, k): PlannedResource => {
      const withheld = resource.share === 'withheld'
      return {
        code: `3${String(owner + 1).padStart(2, '0')}01/${String(k + 1).padStart(6, '0')}`,
        provider: organisations[owner]!.code,
        name: resource.name,
        shareType: resource.share,
        openType: withheld || resource.level >= 3 ? 'not-open' : resource.level === 2 ? 'on-application' : 'open',
        level: resource.level,
        fields: resource.fields,
        source: `${organisations[owner]!.code}/${resource.name}`,
        details: {
          abstract: `${organisations[owner]!.name}${resource.name}`,
          category: '部门信息资源',
          cycle: resource.level === 1 ? '每日' : '实时',
          format: '数据库',
          published: '2025-06-30',
        },
        ...(withheld ? { legalBasis: '《中华人民共和国数据安全法》第二十一条' } : {}),
      }
    }),
  )
}

/** Every system of every consumer asks for a handful of resources of others. */
function makeUses(
  organisations: readonly PlannedOrganisation[],
  resources: readonly PlannedResource[],
  random: Random,
): Use[] {
  const shared = resources.filter(({ shareType }) => shareType !== 'withheld')
  const population = resources.find(({ name }) => name === POPULATION_BASE_REGISTER)!
  const districtSystems = DISTRICTS.map(() => [{ name: '基层治理一中枢', purpose: 'ImprovePublicServices' }])
  const systems = [
    ...DEPARTMENTS.map(({ systems }) => systems),
    ...districtSystems,
    ...COMPANIES.map(({ systems }) => systems),
  ]
  const uses: Use[] = []
  for (const [k, list] of systems.entries()) {
    const consumer = organisations[k]!.code
    for (const { name: system, purpose } of list) {
      const others = shared.filter(({ provider }) => provider !== consumer)
      const wanted = new Set(Array.from({ length: 4 + random.below(5) }, () => random.pick(others)))
      if (population.provider !== consumer && random.chance(0.55)) wanted.add(population)
      for (const resource of wanted)
        uses.push(makeUse({ request: uses.length, system, purpose, consumer, resource, random }))
    }
  }
  return uses
}

function makeUse({
  request,
  system,
  purpose,
  consumer,
  resource,
  random,
}: {
  request: number
  system: string
  purpose: string
  consumer: string
  resource: PlannedResource
  random: Random
}): Use {
  const decided = resource.shareType === 'conditional'
  const refused = decided && random.chance(0.08)
  // A few grants end on the day itself, at some hour of the afternoon.
  const until = random.chance(0.04) ? DAY + (13 + random.below(5)) * HOUR_MS : DAY + 180 * DAY_MS
  const terms: PlannedRequest = {
    resource: resource.code,
    consumer,
    purpose,
    purposeText: `${system}需要核验${resource.name}`,
    legalBasis: '筑府发〔2017〕6号',
    from: Math.floor(ONBOARDED_AT / 1000),
    until: Math.floor(until / 1000),
    ...(decided ? { decision: refused ? { refuse: '申请范围超出履职需要' } : { grant: true as const } } : {}),
  }
  return { request, terms, resource, system, weight: Math.ceil(20 / (1 + random.below(12))) }
}

interface LineParts {
  readonly time: number
  readonly seq: number
  readonly chance: Random
  readonly usable: readonly Use[]
  readonly grantIds: readonly number[]
  readonly organisations: readonly PlannedOrganisation[]
}

function makeLine({ time, seq, chance, usable, grantIds, organisations }: LineParts): string {
  const use = pickWeighted(usable, chance)
  const { terms, resource } = use
  const bulk = chance.chance(0.03)
  const rows = bulk ? 500 + chance.below(20_000) : 1 + chance.below(resource.level >= 3 ? 2 : 20)
  const line: Record<string, unknown> = {
    action: bulk ? 'download' : 'read',
    bytes: rows * (60 + resource.fields.length * 24),
    channel: bulk ? 'bulk-download' : 'online-query',
    consumer: terms.consumer,
    grant: grantIds[use.request],
    purpose: terms.purpose,
    resource: resource.code,
    rows,
    seq,
    source: 'gy-exchange-1',
    status: chance.chance(0.985) ? 'ok' : 'failed',
    time: new Date(time).toISOString(),
    transaction: `gy-${(DAY / DAY_MS).toFixed(0)}-${seq.toString(36).padStart(5, '0')}`,
  }
  if (resource.level >= 3) {
    line['sealed'] = {
      person: `${terms.consumer}/${String(1 + chance.below(40)).padStart(4, '0')}`,
      purposeText: `${use.system}办件核验`,
    }
  }
  misuse(line, chance, organisations)
  return JSON.stringify(line)
}

/** One line in a hundred or so is not as it should be. */
function misuse(line: Record<string, unknown>, chance: Random, organisations: readonly PlannedOrganisation[]): void {
  const kind = chance.next()
  if (kind < 0.004) {
    delete line['grant']
    delete line['purpose']
  } else if (kind < 0.007) {
    line['purpose'] = 'CommercialPurpose'
  } else if (kind < 0.01) {
    line['consumer'] = chance.pick(organisations).code
  } else if (kind < 0.0102) {
    line['resource'] = '99999/000000' // not in the catalogue: will be refused
  }
}

function pickWeighted(uses: readonly Use[], chance: Random): Use {
  const total = uses.reduce((sum, { weight }) => sum + weight, 0)
  let at = chance.next() * total
  for (const use of uses) {
    at -= use.weight
    if (at < 0) return use
  }
  return uses.at(-1)!
}
