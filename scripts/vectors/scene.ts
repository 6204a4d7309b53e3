// What the vectors of evidence are made of: a ledger on a chain of its own, the same in every run. Its keys follow from a
// text, its chain begins at a fixed time and counts in seconds, and nothing in it asks this machine for a clock or for chance.

import { id as keccakOf, ZeroHash } from 'ethers'
import type { Chain } from '../../src/chain/network.ts'
import { readBlock } from '../../src/chain/read.ts'
import { OPEN_TYPES, SHARE_TYPES } from '../../src/chain/terms.ts'
import { concat, decodeBase64, encodeBase64, utf8 } from '../../src/core/bytes.ts'
import type { TreeHead } from '../../src/core/checkpoint.ts'
import { answerText, type Evidence } from '../../src/core/evidence.ts'
import { sha256 } from '../../src/core/hash.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import type { Question } from '../../src/core/question.ts'
import { type AccessRecord, formatTime, parseRecordInput } from '../../src/core/record.ts'
import type { SignedRecord } from '../../src/core/source-link.ts'
import { createEvidence, type EvidenceParts } from '../../src/evidence.ts'
import { makeSourceKey, type Place, type SourceKey, signLine } from '../../src/source/sign.ts'
import { formatTrust, type Trust, type TrustJson } from '../../src/verify/trust.ts'
import { rememberAnswers } from '../../test/verify/remembered.ts'
import { HEALTH, POPULATION, type Scene, setScene } from '../../test/verify/scene.ts'

const FIXED = { start: 1_772_323_200, secret: 'suyuan vectors of evidence' } // 2026-03-01T00:00:00Z
/** When what is not the scene's own is signed, in seconds since 1970: behind all of its times. */
export const TIME = 1_773_800_000
const DIGEST = keccakOf('any text')
const CENSUS = '11520100MB0000001A'
const ARCHIVES = '11520100MB0000006F'
export const LIBRARY = '11520100MB0000007G'
export const FILES = '306-02-001'
const ACTORS = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'] as const
export const [, SECOND_ACTOR] = ACTORS
const LATE_EPOCHS = 5
const EPOCH_MS = 100_000
const BASE = {
  action: 'read',
  bytes: 512,
  provider: CENSUS,
  purpose: 'LegalCompliance',
  resource: POPULATION,
  rows: 3,
  source: 'exchange-2',
  status: 'ok',
} as const
/** Sources that sign. */
const SIGNERS = ['exchange-4', 'exchange-5'] as const
/** Whom the ledger says that signed lines are of: by it, each record that the operator changed is asked for. */
export const SIGNED_ACTORS = {
  honest: 'a'.repeat(32),
  'other-bytes': 'b'.repeat(32),
  'other-seq': 'c'.repeat(32),
  'other-previous': 'd'.repeat(32),
  'other-source': 'e'.repeat(32),
  'other-signature': 'f'.repeat(32),
  'said-filled': '1'.repeat(32),
} as const
const DESCRIPTION = {
  name: '档案目录',
  shareType: SHARE_TYPES.conditional.value,
  openType: OPEN_TYPES['not-open'].value,
  level: 2,
  fieldCount: 4,
  parents: [],
  legalBasisDigest: DIGEST,
  metadata: '0x7b7d',
}

/** Milliseconds since 1970. */
interface Period {
  readonly from: number
  readonly until: number
}

export interface Workshop extends AsyncDisposable {
  readonly scene: Scene
  /** Of the honest author; its chain stands still. */
  readonly parts: EvidenceParts
  readonly chain: Chain
  readonly trust: Trust
  readonly trustFile: TrustJson
  /** When the veto on grant 1 was imposed, and when it was lifted. */
  readonly veto: Period
  /** From the very time of the library's last use of its first epoch, to that of its first use of the fourth. */
  readonly window: Period
  readonly make: (question: Question, limit: number, author?: EvidenceParts) => Promise<Evidence>
  /** By the ledger's own answer key: nobody but the operator can. */
  readonly sign: <File extends object>(file: File) => File & { readonly signature: string }
}

/**
 * The scene's rows; under its grant 1 a use each before, under and after a veto; then, of a resource that is registered only
 * now (so that few headers lead to it), the same uses in each of five epochs, and one that comes late.
 */
export async function openWorkshop(): Promise<Workshop> {
  const scene = await setScene({ fixed: FIXED })
  const { accessLedger, catalogue } = scene.deployment.contracts
  const now = async (): Promise<number> => (await scene.time()) * 1000
  const pass = async (seconds: number): Promise<void> => {
    await scene.node.ask('evm_increaseTime', [seconds])
    await scene.node.ask('evm_mine')
  }
  const useGrant = async (): Promise<void> =>
    scene.append([{ ...BASE, consumer: HEALTH, grant: 1, time: formatTime(await now()) }])
  await scene.anchor()

  const inspector = await scene.enrol('inspector', '11520100MB0000004D', '督查室', ['inspector'])
  const regulator = await scene.enrol('regulator', '11520100MB0000005E', '大数据局', ['regulator'])
  await useGrant()
  await inspector.call('accessLedger', accessLedger, 'vetoGrant', [1, DIGEST, ZeroHash])
  const veto = { from: await now(), until: 0 }
  await pass(100)
  await useGrant()
  for (const side of [inspector, regulator])
    await side.call('accessLedger', accessLedger, 'liftGrantVeto', [1, 1, DIGEST])
  veto.until = await now()
  await pass(100)
  await useGrant()
  await scene.anchor()

  const archives = await scene.enrol('archives', ARCHIVES, '档案馆', ['provider'])
  await scene.enrol('library', LIBRARY, '图书馆', ['consumer'])
  await archives.call('catalogue', catalogue, 'register', [FILES, keccakOf(FILES), DESCRIPTION])
  const first = await now()
  const timeOf = (epoch: number): number => first + epoch * EPOCH_MS
  for (let epoch = 0; epoch < LATE_EPOCHS; epoch++) {
    await scene.append(usesOf(timeOf(epoch)))
    if (epoch === LATE_EPOCHS - 1) await scene.append(usesOf(timeOf(2) + EPOCH_MS / 2).slice(0, 1))
    await scene.anchor()
  }

  const signers = SIGNERS.map(source =>
    makeSourceKey({ source, origin: scene.trust.logKey.name, secret: sha256(utf8(`${FIXED.secret} ${source}`)) }),
  )
  await scene.append(signedUses(timeOf(LATE_EPOCHS), signers as [SourceKey, SourceKey]))
  await scene.anchor()

  const chain = rememberAnswers(scene.chain)
  const parts = { ...scene.parts, chain }
  const last = (await readBlock(chain, 'latest'))!
  const blocks = [{ number: last.number, hash: last.hash }]
  const { logKey, answerKey, deployment } = scene
  const keys = { logKey: logKey.verifierKey, answerKey: answerKey.verifierKey, timeKey: logKey.timeKey }
  return {
    scene,
    parts,
    chain,
    trust: { ...scene.trust, blocks, sources: signers.map(({ verifierKey }) => verifierKey) },
    trustFile: {
      ...formatTrust({ ...keys, ...deployment }),
      blocks,
      sources: signers.map(({ verifierKey }) => formatVerifierKey(verifierKey)),
    },
    veto,
    window: { from: timeOf(0) + 2_000, until: timeOf(3) },
    make: (question, limit, author = parts) => createEvidence(author)(question, { limit, offline: true }),
    sign: file => ({ ...file, signature: answerKey.sign(answerText(scene.trust.logKey.name, file)) }),
    [Symbol.asyncDispose]: () => scene.close(),
  }
}

/** By the log's keys, whatever they have signed before: nobody but the operator can. */
export async function signAnew(scene: Scene, head: TreeHead, time = TIME): Promise<string> {
  return (await scene.forgetfulLogKey()).sign(head, time)
}

/** Three of the library's, of two persons; and one of somebody else's, of the second person. */
function usesOf(time: number): AccessRecord[] {
  const of = (consumer: string, actor: string, seq: number): AccessRecord => ({
    ...BASE,
    actor,
    consumer,
    provider: ARCHIVES,
    resource: FILES,
    seq,
    source: 'exchange-3',
    time: formatTime(time + seq * 1000),
  })
  const [one, other] = ACTORS
  return [of(LIBRARY, one, 0), of(LIBRARY, one, 1), of(LIBRARY, other, 2), of(CENSUS, other, 3)]
}

/** Three lines as the first source signed them, and of the third what a dishonest operator could log in its place. */
function signedUses(time: number, [key, other]: readonly [SourceKey, SourceKey]): AccessRecord[] {
  const { provider: _, ...stated } = BASE
  const honest: AccessRecord[] = []
  let place: Place = { seq: 0, previous: undefined }
  for (let k = 0; k < 3; k++) {
    const line = {
      ...stated,
      consumer: CENSUS,
      resource: FILES,
      source: key.source,
      time: formatTime(time + k * 1000),
    }
    const signed = signLine(parseRecordInput(line), place, key)
    const { salt: _, sealed: __, ...open } = parseRecordInput(JSON.parse(signed.line))
    honest.push({ ...open, actor: SIGNED_ACTORS.honest, provider: ARCHIVES, filled: 'actor provider' })
    place = { seq: k + 1, previous: signed.link }
  }
  const last = honest[2] as SignedRecord
  const changed = (actor: keyof typeof SIGNED_ACTORS, fields: Partial<AccessRecord>): AccessRecord => ({
    ...last,
    ...fields,
    actor: SIGNED_ACTORS[actor],
  })
  const bytes = decodeBase64(last.signature)!
  const inOthersName = encodeBase64(concat(other.verifierKey.id, bytes.subarray(4)))
  return [
    ...honest,
    changed('other-bytes', { bytes: 4_096 }),
    changed('other-seq', { seq: 7 }),
    changed('other-previous', { previous: honest[1]!.previous! }),
    changed('other-source', { source: other.source, signature: inOthersName }),
    changed('other-signature', { signature: encodeBase64(bytes.with(40, bytes[40]! ^ 1)) }),
    changed('said-filled', { purpose: 'CommercialPurpose', filled: 'actor provider purpose' }),
  ]
}
