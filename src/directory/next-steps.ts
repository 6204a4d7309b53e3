// What to do where a grant cannot be used now. Nothing is due where the answer is to wait for what was set.

import type { Standing } from '../chain/state/standing.ts'

interface Step {
  readonly zh: string
  readonly en: string
}

const ASK_ANEW: Step = { zh: '如仍需使用，请重新申请。', en: 'Ask for a new one if it is still needed.' }
const WAIT_FOR_LIFTING: Step = {
  zh: '须待外部检验与监管双方同意解除。',
  en: 'An inspector and a regulator must both agree to lift it.',
}
const ASK_REGISTRAR: Step = { zh: '请向登记管理机构了解原因。', en: 'Ask the registrar why.' }
const ASK_PROVIDER: Step = { zh: '请与提供部门联系。', en: 'Ask the provider.' }

const STEPS: Readonly<Record<Standing, Step | undefined>> = {
  usable: undefined,
  requested: { zh: '等待答复；逾期可向监管反映。', en: 'Wait for the answer; once it is overdue, tell the regulator.' },
  held: WAIT_FOR_LIFTING,
  refused: { zh: '可补充材料后重新申请。', en: 'Ask again, with what was missing.' },
  revoked: ASK_ANEW,
  suspended: WAIT_FOR_LIFTING,
  'not-started': { zh: '等待期限开始。', en: 'Wait until its period begins.' },
  expired: ASK_ANEW,
  exhausted: { zh: '请申请新的额度。', en: 'Ask for a new one with a larger quota.' },
  'resource-withdrawn': ASK_PROVIDER,
  'resource-withheld': ASK_PROVIDER,
  'resource-vetoed': WAIT_FOR_LIFTING,
  'organisation-inactive': ASK_REGISTRAR,
  'organisation-vetoed': WAIT_FOR_LIFTING,
  'agreement-not-begun': { zh: '等待协议开始。', en: 'Wait until the agreement begins.' },
  'agreement-over': { zh: '须先签订新的协议。', en: 'A new agreement comes first.' },
  'agreement-vetoed': WAIT_FOR_LIFTING,
  'developer-excluded': { zh: '请与运营机构联系。', en: 'Ask the operator that took the measure.' },
  'product-not-released': { zh: '等待该版本经审查发布。', en: 'Wait until this version is reviewed and released.' },
  'source-not-granted': {
    zh: '产品来源须由开发主体获得授权，或由运营机构依运营协议取得；请由制作方改正来源。',
    en: 'A product’s source must be granted to its developer, or to its operator under the operation agreement; its maker has to correct the sources.',
  },
  'sources-too-deep': {
    zh: '由制作方精简来源后重新登记。',
    en: 'Its maker has to name sources nearer to the data and register it anew.',
  },
  'source-vetoed': WAIT_FOR_LIFTING,
}

export function nextStepOf(why: Standing): Step | undefined {
  return STEPS[why]
}
