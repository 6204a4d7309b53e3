// The answer as one file, and its verification by the command that anybody would use, in a process of its own.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readBlock } from '../../src/chain/read.ts'
import { parseEvidence } from '../../src/core/evidence.ts'
import type { Ledger } from '../../src/ledger.ts'
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

/** Runs `suyuan verify`: 0 verified, 1 tampered, 2 cannot be checked. */
export function runVerifier(evidence: string, trust: string, rpc?: string): { status: number | null; output: string } {
  const node = rpc === undefined ? [] : ['--rpc', rpc]
  const args = [CLI, 'verify', evidence, '--trust', trust, ...node]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}`.trim() }
}

export async function verifyAnswer({ ledger, client, directory, resource, stage }: VerifyParts): Promise<boolean> {
  const evidence = join(directory, 'evidence.json')
  const trust = join(directory, 'trust.json')
  const file = await client.evidence({ resource, limit: '10000' })
  await writeFile(evidence, file)
  // In earnest the trust file comes from somewhere the operator cannot change, such as the regulator's gazette.
  await writeFile(trust, JSON.stringify(await client.trust(), undefined, 2))
  stage.note(
    `evidence.json ${Math.round(file.length / 1024)} kB\n$ suyuan verify evidence.json --trust trust.json --rpc ${ledger.chainUrl}`,
  )
  const { status, output } = runVerifier(evidence, trust, ledger.chainUrl)
  stage.note(output)
  return status === 0 && (await verifyWithoutNode({ ledger, client, directory, resource, stage }))
}

/** The same without any node: all that is believed of the chain is the hash of one block. */
async function verifyWithoutNode({ ledger, client, directory, resource, stage }: VerifyParts): Promise<boolean> {
  const evidence = join(directory, 'evidence-offline.json')
  const trust = join(directory, 'trust-offline.json')
  const file = await client.evidence({ resource, limit: '10000', offline: 'true' })
  await writeFile(evidence, file)
  // In earnest the hash is looked up at a block explorer, or in the regulator's notices.
  const { number, hash } = (await readBlock(ledger.chain, parseEvidence(file).chain.asOf))!
  await writeFile(trust, JSON.stringify({ ...(await client.trust()), blocks: [{ number, hash }] }, undefined, 2))
  const { status, output } = runVerifier(evidence, trust)
  const verdict = output.split('\n').find(line => line.includes(evidence))
  stage.note(
    `$ suyuan verify evidence-offline.json --trust trust-offline.json   # ${Math.round(file.length / 1024)} kB\n` +
      `不用节点，只凭区块 ${number} 的哈希 No node, only the hash of block ${number}: ${verdict ?? output}`,
  )
  return status === 0
}
