// What the Relay says (IRelay.sol): an act was signed by one and sent by another.

export interface RelayEvents {
  readonly ActTypeFixed: {
    /** Of the function, 0x and 8 hexadecimal digits. */
    readonly selector: string
    readonly typeHash: string
    readonly fixedSize: boolean
    /** EIP-712 encodeType. */
    readonly typeText: string
  }
  readonly ActRelayed: {
    readonly actor: string
    readonly to: string
    readonly selector: string
    /** What was signed. */
    readonly digest: string
    readonly nonce: bigint
    readonly deadline: number
    readonly relayer: string
    /** Bytes, in hexadecimal. */
    readonly signature: string
  }
  readonly NonceCancelled: { readonly actor: string; readonly nonce: bigint }
}
