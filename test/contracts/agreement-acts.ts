// The acts on agreements, as the tests of Agreements write them: each short, with what a test is about left to say. The
// numbers are those of the enums in contracts/interfaces/IAgreements.sol.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import { DAY, DIGEST, type Party, START, useScene } from './fixture.ts'

export const AGENCY = 5n
export const OPERATOR = 6n
export const DEVELOPER = 7n
export const PLATFORM = 8n
export const INSPECTOR = 9n
export const REGULATOR = 10n
export const APPLICANT = 11n

export const TEXT = keccakOf('text of the agreement')
export const UNTIL = START + 365 * DAY
export const FIVE_YEARS = 1_827 * DAY
export const THREE_YEARS = 1_096 * DAY
/** Publicity that begins on 2026-01-01 is over after the five working days 4 (a make-up Sunday) to 8 January. */
export const PUBLIC_UNTIL = Date.UTC(2026, 0, 8, 16) / 1000

export const KIND = { operation: 0n, development: 1n, opening: 2n }
export const STATE = { applied: 1n, publicised: 2n, offered: 3n, inForce: 4n, declined: 5n, ended: 6n, expired: 7n }
export const OUTCOME = { none: 0, pass: 1, fail: 2, rectify: 3 }
export const MEASURE = { none: 0, warned: 1, suspended: 2, barred: 3 }
export const SUSPENDED = 1
export const KIND_BITS = {
  consumer: 2,
  platform: 4,
  agency: 8,
  operator: 16,
  developer: 32,
  regulator: 128,
  applicant: 256,
}

export interface Terms {
  readonly from?: number | bigint
  readonly until?: number | bigint
  readonly range?: readonly bigint[]
  readonly text?: string
}

/** A scene for each test, and the acts on it. */
export function useAgreements() {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'agreements', method, ...args)
  const view = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.view('agreements', method, ...args)
  const says = (act: Promise<unknown>, event: string): Chai.EmitAssertion =>
    expect(act).to.emit(scene.contract('agreements'), event)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('agreements'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  /** Lets time pass, so that views see it too. */
  const pass = async (time: number): Promise<void> => {
    await scene.at(time)
    await scene.request('evm_mine', [])
  }
  const setStatus = (id: bigint, status: number): Promise<unknown> =>
    scene.act('registrar', 'organisations', 'setStatus', id, status, DIGEST)
  const setKinds = (id: bigint, kinds: number): Promise<unknown> =>
    scene.act('registrar', 'organisations', 'update', id, 'name', kinds)
  const veto = (id: bigint): Promise<unknown> => send('inspector', 'vetoAgreement', id, DIGEST, ZeroHash)

  const offerOperation = (
    { from = START, until = UNTIL, range = [1n], text = TEXT }: Terms = {},
    operator = OPERATOR,
    party: Party = 'agency',
  ): Promise<unknown> => send(party, 'offerOperation', operator, from, until, range, text)
  const offerOpening = (
    { from = START, until = UNTIL, range = [1n], text = TEXT }: Terms = {},
    [platform, applicant] = [PLATFORM, APPLICANT],
    party: Party = 'tax',
  ): Promise<unknown> => send(party, 'offerOpening', platform, applicant, from, until, range, text)
  const apply = (
    { from = START, until = UNTIL, range = [4n] }: Terms = {},
    parent = 1n,
    papers: readonly string[] = [DIGEST, DIGEST],
  ): Promise<unknown> => send('developer', 'applyForDevelopment', parent, from, until, range, ...papers)
  const sign = (party: Party, id: bigint, text = TEXT): Promise<unknown> => send(party, 'signAgreement', id, text)

  /** Agreement 1: of operation, in force. */
  const operate = async (terms: Terms = {}): Promise<void> => {
    await offerOperation(terms)
    await sign('operator', 1n)
  }
  /** Agreement 2: of development, under agreement 1, public. */
  const publicise = async (terms: Terms = {}): Promise<void> => {
    await operate()
    await apply(terms)
    await send('operator', 'publicise', 2, DIGEST)
  }
  /** Agreement 2: of development, signed by the operator. */
  const offerDevelopment = async (terms: Terms = {}): Promise<void> => {
    await publicise(terms)
    await scene.at(PUBLIC_UNTIL)
    await sign('operator', 2n)
  }
  /** Agreement 2: of development, in force. */
  const develop = async (terms: Terms = {}): Promise<void> => {
    await offerDevelopment(terms)
    await sign('developer', 2n)
  }
  const stateOf = async (id: bigint): Promise<unknown> => {
    const { state } = (await view('agreementOf', id)) as { state: bigint }
    return state
  }

  return {
    scene,
    send,
    view,
    says,
    refuses,
    refusesParty,
    pass,
    setStatus,
    setKinds,
    veto,
    offerOperation,
    offerOpening,
    apply,
    sign,
    operate,
    publicise,
    offerDevelopment,
    develop,
    stateOf,
  }
}

/** For an argument that the node chose, or that another test is about. */
export function anyValue(): boolean {
  return true
}
