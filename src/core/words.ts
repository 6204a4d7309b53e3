// The two languages of the ledger, and a text in both. Whoever makes a text for a person makes it in both at once: a type
// that demands both is what keeps one from being forgotten.

export type Language = 'zh' | 'en'

/** The same sentence, with the same values and the same next step, in Chinese and in English. */
export interface Words {
  readonly zh: string
  readonly en: string
}

/** Chinese where the environment is Chinese, else English (POSIX: LC_ALL before LC_MESSAGES before LANG). */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || ''
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** A text that has no translation: a name, a number, or what another program said. */
export const inBoth = (text: string): Words => ({ zh: text, en: text })
