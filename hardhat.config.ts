import { createRequire } from 'node:module'
import hardhatEthers from '@nomicfoundation/hardhat-ethers'
import hardhatChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers'
import { defineConfig } from 'hardhat/config'

// The compiler is the npm package itself, by path: nothing is downloaded, and package-lock.json pins its bytes.
const solcPath = createRequire(import.meta.url).resolve('solc/soljson.js')

export default defineConfig({
  plugins: [hardhatEthers, hardhatChaiMatchers],
  solidity: {
    version: '0.8.37',
    path: solcPath,
    // solc 0.8.37 would default to a newer fork than the permissioned chains run; OpenZeppelin 5.7 needs mcopy.
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 10_000 }, viaIR: true },
  },
})
