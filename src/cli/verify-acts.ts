// Verified evidence of acts in plain words: what may it do now, since when, by whose signature, and what did it do.

import type { ActSaid, GrantNow } from '../chain/act-answer.ts'
import { STANDINGS } from '../chain/state/standing.ts'
import { AGREEMENT_KINDS, AGREEMENT_STATES, CORRECTION_STATES, GRANT_STATES, STATUSES } from '../chain/terms.ts'
import { ACTS_DO_NOT_PROVE, type Subject } from '../core/acts-evidence.ts'
import type { VerifiedActs } from '../verify/acts.ts'
import { SUBJECTS_ZH } from './acts-subject.ts'
import { print } from './output.ts'
import { formatBeijing, formatCount, showCell } from './table.ts'

/** Of very many acts or grants so many are shown; `--json` has all. */
const SHOWN = 50

export function showActs({ subject, answer, names, asked, asOf }: VerifiedActs): void {
  const name = (code: string): string => showCell(names[code] === undefined ? code : `${names[code]} ${code}`)
  const { party, grants = [], agreement, resource, correction } = answer
  const [[kind, code]] = Object.entries(subject) as [[keyof Subject, string | number]]
  print(`所问 asked: ${SUBJECTS_ZH[kind]} ${kind} ${showCell(String(code))}`)
  if (answer.about === null) print('合约中没有此项 The contracts know of no such thing.')
  if (party !== undefined) {
    const status = STATUSES[party.status as keyof typeof STATUSES]
    print(`主体 party ${name(party.code)}: ${status.zh} ${status.en}${veto(party.vetoed)}`)
    showSaid(party.acts, name)
    print(`授权与申请 grants and requests: ${grants.length}`)
  }
  for (const grant of grants.slice(0, SHOWN)) showGrant(grant, name)
  if (grants.length > SHOWN) print(`… ${grants.length - SHOWN}`)
  if (agreement !== undefined) {
    const kind = AGREEMENT_KINDS[agreement.kind as keyof typeof AGREEMENT_KINDS]
    const state = AGREEMENT_STATES[agreement.state as keyof typeof AGREEMENT_STATES]
    print(`${kind.zh} ${kind.en} ${agreement.id}: ${state.zh} ${state.en}${veto(agreement.vetoed)}`)
    print(`  当事方 parties: ${agreement.parties.map(name).join(', ')}; ${period(agreement)}`)
    showSaid(agreement.acts, name)
  }
  if (resource !== undefined) {
    const withdrawn = resource.withdrawn ? '; 已下架 withdrawn' : ''
    print(`资源 resource ${name(resource.code)}, ${name(resource.provider)}${withdrawn}${veto(resource.vetoed)}`)
    showSaid(resource.acts, name)
  }
  if (correction !== undefined) {
    const state = CORRECTION_STATES[correction.state as keyof typeof CORRECTION_STATES]
    print(`校核 correction ${correction.id}, ${name(correction.resource)}: ${state.zh} ${state.en}`)
    showSaid(correction.acts, name)
  }
  print(`截至 as of ${at(answer.time)}, 区块 block ${asOf.number} ${asOf.hash}; 答复时间 answered ${at(asked)}`)
  print('')
  print('不证明 It does not prove:')
  for (const { zh, en } of ACTS_DO_NOT_PROVE) print(`- ${zh}\n  ${en}`)
}

function showGrant(grant: GrantNow, name: (code: string) => string): void {
  const { id, state, now, used } = grant
  const [{ zh, en }, standing] = [GRANT_STATES[state], STANDINGS[now.why]]
  print(
    `授权 grant ${id}: ${zh} ${en}; 现在 now: ${standing.zh} ${standing.en}${now.of === undefined ? '' : ` (${now.of})`}`,
  )
  print(
    `  ${name(grant.consumer)} ← ${name(grant.resource)} (${name(grant.provider)}), ${grant.purpose}; ${period(grant)}`,
  )
  print(
    `  已用 used: 交付 deliveries ${formatCount(used.deliveries)}, 字节 bytes ${used.bytes}, 行 rows ${used.rows}; 结算 statements ${used.statements} (${used.accesses}); 计算 computations ${used.computations}; 签收 confirmations ${used.confirmations}`,
  )
  showSaid(grant.acts, name)
}

function showSaid(acts: readonly ActSaid[], name: (code: string) => string): void {
  for (const { event, time, block, organisation, account, relayer, signature } of acts.slice(0, SHOWN)) {
    const who = organisation === undefined ? '' : ` ${name(organisation)}`
    const signed = account === undefined ? '' : `, 账户 account ${account}`
    const checked =
      signature === 'key' ? '签名已核验 signature checked' : '签名由合约核验 signature checked by the contract only'
    const relayed = relayer === undefined ? '' : `, 代发 sent by ${relayer}: ${checked}`
    print(`  ${at(time)} #${block} ${event}${who}${signed}${relayed}`)
  }
  if (acts.length > SHOWN) print(`  … ${acts.length - SHOWN}`)
}

const period = ({ from, until }: { readonly from: string; readonly until: string }): string =>
  `${at(from)} – ${at(until)}`
const at = formatBeijing
const veto = (vetoed: boolean): string => (vetoed ? '; 被否决 under a veto' : '')
