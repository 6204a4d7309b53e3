// What each act is called, and what it does, in Chinese and English. The acts are derived from the contracts (list.ts); a
// test says that each has its words, and that no words are left over. Arguments have theirs in argument-words.ts.

import type { Words } from '../core/words.ts'

export interface ActWords {
  readonly title: Words
  /** One sentence. */
  readonly says: Words
}

const words = (titleZh: string, titleEn: string, zh: string, en: string): ActWords => ({
  title: { zh: titleZh, en: titleEn },
  says: { zh, en },
})

export const ACT_WORDS: Readonly<Record<string, ActWords>> = {
  'organisations.register': words(
    '登记参与方',
    'Register an organisation',
    '为一个机构登记统一社会信用代码、名称、类别和签名账户。',
    'Registers an organisation with its credit code, name, kinds and signing account.',
  ),
  'organisations.update': words(
    '变更参与方',
    'Update an organisation',
    '变更机构的名称和类别。',
    'Changes an organisation’s name and kinds.',
  ),
  'organisations.change-account': words(
    '更换签名账户',
    'Change an organisation’s account',
    '机构遗失密钥等情形下更换其签名账户。',
    'Gives an organisation another signing account, for instance after a lost key.',
  ),
  'organisations.set-status': words(
    '变更参与方状态',
    'Set an organisation’s status',
    '暂停、列入黑名单或恢复一个机构，须说明理由。',
    'Suspends, blacklists or restores an organisation, with a reason.',
  ),
  'organisations.appoint-officer': words(
    '任命首席数据官',
    'Appoint a chief data officer',
    '登记机构首席数据官的账户，或使该职位空缺。',
    'Appoints the account of an organisation’s chief data officer, or leaves the office vacant.',
  ),
  'organisations.veto-organisation': words(
    '冻结参与方',
    'Veto an organisation',
    '外部检验机构自此冻结一个机构的一切行为。',
    'Freezes an organisation from now on, by an inspector.',
  ),
  'organisations.lift-organisation-veto': words(
    '同意解除参与方冻结',
    'Agree to lift an organisation’s veto',
    '同意解除所写轮次的冻结；外部检验与监管双方均同意后解除。',
    'Agrees to lift this veto, and no later one; it is lifted when an inspector and a regulator have.',
  ),
  'vocabulary.register-purposes': words(
    '登记用途',
    'Register purposes',
    '在用途词表中登记用途代码及其中英文名称和依据。',
    'Registers purpose codes with their labels and basis.',
  ),
  'vocabulary.retire-purpose': words(
    '停用用途',
    'Retire a purpose',
    '此后不得再以该用途提出申请，已有授权不变。',
    'Nothing more may be requested for this purpose; grants for it stay.',
  ),
  'work-calendar.set-days': words(
    '设定工作日历',
    'Set the working days',
    '设定一段日期内与周一至周五规则不同的日子（节假日和调休）。',
    'Sets which days of a span are the opposite of the Monday to Friday rule.',
  ),
  'catalogue.register': words(
    '登记信息资源',
    'Register a resource',
    '在目录中登记一项信息资源，一数一源。',
    'Registers a resource in the catalogue: one datum, one source.',
  ),
  'catalogue.update': words(
    '更新信息资源',
    'Update a resource',
    '以新版本替换目录条目，信息项只增不减。',
    'Puts a new version of a catalogue entry in place; fields are only added.',
  ),
  'catalogue.withdraw': words(
    '撤销信息资源',
    'Withdraw a resource',
    '撤销目录条目，此后不得申请和交付。',
    'Ends a catalogue entry: nothing more is requested or delivered.',
  ),
  'catalogue.note-change': words(
    '记录应更新事项',
    'Note a change that an entry must follow',
    '记录数据或法规变化，目录须在规定工作日内更新。',
    'Notes a change of data or law that the entry must follow in time.',
  ),
  'catalogue.confirm': words(
    '确认目录条目',
    'Confirm a catalogue entry',
    '年度维护或负面清单复核：条目无须变更。',
    'Confirms that the entry stands as it is, for the yearly upkeep or review.',
  ),
  'catalogue.veto-resource': words(
    '冻结信息资源',
    'Veto a resource',
    '外部检验机构自此冻结该资源及其一切衍生资源。',
    'Freezes a resource and all that is made from it, by an inspector.',
  ),
  'catalogue.lift-resource-veto': words(
    '同意解除资源冻结',
    'Agree to lift a resource’s veto',
    '同意解除所写轮次的冻结；外部检验与监管双方均同意后解除。',
    'Agrees to lift this veto, and no later one; it is lifted when an inspector and a regulator have.',
  ),
  'policies.set-policy': words(
    '设定自动共享策略',
    'Set a sharing policy',
    '范围内的申请由合约即时授权。',
    'States what is granted at once, without asking the provider.',
  ),
  'policies.end-policy': words(
    '终止自动共享策略',
    'End a sharing policy',
    '终止策略，已授权的不变。',
    'Ends the policy; what it granted stays.',
  ),
  'agreements.apply-for-development': words(
    '申请开发利用协议',
    'Apply for a development agreement',
    '开发主体在运营协议之下申请开发利用。',
    'A developer applies to build on products under an operation agreement.',
  ),
  'agreements.publicise': words(
    '资格审查并公示',
    'Publicise an application',
    '运营机构完成资格审查，开始不少于五个工作日的公示。',
    'The operator reviewed the qualification and makes the choice public.',
  ),
  'agreements.object': words(
    '公示期异议',
    'Object during publicity',
    '在公示期内提出异议。',
    'Objects while an application is public.',
  ),
  'agreements.resolve-objection': words(
    '处理异议',
    'Resolve an objection',
    '监管部门记录一项异议已处理。',
    'A regulator records that one objection was dealt with.',
  ),
  'agreements.offer-operation': words(
    '提出运营协议',
    'Offer an operation agreement',
    '实施机构向运营机构提出运营协议并签署。',
    'An implementing agency offers an operation agreement, signed by the offer.',
  ),
  'agreements.offer-opening': words(
    '提出契约式开放协议',
    'Offer an opening agreement',
    '提供部门提出三方契约式开放协议并签署。',
    'A provider offers to open data by contract, signed by the offer.',
  ),
  'agreements.sign-agreement': words(
    '签署协议',
    'Sign an agreement',
    '签署协议文本；最后一方签署后生效。',
    'Signs the agreement’s text; the last signature puts it in force.',
  ),
  'agreements.decline-agreement': words(
    '不予签署',
    'Decline an agreement',
    '在协议生效前拒绝，须说明理由。',
    'Declines an agreement before it is in force, with a reason.',
  ),
  'agreements.file-agreement': words(
    '协议备案',
    'File an agreement',
    '记录协议已向省级主管部门备案。',
    'Records the agreement’s filing with the provincial bureau.',
  ),
  'agreements.end-agreement': words(
    '终止协议',
    'End an agreement',
    '提前终止协议，其下授权一并终止。',
    'Ends an agreement before its time, and every grant under it.',
  ),
  'agreements.evaluate': words(
    '评估',
    'Evaluate a party',
    '第一方评估第二方：通过、未通过或限期整改。',
    'The first party evaluates the second: pass, fail or rectify.',
  ),
  'agreements.take-measure': words(
    '对开发主体采取措施',
    'Take a measure against a developer',
    '运营机构提醒约谈、暂停或限制开发主体，或予撤销。',
    'An operator warns, suspends or bars a developer, or takes that back.',
  ),
  'agreements.veto-agreement': words(
    '中止协议',
    'Veto an agreement',
    '外部检验机构自此中止协议、其下一切授权和由其数据加工的产品；协议终止后亦可。',
    'Stops an agreement, all under it and all made from its data, also after its end, by an inspector.',
  ),
  'agreements.lift-agreement-veto': words(
    '同意解除协议中止',
    'Agree to lift an agreement’s veto',
    '同意解除所写轮次的否决；外部检验与监管双方均同意后解除。',
    'Agrees to lift this veto, and no later one; it is lifted when an inspector and a regulator have.',
  ),
  'products.register-product': words(
    '登记数据产品',
    'Register a product for review',
    '登记由授权数据加工的产品，提请审查。',
    'Registers a product made from granted data, for review.',
  ),
  'products.review-product': words(
    '审查数据产品',
    'Review a product',
    '协议第一方逐项审查，发布或不予发布。',
    'The agreement’s first party releases or refuses the product.',
  ),
  'products.withdraw-product': words(
    '下架数据产品',
    'Withdraw a product',
    '下架产品，须说明理由。',
    'Takes a product off, with a reason.',
  ),
  'access-ledger.request': words(
    '申请数据',
    'Request access',
    '申请使用一项资源：范围、用途、依据、期限和额度。',
    'Asks for access to a resource: scope, purpose, legal basis, period and quota.',
  ),
  'access-ledger.grant': words(
    '同意申请',
    'Grant a request',
    '提供部门按申请或更小范围授权。',
    'The provider grants a request as asked, or less.',
  ),
  'access-ledger.approve': words(
    '会签同意',
    'Approve a request',
    '会签角色同意；达到规定人数时授权成立。',
    'Approves a request for one role; the k-th approval grants it.',
  ),
  'access-ledger.withdraw-approval': words(
    '撤回会签',
    'Withdraw an approval',
    '在授权成立前撤回会签意见。',
    'Takes an approval back before the request is granted.',
  ),
  'access-ledger.refuse': words(
    '拒绝申请',
    'Refuse a request',
    '提供部门拒绝申请，须说明理由。',
    'The provider refuses a request, with a reason.',
  ),
  'access-ledger.revoke': words(
    '撤销授权',
    'Revoke a grant',
    '提供部门提前终止授权，须说明理由。',
    'The provider ends a grant before its time, with a reason.',
  ),
  'access-ledger.set-approval-rule': words(
    '设定会签规则',
    'Set an approval rule',
    '规定自某分级起须由哪些角色中的几方同意。',
    'Says from which level on how many of whom must approve.',
  ),
  'access-ledger.veto-grant': words(
    '否决申请或授权',
    'Veto a request or grant',
    '外部检验机构自此中止审批或暂停授权。',
    'Holds a request or suspends a grant from now on, by an inspector.',
  ),
  'access-ledger.lift-grant-veto': words(
    '同意解除否决',
    'Agree to lift a grant’s veto',
    '同意解除所写轮次的否决；外部检验与监管双方均同意后解除。',
    'Agrees to lift this veto, and no later one; it is lifted when an inspector and a regulator have.',
  ),
  'access-ledger.share': words(
    '记录共享',
    'Record a share',
    '提供部门记录一次数据共享。',
    'The provider records that it handed data over under a grant.',
  ),
  'access-ledger.download': words(
    '记录下载',
    'Record a download',
    '使用部门（或提供部门）记录一次下载。',
    'The consumer, or the provider, records a download under a grant.',
  ),
  'access-ledger.deliver': words(
    '批量记录交付',
    'Record deliveries',
    '一次记录多笔交付，含用量结算；全部记录或全部不记录。',
    'Records several deliveries, statements among them: all or none.',
  ),
  'access-ledger.compute': words(
    '记录域内计算',
    'Record a computation',
    '记录数据不出域的计算：输入、算法和结果摘要。',
    'Records a computation on data that stayed where it is.',
  ),
  'access-ledger.confirm-receipt': words(
    '确认收到',
    'Confirm a delivery',
    '使用部门以内容摘要确认收到的交付。',
    'The consumer countersigns a delivery by the digest of what arrived.',
  ),
  'access-ledger.entrust': words(
    '委托平台运营方',
    'Entrust a platform operator',
    '提供部门委托平台运营方按日志记录用量。',
    'A provider entrusts a platform operator with recording statements from a log.',
  ),
  'corrections.raise': words(
    '提出校核',
    'Raise a correction',
    '使用部门对所得数据提出疑义或错误。',
    'Says that data taken under a grant is wrong or doubtful.',
  ),
  'corrections.answer': words(
    '答复校核',
    'Answer a correction',
    '提供部门答复校核。',
    'The provider answers a correction.',
  ),
  'corrections.dispute': words(
    '再次提出',
    'Dispute an answer',
    '对答复不认可，再次提出。',
    'Disputes the answer to a correction.',
  ),
  'corrections.accept': words('接受答复', 'Accept an answer', '接受校核答复。', 'Accepts the answer to a correction.'),
  'conduct.register-person': words(
    '登记数据处理人员',
    'Register a person who handles data',
    '以加盐摘要登记人员及其保密承诺，不含姓名。',
    'Registers a person by pseudonym, with the undertaking that they signed.',
  ),
  'conduct.remove-person': words(
    '注销数据处理人员',
    'Remove a person who handled data',
    '注销人员登记，须说明理由。',
    'Removes a registered person, with a reason.',
  ),
  'conduct.report-incident': words(
    '报告安全事件',
    'Report an incident',
    '报告数据安全事件及其等级。',
    'Reports an incident and its severity.',
  ),
  'conduct.follow-up-incident': words(
    '跟进安全事件',
    'Follow up an incident',
    '上报、处置或办结安全事件。',
    'Passes an incident on, or records that it was dealt with.',
  ),
  'conduct.file-plan': words(
    '实施方案备案',
    'File an implementation plan',
    '实施机构对已批准的实施方案备案。',
    'An implementing agency files an approved plan.',
  ),
  'checkpoint-anchor.register-log': words(
    '登记日志',
    'Register a log',
    '登记一个日志的名称及其锚定账户。',
    'Registers a log’s origin and the account that anchors it.',
  ),
  'checkpoint-anchor.replace-anchorer': words(
    '更换锚定账户',
    'Replace a log’s anchorer',
    '更换日志的锚定账户。',
    'Hands a log to another anchoring account.',
  ),
  'checkpoint-anchor.anchor': words(
    '锚定检查点',
    'Anchor a checkpoint',
    '以一致性证明锚定日志的新检查点。',
    'Anchors a log’s next checkpoint, with its consistency proof.',
  ),
  'checkpoint-anchor.anchor-all': words(
    '批量锚定检查点',
    'Anchor several checkpoints',
    '一次锚定多个日志的检查点。',
    'Anchors the checkpoints of several logs, all or none.',
  ),
}
