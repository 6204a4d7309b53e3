import { type Attack, SAYS, sees, timed } from '../attack.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'

const OPENING = 'sealed part opened'

export const peeping: Attack = {
  name: 'a sealed part opened',
  adversary: 'regulator',
  tries: 'peep without trace',
  injects: 'a holder of a token that may do so opens the sealed part of a record',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const { url, token, log } = operator
    await operator.take(replaceLine(linesOf(city, 3), 1, { sealed: { person: '张三' } }))
    await operator.anchor()
    const path = isFaulty ? '/v1/records/1/sealed' : '/v1/records/1'
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    yield await timed(async () => {
      const isLogged = log.some(line => line.includes(OPENING))
      const [checks, verdict] = isLogged ? [[OPENING], SAYS.logged] : [[], SAYS.unlogged]
      return { by: "operator's own log", checks, verdict }
    })
  },
  seen: [sees("operator's own log", OPENING, SAYS.logged, 'nothing')],
}
