// The chain, opened for acts of the ledger's own account and of those kept beside it: for commands on the machine that
// holds the data directory, since they sign. Which contracts these are, the running service says.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Wallet } from 'ethers'
import { openOwnAccount } from '../accounts.ts'
import { type Act, createActs, createView, type View } from '../chain/acts.ts'
import type { ContractAddresses } from '../chain/contracts.ts'
import { type Chain, connectChain } from '../chain/network.ts'
import { readConfig } from '../config.ts'
import { contractAddresses } from '../core/contract-addresses.ts'
import { LedgerError } from '../core/error.ts'
import { part, text, wholeNumber } from '../core/reader.ts'
import { addServiceOptions, type Client, openClient, type ServiceOptions } from './client.ts'

export interface SigningOptions extends ServiceOptions {
  readonly data: string
  readonly rpc: string
}

interface OwnAccount extends Disposable {
  readonly client: Client
  readonly chain: Chain
  readonly contracts: ContractAddresses
  readonly act: Act
  readonly view: View
  readonly account: Wallet
  /** Directory of the keys. */
  readonly keys: string
}

const ADDRESS = text(/^0x[0-9a-fA-F]{40}$/, { en: 'an address', zh: '地址' })
/** What is used of GET /v1/status. */
const CONTRACTS_OF_STATUS = part({
  chain: part({ id: wholeNumber(1), contracts: contractAddresses(ADDRESS) }),
})

export function addSigningOptions(command: Command): Command {
  return addServiceOptions(command)
    .addOption(new Option('--data <dir>', 'data directory of the service').env('SUYUAN_DATA').default('data'))
    .addOption(
      new Option('--rpc <url>', 'the chain; by default the embedded one')
        .env('SUYUAN_RPC_URL')
        .default('http://127.0.0.1:7071'),
    )
}

/** @throws LedgerError `data_unknown`, `key_unreadable`, `key_damaged`; as the client and the chain do */
export async function openSigning(options: SigningOptions): Promise<OwnAccount> {
  const client = await openClient(options)
  const { id: chainId, contracts } = (await client.get('/v1/status', {}, CONTRACTS_OF_STATUS)).chain
  const keys = join(readConfig({ SUYUAN_DATA: options.data }).data, 'keys')
  await requireKeys(keys)
  const account = await openOwnAccount(keys, process.env['SUYUAN_KEY_FILE'])
  const chain = await connectChain({ url: options.rpc, chainId })
  return {
    client,
    chain,
    contracts,
    act: createActs(chain, contracts),
    view: createView(chain, contracts),
    account,
    keys,
    [Symbol.dispose]: () => chain.close(),
  }
}

/** A mistyped --data must not become a new directory with keys of its own. */
async function requireKeys(keys: string): Promise<void> {
  await access(join(keys, 'log.pem')).catch((cause: unknown) => {
    throw new LedgerError(
      'data_unknown',
      {
        en: `${keys} holds no keys of a ledger; give the data directory of the running service with --data.`,
        zh: `${keys} 中没有账本的密钥；请用 --data 给出运行中的服务的数据目录。`,
      },
      { cause },
    )
  })
}
