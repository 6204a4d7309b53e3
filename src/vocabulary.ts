// The purposes that a new ledger starts with (IVocabulary): terms of the W3C Data Privacy Vocabulary 2 that public data is
// asked for, and local codes for what the policies name and the vocabulary does not. Codes never change their meaning,
// so this list only ever grows at its end; the keeper of the vocabulary registers more, or retires one.

export interface PurposeTerm {
  /** 1 to 32 of `A–Z a–z 0–9 - . : _`. */
  readonly code: string
  readonly zh: string
  readonly en: string
  /** An IRI, or document number and article. */
  readonly basis: string
}

type Row = readonly [code: string, zh: string, en: string]
type LocalRow = readonly [...Row, article: string]

// https://w3id.org/dpv, version 2.2 and later, taxonomy of purposes. The first twelve came with version 0.1 of the ledger.
const DPV: readonly Row[] = [
  ['PublicPolicyMaking', '公共政策制定', 'public policy making'],
  ['ProvideOfficialStatistics', '官方统计', 'official statistics'],
  ['ImprovePublicServices', '改进公共服务', 'improving public services'],
  ['ProtectionOfPublicSecurity', '维护公共安全', 'public security'],
  ['ImproveHealthcare', '改进医疗卫生', 'improving healthcare'],
  ['ImproveTransportMobility', '改善交通出行', 'improving transport'],
  ['CombatClimateChange', '应对气候变化', 'combating climate change'],
  ['PublicBenefit', '公共利益', 'public benefit'],
  ['LegalCompliance', '依法履职', 'legal compliance'],
  ['FraudPreventionAndDetection', '防范和发现欺诈', 'fraud prevention and detection'],
  ['ScientificResearch', '科学研究', 'scientific research'],
  ['CommercialPurpose', '商业用途', 'commercial purpose'],
  ['ProtectionOfNationalSecurity', '维护国家安全', 'national security'],
  ['Counterterrorism', '反恐怖', 'counterterrorism'],
  ['CounterMoneyLaundering', '反洗钱', 'counter money laundering'],
  ['MisusePreventionAndDetection', '防范和发现滥用', 'misuse prevention and detection'],
  ['EnforceSecurity', '落实安全措施', 'enforcing security'],
  ['EnforceAccessControl', '访问控制', 'enforcing access control'],
  ['Verification', '信息核验', 'verification'],
  ['IdentityVerification', '身份核验', 'identity verification'],
  ['IdentityAuthentication', '身份认证', 'identity authentication'],
  ['AgeVerification', '年龄核验', 'age verification'],
  ['RightsFulfilment', '保障法定权利', 'fulfilment of rights'],
  ['FulfilmentOfObligation', '履行义务', 'fulfilment of an obligation'],
  ['EstablishContractualAgreement', '订立合同', 'establishing a contract'],
  ['DisputeManagement', '争议处理', 'dispute management'],
  ['ProtectionOfIPR', '保护知识产权', 'protection of intellectual property'],
  ['ServiceProvision', '提供服务', 'service provision'],
  ['RequestedServiceProvision', '按申请提供服务', 'provision of a requested service'],
  ['TechnicalServiceProvision', '提供技术服务', 'technical service provision'],
  ['ServiceRegistration', '服务登记', 'service registration'],
  ['ServiceOptimisation', '服务优化', 'service optimisation'],
  ['ServiceUsageAnalytics', '服务使用分析', 'analysis of service usage'],
  ['IncreaseServiceRobustness', '提高服务稳定性', 'increasing service robustness'],
  ['InternalResourceOptimisation', '内部资源优化', 'internal resource optimisation'],
  ['PersonalisedBenefits', '个性化惠民待遇', 'personalised benefits'],
  ['RecordManagement', '档案与记录管理', 'record management'],
  ['OrganisationGovernance', '组织治理', 'organisation governance'],
  ['OrganisationRiskManagement', '组织风险管理', 'organisation risk management'],
  ['OrganisationComplianceManagement', '组织合规管理', 'organisation compliance management'],
  ['AcademicResearch', '学术研究', 'academic research'],
  ['CommercialResearch', '商业研究', 'commercial research'],
  ['NonCommercialResearch', '非商业研究', 'non-commercial research'],
  ['ResearchAndDevelopment', '研究开发', 'research and development'],
  ['NonCommercialPurpose', '非商业用途', 'non-commercial purpose'],
  ['DataAltruism', '数据公益', 'data altruism'],
]

// Guiyang, opinion on sharing and opening government data, 2017-03-28.
const GUIYANG = '筑府发〔2017〕6号'
const GZ: readonly LocalRow[] = [
  ['gz:PerformDuties', '履行职责', 'performing a department’s duties', '五（二）'],
  ['gz:GovernmentServices', '政务服务（免重复提交）', 'government services without asking twice', '五（二）'],
  ['gz:ElectronicLicences', '电子证照应用', 'use of electronic licences', '五（三）5'],
  ['gz:CreditSystem', '信用体系', 'credit system', '五（三）6、（四）'],
  ['gz:ComprehensiveTaxation', '综合治税', 'comprehensive tax governance', '五（四）'],
  ['gz:MacroeconomicMonitoring', '宏观经济监测', 'macroeconomic monitoring', '五（三）4'],
  ['gz:IndustryForecast', '产业发展预测预警', 'industry forecasting and early warning', '五（三）4'],
  ['gz:DataIronCage', '数据铁笼', 'data iron cage: supervision of the use of power by data', '五（四）'],
  ['gz:SupplySideReform', '供给侧改革', 'supply-side reform', '五（四）'],
  ['gz:EcologicalCivilisation', '生态文明', 'ecological civilisation', '五（四）'],
  ['gz:HealthProtection', '健康保障', 'health protection', '五（三）6、（四）'],
  ['gz:SocialSecurity', '社会保障', 'social security', '五（三）6'],
  ['gz:FoodAndDrugSafety', '食品药品安全', 'food and drug safety', '五（三）6'],
  ['gz:WorkSafety', '安全生产', 'work safety', '五（三）6'],
  ['gz:PriceSupervision', '价格监管', 'price supervision', '五（三）6'],
  ['gz:EnergySecurity', '能源安全', 'energy security', '五（三）6'],
  ['gz:UrbanRuralDevelopment', '城乡建设', 'urban and rural development', '五（三）6'],
  ['gz:CommunityGovernance', '社区治理', 'community governance', '五（三）6'],
  ['gz:EnvironmentalProtection', '生态环保', 'environmental protection', '五（三）6'],
  ['gz:CrossCheck', '数据质量交叉检验', 'cross-checking of data quality', '二（二）'],
  ['gz:OpenDataPackages', '主题关联数据包开放', 'opening of linked data packages', '六（二）'],
  ['gz:ValueAddedServices', '数据增值服务', 'value-added data services', '六（三）'],
  ['gz:SecuritySupervision', '数据安全监管', 'supervision of data security', '七（三）'],
]

// Yunnan, rules for authorised operation, draft of 2025-07-24: its articles have titles and no numbers.
const YUNNAN = '云南省公共数据资源授权运营管理办法（试行）（公开征求意见稿）'
const YN: readonly LocalRow[] = [
  ['yn:PublicGovernance', '公共治理', 'public governance', '【产品和服务定价】'],
  ['yn:PublicWelfare', '公益事业', 'public welfare', '【产品和服务定价】'],
  ['yn:IndustrialDevelopment', '产业发展', 'industrial development', '【产品和服务定价】'],
  ['yn:SectorDevelopment', '行业发展', 'development of a sector', '【产品和服务定价】'],
  ['yn:ScenarioDevelopment', '应用场景开发利用', 'development of application scenarios', '【开发主体选择】'],
  ['yn:ProductDevelopment', '数据产品和服务开发', 'development of data products and services', '【产品和服务开发】'],
  ['yn:Redevelopment', '数据产品和服务再开发', 'redevelopment of data products and services', '【产品和服务开发】'],
  ['yn:QualityCorrection', '数据校核', 'correction of data', '【数据质量管理】'],
  ['yn:OperationEvaluation', '运营成效评估', 'evaluation of operation', '【工作评估】'],
  ['yn:SafetyManagement', '安全风险监测与防控', 'monitoring and prevention of security risks', '【安全管理】'],
  ['yn:IncidentResponse', '数据安全事件处置', 'response to data security incidents', '【应急处置】'],
]

/** In the order of their numbers on the chain. */
export const PURPOSE_SEED: readonly PurposeTerm[] = [
  ...DPV.map(([code, zh, en]) => ({ code, zh, en, basis: `https://w3id.org/dpv#${code}` })),
  ...GZ.map(local(GUIYANG)),
  ...YN.map(local(YUNNAN)),
]

function local(document: string): (row: LocalRow) => PurposeTerm {
  return ([code, zh, en, article]) => ({ code, zh, en, basis: `${document} ${article}` })
}
