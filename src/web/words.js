// Every word of the first page and the API page, in Chinese and English. `{name}` stands for a value.

import { LIFE } from './life-words.js'
import { TERMS } from './terms.js'

const PAGE = {
  title: ['溯源 Suyuan', 'Suyuan 溯源'],
  skip: ['跳到查询', 'Skip to the question'],
  tagline: ['谁来拿数据，拿数据干什么', 'Who took which data, and what for'],
  token: ['访问令牌', 'Token'],
  tokenNote: ['只保存在本标签页，关闭即清除', 'Kept in this tab only, until it closes'],
  navigation: ['导航', 'Navigation'],
  docs: ['接口文档', 'API'],
  verifyPage: ['核验', 'Verify'],
  home: ['返回首页', 'Back to the ledger'],
  footer: [
    '答案可用证据文件离线核验，无需信任运营方或本软件。',
    'Every answer can be checked offline from its evidence file, trusting neither the operator nor this software.',
  ],

  health: ['账本状态', 'The ledger now'],
  records: ['记录', 'Records'],
  recordsHint: ['已接收，已落盘', 'accepted and durable'],
  checkpoint: ['检查点', 'Checkpoint'],
  anchor: ['上链存证', 'Anchored'],
  lag: ['待上链', 'Waiting'],
  none: ['暂无', 'none yet'],
  signedAgo: ['{ago}签名', 'signed {ago}'],
  anchoredAgo: ['区块 {block} · {ago}', 'block {block} · {ago}'],
  justNow: ['刚刚', 'just now'],
  lagNone: ['全部已上链', 'all anchored'],
  lagFor: ['最早等待 {time}', 'oldest for {time}'],
  healthy: ['运行正常', 'All is well'],
  unready: ['需要处理', 'Needs attention'],
  unreachable: ['无法连接账本服务，正在重试', 'The ledger does not answer; trying again'],

  ask: ['谁拿了什么数据？', 'Who took which data?'],
  resource: ['信息资源', 'Resource'],
  consumer: ['使用方', 'Consumer'],
  purpose: ['用途', 'Purpose'],
  from: ['从（北京时间）', 'From (Beijing time)'],
  to: ['到（含当日）', 'To (that day included)'],
  grantNumber: ['授权编号', 'Grant number'],
  grantForm: ['正整数，例如 42', 'A whole number, such as 42'],
  actor: ['人员（假名）', 'Person (pseudonym)'],
  actorForm: ['32 位小写十六进制', '32 lower-case hexadecimal digits'],
  submit: ['查询', 'Ask'],
  reset: ['清空', 'Clear'],
  any: ['不限', 'Any'],
  noMatch: ['没有匹配项', 'Nothing matches'],
  noMatchButCode: ['未登记；可按此代码查询', 'Not registered; it can be asked for as a code'],
  notRegistered: [
    '{field}“{code}”未登记。日志中可能有从未登记的代码，故仍按其查询。',
    '{field} “{code}” is not registered. The log may name what never was, so it was asked for all the same.',
  ],
  chooseOne: ['没有“{text}”，请从列表中选择', 'There is no “{text}”; choose one from the list'],
  moreOptions: ['还有 {count} 项，请继续输入', '{count} more; type on'],

  asking: ['正在查询…', 'Asking…'],
  answer: ['答案', 'Answer'],
  summary: [
    '{records} 次使用，{consumers} 个使用方，{purposes} 种用途',
    '{records} uses by {consumers} consumers for {purposes} purposes',
  ],
  summaryUngrouped: ['{records} 次使用', '{records} uses'],
  summaryOutside: ['其中 {outside} 次不在授权内', '{outside} of them outside their grants'],
  summaryInside: ['全部在授权内', 'all of them within their grants'],
  empty: ['没有符合条件的记录', 'No record fits'],
  emptyNext: [
    '放宽时间或减少条件再试；刚写入的记录要等下一个检查点。',
    'Widen the time or drop a filter. Lines just accepted show after the next checkpoint.',
  ],
  pinned: ['本答案对应检查点 {size}（根 {root}）', 'This answer speaks of checkpoint {size} (root {root})'],
  pinnedAnchored: [
    '，已于 {time} 上链存证：区块 {block}，交易 {transaction}',
    ', anchored {time} in block {block}, transaction {transaction}',
  ],
  pinnedWaiting: [
    '，尚未上链；通常几秒后完成，再次查询即可看到',
    ', not on the chain yet; that takes some seconds, then ask again',
  ],
  totals: ['按使用方和用途汇总', 'By consumer and purpose'],
  ungrouped: [
    '使用方与用途的组合超过 10,000 种，未逐一列出；请限定使用方或缩短时间后再查。总数为全部记录之和。',
    'There are more than 10,000 pairs of consumer and purpose, and none is listed: ask for one consumer, or a shorter time. The sums are those of all records.',
  ],
  unfold: ['显示其余 {groups} 组：{records} 次', 'Show the other {groups}: {records} uses'],
  unfoldOutside: [
    '显示其余 {groups} 组：{records} 次，其中 {outside} 次不在授权内',
    'Show the other {groups}: {records} uses, {outside} of them outside their grants',
  ],
  fold: ['只显示前 {shown} 组', 'Show the first {shown} only'],
  rows: ['逐条记录', 'Record by record'],
  shown: ['已显示 {count} 条，新的在前', '{count} shown, newest first'],
  more: ['显示更多', 'Show more'],
  undeclared: ['未申报', 'undeclared'],
  uses: ['次数', 'Uses'],
  dataRows: ['数据条数', 'Rows'],
  bytes: ['数据量', 'Volume'],
  outside: ['授权外', 'Outside'],
  period: ['首次 – 末次', 'First – last'],
  time: ['时间（北京）', 'Time (Beijing)'],
  action: ['行为', 'Act'],
  authority: ['授权', 'Authority'],
  number: ['序号', 'Index'],
  sourceKey: ['来源密钥', 'Source’s key'],
  textDigest: ['文本摘要', 'Digest of the text'],
  grantOf: ['授权 {id}', 'Grant {id}'],
  automatic: ['合约自动批准', 'by contract'],
  byProvider: ['{name}批准', 'by {name}'],
  evidence: ['下载证据文件', 'Download the evidence'],
  evidenceBusy: ['正在生成…', 'Preparing…'],
  evidenceDone: [
    '证据文件（gzip 压缩的 JSON）已保存，含 {rows} 条记录。',
    'The evidence (JSON, packed with gzip) is saved, with {rows} records.',
  ],
  evidenceNext: ['核验前请另行查得区块 {block} 的哈希。', 'To check it, look up the hash of block {block} elsewhere.'],
  evidenceNeedsNode: ['链已较长，核验需要节点（--rpc）。', 'The chain is long by now: checking needs a node (--rpc).'],
  evidenceComplete: ['文件本身可表明没有遗漏。', 'The file shows that none was left out.'],
  evidenceUnproven: [
    '只按时间查询，不能表明没有遗漏；请指明资源、使用方等任一项。',
    'Asked by time only, it cannot show that none was left out; name a resource, a consumer or another value for that.',
  ],
  evidenceCut: [
    '注意：文件只含最新的 {rows} 条，更早的不在其中；请缩小时间范围，分次下载。',
    'Note: the file has only the newest {rows} records; older ones are NOT in it. Narrow the time, one file for each part.',
  ],
  print: ['打印', 'Print'],
  verify: ['如何核验', 'How to check it'],
  verifyHere: [
    '在浏览器里核验（打开核验页，放入两个文件，不上传）',
    'In the browser: open the page that verifies and give it the two files; nothing is uploaded',
  ],
  verify1: [
    '从监管部门（不是本网站）取得信任文件 trust.json：日志公钥、链 ID、合约地址。',
    'Get trust.json — log key, chain id, contract addresses — from the regulator, not from this site.',
  ],
  verify2: [
    '从区块浏览器、监管公告或任一可信节点（不是本网站）查得区块哈希，写入 trust.json；区块号在下载后显示：',
    'Look up one block’s hash — in an explorer, the regulator’s notices, any node you trust, not on this site — and put it into trust.json; its number is shown after the download:',
  ],
  verify3: ['在自己的电脑上运行，无需联网：', 'On your own machine, without a network, run:'],
  verify4: ['有自己信任的节点时，可不查哈希：', 'With a node of your own choice, no hash is needed:'],
  verify5: [
    '结论只有三种：已验证、被篡改（指出哪条记录）、无法核验（说明原因）。',
    'There are three verdicts: verified, tampered (which record), or cannot be checked (why).',
  ],

  needToken: ['查询记录需要访问令牌', 'Asking for records needs a token'],
  needTokenNext: [
    '请在页首填写令牌。首个令牌在账本首次启动时显示一次；之后用 suyuan token create 新建。',
    'Enter it at the top. The first was shown once, when the ledger first started; suyuan token create makes more.',
  ],
  offline: ['无法连接账本服务', 'The ledger does not answer'],
  offlineNext: ['请检查服务是否在运行，然后重试。', 'See whether the service is running, then try again.'],
  requestId: ['请求编号 {id}', 'Request {id}'],

  docsTitle: ['接口文档', 'The API'],
  docsIntro: ['以下内容由 /openapi.json 生成。', 'Made from /openapi.json.'],
  parameters: ['参数', 'Parameters'],
  responses: ['返回', 'Answer'],
  body: ['请求体', 'Body'],
  errors: ['错误代码', 'Errors'],
  errorsIntro: [
    '所有错误均为 application/problem+json（RFC 9457）。',
    'Every error is application/problem+json (RFC 9457).',
  ],
  name: ['名称', 'Name'],
  meaning: ['含义', 'Meaning'],
  required: ['必填', 'required'],
  status: ['状态码', 'Status'],
  contents: ['目录', 'Contents'],
}

const byLanguage = (table, which) =>
  Object.fromEntries(Object.entries(table).map(([key, words]) => [key, words[which]]))

const collect = which => ({
  page: byLanguage({ ...PAGE, ...LIFE }, which),
  ...Object.fromEntries(Object.entries(TERMS).map(([name, table]) => [name, byLanguage(table, which)])),
})

export const WORDS = { zh: collect(0), en: collect(1) }
