// Every word of the page that verifies, in Chinese and English; those of verdicts, checks and judgements are the
// verifier's own. `{name}` stands for a value.

const PAGE = {
  title: ['核验证据 · 溯源 Suyuan', 'Verify evidence · Suyuan 溯源'],
  skip: ['跳到核验', 'Skip to verifying'],
  tagline: ['谁也不必信：自己核验', 'Take nobody’s word for it: verify'],
  navigation: ['导航', 'Navigation'],
  home: ['返回首页', 'Back to the ledger'],
  docs: ['接口文档', 'API'],

  give: ['放入两个文件', 'Give two files'],
  lead: [
    '文件只在您的浏览器里读取和计算，不上传；本页不发出任何请求，断网也能用。',
    'They are read and computed on in your browser alone. This page sends no request to anywhere, and works offline.',
  ],
  evidence: ['证据文件', 'The evidence'],
  evidenceHint: ['suyuan-evidence.json.gz，或解压后的 .json', 'suyuan-evidence.json.gz, or unpacked .json'],
  chooseEvidence: ['选择证据文件', 'Choose the evidence'],
  trust: ['信任文件', 'The trust file'],
  trustHint: [
    'trust.json：您事先相信的公钥、链与合约。从监管部门取得，不从运营方取得。',
    'trust.json: the keys, chain and contracts that you believe beforehand. Take it from the regulator, not from the operator.',
  ],
  chooseTrust: ['选择信任文件', 'Choose the trust file'],
  orDrop: ['或拖到此处', 'or drop it here'],
  paste: ['粘贴文本', 'Paste its text'],
  trustText: ['信任文件的文本', 'Text of the trust file'],
  usePasted: ['使用这段文本', 'Use this text'],
  pasted: ['粘贴的文本', 'pasted text'],
  evidenceGiven: ['{name}，{size}', '{name}, {size}'],
  trustGiven: [
    '{name}：日志 {log}，链 {chain}，已知区块哈希 {blocks} 个',
    '{name}: log {log}, chain {chain}, block hashes known: {blocks}',
  ],
  movedTrust: ['这是信任文件，已放到右栏。', 'That is a trust file: it was put into the other box.'],
  movedEvidence: ['这是证据文件，已放到左栏。', 'That is evidence: it was put into the other box.'],

  why: [
    '信任文件为什么不能来自运营方？本页又凭什么可信？',
    'Why must the trust file not come from the operator? And why believe this page?',
  ],
  why1: [
    '核验就是拿证据与您事先相信的东西比对：日志和答复的公钥、链、合约地址。若这些也由出具证据的一方给出，他可以另造一套账本和与之相符的信任文件，一切都会“一致”。',
    'To verify is to hold the evidence against what you believed before: the keys of the log and of its answers, the chain, the contracts. If whoever made the evidence gives you these as well, they can make up a whole ledger and a trust file to match, and everything will agree.',
  ],
  why2: [
    '所以请从运营方改不了的地方取得：监管部门的公告、政府公报、您自己签署的合同。本页从不向运营方索取，也不记住它：每次都由您放入。',
    'So take it from where the operator cannot change it: the regulator’s notices, a gazette, a contract that you signed. This page never asks the operator for it and does not keep it: each time you give it yourself.',
  ],
  why3: [
    '其中的区块哈希同理：到区块浏览器、监管公告或您信任的节点查得，不要照抄证据里的。',
    'The same goes for the block hash in it: look it up in an explorer, the regulator’s notices or a node that you trust, and do not copy it out of the evidence.',
  ],
  why4: [
    '本页若由运营方的网站提供，也可能被改动。请把它另存为文件，用从监管部门或源代码取得的同版本页面代替（逐字节相同），或在自己的电脑上运行命令 suyuan verify。',
    'If the operator’s site served you this page, it may have been changed too. Use the page of the same version from the regulator or built from the source (it is the same byte for byte), or run the command suyuan verify on a machine of your own.',
  ],

  working: ['正在核验…', 'Verifying…'],
  reading: ['正在读取文件…', 'Reading the file…'],
  progress: ['已完成 {done} / {all} 项', '{done} of {all} checks made'],
  stop: ['停止', 'Stop'],
  again: ['重新核验', 'Verify again'],
  print: ['打印', 'Print'],

  verified: ['已核实', 'Verified'],
  tampered: ['被篡改', 'Tampered with'],
  unchecked: ['无法核实', 'Cannot be checked'],
  verifiedMeans: [
    '全部检查通过：文件所说的，与日志、链和签名一致。',
    'Every check has passed: what the file says agrees with the log, the chain and the signatures.',
  ],
  tamperedMeans: [
    '文件说的是一回事，日志、链或签名说的是另一回事。',
    'The file says one thing; the log, the chain or the signatures another.',
  ],
  uncheckedMeans: [
    '没有发现对文件不利之处，但缺少所需的输入，或文件属于另一个账本。',
    'Nothing is said against the file: an input is missing, or it is of another ledger.',
  ],
  fileChecked: ['所核验的文件：{name}，{size}，SHA-256 {hash}', 'The file: {name}, {size}, SHA-256 {hash}'],
  record: ['所涉记录：日志第 {index} 号', 'The record: number {index} of the log'],

  needNode: [
    '文件内部全部一致，但没有附带区块证明。请重新下载（链不太长时，本系统的页面会自动附带），或用命令：suyuan verify 文件 --trust trust.json --rpc 您信任的节点。',
    'Everything inside the file agrees, but it does not show the chain. Ask for it again with offline=true (the ledger’s page does so by itself while the chain is not too long), or use the command: suyuan verify FILE --trust trust.json --rpc URL-OF-A-NODE-THAT-YOU-TRUST.',
  ],
  needBlock: ['只差一项：区块 {block} 的哈希', 'One thing is missing: the hash of block {block}'],
  needBlockWhy: [
    '文件内部全部一致。请在链 {chain} 上查得区块 {block} 的哈希：区块浏览器、监管公告，或您信任的节点（eth_getBlockByNumber {hex}）。不要从运营方或本文件抄写。',
    'Everything inside the file agrees. Look up the hash of block {block} of chain {chain}: in an explorer, the regulator’s notices, or from a node that you trust (eth_getBlockByNumber {hex}). Do not copy it from the operator or out of this file.',
  ],
  blockHash: ['区块 {block} 的哈希', 'Hash of block {block}'],
  blockForm: ['0x 加 64 位十六进制数字', '0x and 64 hexadecimal digits'],
  useHash: ['用它核验', 'Verify with it'],
  keepHash: [
    '本次核验用了您输入的哈希；要留存，请写入信任文件："blocks": [{blocks}]',
    'This used the hash that you entered. To keep it, write it into the trust file: "blocks": [{blocks}]',
  ],

  all: ['完整：截至该存证，没有其他符合所问的记录。', 'Complete: as of that anchor no other record fits the question.'],
  newest: [
    '只含最新的 {rows} 条，更早的不在其中，也不在合计中；自所列最早一条起没有遗漏。',
    'Only the newest {rows}: older ones are neither in it nor in the sums. From the oldest row shown on, none is missing.',
  ],
  unproven: [
    '未证明完整：所问只有时间，没有指明任何值，可能还有其他记录。',
    'Not shown to be complete: only a time was asked for, and other records may fit.',
  ],
  allSigned: [
    '全部 {rows} 条都由来源签名，签名成立：运营方改不了来源报送的内容。',
    'All rows ({rows}) are signed by their source, and the signatures hold: the operator changed nothing of what was sent.',
  ],
  someSigned: [
    '{rows} 条中有 {signed} 条由来源签名，签名成立；其余 {others} 条当初报送了什么，只凭运营方所述。',
    'Signed by their source, and the signatures hold: {signed} of {rows} rows. What was sent for the other {others} rests on the operator’s word.',
  ],
  noSourceKeys: [
    '信任文件没有来源的公钥：各条当初报送了什么，只凭运营方所述。带有签名而未核对的：{carried} 条。',
    'The trust file names no key of a source: what was sent for these rows rests on the operator’s word. Rows that carry a signature, which was not checked: {carried}.',
  ],
  unsignedThough: [
    '{count} 条记录没有签名，而其来源有签名密钥。',
    'Records that are not signed, though their source has a key: {count}.',
  ],
  forkedLines: [
    '来源自相矛盾：同一序号有两条不同的签名记录，{count} 处。',
    'A source contradicts itself, two different records with one number, both signed: {count}.',
  ],
  copies: [
    '同一条签名记录重复入账：{count} 处；上面的合计把它们多算了。',
    'The same signed line recorded again: {count}; the sums above count them as well.',
  ],
  cut: ['另有更多记录未列出：文件只含最新的 {rows} 条。', 'More records fit: the file has only the newest {rows}.'],

  answer: ['它证明了什么', 'What it proves'],
  sentence: ['{records} 次使用，{consumers} 个使用方', 'Uses: {records}; consumers: {consumers}'],
  allInside: ['全部在授权内', 'all of them within their grants'],
  someOutside: ['其中 {outside} 次不在授权内', '{outside} of them outside their grants'],
  anything: ['全部', 'everything'],
  period: ['时间', 'Time'],
  since: ['{from} 起', 'from {from}'],
  before: ['{to} 以前', 'before {to}'],
  between: ['{from} 至 {to}（不含）', 'from {from}, before {to}'],
  asOf: ['截至', 'As of'],
  asOfBlock: ['{time}，区块 {block}', '{time}, block {block}'],
  asOfHint: [
    '此后的撤销、否决不在其中；若嫌过早，请索取更新的证据。',
    'What was revoked or vetoed later is not in it; if that is too old, ask for newer evidence.',
  ],
  anchored: ['存证', 'Anchored'],
  anchoredIn: [
    '{time}，区块 {block}，日志大小 {size}，交易 {transaction}',
    '{time}, block {block}, log size {size}, transaction {transaction}',
  ],
  answered: ['答复', 'Answered'],
  answeredBy: ['{time}（出具方的时钟）', '{time}, by its author’s clock'],
  witnesses: ['见证', 'Witnesses'],
  volume: ['数据量', 'Volume'],
  volumeOf: ['{bytes}，{rows} 条数据', '{bytes}, {rows} rows'],
  resource: ['信息资源', 'Resource'],
  provider: ['提供方', 'Provider'],
  consumer: ['使用方', 'Consumer'],
  actor: ['人员（假名）', 'Person (pseudonym)'],
  purpose: ['用途', 'Purpose'],
  grant: ['授权', 'Grant'],
  source: ['来源', 'Source'],
  time: ['时间（北京）', 'Time (Beijing)'],
  uses: ['次数', 'Uses'],
  bytes: ['数据量', 'Volume'],
  outside: ['授权外', 'Outside'],
  judgement: ['判定', 'Judgement'],
  number: ['序号', 'Index'],
  undeclared: ['未申报', 'undeclared'],
  signature: ['来源签名', 'Source’s signature'],
  bySource: ['成立', 'holds'],
  notSigned: ['未签名', 'not signed'],
  notCompared: ['有，未核对', 'not checked'],
  operatorsWord: ['无，凭运营方所述', 'none, the operator’s word'],
  groups: ['按使用方和用途汇总', 'By consumer and purpose'],
  groupsShown: ['只列前 {most} 组，共 {count} 组。', 'The first {most} of {count}.'],
  rowsTitle: ['逐条记录（{count} 条）', 'Record by record ({count})'],
  rowsShown: ['先列不在授权内的，最多 {most} 条。', 'Those outside their grants first, {most} at most.'],
  statements: ['用量结算', 'Usage statements'],
  statement: [
    '授权 {grant}，日志 {first}–{last}：申报 {stated} 次 {statedBytes}，所示 {shown} 次 {shownBytes}',
    'grant {grant}, log {first}–{last}: {stated} uses and {statedBytes} stated, {shown} and {shownBytes} shown',
  ],

  checks: ['逐项检查', 'Check by check'],
  passed: ['通过', 'passed'],
  failed: ['不成立', 'does not hold'],
  notChecked: ['无法检查', 'cannot be checked'],
  skipped: ['未进行', 'not made'],
  doesNotProve: ['它不证明什么', 'What it does not prove'],

  tooLarge: [
    '“{name}”有 {size}，最多读取 {most}。证据文件不会这么大，请确认选对了文件；若确是证据，请缩小时间范围，分次索取。',
    '“{name}” has {size}, and {most} are read at most. Evidence is not as large: see that it is the right file; if it is, ask for shorter stretches of time, one file for each.',
  ],
  trustTooLarge: [
    '“{name}”有 {size}，不像信任文件（通常不到 10 KB）。',
    '“{name}” has {size}, too much for a trust file, which has less than 10 KB.',
  ],
  empty: ['“{name}”是空文件。', '“{name}” is empty.'],
  notTrust: ['“{name}”不能作为信任文件。', '“{name}” cannot be used as the trust file.'],
  unreadable: [
    '浏览器无法读取“{name}”：文件可能已被移动或没有权限。请重新选择。',
    'The browser cannot read “{name}”: it may have been moved, or is not yours to read. Choose it again.',
  ],
  broke: [
    '核验程序中断（{why}）。对文件没有得出结论。请重试；若再发生，请用命令 suyuan verify，并报告此情况。',
    'The verifier broke off ({why}). Nothing was found out about the file. Try again; if it happens once more, use the command suyuan verify, and report it.',
  ],
  unsound: [
    '此浏览器没有通过自检：一份已知完好的样本未得出“已核实”，或改动一处后未得出“被篡改”。在此得出的结论不可信，因此没有核验您的文件。请换用其他浏览器，或用命令 suyuan verify。',
    'This browser did not pass the self-check: a sample known to be good did not come out verified, or with one place changed not as tampered with. What is found out here cannot be relied upon, so your file was not checked. Use another browser, or the command suyuan verify.',
  ],
  oldBrowser: [
    '此浏览器过旧，不能核验。需要 Chrome 或 Edge 117、Firefox 119、Safari 17.4 以上；或用命令 suyuan verify。',
    'This browser is too old to verify. It takes Chrome or Edge 117, Firefox 119, Safari 17.4 or newer; or use the command suyuan verify.',
  ],
  footer: [
    '本页是一个完整的文件：可另存到自己的电脑，断网使用。',
    'This page is one whole file: save it on your own machine and use it offline.',
  ],
}

const byLanguage = which => ({
  page: Object.fromEntries(Object.entries(PAGE).map(([key, words]) => [key, words[which]])),
})

export const WORDS = { zh: byLanguage(0), en: byLanguage(1) }
