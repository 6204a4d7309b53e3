// What the tests saw, file by file, from what a run with --coverage leaves behind: Hardhat's lcov.info for lines, its hits
// (data/<runner>/*.json: tag → how often) and our list of branches (branches/*.json) for branches.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Table from 'cli-table3'
import type { SourceBranches } from './plugin.ts'

interface FileCoverage {
  readonly file: string
  readonly lines: Share
  readonly branches: Share
}

interface Share {
  readonly all: number
  /** In words, one each. */
  readonly missing: readonly string[]
}

/**
 * @param root Where Hardhat ran: the folder that holds `coverage`.
 * @throws Error if nothing was left behind: no coverage is not full coverage.
 */
export async function readCoverage(root: string): Promise<FileCoverage[]> {
  const folder = join(root, 'coverage')
  const lines = parseLcov(await readFile(join(folder, 'lcov.info'), 'utf8'))
  const hits = new Set<string>()
  for (const file of await jsonFiles(join(folder, 'data'))) {
    for (const tag of Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)) hits.add(tag)
  }
  const branches = new Map<string, Share>()
  for (const path of await jsonFiles(join(folder, 'branches'))) {
    const { file, branches: all } = JSON.parse(await readFile(path, 'utf8')) as SourceBranches
    const missed = all.filter(({ tag }) => !hits.has(tag))
    const missing = missed.map(({ line, text, outcome }) => `line ${line}: never ${outcome}: ${shorten(text)}`)
    branches.set(file, { all: all.length, missing })
  }
  const files = [...new Set([...lines.keys(), ...branches.keys()])].sort()
  if (files.length === 0) throw new Error('The run left no coverage behind; was it started with --coverage?')
  const none: Share = { all: 0, missing: [] }
  return files.map(file => ({ file, lines: lines.get(file) ?? none, branches: branches.get(file) ?? none }))
}

/** Prints the table and all that is missing. @returns Whether nothing is. */
export function printCoverage(files: readonly FileCoverage[]): boolean {
  const table = new Table({
    head: ['contract', 'lines', '', 'branches', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  const running = files.filter(({ lines, branches }) => lines.all + branches.all > 0) // interfaces do nothing
  for (const { file, lines, branches } of running) table.push([file, ...show(lines), ...show(branches)])
  table.push(['all', ...show(sum(files.map(one => one.lines))), ...show(sum(files.map(one => one.branches)))])
  console.log(table.toString())
  const missing = files.flatMap(({ file, lines, branches }) =>
    [...lines.missing, ...branches.missing].map(what => `${file} ${what}`),
  )
  for (const line of missing) console.error(line)
  return missing.length === 0
}

/** The records SF and DA of geninfo(1): a file, and a line of it with how often it ran. */
function parseLcov(text: string): Map<string, Share> {
  const files = new Map<string, { all: number; missing: string[] }>()
  let current = { all: 0, missing: [] as string[] }
  for (const record of text.split('\n')) {
    const [, kind, value = ''] = /^(SF|DA):(.*)$/.exec(record) ?? []
    if (kind === 'SF') files.set(value, (current = { all: 0, missing: [] }))
    if (kind === 'DA') {
      const [line, count] = value.split(',')
      current.all++
      if (count === '0') current.missing.push(`line ${line}: never run`)
    }
  }
  return files
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter(name => name.endsWith('.json')).map(name => join(folder, name))
}

function sum(shares: readonly Share[]): Share {
  return { all: shares.reduce((total, { all }) => total + all, 0), missing: shares.flatMap(({ missing }) => missing) }
}

function show({ all, missing }: Share): [string, string] {
  const hit = all - missing.length
  return [`${hit} / ${all}`, all === 0 ? '' : `${(Math.floor((hit * 1000) / all) / 10).toFixed(1)} %`]
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
