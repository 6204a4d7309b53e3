// A consumer takes more than it was granted: past the contract, and through a platform that lets it.

import { id as keccakOf } from 'ethers'
import { CHANNELS } from '../../../src/chain/terms.ts'
import { type Attack, SAYS, type Seen, sees, tried } from '../attack.ts'
import { accountOf, type Grants } from '../city.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { askAuthority } from '../parties/asker.ts'
import { BANK, HEALTH, INCOME } from '../plan.ts'

const HANDOVER = {
  channel: CHANNELS['online-query'].value,
  rowCount: 1,
  byteCount: 10,
  scope: 1,
  contentDigest: keccakOf('what was taken'),
  accessCount: 0,
  logFirst: 0,
  logEnd: 0,
}

interface Taking {
  readonly tries: string
  readonly injects: string
  /** Records the delivery on the chain by this grant; a grant's purpose no contract can see. */
  readonly delivery?: { readonly by: string; readonly grant: keyof Grants }
  /** Of the line that the platform ships. */
  readonly line: (grants: Grants) => object
  readonly seen: readonly Seen[]
}

const taking = (name: string, { tries, injects, delivery, line, seen }: Taking): Attack => ({
  name,
  adversary: 'consumer',
  tries,
  injects,
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const trust = await operator.trust()
    if (delivery !== undefined) {
      const { by, grant } = isFaulty ? delivery : ({ by: HEALTH, grant: 'open' } as const)
      const download = () => city.act(accountOf(by), 'accessLedger', 'download', [city.grants[grant], HANDOVER])
      yield await tried('contract', [SAYS.mined, SAYS.reverted], download)
    }
    await operator.take(isFaulty ? replaceLine(linesOf(city, 5), 2, line(city.grants)) : linesOf(city, 5))
    await operator.anchor()
    yield await askAuthority(operator, trust, { source: 'gateway-1' })
  },
  seen,
})

export const withoutGrant = taking('data taken without a grant', {
  tries: 'take data with no grant',
  injects: "a bank records a download by another's grant; the platform's line of it names none",
  delivery: { by: BANK, grant: 'open' },
  line: () => ({ consumer: BANK, grant: undefined }),
  seen: [
    sees('contract', 'not_a_party', SAYS.reverted, 'nothing'),
    sees('whoever asks', 'no-grant', SAYS.verified, 'next anchor'),
  ],
})

export const afterEnd = taking('data taken after the grant ended', {
  tries: 'take data after expiry',
  injects: 'a bank records a download by its grant after that was revoked; the platform ships a line of it',
  delivery: { by: BANK, grant: 'revoked' },
  line: ({ revoked }) => ({ consumer: BANK, resource: INCOME, grant: revoked }),
  seen: [
    sees('contract', 'grant_state_wrong', SAYS.reverted, 'nothing'),
    sees('whoever asks', 'after-revocation', SAYS.verified, 'next anchor'),
  ],
})

export const otherPurpose = taking('data taken for another purpose', {
  tries: 'take data for another purpose',
  injects: 'the platform ships a line of a consumer with a grant, and another purpose than it was granted for',
  line: () => ({ purpose: 'CommercialPurpose' }),
  seen: [sees('whoever asks', 'other-purpose', SAYS.verified, 'next anchor')],
})
