// A Solidity source that reports which way it goes. Hardhat's own coverage knows only statements: it cannot tell whether
// an `if` that guards one was ever skipped, nor which half of `a || b` was true. So each decision (decisions.ts) is wrapped
// here, on top of Hardhat's instrumentation and through the same library: its reports arrive with Hardhat's.

import { createHash } from 'node:crypto'
import { listNodes } from './ast.ts'
import { type Decision, findDecisions, type Kind } from './decisions.ts'

/** One outcome of one decision, which the tests must see. */
export interface Branch {
  /** What the running contract reports when it comes here: 32 bytes in hexadecimal. */
  readonly tag: string
  /** In the original source, from 1. */
  readonly line: number
  /** The decision as it is written, on one line. */
  readonly text: string
  readonly outcome: 'true' | 'false' | 'taken'
}

/** Hardhat's library, which it adds to every compilation that it instruments. */
const HARDHAT_LIBRARY = '__NomicFoundationCoverage'
const HARDHAT_ADDRESS = '0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE'

/**
 * Wraps every decision of a source.
 * @param name The source's name, unique in the project: tags are made of it.
 * @param original The source as written: for lines and texts.
 * @param instrumented The same as Hardhat instrumented it: statements added, no decision added or taken away.
 */
export function instrumentBranches(
  name: string,
  original: string,
  instrumented: string,
): { readonly source: string; readonly branches: readonly Branch[] } {
  const reporter = `__branch_${digest(name).slice(0, 16)}`
  const branches: Branch[] = []
  const inserts = pair(name, original, instrumented).flatMap(({ written, decision }, i) => {
    const outcomes = outcomesOf(decision.kind)
    const tags = outcomes.map(outcome => digest(`${name}\n${i}\n${outcome}`))
    const { line, text } = written
    for (const [o, outcome] of outcomes.entries()) branches.push({ tag: tags[o]!, line, text, outcome })
    const words = tags.map(tag => `0x${tag}`)
    return insertsFor(decision, reporter, words)
  })
  const body = insert(Buffer.from(instrumented), [...inserts, ...yulReporters(name, instrumented, reporter)])
  return { source: `${body}\n${solidityReporter(reporter)}`, branches }
}

interface Pair {
  readonly written: { readonly line: number; readonly text: string }
  readonly decision: Decision
}

/** Each decision of the instrumented source with where it stands in the original: the n-th is the n-th. */
function pair(name: string, original: string, instrumented: string): Pair[] {
  const [before, after] = [findDecisions(name, original), findDecisions(name, instrumented)]
  if (before.length !== after.length) {
    throw new Error(`${name}: ${before.length} decisions became ${after.length} when Hardhat instrumented it`)
  }
  const [bytesBefore, bytesAfter] = [Buffer.from(original), Buffer.from(instrumented)]
  return after.map((decision, i) => {
    const text = textOf(bytesBefore, before[i]!)
    const isCondition = outcomesOf(decision.kind).length === 2 // blocks differ: Hardhat adds statements to them
    if (isCondition && text !== textOf(bytesAfter, decision)) {
      throw new Error(
        `${name}: decision ${i} is "${text}", but "${textOf(bytesAfter, decision)}" as Hardhat instrumented it`,
      )
    }
    return { written: { line: lineOf(bytesBefore, before[i]!.start), text }, decision }
  })
}

function textOf(bytes: Buffer, { start, end }: Decision): string {
  return bytes.toString('utf8', start, end).replaceAll(/\s+/g, ' ')
}

function outcomesOf(kind: Kind): Branch['outcome'][] {
  return kind === 'condition' || kind === 'yul-condition' ? ['true', 'false'] : ['taken']
}

interface Insert {
  readonly at: number
  readonly text: string
  /** Of two at one place, the one that closes a decision comes first, and the outer one opens first. */
  readonly closes: boolean
}

function insertsFor({ kind, start, end }: Decision, reporter: string, tags: readonly string[]): Insert[] {
  const opening = (at: number, text: string): Insert => ({ at, text, closes: false })
  const closing = (at: number, text: string): Insert => ({ at, text, closes: true })
  const yul = `${reporter}_yul`
  const arrived = `pop(${yul}(1, ${tags[0]}, 0))`
  const made: Readonly<Record<Kind, readonly Insert[]>> = {
    condition: [opening(start, `${reporter}(`), closing(end, `, ${tags.join(', ')})`)],
    'yul-condition': [opening(start, `${yul}(`), closing(end, `, ${tags.join(', ')})`)],
    block: [opening(start + 1, ` ${HARDHAT_LIBRARY}.sendHit(${tags[0]});`)],
    'yul-block': [opening(start + 1, ` ${arrived}`)],
    'yul-default': [closing(end, ` default { ${arrived} }`)],
  }
  return [...made[kind]]
}

function insert(source: Buffer, inserts: readonly Insert[]): string {
  // The sort is stable: what opens at one place stays in the order of the tree, outer before inner; what closes, turned.
  const opens = inserts.filter(one => !one.closes)
  const closes = inserts.filter(one => one.closes).reverse()
  const inOrder = [...closes, ...opens].sort((a, b) => a.at - b.at)
  const parts: Buffer[] = []
  let from = 0
  for (const { at, text } of inOrder) {
    parts.push(source.subarray(from, at), Buffer.from(text))
    from = at
  }
  return Buffer.concat([...parts, source.subarray(from)]).toString('utf8')
}

function solidityReporter(reporter: string): string {
  return `function ${reporter}(bool holds, uint256 whenTrue, uint256 whenFalse) pure returns (bool) {
    ${HARDHAT_LIBRARY}.sendHit(holds ? whenTrue : whenFalse);
    return holds;
}
`
}

/**
 * Assembly can call no Solidity: each block that decides gets a reporter of its own, which leaves memory as it was. A block
 * that decides nothing gets none, since its function may be pure. The names are ones that no function has for variables.
 */
function yulReporters(name: string, source: string, reporter: string): Insert[] {
  const text = ` function ${reporter}_yul(probeValue, probeTrue, probeFalse) -> probeSame {
    probeSame := probeValue
    let probeTag := probeFalse
    if probeValue { probeTag := probeTrue }
    let probePlace := mload(0x40)
    let probeKept := mload(probePlace)
    mstore(probePlace, probeTag)
    pop(staticcall(gas(), ${HARDHAT_ADDRESS}, probePlace, 32, 0, 0))
    mstore(probePlace, probeKept)
}`
  const decisions = findDecisions(name, source)
  const blocks = listNodes(name, source).filter(node => node.type === 'InlineAssembly')
  return blocks.flatMap(node => {
    const block = node.child('AST')
    if (!block) return []
    const { start, end } = block.range
    const decides = decisions.some(decision => start < decision.start && decision.end < end)
    return decides ? [{ at: start + 1, text, closes: false }] : []
  })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function lineOf(bytes: Buffer, offset: number): number {
  return bytes.subarray(0, offset).toString('latin1').split('\n').length
}
