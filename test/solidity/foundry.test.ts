// The tests in Solidity run on two machines, Hardhat's and Foundry's: both must compile and search in the same way, or the
// second run would be about other contracts than the ones deployed.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import hre from 'hardhat'

const FOUNDRY = readFileSync(new URL('../../foundry.toml', import.meta.url), 'utf8')

describe('foundry.toml', () => {
  it('compiles as hardhat.config.ts does', () => {
    const { settings } = hre.config.solidity.profiles['default']!.compilers[0]!
    expect({
      evmVersion: valueOf('evm_version'),
      viaIR: valueOf('via_ir'),
      optimizer: { enabled: valueOf('optimizer'), runs: valueOf('optimizer_runs') },
    }).to.deep.equal({ evmVersion: settings.evmVersion, viaIR: settings.viaIR, optimizer: settings.optimizer })
  })

  it('searches as far, from the same seed, and calls every revert of a handler a failure', () => {
    const { fuzz, invariant } = hre.config.test.solidity.profiles['default']!
    expect([valueOf('runs', 'fuzz'), valueOf('seed', 'fuzz')]).to.deep.equal([fuzz?.runs, fuzz?.seed])
    expect(['runs', 'depth', 'fail_on_revert'].map(key => valueOf(key, 'invariant'))).to.deep.equal([
      invariant?.runs,
      invariant?.depth,
      invariant?.failOnRevert,
    ])
    expect(invariant?.failOnRevert).to.equal(true)
  })
})

/** `key = value` in a section; the values used here are written alike in TOML and JSON, but for the quotes. */
function valueOf(key: string, section = 'profile.default'): unknown {
  const text = FOUNDRY.split(/^\[/m).find(part => part.startsWith(`${section}]`))
  const [, value] = new RegExp(`^${key} = (.+)$`, 'm').exec(text ?? '') ?? []
  if (value === undefined) throw new Error(`foundry.toml has no ${key} in [${section}]`)
  return JSON.parse(value.replaceAll("'", '"'))
}
