// Keccak-256 where there is no Node: a browser, whose page may compile no WebAssembly.

export { keccak_256 as keccak256 } from '@noble/hashes/sha3.js'
