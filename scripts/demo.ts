// npm run demo: a day at a city's sharing platform, from the first organisation to a verified answer, and what happens
// when a stored record is changed. Everything is real: the chain, the contracts, HTTP, the disk. Only the city is made
// up, and the clock is set to its day.
//
//   npm run demo -- [--serve] [--json] [--lines N] [--seed N] [--data DIR]

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { keccak256, toUtf8Bytes, Wallet } from 'ethers'
import { pino } from 'pino'
import { createActs, createView } from '../src/chain/acts.ts'
import { logIdOf } from '../src/chain/deploy.ts'
import type { Grant } from '../src/chain/registry.ts'
import { readConfig } from '../src/config.ts'
import { LedgerError } from '../src/core/error.ts'
import { languageOf } from '../src/core/words.ts'
import { type Ledger, openLedger } from '../src/ledger.ts'
import { type OnboardingParts, revokeGrants } from '../src/onboarding.ts'
import { serve } from '../src/serve.ts'
import { openTextDigests, type TextDigests } from '../src/text-digest.ts'
import { openTokens, SCOPES } from '../src/tokens.ts'
import { type City, DAY, makeCity, ONBOARDED_AT, REVOKED_AT } from './demo/city.ts'
import { createClient, type DemoClient } from './demo/client.ts'
import { createDemoClock, type DemoClock } from './demo/clock.ts'
import { playGateway } from './demo/gateway.ts'
import { imposeVeto, LIFTED_AT, liftVeto, VETOED_AT } from './demo/incidents.ts'
import { withInstitutions } from './demo/institutions.ts'
import { refusalLine, writeKeys } from './demo/open-request.ts'
import { finishAgreements, PUBLICITY_OVER_AT, playCorrections, playEvening, registerCity } from './demo/scenes.ts'
import { createStage } from './demo/stage.ts'
import { showTampering } from './demo/tampering.ts'
import { verifyAnswer } from './demo/verifying.ts'

const HOUR_MS = 3_600_000

const USAGE = 'npm run demo -- [--serve] [--json] [--lines N] [--seed N] [--data DIR]'

const values = readOptions()
const stage = createStage({ quiet: values.json })
const started = performance.now()
try {
  await play()
} catch (error) {
  if (!(error instanceof LedgerError)) throw error
  console.error(`\n${error.words[languageOf(process.env)]} [${error.code}]`)
  process.exitCode = 1
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        serve: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        lines: { type: 'string', default: '40000' },
        seed: { type: 'string', default: '520100' },
        data: { type: 'string' },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return process.exit(2)
  }
}

async function play(): Promise<void> {
  const lines = readCount('--lines', values.lines)
  const city = makeCity({ seed: readCount('--seed', values.seed), lines })
  const directory =
    values.data === undefined ? await mkdtemp(join(tmpdir(), 'suyuan-demo-')) : await freshDirectory(values.data)
  const keep = values.serve || values.data !== undefined
  try {
    await playIn(directory, city)
  } finally {
    if (!keep) await rm(directory, { recursive: true, force: true })
  }
}

async function playIn(directory: string, city: City): Promise<void> {
  const { SUYUAN_PORT = values.serve ? '7070' : '0', SUYUAN_CHAIN_PORT = '0' } = process.env
  const config = readConfig({
    SUYUAN_DATA: directory,
    SUYUAN_ORIGIN: 'suyuan.demo/access',
    SUYUAN_ANCHOR_SECONDS: '1',
    SUYUAN_PORT,
    SUYUAN_CHAIN_PORT,
  })
  const logger = pino({ level: process.env['SUYUAN_LOG_LEVEL'] ?? 'fatal' }, pino.destination(2))
  const clock = createDemoClock(ONBOARDED_AT)

  stage.step('启动：数据目录、本地链、合约', 'Starting: data directory, local chain, contracts')
  await using ledger = await openLedger({ config, clock, log: logger, chainClockOffset: clock.offset() })
  const setTime = (time: number): void => {
    clock.set(time)
    ledger.setChainClockOffset(clock.offset())
  }
  const tokens = openTokens(join(directory, 'keys'))
  const token = await tokens.create(SCOPES, 'demo')
  await using service = await serve({ ledger, config, tokens, logger, now: () => clock.now() })
  const client = createClient(service.url, token)
  stage.note(`${service.url}   链 chain ${ledger.deployment.chainId}: ${ledger.chainUrl}`)

  const parts = onboardingOf(ledger, await openTextDigests(join(directory, 'keys')), clock)
  const plan = withInstitutions(city.plan)
  await registerCity({ ledger, parts, plan, stage })
  const disputed = await playCorrections({ ledger, parts, city, stage })
  setTime(PUBLICITY_OVER_AT)
  const { requests: grantIds, summary: granted } = await finishAgreements({ ledger, parts, plan, stage })
  const watched = ledger.registry.grant(grantIds[city.busiest]!)!
  await playDay({ ledger, parts, city, client, grantIds, setTime, watched })
  const missing = await playGateway({ client, ledger, stage }, quietGrant(ledger, city))
  const evening = await playEvening({ ledger, parts, city, disputed, stage, now: clock.now() })

  stage.step('提问：谁拿了人口基础信息，拿去做什么？', 'Asking: who took the population base register, and what for?')
  const answer = await client.usage({ resource: city.populationRegister, limit: '8' })
  stage.showAnswer(answer)

  stage.step('举证与核实：不信任我们的人也能查', 'Evidence and verification: for those who do not trust us')
  const { verified, compared, contradicted } = await verifyAnswer({
    ledger,
    client,
    directory,
    resource: city.populationRegister,
    stage,
  })
  // The verifier's finding decides, together with the sums that the ledger made again.
  const agree = evening.statements.agree && compared > 0 && contradicted === 0

  stage.step('篡改：直接改动磁盘上一条记录的一个字节', 'Tampering: one byte of a stored record is changed on disk')
  const tamperDetected = await showTampering({ ledger, client, directory, resource: city.populationRegister, stage })

  const records = ledger.store.head.size
  const anchored = ledger.anchoring.status().anchored?.size ?? 0
  const seconds = Math.round((performance.now() - started) / 100) / 10
  if (values.json) {
    const result = {
      records,
      anchored,
      answer: { rows: answer.totals?.records ?? 0 },
      granted,
      missing,
      ...evening,
      statements: { ...evening.statements, compared, contradicted, agree },
      verified,
      tamperDetected,
      seconds,
    }
    console.log(JSON.stringify(result))
  }
  stage.step(`完成，用时 ${seconds} 秒`, `Done in ${seconds} s`)
  if (!verified || !tamperDetected || !agree || missing !== 1) process.exitCode = 1
  if (!values.serve) return
  stage.note(
    `打开 Open ${service.url}\n令牌 Token ${token}\n链 Chain ${ledger.chainUrl}\n数据 Data ${directory}（结束后保留 kept afterwards）`,
  )
  await inviteToAct({ ledger, directory, open: evening.open, url: service.url, token })
  stage.note('Ctrl+C 结束 to end')
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve())
  })
}

interface Invitation {
  readonly ledger: Ledger
  readonly directory: string
  /** Number of the request that nobody has answered. */
  readonly open: number | undefined
  readonly url: string
  readonly token: string
}

/** Leaves the keys to act with, and says what to type. */
async function inviteToAct({ ledger, directory, open, url, token }: Invitation): Promise<void> {
  const request = open === undefined ? undefined : ledger.registry.grant(open)
  const keys = await writeKeys(directory, request, accountOf)
  stage.note(`密钥 Keys ${keys}（仅供演示 for the demo only）`)
  if (request === undefined) return
  stage.note(
    `申请 ${request.id} 待答复；如要拒绝 Request ${request.id} waits for an answer; to refuse it:\n` +
      `export SUYUAN_URL=${url} SUYUAN_TOKEN=${token}\n${refusalLine(request, keys)}`,
  )
}

/** Every organisation has an account of its own; the demo derives them from their codes, real ones never do. */
function accountOf(code: string): Wallet {
  return new Wallet(keccak256(toUtf8Bytes(`suyuan demo account of ${code}`)))
}

function onboardingOf(ledger: Ledger, texts: TextDigests, clock: DemoClock): OnboardingParts {
  const { chain, deployment, account: registrar, registry: known, logKey } = ledger
  return {
    act: createActs(chain, deployment.contracts),
    view: createView(chain, deployment.contracts),
    registrar,
    accountOf,
    officerOf: code => accountOf(`officer ${code}`),
    digestText: text => texts.digest(text),
    known,
    log: logIdOf(logKey.verifierKey.name),
    now: () => clock.now(),
  }
}

interface DayParts {
  readonly ledger: Ledger
  readonly parts: OnboardingParts
  readonly city: City
  readonly client: DemoClient
  readonly grantIds: readonly number[]
  readonly setTime: (time: number) => void
  /** Suspended by the inspector for two hours of the morning. */
  readonly watched: Grant
}

/** One that is good all day, for another resource than the one asked for in the end. */
function quietGrant({ registry }: Ledger, { populationRegister }: City): Grant {
  const whole = [...registry.books.grants.values()].find(({ decision, revoked, terms }) => {
    const isGood = decision?.outcome === 'granted' && revoked === undefined && terms.until >= DAY + 24 * HOUR_MS
    return isGood && terms.endedAt === undefined && terms.resource !== populationRegister
  })
  return whole!
}

/** Hour by hour: the platform ships its lines, and the hour is anchored. */
async function playDay({ ledger, parts, city, client, grantIds, setTime, watched }: DayParts): Promise<void> {
  stage.step(
    '一天 24 小时的访问日志：写入、回执、锚定上链',
    'A day of access lines: accepted, receipted, anchored hour by hour',
  )
  const bar = stage.progress('小时 hours')
  let accepted = 0
  let anchors = 0
  const refusals: string[] = []
  for (let hour = 0; hour < 24; hour++) {
    const end = DAY + (hour + 1) * HOUR_MS
    setTime(end)
    const lines = city.lines(hour, grantIds)
    const result = await client.ingest(lines, `demo-hour-${hour}`)
    accepted += result.accepted
    refusals.push(...result.refused.map(({ line, message }) => `${hour} 时第 ${line} 行 line: ${message}`))
    await ledger.anchoring.publishNow()
    await ledger.anchoring.anchored(ledger.store.head.size, AbortSignal.timeout(60_000))
    anchors++
    if (end === VETOED_AT) await imposeVeto(watched, parts, stage)
    if (end === LIFTED_AT) await liftVeto(watched, parts, stage)
    if (end === REVOKED_AT) await revokeAtNoon(parts, city, grantIds)
    bar.update(hour + 1, 24)
  }
  bar.stop()
  const anchor = ledger.anchoring.status().anchored
  stage.note(
    `写入 ${accepted} 条，拒收 ${refusals.length} 条，锚定 ${anchors} 次；最后一次在区块 ${anchor?.block}，交易 ${anchor?.transaction}\n` +
      `${accepted} accepted, ${refusals.length} refused, ${anchors} anchors; the last in block ${anchor?.block}` +
      (refusals.length === 0 ? '' : `\n${refusals.slice(0, 2).join('\n')}`),
  )
}

async function revokeAtNoon(
  parts: OnboardingParts,
  { revoked, plan }: City,
  grantIds: readonly number[],
): Promise<void> {
  const providers = new Map(plan.resources.map(({ code, provider }) => [code, provider]))
  const providerOf = (k: number): string => providers.get(plan.requests[k]!.resource)!
  await revokeGrants(
    revoked.map(k => ({ id: grantIds[k]!, provider: providerOf(k), reason: '用途已终止' })),
    parts,
  )
}

async function freshDirectory(data: string): Promise<string> {
  const directory = resolve(data)
  await mkdir(directory).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EEXIST'
        ? { en: 'exists already; the demo wants a fresh one', zh: '已存在，演示需要全新的目录' }
        : { en: `cannot be made (${cause.code})`, zh: `无法创建（${cause.code}）` }
    throw new LedgerError(
      'data_not_fresh',
      {
        en: `The directory ${directory} ${why.en}. Name another, or leave --data out.`,
        zh: `目录 ${directory} ${why.zh}。请另选一个，或不写 --data。`,
      },
      {
        cause,
      },
    )
  })
  return directory
}

function readCount(option: string, text: string): number {
  const count = Number(text)
  if (/^\d{1,8}$/.test(text) && count >= 1) return count
  throw new LedgerError('option_invalid', {
    en: `${option} takes a whole number from 1 to 99,999,999, not "${text}".`,
    zh: `${option} 应为 1 至 99,999,999 的整数，而不是“${text}”。`,
  })
}
