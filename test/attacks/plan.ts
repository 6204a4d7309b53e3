// A small city: who is in it, what they have, and who was granted what.

import type { Plan } from '../../src/plan/planned.ts'

export const CENSUS = '11520100MB00000013'
export const HEALTH = '11520100MB00000026'
export const BANK = '91520100MB00000031'
export const POPULATION = '30101/000001'
export const INCOME = '30101/000002'

const [SINCE, UNTIL] = [1_767_196_800, 4_102_329_600] // 2026 to 2099
const ASKED = { purpose: 'LegalCompliance', purposeText: '依法核验', legalBasis: '筑府发〔2017〕6号' }
/** The second is nobody's. */
export const PURPOSES = new Set([ASKED.purpose, 'CommercialPurpose'])
const TERMS = { ...ASKED, from: SINCE, until: UNTIL }

/** In the order of `Grants`. */
export const PLAN: Plan = {
  organisations: [
    { code: CENSUS, name: '市公安局', kinds: ['provider', 'consumer'] },
    { code: HEALTH, name: '市卫生健康局', kinds: ['consumer'] },
    { code: BANK, name: '筑城商业银行', kinds: ['consumer'] },
  ],
  resources: [resource(POPULATION, '人口基础信息', 'unconditional'), resource(INCOME, '收入信息', 'conditional')],
  requests: [
    { ...TERMS, resource: POPULATION, consumer: HEALTH },
    { ...TERMS, resource: INCOME, consumer: BANK, decision: { grant: true } },
    { ...TERMS, resource: INCOME, consumer: HEALTH, decision: { grant: true } },
  ],
}

function resource(code: string, name: string, shareType: 'conditional' | 'unconditional'): Plan['resources'][number] {
  const fields = ['姓名', '公民身份号码']
  return {
    code,
    provider: CENSUS,
    name,
    shareType,
    openType: 'not-open',
    level: 1,
    fields,
    source: `${CENSUS}/${name}`,
  }
}
