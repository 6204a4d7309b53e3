// A question about a code that nobody registered, or a grant that there is not, has an empty answer like any other. Who
// asked should hear that it is the code, and where the right ones are listed.

import { LedgerError } from '../core/error.ts'
import { anyText, list, part } from '../core/reader.ts'
import { languageOf, type Words } from '../core/words.ts'
import type { Client } from './client.ts'
import { tell } from './output.ts'
import type { QuestionOptions } from './question.ts'

const CODED = list(part({ code: anyText(200) }), 1_000_000)

interface Kind {
  /** GET /v1/<listed> has them under the same name. */
  readonly listed: 'resources' | 'organisations' | 'purposes'
  readonly say: (code: string, address: string) => Words
}

const ORGANISATION: Kind = {
  listed: 'organisations',
  say: (code, address) => ({
    en: `No organisation is registered under ${code}; ${address} lists them.`,
    zh: `没有代码为 ${code} 的机构；${address} 列出全部机构。`,
  }),
}

const KINDS = {
  resource: {
    listed: 'resources',
    say: (code, address) => ({
      en: `The catalogue has no resource ${code}; ${address} lists what it has.`,
      zh: `目录中没有资源 ${code}；${address} 列出全部目录。`,
    }),
  },
  consumer: ORGANISATION,
  provider: ORGANISATION,
  purpose: {
    listed: 'purposes',
    say: code => ({
      en: `The vocabulary has no purpose ${code}; \`suyuan purposes\` lists what it has.`,
      zh: `用途词表中没有 ${code}；\`suyuan purposes\` 列出全部用途。`,
    }),
  },
} as const satisfies Partial<Record<keyof QuestionOptions, Kind>>

/** Says of each code in the question that is none. */
export async function tellUnknownCodes(client: Client, question: QuestionOptions): Promise<void> {
  if (question.grant !== undefined) await tellUnknownGrant(client, String(question.grant))
  for (const [option, { listed, say }] of Object.entries(KINDS)) {
    const code = question[option as keyof typeof KINDS]
    if (code === undefined) continue
    const path = `/v1/${listed}`
    const answer = await client.get(path, {}, part({ [listed]: CODED }))
    if (!answer[listed]?.some(known => known.code === code)) {
      tell(say(JSON.stringify(code), client.url + path)[languageOf(process.env)])
    }
  }
}

async function tellUnknownGrant(client: Client, id: string): Promise<void> {
  try {
    await client.getBytes(`/v1/grants/${id}`, {})
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'grant_not_found') throw error
    tell(error.words[languageOf(process.env)])
  }
}
