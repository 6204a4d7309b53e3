// Texts as JSON of ASCII alone. The dashes of a signed note are often the only characters beyond Latin-1 in an answer, and
// for their sake V8 would keep, copy and encode all of it with two bytes a character.

declare global {
  interface JSON {
    /** A JSON text that `stringify` writes as it is (TC39, "JSON.parse source text access"). */
    rawJSON(text: string): object
  }
}

const BEYOND_ASCII = /[^\0-\u007f]/g

/**
 * What `JSON.stringify` is to be given in place of a text, so that it writes escapes. The last one is remembered: all
 * receipts of a commit have the same checkpoint.
 */
export function asciiTexts(): (text: string) => object {
  let last: { readonly text: string; readonly raw: object } | undefined
  return text => {
    if (last?.text !== text) last = { text, raw: JSON.rawJSON(JSON.stringify(text).replaceAll(BEYOND_ASCII, escape)) }
    return last.raw
  }
}

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
