// What a dishonest operator might do, and what then happens: one byte of a stored record is changed on disk, and one
// byte of an evidence file that was handed out.

import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { LedgerError } from '../../src/core/error.ts'
import { runVerifier, type VerifyParts } from './verifying.ts'

/** The store hashes what it reads again, and so does whoever makes evidence. */
const DAMAGE: ReadonlySet<string> = new Set(['log_damaged', 'record_damaged'])

/** True when both changes were found. The byte on disk is put back. */
export async function showTampering({ ledger, client, directory, resource, stage }: VerifyParts): Promise<boolean> {
  const { rows } = await client.usage({ resource, limit: '1' })
  const index = rows[0]!.index
  const [entry] = await ledger.store.readEntries([index])
  const text = Buffer.from(entry!).toString()
  const changed = changeOneByte(text)
  stage.note(`记录 record ${index}: ${excerpt(text)}\n改为 becomes: ${excerpt(changed)}`)

  await using file = await open(join(directory, 'log', '000000', 'entries'), 'r+')
  const at = (await file.readFile()).indexOf(text)
  await file.write(changed, at)
  const onDisk = await client.evidence({ resource, limit: '10000' }).catch((error: unknown) => error)
  await file.write(text, at)
  const foundOnDisk = onDisk instanceof LedgerError && DAMAGE.has(onDisk.code)
  stage.note(`磁盘上的改动 On disk: ${onDisk instanceof Error ? onDisk.message : '未被发现 not found!'}`)

  const forged = join(directory, 'forged.json')
  const evidence = gunzipSync(await readFile(join(directory, 'evidence.json.gz'))).toString()
  await writeFile(forged, evidence.replace(JSON.stringify(text).slice(1, -1), JSON.stringify(changed).slice(1, -1)))
  const { status, output } = runVerifier(forged, join(directory, 'trust.json'), '--rpc', ledger.chainUrl)
  stage.note(`证据文件中的改动 In the evidence file:\n${output}`)
  return foundOnDisk && status === 1
}

/** What stands around the byte. */
function excerpt(entry: string): string {
  return entry.replace(/^.*("resource":.*"rows":\d+).*$/, '… $1 …')
}

/** A believable lie: the first digit of the number of rows taken. */
function changeOneByte(entry: string): string {
  return entry.replace(/"rows":(\d)/, (_, digit: string) => `"rows":${digit === '9' ? '1' : Number(digit) + 1}`)
}
