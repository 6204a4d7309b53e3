// What CheckpointAnchor refuses (ICheckpointAnchor.sol, ConsistencyProof.sol).

import type { Sentences } from './sentence.ts'

export const ANCHOR: Sentences = {
  LogUnknown: {
    zh: '日志 {log} 没有登记；请由日志管理方登记其名称。',
    en: 'No log {log} is registered; have the log administrator register its origin.',
  },
  LogTaken: {
    zh: '日志 {log} 已登记；请使用它，或另选名称。',
    en: 'The log {log} is registered already; use it, or choose another origin.',
  },
  AnchorerInvalid: {
    zh: '{anchorer} 为零，或已经是日志 {log} 的存证账户；请另选账户。',
    en: '{anchorer} is zero, or anchors log {log} already; give another account.',
  },
  NotTheAnchorer: {
    zh: '只有 {anchorer} 可以为日志 {log} 存证，{caller} 不可以；请用存证密钥签名。',
    en: 'Only {anchorer} may anchor log {log}, and {caller} tried; sign with the anchoring key.',
  },
  CheckpointStale: {
    zh: '已存证的大小是 {current}，本检查点是 {given}；请存证更大的检查点。',
    en: 'Size {current} is anchored already, and the checkpoint has size {given}; anchor a larger one.',
  },
  ProofLengthWrong: {
    zh: '一致性证明有 {given} 个哈希，这两个大小需要 {expected} 个；请从最近存证的大小重新生成。',
    en: 'The consistency proof has {given} hashes where these sizes need {expected}; make it from the last anchored size.',
  },
  OldRootMismatch: {
    zh: '证明的起点在大小 {size} 处是根 {proven}，而已存证的是 {anchored}：它属于另一棵树，或旧记录被改动；请核查日志。',
    en: 'The proof starts from root {proven}, but {anchored} is anchored at size {size}: this is another log, or an old entry was changed.',
  },
  NewRootMismatch: {
    zh: '证明在大小 {size} 处得到根 {proven}，而给出的是 {given}：根与证明不属于同一棵树。',
    en: 'The proof leads to root {proven} at size {size}, but {given} was given: root and proof are of different trees.',
  },
  Sha256Failed: {
    zh: '该链没有计算 SHA-256（缺少预编译合约 2）；请在具备它的链上存证。',
    en: 'The chain did not compute SHA-256: it lacks the precompiled contract 2. Anchor on a chain that has it.',
  },
}
