// Where a Solidity source decides. A decision is
// - the condition of an if, a loop, a ternary, a require or an assert, and each operand of && and ||: true and false;
// - each way out of a try; the condition of an if or loop in assembly; each case of a switch, the missing default too.

import { type AstNode, listNodes } from './ast.ts'

export type Kind = 'condition' | 'yul-condition' | 'block' | 'yul-block' | 'yul-default'

/** Byte offsets, since that is how the compiler counts. */
export interface Decision {
  readonly kind: Kind
  readonly start: number
  readonly end: number
}

/** In the order of the source; the same for the original and for what Hardhat makes of it. */
export function findDecisions(name: string, source: string): Decision[] {
  return listNodes(name, source).flatMap(decisionsOf)
}

function decisionsOf(node: AstNode): Decision[] {
  const condition = (part: AstNode | undefined, kind: Kind = 'condition'): Decision[] =>
    part ? [{ kind, ...part.range }] : [] // `for (;;)` has none
  switch (node.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'Conditional':
      return condition(node.child('condition'))
    case 'BinaryOperation':
      if (node.text('operator') !== '&&' && node.text('operator') !== '||') return []
      return [...condition(node.child('leftExpression')), ...condition(node.child('rightExpression'))]
    case 'FunctionCall':
      if (!['require', 'assert'].includes(node.child('expression')?.text('name') ?? '')) return []
      return condition(node.children('arguments')[0])
    case 'TryCatchClause':
      return condition(node.child('block'), 'block')
    case 'YulIf':
    case 'YulForLoop':
      return condition(node.child('condition'), 'yul-condition')
    case 'YulCase':
      return condition(node.child('body'), 'yul-block')
    case 'YulSwitch':
      return node.children('cases').some(one => one.text('value') === 'default') ? [] : condition(node, 'yul-default')
    default:
      return []
  }
}
