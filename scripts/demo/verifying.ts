// The answer as one file, and its verification by the command that anybody would use, in a process of its own.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
export function runVerifier(evidence: string, trust: string, rpc: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CLI, 'verify', evidence, '--trust', trust, '--rpc', rpc],
    {
      encoding: 'utf8',
    },
  )
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
  return status === 0
}
