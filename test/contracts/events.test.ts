// Events as data: every event of the ledger's contracts, hostile text, and imitations from other addresses.

import { expect } from 'chai'
import { AbiCoder, concat, type JsonFragment, id as keccakOf } from 'ethers'
import {
  artifactOf,
  CONTRACT_NAMES,
  decodeEvent,
  EVENTS,
  interfaceOf,
  type RawEvent,
  topicOf,
} from '../../src/chain/contracts.ts'
import { LedgerError } from '../../src/core/error.ts'
import { DIGEST, describeResource, useScene } from './fixture.ts'
import { sampleOf } from './samples.ts'

/** OpenZeppelin's own: who manages the roles, and what signatures are for (EIP-5267, never said). They concern no data. */
const ROLE_EVENTS: ReadonlySet<string | undefined> = new Set(['AuthorityUpdated', 'EIP712DomainChanged'])

describe('decodeEvent', () => {
  const scene = useScene()

  it('knows every event that the contracts declare, and no other', () => {
    const declared = CONTRACT_NAMES.filter(name => name !== 'accessManager').flatMap(contract =>
      artifactOf(contract)
        .abi.filter(({ type, name }) => type === 'event' && !ROLE_EVENTS.has(name))
        .map(({ name }) => `${contract} ${name}`),
    )
    expect(
      Object.entries(EVENTS)
        .map(([name, contract]) => `${contract} ${name}`)
        .sort(),
    ).to.deep.equal(declared.sort())
  })

  it('gives each its place on the chain and all its arguments under the names of the contract', () => {
    for (const [name, contract] of Object.entries(EVENTS)) {
      const fragment = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)
      const event = decodeEvent(madeUp(fragment!), scene.deployment.contracts)
      expect(event).to.deep.include({
        name,
        contract,
        address: scene.deployment.contracts[contract],
        blockNumber: 7,
        blockHash: DIGEST,
        transactionHash: DIGEST,
        logIndex: 3,
      })
      expect(event?.args).to.have.all.keys((fragment?.inputs ?? []).map(({ name }) => name ?? ''))
    }
  })

  function madeUp({ name = '', inputs = [] }: JsonFragment): RawEvent {
    const contract = EVENTS[name as keyof typeof EVENTS]
    const { data, topics } = interfaceOf(contract).encodeEventLog(name, inputs.map(sampleOf))
    return place(scene.deployment.contracts[contract], topics, data)
  }

  it('ignores the same event from another contract, even from another one of the ledger', async () => {
    const receipt = await scene.act('registrar', 'organisations', 'update', 2, '统计局', 2)
    const log = receipt.logs[0]!
    const { contracts } = scene.deployment
    expect(decodeEvent(log, contracts)?.name).to.equal('OrganisationUpdated')
    for (const address of [contracts.catalogue, contracts.accessManager, scene.accounts.stranger]) {
      expect(decodeEvent(place(address, [...log.topics], log.data), contracts)).to.equal(undefined)
    }
    expect(decodeEvent(place(log.address.toLowerCase(), [...log.topics], log.data), contracts)?.name).to.equal(
      'OrganisationUpdated',
    )
    expect(decodeEvent(place(log.address, [keccakOf('Other()')], '0x'), contracts)).to.equal(undefined)
    expect(decodeEvent(place(log.address, [], '0x'), contracts)).to.equal(undefined)
  })

  it('reads on past text that is not UTF-8: a hostile provider cannot stop the readers', async () => {
    const { contracts } = scene.deployment
    const iface = interfaceOf('catalogue')
    const good = iface.encodeFunctionData('register', ['MARKER-MARKER', DIGEST, describeResource('conditional')])
    const marker = Buffer.from('MARKER-MARKER').toString('hex')
    const data = good.replace(marker, `ff80c3${marker.slice(6)}`)
    const signer = await scene.provider.getSigner(scene.accounts.archive)
    const receipt = await (await signer.sendTransaction({ to: contracts.catalogue, data })).wait()
    const event = decodeEvent(receipt?.logs[0] as RawEvent, contracts)
    expect(event).to.have.nested.property('args.code', '\uFFFD\uFFFD\uFFFDKER-MARKER')
  })

  it('calls data that does not fit malformed, since only a lying node sends it', () => {
    const { contracts } = scene.deployment
    const refuses = (log: RawEvent): void => {
      expect(() => decodeEvent(log, contracts))
        .to.throw(LedgerError)
        .with.property('code', 'event_malformed')
    }
    const topic = topicOf('CheckpointAnchored')
    refuses(place(contracts.checkpointAnchor, [topic, DIGEST, DIGEST], '0x'))
    refuses(place(contracts.checkpointAnchor, [topic, DIGEST], `0x${'00'.repeat(96)}`))
    refuses(place(contracts.checkpointAnchor, [topic, DIGEST, DIGEST, DIGEST], `0x${'00'.repeat(96)}`))
    const status = AbiCoder.defaultAbiCoder().encode(['uint8', 'uint8', 'bytes32'], [9, 9, DIGEST])
    refuses(place(contracts.organisations, [topicOf('OrganisationStatusChanged'), concat([DIGEST]), DIGEST], status))
  })
})

function place(address: string, topics: string[], data: string): RawEvent {
  return { address, topics, data, blockNumber: 7, blockHash: DIGEST, transactionHash: DIGEST, index: 3 }
}
