// Who is who in the demo's city, and what each of them keeps. The names are those of any Chinese city; the codes, the
// persons and the accesses are made up.

import type { ShareType } from '../../src/chain/terms.ts'

export interface DemoResource {
  readonly name: string
  readonly share: ShareType
  /** 1 public to 4 most sensitive. */
  readonly level: number
  readonly fields: readonly string[]
}

export interface Department {
  readonly name: string
  /** Keeps data of its own. */
  readonly resources: readonly DemoResource[]
  /** Systems that take data from others, and what for. */
  readonly systems: readonly { readonly name: string; readonly purpose: string }[]
}

const SHARES: Readonly<Record<string, ShareType>> = { u: 'unconditional', c: 'conditional', w: 'withheld' }

/** One line a resource: `name|share u, c or w|level|fields`. */
function resources(table: string): DemoResource[] {
  return table
    .trim()
    .split('\n')
    .map(line => {
      const [name, share, level, fields] = line.trim().split('|')
      return { name: name!, share: SHARES[share!]!, level: Number(level), fields: fields!.split('、') }
    })
}

function systems(...pairs: readonly [name: string, purpose: string][]): Department['systems'] {
  return pairs.map(([name, purpose]) => ({ name, purpose }))
}

export const POPULATION_BASE_REGISTER = '人口基础信息'

export const DEPARTMENTS: readonly Department[] = [
  {
    name: '市公安局',
    systems: systems(['情报研判平台', 'ProtectionOfPublicSecurity'], ['出入境自助办理', 'ImprovePublicServices']),
    resources: resources(`
      ${POPULATION_BASE_REGISTER}|c|3|姓名、公民身份号码、性别、民族、出生日期、户籍地址、婚姻状况、死亡标识
      户籍迁移信息|c|3|公民身份号码、迁出地、迁入地、迁移日期、迁移原因
      居住证信息|c|3|持证人、证号、居住地址、有效期起、有效期止
      机动车登记信息|c|2|号牌号码、车辆类型、所有人、登记日期、检验有效期
      驾驶证信息|c|2|证号、准驾车型、初次领证日期、有效期、状态
      无犯罪记录核查结果|c|4|公民身份号码、核查结果、核查日期
      旅馆住宿登记统计|u|1|区县、月份、入住人次
      道路交通事故统计|u|1|区县、月份、事故数、死亡人数、受伤人数
      在逃人员信息|w|4|姓名、案件编号、立案单位`),
  },
  {
    name: '市民政局',
    systems: systems(['社会救助审核系统', 'LegalCompliance'], ['婚姻登记系统', 'ImprovePublicServices']),
    resources: resources(`
      婚姻登记信息|c|3|男方、女方、登记类型、登记日期、登记机关
      最低生活保障对象信息|c|3|姓名、公民身份号码、保障类别、保障金额、起始月份
      特困人员信息|c|3|姓名、公民身份号码、供养方式、照料人
      社会组织登记信息|u|1|名称、统一社会信用代码、类型、法定代表人、登记日期
      殡葬火化信息|c|3|姓名、公民身份号码、火化日期、殡仪馆
      养老机构信息|u|1|名称、地址、床位数、联系电话、等级
      地名地址信息|u|1|标准地名、类别、经度、纬度
      孤儿和事实无人抚养儿童信息|w|4|姓名、公民身份号码、监护人、保障类型`),
  },
  {
    name: '市人力资源和社会保障局',
    systems: systems(['养老待遇资格认证', 'FraudPreventionAndDetection'], ['就业服务平台', 'ImprovePublicServices']),
    resources: resources(`
      社会保险参保信息|c|3|姓名、公民身份号码、险种、参保状态、单位名称
      养老金领取信息|c|3|姓名、公民身份号码、待遇金额、发放月份
      失业登记信息|c|2|姓名、公民身份号码、登记日期、失业原因
      专业技术人员职业资格信息|u|2|姓名、证书编号、资格名称、级别、取得日期
      招聘岗位信息|u|1|单位、岗位、人数、薪酬范围、工作地点
      劳动人事争议仲裁信息|c|3|案号、申请人、被申请人、裁决结果
      社会保障卡信息|c|3|姓名、卡号、发卡银行、状态
      企业欠薪黑名单|u|1|单位名称、统一社会信用代码、欠薪金额、列入日期`),
  },
  {
    name: '市市场监督管理局',
    systems: systems(['信用分类监管系统', 'LegalCompliance'], ['企业开办一网通办', 'ImprovePublicServices']),
    resources: resources(`
      企业基本信息|u|1|名称、统一社会信用代码、法定代表人、注册资本、成立日期、经营范围
      个体工商户信息|u|1|名称、统一社会信用代码、经营者、组成形式、经营场所
      企业年报信息|c|2|统一社会信用代码、年度、从业人数、资产总额
      行政处罚信息|u|1|当事人、处罚文书号、违法行为、处罚结果、处罚日期
      食品经营许可信息|u|1|经营者、许可证编号、主体业态、有效期
      特种设备登记信息|u|2|设备种类、使用单位、设备代码、检验日期
      股权出质信息|c|2|出质人、质权人、出质股权数额、登记日期
      投诉举报工单|c|2|编号、诉求类型、被诉单位、办理结果`),
  },
  {
    name: '市卫生健康委员会',
    systems: systems(['全民健康信息平台', 'ImproveHealthcare'], ['疾病监测预警', 'ImproveHealthcare']),
    resources: resources(`
      出生医学证明信息|c|4|新生儿姓名、出生日期、母亲、父亲、证号
      居民电子健康档案|c|4|公民身份号码、既往史、过敏史、签约机构
      医疗机构信息|u|1|名称、登记号、等级、诊疗科目、地址
      执业医师信息|u|1|姓名、执业证书编号、执业范围、执业地点
      预防接种信息|c|3|受种者、疫苗名称、接种日期、接种单位
      传染病疫情月报|u|1|病种、月份、发病数、死亡数
      床位使用统计|u|1|机构、日期、编制床位、实际占用
      精神障碍患者管治信息|w|4|姓名、公民身份号码、诊断、风险等级`),
  },
  {
    name: '市自然资源和规划局',
    systems: systems(['不动产登记一窗受理', 'ImprovePublicServices']),
    resources: resources(`
      不动产登记信息|c|3|权利人、不动产单元号、坐落、面积、登记日期
      不动产抵押信息|c|3|抵押人、抵押权人、债权数额、登记日期
      土地供应结果|u|1|宗地编号、用途、面积、成交价格、受让人
      建设用地规划许可|u|1|证号、用地单位、项目名称、用地面积
      地质灾害隐患点|u|2|编号、位置、类型、威胁人口
      基本农田分布|c|2|图斑编号、面积、权属单位
      矿业权信息|u|1|许可证号、矿业权人、矿种、有效期
      高精度基础测绘成果|w|4|图幅号、比例尺、坐标系`),
  },
  {
    name: '市住房和城乡建设局',
    systems: systems(['保障性住房资格审核', 'FraudPreventionAndDetection']),
    resources: resources(`
      商品房预售许可|u|1|证号、开发企业、项目名称、预售面积
      房屋租赁备案信息|c|2|出租人、承租人、坐落、租期
      公租房保障对象|c|3|姓名、公民身份号码、房源、租金
      建筑业企业资质|u|1|企业名称、资质类别、等级、有效期
      建筑工程施工许可|u|1|证号、建设单位、工程名称、合同价格
      物业服务企业信用|u|1|企业名称、信用等级、评价年度
      房屋安全鉴定结果|c|2|坐落、鉴定等级、鉴定机构、日期`),
  },
  {
    name: '市教育局',
    systems: systems(['义务教育入学报名', 'ImprovePublicServices']),
    resources: resources(`
      学生学籍信息|c|3|姓名、公民身份号码、学校、年级、学籍号
      教师资格信息|u|2|姓名、证书号码、任教学科、认定机构
      学校基本信息|u|1|名称、办学类型、地址、在校生数
      家庭经济困难学生信息|c|4|姓名、学籍号、困难类型、资助金额
      中考成绩|c|3|准考证号、科目、成绩
      民办学校办学许可|u|1|名称、许可证号、举办者、有效期
      校车备案信息|u|1|号牌号码、学校、路线、驾驶人`),
  },
  {
    name: '国家税务总局市税务局',
    systems: systems(['税费申报比对', 'FraudPreventionAndDetection']),
    resources: resources(`
      纳税人登记信息|c|2|名称、纳税人识别号、登记类型、主管机关
      企业纳税信用等级|u|1|纳税人识别号、评价年度、等级
      个人所得税缴纳信息|c|4|公民身份号码、所得项目、应纳税额、所属月份
      增值税发票汇总|c|3|纳税人识别号、月份、开票金额
      欠税公告|u|1|纳税人、税种、欠税余额
      重大税收违法案件|u|1|纳税人、案件性质、处理情况
      房产交易契税信息|c|3|受让人、不动产单元号、计税金额`),
  },
  {
    name: '市医疗保障局',
    systems: systems(['医保基金智能监管', 'FraudPreventionAndDetection']),
    resources: resources(`
      医疗保险参保信息|c|3|姓名、公民身份号码、参保类型、参保地
      门诊慢特病备案|c|4|公民身份号码、病种、有效期
      定点医药机构|u|1|名称、机构编码、类别、地址
      医保结算汇总|c|2|机构编码、月份、人次、基金支付
      药品集中采购目录|u|1|药品名称、规格、中选价、生产企业
      异地就医备案|c|3|公民身份号码、就医地、备案日期
      医疗救助对象|c|4|姓名、公民身份号码、救助类别`),
  },
  {
    name: '市交通运输局',
    systems: systems(['综合交通运行监测', 'ImproveTransportMobility']),
    resources: resources(`
      公交线路站点|u|1|线路、站点、经度、纬度、首末班
      公交刷卡客流统计|u|1|线路、时段、客流量
      出租汽车经营资格|u|1|企业、车牌号、资格证号、有效期
      网约车驾驶员证|c|2|姓名、证号、有效期
      道路运输企业许可|u|1|企业名称、许可证号、经营范围
      两客一危车辆定位|c|2|号牌号码、时间、经度、纬度、速度
      公路养护计划|u|1|路段、里程、工期`),
  },
  {
    name: '市生态环境局',
    systems: systems(['污染源在线监控', 'CombatClimateChange']),
    resources: resources(`
      空气质量实时数据|u|1|站点、时间、AQI、PM2.5、PM10
      地表水断面监测|u|1|断面、月份、水质类别、主要污染物
      排污许可证|u|1|单位、证号、行业、有效期
      污染源自动监控数据|c|2|企业、排口、时间、浓度
      环境行政处罚|u|1|当事人、文书号、违法事实、罚款
      危险废物转移联单|c|2|产生单位、接收单位、废物代码、数量`),
  },
  {
    name: '市司法局',
    systems: systems(['公共法律服务平台', 'ImprovePublicServices']),
    resources: resources(`
      律师执业信息|u|1|姓名、执业证号、律师事务所
      公证文书核验|c|3|公证书编号、公证事项、当事人
      法律援助案件|c|3|案号、受援人、案由、承办律师
      社区矫正对象信息|w|4|姓名、公民身份号码、矫正类别、矫正期限
      行政复议决定|u|1|案号、申请人、被申请人、结果
      司法鉴定机构|u|1|名称、许可证号、业务范围`),
  },
  {
    name: '市统计局',
    systems: systems(['经济运行监测', 'ProvideOfficialStatistics'], ['人口抽样调查', 'ProvideOfficialStatistics']),
    resources: resources(`
      地区生产总值季报|u|1|区县、季度、增加值、增速
      规模以上工业企业名录|c|2|企业名称、行业代码、主营业务收入
      居民收入与消费调查|c|3|样本户编号、收入、支出
      人口普查汇总|u|1|区县、年龄组、性别、人数
      固定资产投资项目|c|2|项目名称、建设单位、计划投资、完成投资
      居民消费价格指数|u|1|月份、类别、指数`),
  },
  {
    name: '市应急管理局',
    systems: systems(['应急指挥一张图', 'ProtectionOfPublicSecurity']),
    resources: resources(`
      危险化学品企业|c|2|企业名称、许可证号、品种、储量
      应急避难场所|u|1|名称、地址、容纳人数、经纬度
      安全生产许可证|u|1|企业名称、证号、许可范围、有效期
      应急物资储备|c|2|仓库、物资、数量、管理单位
      生产安全事故调查报告|u|1|事故名称、日期、等级、原因
      重大危险源|w|4|单位、位置、等级、监测数据`),
  },
  {
    name: '市农业农村局',
    systems: systems(['惠农补贴审核', 'FraudPreventionAndDetection']),
    resources: resources(`
      农村土地承包经营权|c|2|承包方、地块编码、面积、承包期
      耕地地力补贴发放|c|2|农户、面积、金额、年度
      农产品质量抽检|u|1|产品、抽样地点、检测项目、结果
      新型农业经营主体|u|1|名称、类型、负责人、规模
      动物检疫证明|u|1|证号、货主、动物种类、启运地
      宅基地使用权|c|3|户主、坐落、面积`),
  },
  {
    name: '市文化和旅游局',
    systems: systems(['旅游市场监管', 'LegalCompliance']),
    resources: resources(`
      旅行社信息|u|1|名称、许可证号、经营范围
      导游证信息|u|1|姓名、导游证号、语种
      景区客流实时数据|u|1|景区、时间、入园人数、承载量
      文物保护单位|u|1|名称、级别、年代、地址
      互联网上网服务营业场所|u|1|名称、许可证号、地址
      非物质文化遗产代表性项目|u|1|名称、类别、级别、保护单位`),
  },
  {
    name: '市残疾人联合会',
    systems: systems(['残疾人两项补贴', 'ImprovePublicServices']),
    resources: resources(`
      残疾人证信息|c|4|姓名、公民身份号码、残疾类别、等级
      残疾儿童康复救助|c|4|姓名、监护人、康复机构、救助金额
      辅助器具适配|c|3|姓名、器具名称、日期
      残疾人就业保障金单位|u|2|单位名称、安置人数、年度`),
  },
  {
    name: '市住房公积金管理中心',
    systems: systems(['公积金贷款审批', 'FraudPreventionAndDetection']),
    resources: resources(`
      公积金缴存信息|c|3|姓名、公民身份号码、单位、月缴存额
      公积金贷款信息|c|3|借款人、贷款金额、余额、状态
      公积金提取信息|c|3|姓名、提取原因、提取金额、日期
      缴存单位信息|u|2|单位名称、单位账号、缴存人数`),
  },
  {
    name: '市政务服务中心',
    systems: systems(['一网通办受理平台', 'ImprovePublicServices'], ['12345 热线知识库', 'ImprovePublicServices']),
    resources: resources(`
      政务服务事项目录|u|1|事项编码、名称、实施主体、办理时限
      电子证照目录|c|2|证照编号、证照类型、持证主体、颁发机构
      办件过程信息|c|2|办件编号、事项编码、申请人类型、状态
      好差评数据|u|1|办件编号、评价等级、评价时间
      中介服务机构库|u|1|名称、服务类型、信用等级`),
  },
  {
    name: '市发展和改革委员会',
    systems: systems(['社会信用评价', 'PublicPolicyMaking'], ['项目审批监管平台', 'LegalCompliance']),
    resources: resources(`
      信用双公示信息|u|1|主体名称、统一社会信用代码、文书号、类别
      失信被执行人|u|1|被执行人、案号、执行法院、发布日期
      投资项目审批|u|1|项目代码、名称、审批事项、结果
      公共资源交易信息|u|1|项目编号、交易类型、中标人、金额
      粮食储备数据|w|3|库点、品种、数量`),
  },
  {
    name: '市财政局',
    systems: systems(['财政补贴一卡通', 'FraudPreventionAndDetection']),
    resources: resources(`
      部门预算公开|u|1|部门、年度、收入、支出
      政府采购合同|u|1|合同编号、采购人、供应商、金额
      惠民惠农补贴发放|c|3|公民身份号码、补贴项目、金额、发放日期
      行政事业单位资产|c|2|单位、资产类别、原值`),
  },
  {
    name: '市审计局',
    systems: systems(['大数据审计平台', 'LegalCompliance']),
    resources: resources(`
      审计结果公告|u|1|项目名称、被审计单位、主要问题
      审计整改台账|w|3|问题编号、责任单位、整改情况`),
  },
  {
    name: '市大数据发展管理局',
    systems: systems(['城市运行分析', 'PublicPolicyMaking']),
    resources: resources(`
      政务云资源使用|c|2|单位、云主机数、存储、月份
      数据共享需求清单|u|1|需求部门、资源名称、状态
      城市运行指标|u|1|指标名称、时间、数值`),
  },
  {
    name: '市气象局',
    systems: systems(['灾害性天气预警', 'ProtectionOfPublicSecurity']),
    resources: resources(`
      地面气象观测|u|1|站号、时间、气温、降水量、风速
      气象灾害预警信号|u|1|信号类型、级别、区域、发布时间
      雷电监测定位|u|1|时间、经度、纬度、强度
      农业气象旬报|u|1|区县、旬、墒情、积温`),
  },
  {
    name: '市中级人民法院',
    systems: systems(['执行查控系统', 'LegalCompliance']),
    resources: resources(`
      裁判文书公开目录|u|1|案号、案由、审理法院、裁判日期
      司法拍卖信息|u|1|标的名称、起拍价、拍卖日期
      限制消费人员|u|2|姓名、案号、限制日期
      未成年人案件信息|w|4|案号、当事人、处理结果`),
  },
  {
    name: '市供水集团',
    systems: systems(['用水过户办理', 'ImprovePublicServices']),
    resources: resources(`
      用水户档案|c|2|户号、户名、用水地址、用水性质
      分区供水量|u|1|区县、日期、供水量
      水质检测日报|u|1|水厂、日期、浑浊度、余氯`),
  },
  {
    name: '市公共交通集团',
    systems: systems(['优待证核验', 'ImprovePublicServices']),
    resources: resources(`
      公交车辆动态|u|1|车号、线路、时间、经纬度
      乘车优待卡发放|c|3|姓名、公民身份号码、优待类别`),
  },
]

/** Companies that only take data, under contract. */
export const COMPANIES: readonly Pick<Department, 'name' | 'systems'>[] = [
  { name: '贵阳普惠金融服务有限公司', systems: systems(['小微企业信用贷', 'CommercialPurpose']) },
  { name: '筑城商业银行股份有限公司', systems: systems(['个人消费贷风控', 'CommercialPurpose']) },
  { name: '黔健医疗大数据研究院', systems: systems(['区域疾病谱研究', 'ScientificResearch']) },
  { name: '贵州山地大学城市治理研究中心', systems: systems(['人口流动研究', 'ScientificResearch']) },
]
