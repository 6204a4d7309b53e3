// Behaviour: relay.tree.

import { expect } from 'chai'
import {
  AbiCoder,
  type Contract,
  concat,
  dataLength,
  dataSlice,
  id as keccakOf,
  Signature,
  type TransactionReceipt,
  TypedDataEncoder,
  toBeHex,
  ZeroAddress,
  ZeroHash,
} from 'ethers'
import * as fc from 'fast-check'
import { network } from 'hardhat'
import { listActTypes } from '../../src/chain/act-types.ts'
import { encodePurpose } from '../../src/chain/terms.ts'
import { typedActOf } from '../../src/chain/typed-act.ts'
import { actArguments } from '../chain/act-arguments.ts'
import { DIGEST, type SignedAct, useScene } from './fixture.ts'

const FRAME = 'address actor,address to,uint256 nonce,uint40 deadline'
const HOUR = 3_600

describe('Relay', () => {
  const scene = useScene()
  const veto = [2, DIGEST, ZeroHash] as const
  const signedVeto = (changes: object = {}): Promise<SignedAct> =>
    scene.signed('inspector', 'organisations', 'vetoOrganisation', veto, changes)
  const send = (act: SignedAct): Promise<{ wait(): Promise<TransactionReceipt | null> }> =>
    scene.send('relayer', 'relay', 'relay', act)
  const done = async (sent: Promise<{ wait(): Promise<TransactionReceipt | null> }>): Promise<TransactionReceipt> => {
    const receipt = await (await sent).wait()
    if (!receipt) throw new Error('no receipt')
    return receipt
  }
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('relay'), error)
  const digestOf = (act: SignedAct): Promise<string> => scene.view('relay', 'digestOf', act) as Promise<string>
  const nonceOf = (account: string, lane?: bigint): Promise<unknown> =>
    lane === undefined
      ? scene.view('relay', 'nonces(address)', account)
      : scene.view('relay', 'nonces(address,uint192)', account, lane)

  describe('relay', () => {
    it('does what the actor signed, as the actor, and says so first', async () => {
      const act = await signedVeto()
      const receipt = await done(send(act))
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'ActRelayed',
          args: {
            actor: scene.accounts.inspector,
            to: scene.deployment.contracts.organisations,
            selector: '0x6c0284de',
            digest: await digestOf(act),
            nonce: 0n,
            deadline: act.deadline,
            relayer: scene.accounts.relayer,
            signature: act.signature,
          },
        },
        {
          name: 'OrganisationVetoed',
          args: { id: 2n, inspector: 9n, reasonDigest: DIGEST, referenceDigest: ZeroHash },
        },
      ])
      expect(await nonceOf(act.actor)).to.equal(1n)
    })

    it('also passes on what a role allows, and what has arguments of variable size', async () => {
      await done(scene.relayed('registrar', 'organisations', 'update', [2, '市统计局', 2]))
      await done(scene.relayed('registrar', 'vocabulary', 'retirePurpose', [encodePurpose('LegalCompliance'), DIGEST]))
      const log = ['other.example/log', scene.accounts.stranger]
      await done(scene.relayed('admin', 'checkpointAnchor', 'registerLog', log))
      const update = scene.relayed('tax', 'organisations', 'update', [2, '市统计局', 2])
      await expect(update)
        .to.be.revertedWithCustomError(scene.contract('organisations'), 'AccessManagedUnauthorized')
        .withArgs(scene.accounts.tax)
    })

    it('may be sent in the second of its deadline, and not in the next', async () => {
      const { timestamp } = (await scene.provider.getBlock('latest'))!
      const late = await signedVeto({ deadline: timestamp + 10 })
      await scene.at(timestamp + 11)
      await refuses(send(late), 'ActExpired').withArgs(timestamp + 10, timestamp + 11)
      const intime = await signedVeto({ deadline: timestamp + 100 })
      await scene.at(timestamp + 100)
      await done(send(intime))
    })

    it('refuses every change of what was signed', async () => {
      const act = await signedVeto()
      const { contracts } = scene.deployment
      const other = await scene.signed('inspector', 'organisations', 'vetoOrganisation', [3, DIGEST, ZeroHash])
      const changes: readonly Partial<SignedAct>[] = [
        { actor: scene.accounts.regulator },
        { actor: ZeroAddress },
        { to: contracts.catalogue },
        { to: contracts.relay },
        { data: other.data },
        { data: scene.contract('organisations').interface.encodeFunctionData('liftOrganisationVeto', [2, 1, DIGEST]) },
        { nonce: 1n },
        { nonce: 1n << 64n },
        { deadline: act.deadline + 1 },
        { signature: other.signature },
        { signature: '0x' },
        { signature: `${act.signature}00` },
        { signature: dataSlice(act.signature, 0, 64) },
        { signature: concat([dataSlice(act.signature, 0, 64), '0x00']) },
        { signature: `0x${'00'.repeat(65)}` },
      ]
      for (const change of changes) {
        const forged = { ...act, ...change }
        await refuses(send(forged), 'SignatureInvalid').withArgs(forged.actor, await digestOf(forged))
      }
      await done(send(act))
    })

    it('refuses any bit of the signature or of the arguments that was turned', async () => {
      const act = await signedVeto()
      await fc.assert(
        fc.asyncProperty(fc.constantFrom('data', 'signature'), fc.nat(), async (member, at) => {
          const bytes = Buffer.from(act[member].slice(2), 'hex')
          // Not the selector: another one is another type, or none.
          const from = member === 'data' ? 4 : 0
          const bit = at % ((bytes.length - from) * 8)
          const index = from + (bit >> 3)
          bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7))
          const forged = { ...act, [member]: `0x${bytes.toString('hex')}` }
          await refuses(scene.contract('relay').getFunction('relay').staticCall(forged), 'SignatureInvalid').withArgs(
            act.actor,
            await digestOf(forged),
          )
        }),
        { numRuns: 100 },
      )
    })

    it('refuses the other form of an ECDSA signature', async () => {
      const act = await signedVeto()
      const { r, s, yParity } = Signature.from(act.signature)
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
      const mirrored = concat([r, toBeHex(order - BigInt(s), 32), yParity === 0 ? '0x1c' : '0x1b'])
      await refuses(send({ ...act, signature: mirrored }), 'SignatureInvalid').withArgs(act.actor, await digestOf(act))
    })

    it('refuses a signature for another chain or another ledger', async () => {
      const { contracts, chainId } = scene.deployment
      const act = await signedVeto()
      const signer = await scene.provider.getSigner(act.actor)
      for (const elsewhere of [
        { chainId: chainId + 1, relay: contracts.relay },
        { chainId, relay: contracts.organisations },
      ]) {
        const typed = typedActOf({
          ...act,
          ...elsewhere,
          contract: 'organisations',
          method: 'vetoOrganisation',
          args: veto,
        })
        const types = { [typed.primaryType]: [...(typed.types[typed.primaryType] ?? [])] }
        const digest = TypedDataEncoder.hash(typed.domain, types, typed.message)
        expect(digest).not.to.equal(await digestOf(act))
        // The accounts of this chain sign for their own chain only, so the other one's signature is over plain bytes.
        const signature =
          elsewhere.chainId === chainId
            ? await signer.signTypedData(typed.domain, types, typed.message)
            : await signer.signMessage(digest)
        await refuses(send({ ...act, signature }), 'SignatureInvalid').withArgs(act.actor, await digestOf(act))
      }
    })

    it('refuses an act a second time', async () => {
      const act = await signedVeto()
      await done(send(act))
      await done(scene.relayed('inspector', 'organisations', 'liftOrganisationVeto', [2, 1, DIGEST]))
      await done(scene.relayed('regulator', 'organisations', 'liftOrganisationVeto', [2, 1, DIGEST]))
      await refuses(send(act), 'InvalidAccountNonce').withArgs(act.actor, 2)
    })

    it('keeps an order within a lane, and none between lanes', async () => {
      const lane = 7n << 64n
      const { inspector } = scene.accounts
      const second = await signedVeto({ nonce: lane + 1n })
      await refuses(send(second), 'InvalidAccountNonce').withArgs(inspector, lane)
      const far = await scene.signed('inspector', 'organisations', 'vetoOrganisation', [3, DIGEST, ZeroHash], {
        nonce: lane,
      })
      await done(send(far))
      await done(send(second))
      expect(await nonceOf(inspector, 7n)).to.equal(lane + 2n)
      expect(await nonceOf(inspector)).to.equal(0n)
    })

    it('passes a refusal on as it is, and leaves the nonce', async () => {
      const act = await scene.signed('tax', 'organisations', 'vetoOrganisation', veto)
      await expect(send(act))
        .to.be.revertedWithCustomError(scene.contract('organisations'), 'KindMissing')
        .withArgs(1, 3, 64)
      expect(await nonceOf(act.actor)).to.equal(0n)
    })

    it('refuses where there is no code to act', async () => {
      for (const to of [scene.accounts.stranger, ZeroAddress, `0x${'0'.repeat(39)}1`]) {
        await refuses(send(await signedVeto({ to })), 'NotAContract').withArgs(to)
      }
    })

    it('takes no money', async () => {
      const relay = scene.contract('relay').getFunction('relay')
      const { data } = await relay.populateTransaction(await signedVeto())
      const { relayer: from } = scene.accounts
      const to = scene.deployment.contracts.relay
      const passes = (value: string): Promise<boolean> =>
        scene.request('eth_call', [{ from, to, data, value }, 'latest']).then(
          () => true,
          () => false,
        )
      expect([await passes('0x0'), await passes('0x1')]).to.deep.equal([true, false])
    })

    it('lets the last bytes name the actor only where the Relay itself sends them', async () => {
      const data = scene.contract('organisations').interface.encodeFunctionData('vetoOrganisation', [...veto])
      const { stranger: from, inspector } = scene.accounts
      const to = scene.deployment.contracts.organisations
      const act = scene.provider.call({ from, to, data: concat([data, inspector]) })
      await expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), 'AccountUnknown').withArgs(from)
    })
  })

  describe('cancel', () => {
    it('makes an act worthless that was signed and not sent', async () => {
      const act = await signedVeto()
      const receipt = await scene.act('inspector', 'relay', 'cancel', 0)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'NonceCancelled', args: { actor: scene.accounts.inspector, nonce: 0n } },
      ])
      await refuses(send(act), 'InvalidAccountNonce').withArgs(act.actor, 1)
    })

    it('takes the next nonce of a lane, and of the caller only', async () => {
      const lane = 5n << 64n
      const { inspector, stranger } = scene.accounts
      await refuses(scene.send('inspector', 'relay', 'cancel', 1), 'InvalidAccountNonce').withArgs(inspector, 0)
      await refuses(scene.send('inspector', 'relay', 'cancel', lane + 1n), 'InvalidAccountNonce').withArgs(
        inspector,
        lane,
      )
      await scene.act('stranger', 'relay', 'cancel', lane)
      expect(await nonceOf(stranger, 5n)).to.equal(lane + 1n)
      expect(await nonceOf(inspector, 5n)).to.equal(lane)
    })
  })

  describe('digestOf', () => {
    it('knows the type of every act, and has an event for each', async () => {
      const logs = await scene.contract('relay').queryFilter('ActTypeFixed')
      const fixed = logs.map(log => ('args' in log ? [...log.args] : []))
      const expected = listActTypes().map(type => [
        type.selector,
        keccakOf(type.typeText),
        type.fixedSize,
        type.typeText,
      ])
      expect(fixed).to.deep.equal(expected)
      for (const { selector, typeText, fixedSize } of listActTypes()) {
        expect(await scene.view('relay', 'typeHashOf', selector)).to.deep.equal([keccakOf(typeText), fixedSize])
      }
      expect(await scene.view('relay', 'typeHashOf', '0x12345678')).to.deep.equal([ZeroHash, false])
    })

    for (const { contract, method } of listActTypes()) {
      it(`is what a wallet signs: ${contract}.${method}`, async () => {
        const { contracts, chainId } = scene.deployment
        const address = fc
          .uint8Array({ minLength: 20, maxLength: 20 })
          .map(bytes => `0x${Buffer.from(bytes).toString('hex')}`)
        const frame = fc.record({
          actor: address,
          to: address,
          nonce: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
          deadline: fc.maxSafeNat().map(n => n % 2 ** 40),
        })
        await fc.assert(
          fc.asyncProperty(actArguments(contract, method), frame, async (args, frame) => {
            const typed = typedActOf({ contract, method, args, ...frame, relay: contracts.relay, chainId })
            const types = { [typed.primaryType]: [...(typed.types[typed.primaryType] ?? [])] }
            const act = { ...frame, data: typed.data, signature: '0x' }
            expect(await digestOf(act)).to.equal(TypedDataEncoder.hash(typed.domain, types, typed.message))
          }),
          { numRuns: 10 },
        )
      })
    }

    it('refuses what is no act, and arguments of another length', async () => {
      const act = await signedVeto()
      for (const data of [
        '0x',
        '0x12',
        '0x6c0284',
        '0x12345678',
        scene.contract('relay').interface.getFunction('cancel')!.selector,
      ]) {
        const selector = dataLength(data) < 4 ? data.padEnd(10, '0') : data
        await refuses(digestOf({ ...act, data }), 'ActUnknown').withArgs(selector)
      }
      const { data } = act
      for (const [given, length] of [
        [dataSlice(data, 0, 4), 0],
        [dataSlice(data, 0, 4 + 64), 64],
        [dataSlice(data, 0, 4 + 95), 95],
        [`${data}00`, 97],
        [concat([data, ZeroHash]), 128],
      ] as const) {
        await refuses(digestOf({ ...act, data: given }), 'ActLengthInvalid').withArgs(dataSlice(data, 0, 4), length)
      }
      const update = await scene.signed('registrar', 'organisations', 'update', [2, '市统计局', 2])
      const cut = dataSlice(update.data, 0, dataLength(update.data) - 1)
      await refuses(digestOf({ ...update, data: cut }), 'ActLengthInvalid').withArgs(
        dataSlice(cut, 0, 4),
        dataLength(cut) - 4,
      )
    })
  })
})

describe('A Relay', () => {
  let connection: Awaited<ReturnType<typeof network.create>>
  let probe: Contract
  let relay: Contract
  let chainId: bigint
  let actor: string
  let deadline: number

  const TYPES = {
    take: ['uint64 number', 'bytes32 digest'],
    takeNothing: [],
    takeText: ['bytes arguments'],
    refuse: ['uint64 number'],
    refuseSilently: [],
    reenter: ['bytes arguments'],
  } as const
  type Method = keyof typeof TYPES

  const typeTextOf = (method: Method): string => `Probe_${method}(${[...TYPES[method], FRAME].join(',')})`
  const selectorOf = (method: string): string => probe.interface.getFunction(method)?.selector ?? ''
  const deploy = (types: readonly object[]): Promise<Contract> => connection.ethers.deployContract('Relay', [types])

  before(async () => {
    connection = await network.create({ override: { hardfork: 'cancun' } })
    const { ethers } = connection
    probe = await ethers.deployContract('RelayProbe')
    relay = await deploy(
      (Object.keys(TYPES) as Method[]).map(method => ({
        selector: selectorOf(method),
        fixedSize: !['takeText', 'reenter'].includes(method),
        typeText: typeTextOf(method),
      })),
    )
    chainId = (await ethers.provider.getNetwork()).chainId
    actor = (await ethers.getSigners())[5]?.address ?? ''
    deadline = ((await ethers.provider.getBlock('latest'))?.timestamp ?? 0) + HOUR
  })
  after(() => connection.close())

  /** An act on the probe. `by` and `keys` differ where the actor is a contract. */
  async function signed(
    method: Method,
    args: readonly unknown[],
    { by = actor, keys = [actor] }: { by?: string; keys?: readonly string[] } = {},
  ): Promise<SignedAct> {
    const data = probe.interface.encodeFunctionData(method, args)
    const to = await probe.getAddress()
    const nonce = (await relay.getFunction('nonces(address)').staticCall(by)) as bigint
    const members = [...TYPES[method], ...FRAME.split(',')].map(text => {
      const [type = '', name = ''] = text.split(' ')
      return { type, name }
    })
    const values = ['takeText', 'reenter'].includes(method) ? [dataSlice(data, 4)] : args
    const message = Object.fromEntries(
      [...values, by, to, nonce, deadline].map((value, i) => [members[i]?.name ?? '', value]),
    )
    const domain = { name: 'Suyuan', version: '1', chainId, verifyingContract: await relay.getAddress() }
    const signatures: string[] = []
    for (const key of keys) {
      const signer = await connection.ethers.getSigner(key)
      signatures.push(await signer.signTypedData(domain, { [`Probe_${method}`]: members }, message))
    }
    return { actor: by, to, data, nonce, deadline, signature: concat(signatures) }
  }

  async function calledWith(act: SignedAct): Promise<readonly unknown[]> {
    const response = await relay.getFunction('relay').send(act)
    const { logs } = (await response.wait())!
    const log = logs.at(-1)!
    expect(probe.interface.parseLog(log)?.name).to.equal('Called')
    return [...probe.interface.parseLog(log)!.args]
  }

  it('calls with the signed data and the actor behind them', async () => {
    for (const [method, args] of [
      ['take', [7, DIGEST]],
      ['takeNothing', []],
      ['takeText', ['统计']],
    ] as const) {
      const act = await signed(method, args)
      expect(await calledWith(act)).to.deep.equal([await relay.getAddress(), concat([act.data, actor])])
    }
  })

  it('leaves no trace of a relayed act that was refused, and passes on that nothing was said', async () => {
    const act = await signed('refuse', [42])
    await expect(relay.getFunction('relay').send(act)).to.be.revertedWithCustomError(probe, 'Refused').withArgs(42)
    await expect(relay.getFunction('relay').send(await signed('refuseSilently', []))).to.be.revertedWithoutReason(
      connection.ethers,
    )
    expect(await relay.getFunction('nonces(address)').staticCall(actor)).to.equal(act.nonce)
  })

  it('does not send an act again from within itself, and does send another', async () => {
    const inner = await signed('takeNothing', [])
    const { data } = await relay.getFunction('relay').populateTransaction(inner)
    // The outer act takes the nonce that the inner one was signed with.
    const again = await signed('reenter', [data])
    const [, answer] = await calledWith(again)
    expect(relay.interface.parseError(answer as string)?.name).to.equal('InvalidAccountNonce')

    const other = (await connection.ethers.getSigners())[6]?.address ?? ''
    const theirs = await signed('takeNothing', [], { by: other, keys: [other] })
    const call = await relay.getFunction('relay').populateTransaction(theirs)
    const [, done] = await calledWith(await signed('reenter', [call.data]))
    expect(Buffer.from((done as string).slice(2), 'hex').toString()).to.equal('done')
  })

  it('lets a contract say what it signed (ERC-1271)', async () => {
    const [, , , , , , , first = '', second = ''] = (await connection.ethers.getSigners()).map(({ address }) => address)
    const account = await connection.ethers.deployContract('SmartAccount', [first, second])
    const by = await account.getAddress()
    expect(await calledWith(await signed('take', [1, DIGEST], { by, keys: [first, second] }))).to.deep.equal([
      await relay.getAddress(),
      concat([probe.interface.encodeFunctionData('take', [1, DIGEST]), by]),
    ])
    for (const keys of [[first], [second, first], [first, actor]]) {
      const act = await signed('take', [1, DIGEST], { by, keys })
      await expect(relay.getFunction('relay').send(act)).to.be.revertedWithCustomError(relay, 'SignatureInvalid')
    }
    // A contract that says nothing about signatures has signed nothing.
    const deaf = await signed('take', [1, DIGEST], { by: await probe.getAddress() })
    await expect(relay.getFunction('relay').send(deaf)).to.be.revertedWithCustomError(relay, 'SignatureInvalid')
  })

  it('does not take one account’s signature for another account of the same key', async () => {
    const account = await connection.ethers.deployContract('SmartAccount', [actor, actor])
    const mine = await signed('takeNothing', [])
    const by = await account.getAddress()
    const act = { ...mine, actor: by, signature: concat([mine.signature, mine.signature]) }
    await expect(relay.getFunction('relay').send(act)).to.be.revertedWithCustomError(relay, 'SignatureInvalid')
  })

  it('refuses arguments with dirty bits where the contract reads them', async () => {
    const data = concat([
      selectorOf('take'),
      AbiCoder.defaultAbiCoder().encode(['uint256', 'bytes32'], [1n << 64n, DIGEST]),
    ])
    const to = await probe.getAddress()
    const nonce = (await relay.getFunction('nonces(address)').staticCall(actor)) as bigint
    const act = { actor, to, data, nonce, deadline, signature: '0x' }
    const digest = (await relay.getFunction('digestOf').staticCall(act)) as string
    // Only a key that signs bare digests could sign it: no wallet can, since 2^64 is no uint64.
    const types = { Probe_take: [{ type: 'uint64', name: 'number' }] }
    expect(() => TypedDataEncoder.hash({}, types, { number: 1n << 64n })).to.throw()
    await expect(relay.getFunction('relay').send(act))
      .to.be.revertedWithCustomError(relay, 'SignatureInvalid')
      .withArgs(actor, digest)
    await expect(connection.ethers.provider.call({ to, data: concat([data, actor]) })).to.be.revertedWithoutReason(
      connection.ethers,
    )
  })

  it('refuses types that cannot be', async () => {
    const type = (fixedSize: boolean, typeText: string): object => ({ selector: '0x11223344', fixedSize, typeText })
    for (const types of [
      [type(true, '')],
      [type(true, 'Act(address actor,address to,uint256 nonce)')],
      [type(false, `Act(${FRAME})`)],
      [type(false, `Act(bytes arguments,bytes others,${FRAME})`)],
      [type(true, `Act(${FRAME})`), type(true, `Act(${FRAME})`)],
    ]) {
      await expect(deploy(types)).to.be.revertedWithCustomError(relay, 'ActTypeInvalid').withArgs('0x11223344')
    }
    await deploy([])
  })
})
