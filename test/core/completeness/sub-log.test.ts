import { expect } from 'chai'
import fc from 'fast-check'
import {
  blockNode,
  checkWindow,
  decodeSubNode,
  encodeSubNode,
  parentNode,
  SUB_NODE_BYTES,
  type SubNode,
  type SubProofPart,
} from '../../../src/core/completeness/sub-log.ts'
import { anyBlocks, flipBit, nodeOf, proveBlocks } from './blocks.ts'

const anyWindow = fc.record({
  from: fc.option(fc.nat(4_500), { nil: undefined }),
  to: fc.option(fc.nat(4_500), { nil: undefined }),
  first: fc.option(fc.nat(200), { nil: undefined }),
})

describe('a sub-log', () => {
  it('proves all that is within a window, and nothing else', () => {
    fc.assert(
      fc.property(anyBlocks(), anyWindow, (blocks, window) => {
        const head = { size: blocks.length, root: nodeOf(blocks) }
        const { from = 0, to = Number.POSITIVE_INFINITY, first = 0 } = window
        const within = blocks.flat().filter(({ index, time }) => time >= from && time < to && index >= first)
        expect(checkWindow(head, window, proveBlocks(blocks, window))).to.deep.equal(within)
      }),
      { numRuns: 500 },
    )
  })

  it('shows a narrow window by few nodes, however long it is', () => {
    const blocks = Array.from({ length: 1_000 }, (_, k) => [{ index: k, time: 60_000 * k }])
    const parts = proveBlocks(blocks, { from: 30_000_000, to: 30_120_000 })
    expect(parts.filter(part => 'block' in part)).to.have.length(2)
    expect(parts.length).to.be.at.most(20)
    expect(
      checkWindow({ size: 1_000, root: nodeOf(blocks) }, { from: 30_000_000, to: 30_120_000 }, parts),
    ).to.have.length(2)
    expect(proveBlocks(blocks, { from: 60_000_000 })).to.have.length(1)
  })

  it('shows the newest of many by few blocks', () => {
    const blocks = Array.from({ length: 1_000 }, (_, k) => [{ index: 3 * k, time: 7 }])
    const window = { from: 5, to: 9, first: 3 * 998 }
    const parts = proveBlocks(blocks, window)
    expect(parts.length).to.be.at.most(12)
    const found = checkWindow({ size: 1_000, root: nodeOf(blocks) }, window, parts)
    expect(found).to.deep.equal([...blocks[998]!, ...blocks[999]!])
  })

  it('finds a record that came late, or was dated back, where its time is asked for', () => {
    const blocks = Array.from({ length: 20 }, (_, k) => [{ index: k, time: 1_000 * k }])
    blocks[17]!.push({ index: 18.5 * 2, time: 3_500 })
    blocks.splice(18)
    const window = { from: 3_000, to: 4_000 }
    const found = checkWindow({ size: 18, root: nodeOf(blocks) }, window, proveBlocks(blocks, window))
    expect(found).to.deep.equal([
      { index: 3, time: 3_000 },
      { index: 37, time: 3_500 },
    ])
  })

  it('lets no proof leave anything out: changed in any way, it proves the same or nothing', () => {
    const change = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('flip', 'drop', 'twice', 'swap', 'widen', 'size'),
      place: fc.nat(),
    })
    let refused = 0
    fc.assert(
      fc.property(anyBlocks(), anyWindow, change, (blocks, window, { at, how, place }) => {
        const root = nodeOf(blocks)
        const honest = proveBlocks(blocks, window)
        const parts = honest.slice()
        let size = blocks.length
        const k = at % parts.length
        const part = parts[k]!
        if (how === 'flip')
          parts[k] =
            'block' in part ? { block: flipBit(part.block, place) } : { ...part, node: flipBit(part.node, place) }
        else if (how === 'drop') parts.splice(k, 1)
        else if (how === 'twice') parts.splice(k, 0, part)
        else if (how === 'swap') parts.push(parts.shift()!)
        else if (how === 'widen')
          parts[k] = { blocks: 1 + (place % size), node: encodeSubNode(nodeOf(blocks.slice(0, 1 + (place % size)))) }
        else size = 1 + (place % 50)
        const proven = checkWindow({ size, root }, window, parts)
        if (proven === undefined) refused++
        else expect(proven).to.deep.equal(checkWindow({ size: blocks.length, root }, window, honest))
      }),
      { numRuns: 2_000 },
    )
    expect(refused).to.be.greaterThan(1_000)
  })

  it('lets nobody pass over what is within by a summary that says otherwise', () => {
    const blocks = [[{ index: 0, time: 10 }], [{ index: 1, time: 20 }], [{ index: 2, time: 30 }]]
    const root = nodeOf(blocks)
    const window = { from: 15, to: 25 }
    const lie = (node: SubNode): Uint8Array =>
      encodeSubNode({ ...node, summary: { ...node.summary, earliest: 10, latest: 10 } })
    const parts: SubProofPart[] = [
      { blocks: 1, node: encodeSubNode(nodeOf([blocks[0]!])) },
      { blocks: 1, node: lie(nodeOf([blocks[1]!])) },
      { blocks: 1, node: encodeSubNode(nodeOf([blocks[2]!])) },
    ]
    expect(checkWindow({ size: 3, root }, window, parts)).to.equal(undefined)
    parts[1] = { blocks: 1, node: encodeSubNode(nodeOf([blocks[1]!])) }
    expect(checkWindow({ size: 3, root }, window, parts), 'passed over').to.equal(undefined)
    parts[1] = proveBlocks(blocks, window).find(part => 'block' in part)!
    expect(checkWindow({ size: 3, root }, window, parts)).to.deep.equal(blocks[1])
  })

  it('takes nothing for bytes that is none', () => {
    const blocks = [[{ index: 0, time: 10 }], [{ index: 1, time: 20 }]]
    const head = { size: 2, root: nodeOf(blocks) }
    const window = { from: 15 }
    const [passed, opened] = proveBlocks(blocks, window) as [
      { blocks: number; node: Uint8Array },
      { block: Uint8Array },
    ]
    expect(checkWindow(head, window, [passed, opened])).to.have.length(1)
    const odd = (parts: unknown): unknown => checkWindow(head, window, parts as SubProofPart[])
    expect(odd([passed, { block: Array.from(opened.block) }])).to.equal(undefined)
    expect(odd([{ ...passed, node: Array.from(passed.node) }, opened])).to.equal(undefined)
    expect(odd([passed, { block: undefined }])).to.equal(undefined)
  })

  it('has no proof with more than it needs', () => {
    const blocks = [[{ index: 0, time: 10 }], [{ index: 1, time: 20 }]]
    const parts = proveBlocks(blocks, {})
    expect(checkWindow({ size: 2, root: nodeOf(blocks) }, {}, parts)).to.have.length(2)
    expect(checkWindow({ size: 2, root: nodeOf(blocks) }, {}, [...parts, parts[0]!])).to.equal(undefined)
  })

  it('has no blocks that lie in each other', () => {
    const [early, late] = [
      blockNode([
        { index: 1, time: 0 },
        { index: 5, time: 0 },
      ]),
      blockNode([{ index: 5, time: 0 }]),
    ]
    expect(parentNode(early, late)).to.equal(undefined)
  })

  it('has nodes that read as they were written', () => {
    const node = blockNode([{ index: 1, time: 2 }])
    expect(Buffer.compare(encodeSubNode(decodeSubNode(encodeSubNode(node))!), encodeSubNode(node))).to.equal(0)
    expect(decodeSubNode(new Uint8Array(SUB_NODE_BYTES - 1))).to.equal(undefined)
    expect(decodeSubNode(new Uint8Array(SUB_NODE_BYTES)), 'no records').to.equal(undefined)
  })

  it('is refused when it has no size', () => {
    const root = blockNode([{ index: 1, time: 2 }])
    for (const size of [0, -1, 0.5, Number.NaN, 2 ** 60])
      expect(checkWindow({ size, root }, {}, [])).to.equal(undefined)
  })
})
