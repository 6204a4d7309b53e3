// The help in Chinese: what the commands say of themselves in English, and what it is called here. A test holds that nothing
// is missing, and nothing left over (test/cli/help.test.ts).

export const HELP_ZH: Readonly<Record<string, string>> = {
  // ——— What many of them take ———
  'address of the service': '服务地址',
  'file with the access token (or the token in SUYUAN_TOKEN)': '存有访问令牌的文件（或以 SUYUAN_TOKEN 给出令牌）',
  'data directory of the service': '服务的数据目录',
  'data directory of the stopped service': '已停止的服务的数据目录',
  'the chain; by default the embedded one': '区块链节点；默认为内置链',
  'what you trust beforehand: keys, chain id, contract addresses': '事先信任的内容：密钥、链标识、合约地址',
  'JSON-RPC node of your own choice (else "rpc" in the trust file)': '自选的 JSON-RPC 节点（否则取信任文件中的 “rpc”）',
  'the answer as JSON': '以 JSON 输出答复',
  'the result as JSON': '以 JSON 输出结果',
  'the same as JSON': '以 JSON 输出同样内容',
  'the answer as the service gives it': '按服务给出的原样输出答复',
  'the answer as JSON, with the receipt of the record': '以 JSON 输出答复，并附该记录的回执',
  'organisation code': '机构代码（统一社会信用代码）',
  'its number': '其编号',
  'go on below this one': '从此项之后继续',
  'not before: a time with offset, or a day in Beijing': '不早于：带时区的时间，或北京时间的日期',
  'before: a time with offset; or up to and with a day in Beijing': '早于：带时区的时间；或截至（含）北京时间的日期',
  'does not wait until the act is on the chain': '不等待操作上链',
  'how long to wait': '等待多久',
  'output the version number': '显示版本号',
  'display help for command': '显示命令的用法',
  'Environment: SUYUAN_URL, SUYUAN_TOKEN': '环境变量：SUYUAN_URL、SUYUAN_TOKEN',
  'Who took which data, under whose authority, and what for. 谁来拿数据、拿数据干什么。':
    '谁来拿数据、凭谁授权、拿数据干什么。',
  [`Exit codes:
  0  done; verified
  1  verify, archive verify: tampered with; monitor: a fault; fsck: differs; backup --verify: damaged; restore: behind the chain
  2  could not run, or not to the end; nothing is lost, run it again
  3  ingest: done, but some lines were refused
  4  ingest --anchor: in the log, but not on the chain in time; act: accepted, but not on the chain in time`]: `退出码：
  0  完成；已核实
  1  verify、archive verify：被篡改；monitor：发现问题；fsck：不一致；backup --verify：已损坏；restore：落后于链
  2  未能运行或未运行完；没有丢失，请再次运行
  3  ingest：完成，但有行被拒绝
  4  ingest --anchor：已入日志，但未按时上链；act：已受理，但未按时上链`,

  // ——— ingest ———
  'access logs into the ledger; run again, it adds only what is new': '把访问日志写入账本；再次运行只写入新增的行',
  'log files; - is stdin': '日志文件；- 表示标准输入',
  'what the lines are': '各行的格式',
  'which path or service is which resource, and who the consumer is (docs/records.md)':
    '哪个路径或服务对应哪项数据资源，使用方是谁（docs/records.md）',
  'who ships these lines, instead of "source" in the mapping': '由谁报送这些行，取代映射中的 “source”',
  'sign each line by the key of its source (docs/sources.md); again for each source, or a folder of *.key':
    '以来源的密钥逐行签名（docs/sources.md）；多个来源可多次给出，或给出存有 *.key 的目录',
  'with --source-key: send the lines of other sources as they are; they are refused otherwise':
    '与 --source-key 同用：其他来源的行照原样发送；否则拒绝',
  'check every line here and at the service, and store nothing': '在本地和服务端逐行检查，不存储任何内容',
  'wait until the lines are anchored on the chain; print block and transaction': '等到各行在链上存证；显示区块和交易',
  'how long to wait for that': '为此等待多久',
  'write every refused line there, with the reason (NDJSON)': '把每一被拒绝的行连同原因写入此文件（NDJSON）',
  'append the receipts there (NDJSON); keep them: they prove what the log accepted':
    '把回执追加到此文件（NDJSON）；请保存：它们证明日志接收了什么',
  'check every receipt by the keys in this trust file': '以此信任文件中的密钥检查每份回执',
  'read back what the log has of each line, and compare; needs --trust, and leave to read':
    '逐行读回日志所存内容并比对；需要 --trust 和读取权限',
  'the last line is whole even without a line end (always so for stdin)':
    '末行即使没有换行也是完整的（标准输入总是如此）',
  'a file that is not there is no error, as long as one of them is': '只要有一个文件存在，其余不存在的不算错误',
  'begin anew under this name: nothing sent before is recognised': '以此名称重新开始：不识别此前发送过的内容',
  'leave out the lines before; needs --stream': '略去此行之前的行；需要 --stream',
  'lines sent at a time; keep it the same for a file': '每次发送的行数；同一文件请保持不变',
  'how long to keep trying when the service does not answer': '服务不应答时持续重试多久',
  'the summary as JSON': '以 JSON 输出汇总',
  'no progress and no list of refused lines': '不显示进度，也不列出被拒绝的行',
  [`Exit codes: 0 all lines are in (or were), 2 could not run or finish (run it again: nothing is lost or doubled),
3 done, but some lines were refused, 4 in the log, but not anchored in time.`]: `退出码：0 各行均已写入（或此前已写入），2 未能运行或未完成（请再次运行：不丢失、不重复），
3 完成，但有行被拒绝，4 已入日志，但未按时存证。`,

  // ——— usage, evidence ———
  'who took which data, when, under which grant, what for': '谁在何时、凭哪项授权、拿了哪些数据、用于什么',
  'which data, by catalogue code': '哪项数据：目录代码',
  'whose data, by organisation code': '谁的数据：提供方机构代码',
  'who took it, by organisation code': '谁拿的：使用方机构代码',
  'the person who took it, by pseudonym': '经手人员：假名',
  'what for, such as LegalCompliance': '用于什么，如 LegalCompliance',
  'under which grant': '凭哪项授权',
  'which platform logged it': '由哪个平台记录',
  'rows shown, newest first (at most 1000)': '显示的行数，新的在前（至多 1000）',
  'go on where the page before ended': '从上一页结束处继续',
  'the answer as a file that anyone can check': '把答复写成任何人都能核验的文件',
  'where to write it, packed where its name ends in .gz; - is stdout, as JSON':
    '写到哪里，名称以 .gz 结尾则压缩；- 表示标准输出，为 JSON',
  'rows in the file, newest first (at most 10000)': '文件中的行数，新的在前（至多 10000）',
  'what the contracts say of one thing, in place of accesses': '不查访问记录，而查合约对某一事项的记载',
  'make it verify without any node, by the hash of one block': '使其无需任何节点、仅凭一个区块哈希即可核实',
  'as of the newest block, which the chain may still take back; else of the newest final one':
    '以最新区块为准（链仍可能撤回）；否则以最新的最终确认区块为准',
  'write over a file that is there': '覆盖已有的文件',
  [`What may it do now, since when, by whose signature: --acts with grant= (a request too), agreement= or correction=
and its number, party= or resource= and its code.
  suyuan evidence --acts grant=12 -o grant.json.gz
  suyuan evidence --acts party=12520100MB0000002B --offline -o party.json.gz`]: `现在获准做什么、自何时起、由谁签署：--acts 后写 grant=（也可为申请）、agreement= 或 correction= 及其编号，
party= 或 resource= 及其代码。
  suyuan evidence --acts grant=12 -o grant.json.gz
  suyuan evidence --acts party=12520100MB0000002B --offline -o party.json.gz`,

  // ——— verify, monitor ———
  "checks evidence, the receipts that ingest saved, or a monitor's finding, without trusting whoever made them":
    '核验证据、写入时保存的回执或监测所得的发现，无需信任其制作者',
  'evidence file, receipts, or a finding; - is stdin': '证据文件、回执或发现；- 表示标准输入',
  'every check as JSON': '以 JSON 输出每项检查',
  [`Exit codes: 0 verified, 1 tampered with, 2 cannot be checked (why, and the next step, is said).
The trust file must not come from the operator: docs/verify.md says where to get it.`]: `退出码：0 已核实，1 被篡改，2 无法核实（会说明原因和下一步）。
信任文件不得来自运营方：从何处取得见 docs/verify.md。`,
  "follows somebody else's log and the chain, derives its index again, and finds out what does not fit":
    '跟踪他人的日志和链，重新得出其索引，查明不相符之处',
  'address of the service whose log it is': '其日志所属服务的地址',
  'folder of its own for what was verified; findings are put there': '专用目录，存放已核实的内容；发现也写在这里',
  'JSON-RPC node of your own choice (else "rpc" in the trust file); none: anchors go unchecked':
    '自选的 JSON-RPC 节点（否则取信任文件中的 “rpc”）；没有则不检查存证',
  'file with a token of scope read: also asks for signed answers (or SUYUAN_TOKEN)':
    '存有 read 权限令牌的文件：同时索取签名答复（或用 SUYUAN_TOKEN）',
  'one round, and an exit code': '只运行一轮，并给出退出码',
  'between two rounds': '两轮之间的间隔',
  'how long an older checkpoint, a missing anchor, or a receipt ahead of the log passes for lag':
    '较旧的检查点、缺失的存证或超前于日志的回执，多久之内视为延迟',
  'count records older than this when they came in': '统计写入时距其所载时间已超过此天数的记录',
  'how deep a block is read, where the chain does not say which are final':
    '链不标明哪些区块已最终确认时，区块之后须有多少个区块才读取',
  'receipts that ingest saved: each must be in the log': '写入时保存的回执：每份都须在日志中',
  'is posted each finding, and changed warnings': '每项发现及有变化的警告都推送到此地址',
  'Ed25519 key of the monitor, made when missing (default: monitor.key in --state)':
    '监测方的 Ed25519 密钥，没有则生成（默认：--state 中的 monitor.key）',
  'also be a witness: cosign checkpoints on 127.0.0.1, until a fault is on record':
    '同时充当见证：在 127.0.0.1 上联署检查点，直到有问题记录在案',
  'figures for Prometheus at /metrics: PORT on 127.0.0.1, or HOST:PORT':
    '在 /metrics 提供 Prometheus 指标：127.0.0.1 上的端口，或 主机:端口',
  'each round as JSON': '以 JSON 输出每一轮',
  [`Exit codes: 0 all well, 1 a fault is on record, 2 something could not be checked (why is said).
docs/monitor.md says what is checked, what that does not prove, and what a finding is worth.`]: `退出码：0 一切正常，1 有问题记录在案，2 有内容无法检查（会说明原因）。
检查什么、不证明什么、一项发现有何效力，见 docs/monitor.md。`,

  // ——— Grants, agreements, corrections, what is overdue ———
  'requests and grants of a consumer, or of whoever the options name': '某使用方（或各选项所指）的申请与授权',
  'of this provider': '属于此提供方',
  'for this resource': '针对此数据资源',
  'under this agreement': '依据此协议',
  'in this state: requested, refused, granted, revoked, expired, exhausted, held, suspended':
    '处于此状态：requested 申请中、refused 已拒绝、granted 已授权、revoked 已撤销、expired 已到期、exhausted 额度用尽、held 已中止审批、suspended 已暂停',
  'grants shown, newest first (at most 200)': '显示的授权数，新的在前（至多 200）',
  'go on below this grant': '从此授权之后继续',
  'one request or grant: what may be done now, and its whole history': '一项申请或授权：现在获准做什么，及其全部经过',
  'agreements of one party, or all': '某一方的协议，或全部协议',
  'in this state: applied, publicised, offered, in-force, declined, ended, expired':
    '处于此状态：applied 已申请、publicised 公示中、offered 待签署、in-force 生效、declined 未成立、ended 终止、expired 到期',
  'agreements shown, newest first (at most 200)': '显示的协议数，新的在前（至多 200）',
  'one agreement, with its whole history': '一份协议及其全部经过',
  'corrections of a resource or a party, or all': '某项数据资源或某一方的校核，或全部校核',
  'of this resource': '属于此数据资源',
  'raised or to be answered by this organisation': '由此机构提出，或应由其答复',
  'in this state: raised, answered, disputed, accepted':
    '处于此状态：raised 待答复、answered 已答复、disputed 再次提出、accepted 已接受',
  'corrections shown, newest first (at most 200)': '显示的校核数，新的在前（至多 200）',
  'one correction, with its whole history': '一项校核及其全部经过',
  'everything that is owed and late now': '目前所有逾期未办的事项',
  'by this organisation': '由此机构办理',
  'of this kind: decision, correction, filing, rectification, catalogue-change, catalogue-upkeep, negative-list-review':
    '属于此类：decision 答复申请、correction 答复校核、filing 协议备案、rectification 限期整改、catalogue-change 目录随变化更新、catalogue-upkeep 目录年度维护、negative-list-review 负面清单年度复核',

  // ——— statement, status ———
  'states use on the chain, summed up from the log; or checks what was stated':
    '把日志中的用量汇总后在链上结算；或检查已结算的内容',
  'who states: the provider, or a platform operator it entrusted': '由谁结算：提供方，或其委托的平台运营方',
  'private key of who states, 64 hexadecimal digits, readable by you alone': '结算方的私钥，64 位十六进制，仅本人可读',
  'shows what is to be stated, and signs nothing': '显示将要结算的内容，不签名',
  'signs this batch without asking, and no other: the digest that --dry-run shows':
    '不再询问，只签此批次：--dry-run 所示的摘要',
  'checks the statements of this grant against the log and the chain': '对照日志和链检查此授权的用量结算',
  'trust file: contracts, chain and log that you know to be right': '信任文件：您确知无误的合约、链和日志',
  'until when it may be sent, at most 7 days ahead (a day, by the ledger’s clock)':
    '最迟何时可发送，至多为 7 天之后（默认一天，以账本时钟为准）',
  'as a transaction of your own, past the service': '绕过服务，作为自己的交易发送',
  'node of the chain, for --check and --direct': '链的节点，用于 --check 和 --direct',
  [`One batch of at most 100 statements; run it again while it says that there is more.
--check: exit code 0 the statements are those of the log, 1 they are not, 2 could not be checked.`]: `每批至多 100 项结算；提示还有更多时请再次运行。
--check 的退出码：0 结算与日志一致，1 不一致，2 无法检查。`,
  'the health of the ledger; exit code 2 when it is not ready': '账本的健康状况；未就绪时退出码为 2',

  // ——— The data directory: fsck, erase, archive, prune, backup, restore ———
  'checks a data directory from its entries up, and makes again what is derived; exit code 1 for damage':
    '从条目起检查数据目录，并重建可推导的内容；有损坏时退出码为 1',
  'make again what is derived and damaged; what is not derived is never touched':
    '重建已损坏的可推导内容；不可推导的内容绝不改动',
  'also derive the index again from the entries, and compare every epoch; takes up to twice as long':
    '并从条目重新得出索引，逐期比对；耗时至多为两倍',
  "compare the contracts' events with the contracts' own views, too": '并将合约的事件与合约自身的视图比对',
  'destroys the sealed part of one record, or one text, for good; the erasure itself is put on record':
    '永久销毁一条记录的密封部分或一份文本；删除本身记录在案',
  'its number, as `suyuan usage` and receipts show it': '其编号，见 `suyuan usage` 和回执',
  'in place of a record: the digest on the chain whose text is to go': '不删记录，而删文本：链上摘要所对应的文本',
  'the legal basis, public: law and article, such as PIPL-47': '法律依据（公开）：法律及条款，如 PIPL-47',
  'why, in words; sealed': '原因说明；密封保存',
  'who asked for it; sealed': '由谁要求；密封保存',
  'the answer as JSON, with the receipt of the record of the erasure': '以 JSON 输出答复，并附该删除记录的回执',
  'old segments of the log: lists them, moves them into archives, verifies an archive':
    '日志的旧分段：列出、移入归档、核验归档',
  'every full segment, and whether it is in the log, in an archive, or pruned':
    '每个写满的分段，及其在日志中、在归档中还是已清除',
  'the segments as JSON': '以 JSON 输出各分段',
  'moves full segments into archives, oldest first; each is read back before its own files go':
    '把写满的分段移入归档，旧的在前；每个归档读回无误后才移除原文件',
  'only those whose records are all older; otherwise all': '仅限记录全部早于此年限的分段；不加此项则为全部',
  'what was moved as JSON': '以 JSON 输出已移动的分段',
  'checks an archive by itself: every record, up to a checkpoint that the log signed':
    '单独核验一个归档：每条记录，直至日志签署的检查点',
  'an archive, such as 000000.archive': '归档文件，如 000000.archive',
  'what you trust beforehand: the log’s key': '事先信任的内容：日志密钥',
  'Exit codes: 0 verified, 1 tampered with or damaged, 2 cannot be checked.':
    '退出码：0 已核实，1 被篡改或已损坏，2 无法核实。',
  'removes archives whose records are older than the retention (SUYUAN_RETENTION_YEARS, at least 5), for good':
    '永久清除记录已超过留存年限（SUYUAN_RETENTION_YEARS，至少 5 年）的归档',
  'who prunes, and on whose decision; put on record': '由谁清除、依据谁的决定；记录在案',
  'removes; without it, only says what would be removed': '执行清除；不加则只说明将清除什么',
  'on the embedded chain: by the clock of this machine alone; put on record':
    '使用内置链时：仅以本机时钟为准；记录在案',
  [`The age is that of the newest record of a segment, and that of the first anchor on the chain that covers it; whichever is
younger counts. The chain is asked: an anchor that it does not confirm prunes nothing. Proofs and receipts of what was pruned still hold; the records are only in copies of the archive.`]: `年限以分段中最新的记录和链上首个覆盖它的存证中较晚者为准。会询问区块链：链不确认的存证不能作为清除的依据。
已清除内容的证明和回执仍然有效；记录本身只在归档的副本中。`,
  'copies the ledger, while the service runs or not, and checks the copy; exit code 1 when it is damaged':
    '备份账本并检查备份，服务运行与否均可；有损坏时退出码为 1',
  'where: a new folder, or that of a backup of the same ledger, of which only what is new is copied':
    '备份到哪里：新目录，或同一账本已有备份的目录（只复制新增内容）',
  'leaves the keys out: keep those elsewhere, for without them nothing is signed or unsealed again':
    '不含密钥：请另行保存，没有密钥便无法再签名或解封',
  'checks a backup: every byte, and the tree from the entries to its root':
    '检查备份：每个字节，以及从条目到树根的整棵树',
  'makes a data directory out of a backup, and compares it with the chain; exit code 1 when it is behind, or differs':
    '由备份恢复数据目录，并与链比对；落后或不一致时退出码为 1',
  'folder of the backup': '备份所在目录',
  'data directory to be: a new or empty one': '恢复到的数据目录：新的或空的',

  // ——— Acts, the calendar, purposes, register ———
  'acts on the ledger, signed by who acts; alone, lists the acts':
    '在账本上办理操作，由操作方签名；不带参数则列出各项操作',
  'sends an act that was signed elsewhere': '发送在别处签名的操作',
  'what --prepare printed, or - for stdin': '--prepare 的输出，或 - 表示标准输入',
  'over its typed data': '对其类型化数据的签名',
  'trust file: contracts and chain that you know to be right': '信任文件：您确知无误的合约和链',
  'the working calendar on the chain; `calendar load` adds a year, `calendar due` counts':
    '链上的工作日历；`calendar load` 添加年份，`calendar due` 推算期限',
  'when some working days after a time are over': '某时间之后若干工作日何时届满',
  'such as 2026-09-28T10:00:00+08:00, or a date: the start of that day in Beijing':
    '如 2026-09-28T10:00:00+08:00，或日期（北京时间当日零时）',
  'working days, 1 to 60; the day of the time is not counted': '工作日数，1 至 60；起始当日不计',
  'loads a calendar file; for the calendar’s keeper, on the machine of the data directory':
    '载入日历文件；由日历维护方在数据目录所在机器上进行',
  'calendar file, see docs/calendar.md': '日历文件，见 docs/calendar.md',
  'leaves out the years before': '略去此年之前的年份',
  'the registered purposes, with what they mean; `purposes add` registers more':
    '已登记的用途及其含义；`purposes add` 登记更多用途',
  'registers the purposes of a file that are not there yet; for the vocabulary’s keeper':
    '登记文件中尚未登记的用途；由词表维护方进行',
  'JSON: a list of {"code", "zh", "en", "basis"}': 'JSON：由 {"code", "zh", "en", "basis"} 组成的列表',
  'puts organisations, catalogue entries, agreements and requests on the chain; run again, it adds what is new':
    '把机构、目录条目、协议和申请登记上链；再次运行只登记新增内容',
  'plan file, see docs/register.md': '计划文件，见 docs/register.md',

  'private key of who acts, 64 hexadecimal digits, readable by you alone': '操作方的私钥，64 位十六进制，仅本人可读',
  'who acts, where the key is elsewhere': '密钥在别处时，由谁操作（地址）',
  'lane of the nonce: acts of another lane need not wait for each other (0)':
    '序号的通道：不同通道的操作无需相互等待（默认 0）',
  'prints the typed data for a wallet; send it with `suyuan act send`':
    '输出供钱包签名的类型化数据；签名后以 `suyuan act send` 发送',
  'node of the chain, for --direct': '链的节点，用于 --direct',
  'appends digests, salts and texts to a file of yours': '把摘要、盐和文本追加到您自己的文件',
  'signs without asking': '不再询问，直接签名',
  'all arguments in one JSON object, from a file or - for stdin':
    '全部参数写成一个 JSON 对象，取自文件，- 表示标准输入',
  'A text in place of a digest is salted and digested here; the service keeps it sealed.':
    '以文本代替摘要时，在本地加盐并取摘要；服务密封保存该文本。',

  // ——— Sources, tokens, serve ———
  'keys by which sources sign their lines, and what is missing': '来源用以签名的密钥，以及缺了什么',
  'makes the key of a source, to be kept where its lines are shipped, and shows its public part':
    '生成来源的密钥（保存在报送其各行之处），并显示公钥',
  'the source, as its lines name it': '来源的名称，与各行所写一致',
  'the log it is for, as GET /v1/trust names it; it holds in no other':
    '用于哪个日志，名称见 GET /v1/trust；在其他日志中无效',
  'the key file; how far it has come is kept beside it': '密钥文件；签名进度记在其旁的文件中',
  'makes the key that goes on, and lets the old one sign so; ship everything first':
    '生成接续的密钥，并由旧密钥签名为证；请先报送完全部内容',
  'the key that ends': '停用的密钥',
  'the key that goes on': '接续的密钥',
  'registers the key of a source; the registration is a record of the log':
    '登记来源的密钥；登记本身是日志中的一条记录',
  'its public key, NAME+ID+KEY, as `suyuan source key` shows it': '其公钥（名称+标识+公钥），见 `suyuan source key`',
  'it ships at least once in so many seconds; after twice that it is silent':
    '至少每隔多少秒报送一次；超过两倍即为静默',
  'its lines that are not signed are': '其未签名的行如何处理',
  'what `suyuan source rotate` printed: names the key, and shows that it goes on':
    '`suyuan source rotate` 的输出：写明公钥，并证明其接续',
  'no line signed by this key is taken any more, for good; a record of the log, too':
    '永久不再接收以此密钥签名的行；这也是日志中的一条记录',
  'its public key, as `suyuan source list` shows it': '其公钥，见 `suyuan source list`',
  'sources that have a key: what is missing, doubled or silent': '有密钥的来源：缺号、重号或静默',
  'only this one': '仅此来源',
  'compares what the two sides of an exchange logged, by their transactions': '按交易标识比对一次交换双方各自的记录',
  'source of the side that took the data': '拿取数据一方的来源',
  'source of the side that gave it': '给出数据一方的来源',
  'how far the two may lie apart, and one may wait for the other': '双方时间可相差多少，以及一方可等待另一方多久',
  'access tokens, kept in the data directory': '访问令牌，存于数据目录',
  'makes a token and shows it: this once, only its hash is kept': '生成令牌并显示：仅此一次，只保存其哈希',
  'whose it is; idempotency keys belong to the name': '归谁所有；幂等键按此名称区分',
  'what it may do: write, read, act, sealed, erase, metrics':
    '可做什么：write 写入、read 查询、act 办理操作、sealed 查看密封部分、erase 删除、metrics 指标',
  'who has a token, and for what': '谁持有令牌、用于什么',
  'ends a token at once': '立即停用令牌',
  'as `suyuan token list` shows it': '见 `suyuan token list`',
  'runs the ledger; all settings are SUYUAN_… variables (src/config.ts)':
    '运行账本；各项设置均为 SUYUAN_… 变量（src/config.ts）',
}
