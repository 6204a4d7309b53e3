import { readHead } from '../../../src/chain/read.ts'
import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

export const remadeChain: Attack = {
  name: 'the chain made again',
  adversary: 'platform operator',
  tries: 'change what was decided, or when',
  injects:
    'the operator alone runs the chain: it is taken back to an earlier block, and goes on without what came after; the same log is anchored there anew, under the checkpoints that it had',
  async *run(city, isFaulty) {
    const founded = await city.found()
    await using earlier = isFaulty ? await city.copy() : undefined
    await using operator = await Operator.open(city, { founded })
    const trust = await operator.trust()
    const watcher = new Watcher(city, trust)
    await operator.take(linesOf(city, 20))
    await operator.anchor()
    await watcher.look(operator)
    const { number, hash } = await readHead(city.chain)

    await using again = earlier && (await operator.twin(earlier))
    await again?.take(linesOf(city, 20))
    await again?.anchor(operator.ledger.anchoring.checkpoint())
    const running = again ?? operator
    yield await watcher.look(running)
    const knowing = { ...trust, blocks: [{ number, hash }] }
    yield await ask(running, knowing, { consumer: BANK }, 'whoever asks, with a known block')
    yield await ask(running, trust, { consumer: BANK })
  },
  seen: [
    sees('monitor', 'chain-replaced', SAYS.warning, 'nothing'),
    sees('whoever asks, with a known block', 'chain', SAYS.unchecked, 'nothing'),
    misses('whoever asks', SAYS.verified),
  ],
}
