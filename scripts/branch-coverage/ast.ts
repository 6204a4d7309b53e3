// The syntax tree of one Solidity source, by the compiler itself, stopped after parsing: nothing that it imports is read.
// The format: Solidity's documentation, "Compiler Input and Output JSON Description", field `ast`.

import solc from 'solc'

export interface AstNode {
  readonly type: string
  /** Byte offsets into the source. */
  readonly range: { readonly start: number; readonly end: number }
  text(field: string): string | undefined
  child(field: string): AstNode | undefined
  children(field: string): readonly AstNode[]
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly sources?: Readonly<Record<string, { readonly ast?: unknown }>>
}

/** All nodes of a source but those of constants, which the compiler computes: parents before children, in order. */
export function listNodes(name: string, source: string): AstNode[] {
  const input = {
    language: 'Solidity',
    sources: { [name]: { content: source } },
    settings: { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } },
  }
  const nothing = { import: () => ({ contents: '' }) }
  const output = JSON.parse(solc.compile(JSON.stringify(input), nothing)) as CompilerOutput
  const error = output.errors?.find(({ severity }) => severity === 'error')
  const root = output.sources?.[name]?.ast
  if (error || root === undefined) throw new Error(error?.formattedMessage ?? `${name}: the compiler gave no tree`)
  return [...walk(root)]
}

function* walk(value: unknown): Generator<AstNode> {
  if (Array.isArray(value)) {
    for (const one of value) yield* walk(one)
  } else if (isObject(value)) {
    if (value['constant'] === true) return
    if (isNode(value)) yield asNode(value)
    for (const field of inOrder(value)) yield* walk(field)
  }
}

/** A node's fields come by name; their order in the source tells which decision is the first. */
function inOrder(node: Readonly<Record<string, unknown>>): unknown[] {
  return Object.values(node).sort((a, b) => startOf(a) - startOf(b))
}

function startOf(value: unknown): number {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return isObject(first) && isNode(first) ? rangeOf(first).start : -1
}

function asNode(node: RawNode): AstNode {
  return {
    type: node.nodeType,
    range: rangeOf(node),
    text: field => (typeof node[field] === 'string' ? node[field] : undefined),
    child: field => toNode(node[field]),
    children: field => {
      const list = node[field]
      return Array.isArray(list) ? list.map(toNode).filter(one => one !== undefined) : []
    },
  }
}

function toNode(value: unknown): AstNode | undefined {
  return isObject(value) && isNode(value) ? asNode(value) : undefined
}

interface RawNode {
  readonly nodeType: string
  readonly src: string
  readonly [field: string]: unknown
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isNode(value: Readonly<Record<string, unknown>>): value is RawNode {
  return typeof value['nodeType'] === 'string' && typeof value['src'] === 'string'
}

/** `start:length:file`. */
function rangeOf({ src }: RawNode): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(':').map(Number)
  return { start, end: start + length }
}
