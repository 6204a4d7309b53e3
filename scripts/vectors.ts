// node scripts/vectors.ts [--check]: makes test/vectors/evidence/ and findings/, files with what a verifier must say of each.
// Whoever writes a verifier in another language tries it on them; docs/evidence.md and docs/monitor.md have the formats.
//
// The same bytes in every run: the keys follow from a text, and the chain's clock is set, so that its blocks and all that
// hangs on their hashes are the same. They change with the contracts (their code is in the blocks) and with the format. A
// vector is written only if our own verifier says of it what it states. --check makes them and compares them with those on
// the disk, and writes nothing.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Evidence } from '../src/core/evidence.ts'
import { verifyEvidence } from '../src/verify/verify.ts'
import type { BadVector, Files, OfflineEvidence } from './vectors/bad.ts'
import { BAD_CHAIN } from './vectors/bad-chain.ts'
import { BAD_COMPLETE } from './vectors/bad-complete.ts'
import { BAD_ROWS } from './vectors/bad-rows.ts'
import { BAD_SOURCES } from './vectors/bad-sources.ts'
import { makeFindings } from './vectors/findings.ts'
import { GOOD, type GoodName } from './vectors/good.ts'
import { openWorkshop, type Workshop } from './vectors/scene.ts'

const VECTORS = join(import.meta.dirname, '../test/vectors')
const BAD = { ...BAD_ROWS, ...BAD_SOURCES, ...BAD_COMPLETE, ...BAD_CHAIN }
const NOTE = {
  zh: '各文件以 suyuan verify 文件 --trust trust.json 核实，不需要节点。good-* 应为已核实（退出码 0）；bad-* 各由一份 good-* 以一种方式破坏而成，应为被篡改（退出码 1），check 是最先不成立的检查项（docs/verify.md）。by 是谁能做出这样的文件：stranger 是任何经手者；operator 是运营方，持有账本的密钥，破坏后重新签名。',
  en: 'Verify each file with suyuan verify FILE --trust trust.json, without a node. The good-* must be verified (exit code 0). Each of the bad-* is one of the good ones, broken in one way, and must be tampered (exit code 1); check is the first check that fails (docs/verify.md). by is who could make it: a stranger is whoever passes the file on; the operator holds the ledger’s keys and signed again what was broken.',
}

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values
for (const [name, make] of [
  ['evidence', makeEvidence],
  ['findings', () => makeFindings(format)],
] as const) {
  const folder = join(VECTORS, name)
  const files = await make()
  if (!check) await write(folder, files)
  else if (!(await isSame(folder, files))) process.exitCode = 1
}

/** Name → content, of every file. */
async function makeEvidence(): Promise<ReadonlyMap<string, string>> {
  await using workshop = await openWorkshop()
  const good = {} as Record<GoodName, OfflineEvidence>
  const vectors: object[] = []
  const made = new Map([['trust.json', format(workshop.trustFile)]])
  for (const [name, vector] of Object.entries(GOOD) as [GoodName, (typeof GOOD)[GoodName]][]) {
    const evidence = (await workshop.make(vector.question(workshop), vector.limit)) as OfflineEvidence
    good[name] = evidence
    const said = await verify(evidence, workshop)
    if (said !== 'verified') throw new Error(`good-${name}: ${said}`)
    made.set(`good-${name}.json`, format(evidence))
    vectors.push({ file: `good-${name}.json`, verdict: 'verified', zh: vector.zh, en: vector.en })
  }
  for (const [name, { of, by, check, zh, en, spoil }] of Object.entries(BAD)) {
    const evidence = await spoilt({ of, by, spoil }, good, workshop)
    const said = await verify(evidence, workshop)
    if (!said.startsWith(`tampered, ${check}:`)) throw new Error(`bad-${name}: ${said}`)
    made.set(`bad-${name}.json`, format(evidence))
    vectors.push({ file: `bad-${name}.json`, verdict: 'tampered', check, by, of: `good-${of}.json`, zh, en })
  }
  return made.set('vectors.json', format({ note: NOTE, trust: 'trust.json', vectors }))
}

async function spoilt(
  { of, by, spoil }: Pick<BadVector, 'of' | 'by' | 'spoil'>,
  good: Files,
  workshop: Workshop,
): Promise<Evidence> {
  const broken = await spoil(structuredClone(good[of]), workshop, good)
  return by === 'operator' ? workshop.sign(broken) : broken
}

async function verify(evidence: Evidence, { trust }: Workshop): Promise<string> {
  const { verdict, failed } = await verifyEvidence(Buffer.from(JSON.stringify(evidence)), trust, undefined)
  return failed === undefined ? verdict : `${verdict}, ${failed.check}: ${failed.detail.en}`
}

function format(value: object): string {
  return `${JSON.stringify(value, undefined, 1)}\n`
}

async function write(folder: string, made: ReadonlyMap<string, string>): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, content] of made) await writeFile(join(folder, name), content)
  console.log(`${made.size} files, ${[...made.values()].reduce((sum, { length }) => sum + length, 0)} bytes: ${folder}`)
}

/** Are those on the disk the same? */
async function isSame(folder: string, made: ReadonlyMap<string, string>): Promise<boolean> {
  const kept = await readdir(folder).catch(() => [])
  const names = [...new Set([...made.keys(), ...kept])].toSorted()
  const other: string[] = []
  for (const name of names) {
    const content = await readFile(join(folder, name), 'utf8').catch(() => undefined)
    if (content !== made.get(name)) other.push(name)
  }
  if (other.length === 0) console.log(`${names.length} files are as they are made: ${folder}`)
  else console.error(`Not as they are made; run node scripts/vectors.ts: ${other.join(', ')}`)
  return other.length === 0
}
