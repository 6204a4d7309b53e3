// The one mapping from an error's code to what HTTP says of it: status, and a title that never changes, in English and
// Chinese (RFC 9457 §3.1). A code that is not here becomes 500 and says nothing of the inside.

import { ACT_PROBLEMS } from './act-problems.ts'

export interface ProblemKind {
  readonly status: number
  readonly en: string
  readonly zh: string
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number
}

export const PROBLEMS: Readonly<Record<string, ProblemKind>> = {
  ...ACT_PROBLEMS,

  // ——— The request itself ———
  request_invalid: { status: 400, en: 'A parameter is not valid', zh: '参数不正确，请按说明修改' },
  question_invalid: { status: 400, en: 'The question is not valid', zh: '查询条件不正确，请按说明修改' },
  cursor_invalid: { status: 400, en: 'The cursor is not one of this ledger', zh: '翻页标记无效，请从第一页重新查询' },
  invalid_time: { status: 400, en: 'The time cannot be read', zh: '时间格式不正确' },
  invalid_field: { status: 400, en: 'A field is not valid', zh: '字段不正确' },
  sealed_too_long: { status: 400, en: 'The text is too long', zh: '文字过长' },
  invalid_json: { status: 400, en: 'The body is not valid JSON', zh: '请求体不是正确的 JSON' },
  duplicate_key: { status: 400, en: 'The body has a key twice', zh: '请求体中有重复的键' },
  lone_surrogate: { status: 400, en: 'The body has half a character', zh: '请求体含有不完整的字符' },
  inexact_number: { status: 400, en: 'A number of the body cannot be kept exactly', zh: '请求体中的数字无法精确表示' },
  too_deep: { status: 400, en: 'The body nests too deep', zh: '请求体嵌套过深' },
  reserved_key: { status: 400, en: 'The body has a key that is not allowed', zh: '请求体含有保留的键' },
  not_an_object: { status: 400, en: 'The body is not a JSON object', zh: '请求体不是 JSON 对象' },
  key_invalid: { status: 400, en: 'The key is not valid', zh: '公钥不正确' },
  endorsement_invalid: {
    status: 400,
    en: 'The key before it did not sign that it gives over',
    zh: '接续的背书签名不成立',
  },
  invalid_working_days: { status: 400, en: 'The number of working days is not valid', zh: '工作日数不正确' },
  range_invalid: { status: 400, en: 'The range does not lie in the tree', zh: '范围超出日志' },
  request_cut: { status: 400, en: 'The request broke off', zh: '请求中断' },
  token_missing: { status: 401, en: 'A token is needed', zh: '需要访问令牌' },
  token_unknown: { status: 401, en: 'The token is not known, or was revoked', zh: '令牌无效或已撤销' },
  scope_missing: { status: 403, en: 'The token does not allow this', zh: '令牌权限不足' },
  not_found: { status: 404, en: 'There is nothing at this address', zh: '没有此地址' },
  record_not_found: { status: 404, en: 'There is no such record yet', zh: '没有此记录，或尚未发布' },
  sealed_not_found: { status: 404, en: 'The record has no sealed part', zh: '此记录没有密封部分' },
  resource_not_found: { status: 404, en: 'The resource is not in the catalogue', zh: '目录中没有此资源' },
  grant_not_found: { status: 404, en: 'There is no such request or grant', zh: '没有此申请或授权' },
  agreement_not_found: { status: 404, en: 'There is no such agreement', zh: '没有此协议' },
  correction_not_found: { status: 404, en: 'There is no such correction', zh: '没有此校核' },
  subject_unknown: { status: 404, en: 'There is nothing by this number or code', zh: '没有此编号或代码' },
  organisation_not_found: { status: 404, en: 'The organisation is not registered', zh: '没有此机构' },
  source_key_unknown: { status: 404, en: 'The key is not registered', zh: '公钥没有登记' },
  tile_not_found: { status: 404, en: 'The tree has no such tile', zh: '没有此数据块' },
  size_beyond_tree: { status: 404, en: 'The tree is not that large yet', zh: '日志尚未达到该大小' },
  index_beyond_tree: { status: 404, en: 'The log does not reach so far', zh: '日志尚未达到该序号' },
  not_published_yet: { status: 404, en: 'No checkpoint is published yet', zh: '尚未发布检查点，请稍候', retryAfter: 5 },
  method_not_allowed: { status: 405, en: 'The address does not take this method', zh: '此地址不支持该方法' },
  request_timeout: { status: 408, en: 'The request took too long to arrive', zh: '请求超时' },
  not_final_yet: { status: 409, en: 'Not final on the chain yet', zh: '链上尚未最终确认，请稍候', retryAfter: 5 },
  not_anchored_yet: { status: 409, en: 'Not anchored on the chain yet', zh: '尚未上链存证，请稍候', retryAfter: 5 },
  batch_in_progress: {
    status: 409,
    en: 'The same batch is being written',
    zh: '同一批次正在写入，请稍候',
    retryAfter: 2,
  },
  batch_differs: { status: 409, en: 'The idempotency key belongs to other lines', zh: '幂等键已用于其他内容' },
  batch_scattered: { status: 413, en: 'The batch lies in too many places of the log', zh: '批次在日志中过于分散' },
  source_key_retired: { status: 409, en: 'The key was retired', zh: '公钥已停用' },
  sources_too_many: { status: 409, en: 'There are too many sources or keys', zh: '来源或公钥过多' },
  batch_shorter: { status: 409, en: 'The batch is shorter than before', zh: '批次比上次短' },
  entries_pruned: { status: 410, en: 'The records were pruned', zh: '记录已满保存期限并被清除' },
  text_erased: { status: 410, en: 'The text was erased', zh: '文本已删除' },
  sealed_erased: { status: 410, en: 'The sealed part was erased', zh: '密封部分已删除' },
  body_too_large: { status: 413, en: 'The body is too large', zh: '请求体过大' },
  url_too_long: { status: 414, en: 'The address is too long', zh: '地址过长' },
  media_type_unsupported: { status: 415, en: 'The content type is not taken here', zh: '不支持此内容类型' },
  encoding_unsupported: { status: 415, en: 'The content encoding is not taken here', zh: '不支持此内容编码' },
  expectation_failed: {
    status: 417,
    en: 'What the request expects is not known here',
    zh: '不支持请求头 Expect 的要求',
  },
  host_not_allowed: { status: 421, en: 'The service does not answer to this host name', zh: '本服务不使用此主机名' },
  offline_too_long: {
    status: 422,
    en: 'Too many blocks for proof by a block hash',
    zh: '跨越区块过多，无法仅凭区块哈希举证',
  },
  evidence_too_long: { status: 422, en: 'The evidence would be too long', zh: '证据文件过大' },
  window_too_long: { status: 422, en: 'Too many records in this time', zh: '该时段记录过多' },
  block_not_provable: {
    status: 422,
    en: 'This chain’s blocks cannot be proven by their hash',
    zh: '此链的区块无法仅凭哈希举证',
  },
  headers_too_large: { status: 431, en: 'The headers are too large', zh: '请求头过大' },

  // ——— The service ———
  internal: { status: 500, en: 'The service failed', zh: '服务出错，请将请求编号告知运维人员' },
  archive_damaged: { status: 500, en: 'An archive was changed on disk', zh: '归档已被改动，请通知监管与运维人员' },
  log_damaged: { status: 500, en: 'The log was changed on disk', zh: '日志数据已被改动，请通知监管与运维人员' },
  index_damaged: { status: 500, en: 'The index was changed on disk', zh: '索引已被改动，请通知运维人员' },
  record_damaged: { status: 500, en: 'A record was changed on disk', zh: '记录已被改动，请通知监管与运维人员' },
  totals_inexact: { status: 500, en: 'The totals are too large to be exact', zh: '合计过大，无法精确表示' },
  tile_damaged: { status: 500, en: 'A tile was changed on disk', zh: '数据块已被改动，请通知监管与运维人员' },
  sealed_damaged: { status: 500, en: 'The sealed part cannot be opened', zh: '密封部分无法打开' },
  overloaded: { status: 503, en: 'More is asked than can be done', zh: '服务繁忙，请稍候', retryAfter: 2 },
  index_unusable: { status: 503, en: 'The index cannot be made again', zh: '索引无法重新生成', retryAfter: 60 },
  index_behind: { status: 503, en: 'The index is being made again', zh: '索引正在重新生成，请稍候', retryAfter: 30 },
  closing: { status: 503, en: 'The service is stopping', zh: '服务正在停止', retryAfter: 10 },
  store_broken: {
    status: 503,
    en: 'The store takes no more writes',
    zh: '存储已停止写入，请通知运维人员',
    retryAfter: 60,
  },
  store_closed: { status: 503, en: 'The store is closed', zh: '存储已关闭', retryAfter: 10 },
  tokens_locked: { status: 503, en: 'The tokens are being changed', zh: '令牌正在变更，请稍候', retryAfter: 2 },
  tokens_unreadable: {
    status: 503,
    en: 'Nobody can be let in now',
    zh: '令牌文件无法读取，请通知运维人员',
    retryAfter: 60,
  },
  chain_moved: { status: 503, en: 'The chain is being reorganised', zh: '区块链正在重组，请稍候', retryAfter: 5 },
  chain_unreachable: { status: 503, en: 'The chain does not answer', zh: '区块链节点无响应', retryAfter: 10 },
  chain_answer_malformed: {
    status: 503,
    en: 'The chain’s node answers wrongly',
    zh: '区块链节点应答异常',
    retryAfter: 60,
  },
  event_malformed: { status: 503, en: 'The chain’s node answers wrongly', zh: '区块链节点应答异常', retryAfter: 60 },
  events_missing: { status: 503, en: 'The chain’s node left events out', zh: '区块链节点遗漏事件', retryAfter: 60 },
}
