// SHA-256 where there is no Node: a browser, which has one of its own only on https, and only asynchronously.

export { sha256 } from '@noble/hashes/sha2.js'
