import { blindTo } from '../../verify/blind.ts'
import { type Attack, SAYS, sees } from '../attack.ts'
import { Operator, type Tamper } from '../operator.ts'
import { askActs } from '../parties/asker.ts'

const forget: Tamper = ({ chain }) => ({ chain: blindTo(chain, ['AccessGranted']) })

export const deniedApproval: Attack = {
  name: 'an approval denied',
  adversary: 'provider',
  tries: 'deny having approved',
  injects:
    'the provider says that it never approved, and the operator helps: evidence of the acts is made without the approval, and signed',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city, { tamper: isFaulty && forget })
    yield await askActs(operator, await operator.trust(), city.grants.approved)
  },
  seen: [sees('whoever asks', 'hidden', SAYS.tampered, 'nothing')],
}
