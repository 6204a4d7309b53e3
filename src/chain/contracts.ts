// The ledger's contracts as the rest of the code sees them: their interfaces, their events as data, their refusals in
// words. The vocabularies are in terms.ts, deployment is in deploy.ts.

export {
  artifactOf,
  CONTRACT_NAMES,
  type ContractAddresses,
  type ContractName,
  interfaceOf,
} from './abi.ts'
export * from './events.ts'
export { explainRevert } from './revert.ts'
