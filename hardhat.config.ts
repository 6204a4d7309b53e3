import { createRequire } from 'node:module'
import hardhatEthers from '@nomicfoundation/hardhat-ethers'
import hardhatChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers'
import hardhatMocha from '@nomicfoundation/hardhat-mocha'
import { defineConfig } from 'hardhat/config'
import { branchCoverage } from './scripts/branch-coverage/plugin.ts'

// The compiler is the npm package itself, by path: nothing is downloaded, and package-lock.json pins its bytes.
const solcPath = createRequire(import.meta.url).resolve('solc/soljson.js')

// solc 0.8.37 would default to a newer fork than the permissioned chains run; OpenZeppelin 5.7 needs mcopy.
const compiler = (runs: number) => ({
  version: '0.8.37',
  path: solcPath,
  settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs }, viaIR: true },
})

export default defineConfig({
  plugins: [hardhatEthers, hardhatChaiMatchers, hardhatMocha, branchCoverage],
  paths: { tests: { mocha: 'test/contracts', solidity: 'test/solidity' } },
  solidity: {
    compilers: [compiler(10_000)],
    // Above 800 its code would not fit into a contract (24,576 bytes); what costs, it does by hand.
    overrides: { 'contracts/AccessLedger.sol': compiler(800) },
    // The tests in Solidity are compiled apart, when they are run: who only runs the ledger never compiles them.
    splitTestsCompilation: true,
  },
  // Contracts that exist for tests need no tests.
  coverage: { skipFiles: ['contracts/testing/**'] },
  // For runs by --network: Hardhat's default is a newer fork than the permissioned chains run.
  networks: { cancun: { type: 'edr-simulated', hardfork: 'cancun' } },
  test: {
    mocha: { timeout: 60_000, forbidOnly: true },
    solidity: {
      // One seed: a failure is found again, and coverage does not come and go. Change it to look elsewhere.
      fuzz: { runs: 256, seed: '0x53757975616e' },
      invariant: { runs: 64, depth: 64, failOnRevert: true },
    },
  },
})
