// The language of the page: chosen by hand and remembered, or else the browser's. Numbers and times are written in it;
// times always in Beijing, as the departments have them.

import { WORDS } from './words.js'

const KEY = 'suyuan-language'
const LOCALES = { zh: 'zh-CN', en: 'en-GB' }
const ZONE = 'Asia/Shanghai'

let current = recall() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en')
if (!(current in WORDS)) current = 'zh'
const listeners = new Set()

export const language = () => current

/** There may be no storage: a saved page's may be barred, a worker has none. */
function recall() {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

export function setLanguage(next) {
  current = next
  try {
    localStorage.setItem(KEY, next)
  } catch {} // then it holds until the page closes
  for (const listener of listeners) listener()
}

/** Called whenever the language changes. */
export function onLanguage(listener) {
  listeners.add(listener)
}

/** The words for a key, with values in the place of `{name}`. */
export function say(key, values = {}) {
  return WORDS[current].page[key].replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name]))
}

/** The same with elements among the values, as the children of an element. */
export function sayParts(key, values) {
  const parts = WORDS[current].page[key].split(/\{(\w+)\}/)
  return parts.flatMap((part, k) => (k % 2 === 0 ? part : values[part]))
}

/** Of `{ zh, en }`, as the service sends words, the one to show. */
export const pick = words => words[current]

/** What a code is called: of one of the tables in terms.js; the code itself if it has no name. */
export function nameOf(table, code) {
  return WORDS[current][table][code] ?? code
}

/** Puts the words into every element that names them. */
export function applyWords(root = document) {
  for (const element of root.querySelectorAll('[data-word]')) element.textContent = say(element.dataset.word)
  for (const element of root.querySelectorAll('[data-word-title]')) element.title = say(element.dataset.wordTitle)
  for (const element of root.querySelectorAll('[data-word-aria-label]')) {
    element.setAttribute('aria-label', say(element.dataset.wordAriaLabel))
  }
}

/** The switch shows the other language, in that language. */
export function startLanguage(button) {
  const apply = () => {
    document.documentElement.lang = LOCALES[current]
    document.title = say(document.documentElement.dataset.title ?? 'title')
    button.textContent = current === 'zh' ? 'English' : '中文'
    button.lang = current === 'zh' ? 'en' : 'zh-CN'
    applyWords()
  }
  onLanguage(apply)
  button.addEventListener('click', () => setLanguage(current === 'zh' ? 'en' : 'zh'))
  apply()
}

export const formatNumber = value => new Intl.NumberFormat(LOCALES[current]).format(value)

export function formatBytes(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(LOCALES[current], { maximumFractionDigits: digits }).format(value)} ${units[unit]}`
}

/** `2026-03-01 08:00:10`, the same in both languages, so that columns line up and sort. */
export function formatTime(time) {
  const options = { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' }
  return new Intl.DateTimeFormat('sv-SE', options).format(new Date(time))
}

/** The same of the seconds of a block, which may be any number: what lies beyond the calendar is its last moment. */
export const formatSeconds = seconds => formatTime(Math.min(seconds * 1000, 253_402_300_799_999))

export const formatDay = time => formatTime(time).slice(0, 10)

/** "3 seconds ago", by the ledger's own clock. */
export function formatAgo(time, now) {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(time)) / 1000))
  if (seconds < 2) return say('justNow')
  const [value, unit] = largest(seconds)
  return new Intl.RelativeTimeFormat(LOCALES[current], { numeric: 'always' }).format(-value, unit)
}

export function formatSpan(seconds) {
  const [value, unit] = largest(seconds)
  return new Intl.NumberFormat(LOCALES[current], { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

function largest(seconds) {
  if (seconds < 120) return [seconds, 'second']
  if (seconds < 7_200) return [Math.round(seconds / 60), 'minute']
  if (seconds < 172_800) return [Math.round(seconds / 3_600), 'hour']
  return [Math.round(seconds / 86_400), 'day']
}
