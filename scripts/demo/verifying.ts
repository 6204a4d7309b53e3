// The answer as one file, and its verification by the command that anybody would use, in a process of its own.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readBlock } from '../../src/chain/read.ts'
import { parseEvidence } from '../../src/core/evidence.ts'
import type { Ledger } from '../../src/ledger.ts'
import { VERDICTS } from '../../src/verify/report.ts'
import { CONTRADICTIONS, type StatementFinding } from '../../src/verify/statements.ts'
import type { DemoClient } from './client.ts'
import type { Stage } from './stage.ts'

export interface VerifyParts {
  readonly ledger: Ledger
  readonly client: DemoClient
  readonly directory: string
  readonly resource: string
  readonly stage: Stage
}

const CLI = join(import.meta.dirname, '../../src/cli/main.ts')

/** What the verifier found. */
export interface Verified {
  readonly verified: boolean
  /** Statements that it compared with the rows of the answer, and how many of them the rows contradict. */
  readonly compared: number
  readonly contradicted: number
}

/** Enough for the JSON of 10,000 rows. */
const MOST_OUTPUT = 256 * 1024 * 1024

/** Runs `suyuan verify`: 0 verified, 1 tampered, 2 cannot be checked. */
export function runVerifier(
  evidence: string,
  trust: string,
  ...options: readonly string[]
): { status: number | null; output: string } {
  const args = [CLI, 'verify', evidence, '--trust', trust, ...options]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: MOST_OUTPUT })
  return { status, output: `${stdout}${stderr}`.trim() }
}

export async function verifyAnswer({ ledger, client, directory, resource, stage }: VerifyParts): Promise<Verified> {
  const evidence = join(directory, 'evidence.json.gz')
  const trust = join(directory, 'trust.json')
  const file = gzipSync(await client.evidence({ resource, limit: '10000' }))
  await writeFile(evidence, file)
  // In earnest the trust file comes from somewhere the operator cannot change, such as the regulator's gazette.
  await writeFile(trust, JSON.stringify(await client.trust(), undefined, 2))
  stage.note(
    `evidence.json.gz ${kilobytes(file)} kB\n$ suyuan verify evidence.json.gz --trust trust.json --rpc ${ledger.chainUrl}`,
  )
  const { status, output } = runVerifier(evidence, trust, '--rpc', ledger.chainUrl)
  stage.note(output)
  const offline = await verifyWithoutNode({ ledger, client, directory, resource, stage })
  return { ...offline, verified: status === 0 && offline.verified }
}

/** The same without any node: all that is believed of the chain is the hash of one block. */
async function verifyWithoutNode({ ledger, client, directory, resource, stage }: VerifyParts): Promise<Verified> {
  const evidence = join(directory, 'evidence-offline.json.gz')
  const trust = join(directory, 'trust-offline.json')
  const json = await client.evidence({ resource, limit: '10000', offline: 'true' })
  const file = gzipSync(json)
  await writeFile(evidence, file)
  // In earnest the hash is looked up at a block explorer, or in the regulator's notices.
  const { number, hash } = (await readBlock(ledger.chain, parseEvidence(json).chain.asOf))!
  await writeFile(trust, JSON.stringify({ ...(await client.trust()), blocks: [{ number, hash }] }, undefined, 2))
  const { status, output } = runVerifier(evidence, trust, '--json')
  const found = status === 0 ? (JSON.parse(output) as VerifierAnswer) : undefined
  const statements = found?.answer.statements ?? []
  const contradicted = statements.filter(({ result }) => CONTRADICTIONS.has(result)).length
  const verdict = found === undefined ? output : `${VERDICTS[found.verdict].zh} ${VERDICTS[found.verdict].en}`
  stage.note(
    `$ suyuan verify evidence-offline.json.gz --trust trust-offline.json   # ${kilobytes(file)} kB\n` +
      `不用节点，只凭区块 ${number} 的哈希 No node, only the hash of block ${number}: ${verdict}\n` +
      `用量结算：与记录对照 ${statements.length} 份，矛盾 ${contradicted} 份\n` +
      `Statements: ${statements.length} compared with the records, ${contradicted} contradicted`,
  )
  return { verified: status === 0, compared: statements.length, contradicted }
}

const kilobytes = (file: Buffer): number => Math.round(file.length / 1000)

/** Of `suyuan verify --json`, what is read here. */
interface VerifierAnswer {
  readonly verdict: keyof typeof VERDICTS
  readonly answer: { readonly statements: readonly Pick<StatementFinding, 'result'>[] }
}
