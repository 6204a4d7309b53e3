// Elements from data. Text only ever becomes text: nothing that came over the network is parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg'

/** An element with attributes and children; a child is an element, a text, a list of children, or nothing. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value))
  }
  made.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null))
  return made
}

const ICONS = {
  good: 'M4 10.5l4 4 8-9',
  bad: 'M10 4v7.5M10 15.2v.3',
  download: 'M10 3v9M6 9l4 4 4-4M4 16.5h12',
  copy: 'M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5z',
  cross: 'M5 5l10 10M15 5L5 15',
  wait: 'M10 5v5.5l3.5 2M10 2.5a7.5 7.5 0 1 0 .01 0z',
  stop: 'M4.7 4.7l10.6 10.6M10 2.5a7.5 7.5 0 1 0 .01 0z',
  print: 'M6 7V3h8v4M6 14H4V8h12v6h-2M6.5 12h7v5h-7z',
}

/** A small picture beside words that say the same. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', ICONS[name])
  svg.append(path)
  return svg
}

/** A hash as people compare it at a glance: its ends. */
export const shorten = text => (text.length <= 16 ? text : `${text.slice(0, 10)}…${text.slice(-4)}`)
