// The branches of a Solidity source: which there are, that watching them changes nothing else, and that one never taken
// is told. What Hardhat's own instrumentation adds is made by Hardhat's own library here too.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import solc from 'solc'
import { type Branch, instrumentBranches } from '../../scripts/branch-coverage/branches.ts'
import { readCoverage } from '../../scripts/branch-coverage/report.ts'

const NAME = 'project/contracts/Sample.sol'
const LIBRARY = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
library __NomicFoundationCoverage { function sendHit(uint256) internal pure {} }`

const SAMPLE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
uint256 constant FIXED = true ? 1 : 2;
/// 数据: offsets are bytes, not characters.
contract Sample {
    error E(); // 错误
    function run(uint256 a, Sample other) external view returns (uint256 r) {
        if (a > 9) r = 1;
        for (uint256 i = 0; i < a; ++i) r += i;
        for (;;) break;
        while (r < 3 || (a == 7 && r > 8)) ++r;
        do ++r; while (r < 5);
        require(a != 100, unicode"数");
        try other.run(a, this) returns (uint256 q) { r = q; } catch Error(string memory) { r = 4; } catch {}
        r = a > 2 ? 3 : 4;
        assembly {
            if gt(a, 1) { r := 1 }
            for {} lt(r, 10) { r := add(r, 1) } {}
            switch r case 3 {} case 4 { r := 2 }
            switch a case 0 {} default { r := 3 }
        }
    }
    function still(uint256 value, uint256 place) external pure returns (uint256 kept) {
        assembly { kept := add(value, place) }
    }
}
`

describe('Branch coverage', () => {
  it('finds every outcome of every decision, and none in constants', () => {
    const { branches } = instrumentBranches(NAME, SAMPLE, withHardhat(SAMPLE))
    const both = (line: number, text: string): string[] => [`${line} ${text} true`, `${line} ${text} false`]
    expect(branches.map(({ line, text, outcome }) => `${line} ${text} ${outcome}`)).to.deep.equal([
      ...both(8, 'a > 9'),
      ...both(9, 'i < a'),
      ...both(11, 'r < 3 || (a == 7 && r > 8)'),
      ...both(11, 'r < 3'),
      ...both(11, '(a == 7 && r > 8)'),
      ...both(11, 'a == 7'),
      ...both(11, 'r > 8'),
      ...both(12, 'r < 5'),
      ...both(13, 'a != 100'),
      '14 { r = q; } taken',
      '14 { r = 4; } taken',
      '14 {} taken',
      ...both(15, 'a > 2'),
      ...both(17, 'gt(a, 1)'),
      ...both(18, 'lt(r, 10)'),
      '19 switch r case 3 {} case 4 { r := 2 } taken',
      '19 {} taken',
      '19 { r := 2 } taken',
      '20 {} taken',
      '20 { r := 3 } taken',
    ])
  })

  it('gives each its own tag, and the same one every time', () => {
    const tagsOf = (name: string): string[] =>
      instrumentBranches(name, SAMPLE, withHardhat(SAMPLE)).branches.map(({ tag }) => tag)
    const tags = tagsOf(NAME)
    expect(new Set([...tags, ...tagsOf('another.sol')]).size).to.equal(2 * tags.length)
    expect(tagsOf(NAME)).to.deep.equal(tags)
  })

  it('leaves a source that compiles, with each tag in it once', () => {
    const { source, branches } = instrumentBranches(NAME, SAMPLE, withHardhat(SAMPLE))
    expect(errorsOf(source)).to.deep.equal([])
    for (const { tag } of branches) expect(source.split(`0x${tag}`)).to.have.lengthOf(2)
  })

  it('refuses what is not the same source with statements added', () => {
    const changed = withHardhat(SAMPLE.replace('a > 9', 'a > 8'))
    expect(() => instrumentBranches(NAME, SAMPLE, changed)).to.throw('is "a > 9", but "a > 8"')
    const fewer = withHardhat(SAMPLE.replace('if (a > 9) r = 1;', ''))
    expect(() => instrumentBranches(NAME, SAMPLE, fewer)).to.throw('20 decisions became 19')
    expect(() => instrumentBranches(NAME, 'contract {', 'contract {')).to.throw('ParserError')
  })

  describe('in a report', () => {
    let root: string
    const branches: readonly Branch[] = [
      { tag: 'aa', line: 3, text: 'a > b', outcome: 'true' },
      { tag: 'bb', line: 3, text: 'a > b', outcome: 'false' },
    ]
    const leave = async (path: string, content: string): Promise<void> => {
      await mkdir(join(root, 'coverage', path, '..'), { recursive: true })
      await writeFile(join(root, 'coverage', path), content)
    }
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'suyuan-report-'))
      await leave('lcov.info', 'TN:\nSF:contracts/A.sol\nDA:3,1\nDA:4,0\nLH:1\nLF:2\nend_of_record\n')
      await leave('branches/1.json', JSON.stringify({ file: 'contracts/A.sol', branches }))
      await leave('data/mocha/1.json', '{"aa":2}')
    })
    afterEach(() => rm(root, { recursive: true }))

    it('says which line never ran and which way was never taken', async () => {
      expect(await readCoverage(root)).to.deep.equal([
        {
          file: 'contracts/A.sol',
          lines: { all: 2, missing: ['line 4: never run'] },
          branches: { all: 2, missing: ['line 3: never false: a > b'] },
        },
      ])
    })

    it('joins what the runners saw', async () => {
      await leave('data/solidity/2.json', '{"bb":1}')
      const [file] = await readCoverage(root)
      expect(file?.branches).to.deep.equal({ all: 2, missing: [] })
    })

    it('takes nothing for an answer of nothing', async () => {
      await leave('lcov.info', 'TN:\n')
      await rm(join(root, 'coverage', 'branches', '1.json'))
      await readCoverage(root).then(
        () => expect.fail('no coverage was taken for coverage'),
        (error: Error) => expect(error.message).to.contain('left no coverage'),
      )
    })
  })
})

/** As Hardhat instruments it. Its instrumenter belongs to Hardhat, not to us: it is found where Hardhat finds it. */
function withHardhat(source: string): string {
  const hardhat = createRequire(createRequire(import.meta.url).resolve('hardhat'))
  const edr = hardhat('@nomicfoundation/edr') as {
    addStatementCoverageInstrumentation(code: string, name: string, version: string): { source: string }
    latestSupportedSolidityVersion(): string
  }
  const { source: instrumented } = edr.addStatementCoverageInstrumentation(
    source,
    NAME,
    edr.latestSupportedSolidityVersion(),
  )
  return instrumented
}

function errorsOf(source: string): string[] {
  const input = {
    language: 'Solidity',
    sources: { [NAME]: { content: source } },
    settings: { viaIR: true, outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
  }
  const library = { import: () => ({ contents: LIBRARY }) }
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), library)) as {
    errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  }
  return errors.filter(({ severity }) => severity === 'error').map(({ formattedMessage }) => formattedMessage)
}
