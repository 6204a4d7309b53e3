// What the HTTP side needs of the rest, each as small as its use: serve.ts hands over the real parts, tests hand over
// what they like.

import type { Logger } from 'pino'
import type { Acts } from '../acts.ts'
import type { Subject } from '../core/acts-evidence.ts'
import type { Reason } from '../core/error.ts'
import type { Question } from '../core/question.ts'
import type { Words } from '../core/words.ts'
import type { Erasures } from '../erasure.ts'
import type { EvidenceOptions } from '../evidence.ts'
import type { Ingest } from '../ingest.ts'
import type { Query } from '../query.ts'
import type { Sources } from '../sources.ts'
import type { Statements } from '../statements.ts'
import type { Store } from '../store/store.ts'
import type { Tokens } from '../tokens.ts'
import type { Vault } from '../vault.ts'
import type { WitnessStatus } from '../witness/member.ts'
import type { HttpLimits } from './limits.ts'
import type { Grant, GrantLife, Organisation, Resource } from './schemas/directory.ts'
import type {
  Agreement,
  AgreementLife,
  Calendar,
  Correction,
  CorrectionLife,
  Overdue,
  Purpose,
  ResourceLife,
  StandingVeto,
} from './schemas/life.ts'

export interface Parts {
  readonly ingest: Ingest
  readonly query: Query
  readonly store: Pick<Store, 'head' | 'readNodes' | 'readTile' | 'readEntries' | 'readSealed' | 'search' | 'facts'>
  readonly vault: Pick<Vault, 'open' | 'actorKey'>
  readonly erasures: Erasures
  /** The keys of sources, and what came of their links. */
  readonly sources: Pick<Sources, 'list' | 'register' | 'retire' | 'figures'>
  readonly tokens: Pick<Tokens, 'check'>
  readonly log: PublishedLog
  /** The log of the index, which shows that an answer has left nothing out. */
  readonly indexLog: ServedLog
  readonly directory: Directory
  readonly acts: Pick<Acts, 'prepare' | 'send' | 'encode' | 'find' | 'texts' | 'lookup'>
  /** The evidence file that answers a question, ready to be written as JSON. Throws `not_anchored_yet`. */
  readonly evidence: (question: Question, options: EvidenceOptions) => Promise<unknown>
  /** The evidence of acts, ready to be written as JSON; absent where nothing makes it. Throws `subject_unknown`. */
  readonly actsEvidence?: (subject: Subject, options: Omit<EvidenceOptions, 'limit'>) => Promise<unknown>
  /** Usage statements: what is to be stated, and what was; absent where the service has no log of its own to sum up. */
  readonly statements?: Statements
  /** What keeps the service from doing its work right now; empty when all is well. */
  readonly ailments: () => readonly Ailment[]
  readonly trust: Trust
  readonly settings: Settings
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The log as the world sees it. `src/anchoring.ts` is one. */
export interface PublishedLog {
  /** The checkpoint published last, as signed; undefined before the first. */
  checkpoint(): string | undefined
  /** The oldest anchor whose size is at least this. */
  anchorFor(size: number): Promise<AnchorFact | undefined>
  status(): LogStatus
}

/** What of a log anybody may read (C2SP tlog-tiles). */
export interface ServedLog extends Pick<Store, 'readTile'> {
  /** The checkpoint published last, as signed; undefined before the first. */
  checkpoint(): string | undefined
}

export interface AnchorFact {
  readonly size: number
  readonly transaction: string
  /** `time` in seconds since 1970. */
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
}

/** Times in seconds since 1970. */
export interface LogStatus {
  /** Durable leaves. */
  readonly records: number
  readonly published?: { readonly size: number; readonly time: number }
  readonly anchored?: { readonly size: number; readonly time: number }
  /** Leaves not anchored yet, and for how long the oldest of them has waited. */
  readonly lagRecords: number
  readonly lagSeconds: number
  readonly lastError?: Reason
  readonly witnesses?: readonly WitnessStatus[]
}

/** What the contracts say, as far as they have been read. */
export interface Directory {
  organisations(): readonly Organisation[]
  organisation(code: string): Organisation | undefined
  resources(): readonly Resource[]
  resource(code: string): Resource | undefined
  resourceLife(code: string): ResourceLife | undefined
  grant(id: number): Grant | undefined
  grantLife(id: number): GrantLife | undefined
  /** Requests and grants that fit, newest first. */
  grants(filter: GrantFilter, page: PageAsked): Page<Grant>
  agreement(id: number): AgreementLife | undefined
  agreements(filter: { readonly party?: string; readonly state?: string }, page: PageAsked): Page<Agreement>
  correction(id: number): CorrectionLife | undefined
  corrections(filter: CorrectionFilter, page: PageAsked): Page<Correction>
  purposes(): readonly Purpose[]
  /** What the vocabulary on the chain calls it; undefined where it was never registered. */
  purpose(code: string): Pick<Purpose, 'zh' | 'en'> | undefined
  /** @param asked Seconds since 1970, and how many working days. Throws `invalid_working_days`. */
  calendar(asked?: { readonly time: number; readonly days: number }): Calendar
  /** What is owed and late now, the oldest first. */
  overdue(filter: { readonly owedBy?: string; readonly what?: string }): readonly Overdue[]
  vetoes(): readonly StandingVeto[]
  /** Number of the block up to which the chain has been read. */
  readonly block: number
}

export interface GrantFilter {
  readonly consumer?: string
  readonly provider?: string
  readonly resource?: string
  readonly agreement?: number
  readonly state?: string
}

/** `party`: who raised it, or has to answer it. */
export interface CorrectionFilter {
  readonly resource?: string
  readonly party?: string
  readonly state?: string
}

export interface PageAsked {
  /** Only what has a smaller number. */
  readonly before?: number
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Give it as `before` for the next page; absent on the last. */
  readonly next?: number
}

/** A reason not to be ready, in a stable word and in a sentence with the next step. */
export interface Ailment {
  readonly code: string
  readonly words: Words
}

/** What a verifier must know beforehand, and must not take from us. */
interface Trust {
  /** C2SP verifier key of the log. */
  readonly log: string
  /** C2SP verifier key of the cosignatures that state the time. */
  readonly time: string
  /** C2SP verifier key of the signatures under answers. */
  readonly answers: string
  /** C2SP verifier key of the index log. */
  readonly index?: string
  readonly chainId: number
  readonly contracts: Readonly<Record<string, string>>
}

export interface Settings {
  /** See `allowedHosts`. */
  readonly hosts: readonly string[] | 'any'
  /** Whether tiles, entry bundles and proofs are for everybody. */
  readonly publicLog: boolean
  /** Proxies whose X-Forwarded-For is believed, as addresses or CIDR blocks; none unless told otherwise. */
  readonly trustedProxies?: readonly string[]
  /** When anchoring lags more than this many seconds, the service says that it is not ready. */
  readonly maxLagSeconds: number
  /** Compiles the schemas of all routes before the first request, as Fastify does by itself: a wrong one shows. */
  readonly compileAtOnce?: boolean
  /** In place of those that the service has (limits.ts). */
  readonly limits?: Partial<HttpLimits>
}
