// What a contract's refusal means, in plain words: what happened, why, and what to do next.

/** `{name}` stands for the error's argument of that name, in words. */
export interface Sentence {
  readonly zh: string
  readonly en: string
}

/** By the error's name. */
export type Sentences = Readonly<Record<string, Sentence>>
