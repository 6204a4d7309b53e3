import { parseWitnessPolicy } from '../../../src/core/witness-policy-text.ts'
import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { DELICATE, linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { Witness } from '../parties/witness.ts'
import { BANK, HEALTH } from '../plan.ts'

export const splitView: Attack = {
  name: 'two clients, two logs',
  adversary: 'platform operator',
  tries: 'show the regulator and the developer different logs',
  injects:
    'from the first leaf on there are two histories of equal size, each whole and signed; the one is shown to the regulator and anchored, the other to the developer, with evidence that names the anchor of the first',
  async *run(city, isFaulty) {
    const founded = await city.found()
    await using witness = await Witness.start(city, founded)
    await using regulators = await Operator.open(city, { founded, witnesses: witness.file })
    await using developers = await regulators.twin()
    const trust = await regulators.trust()
    const lines = linesOf(city, 20)
    await regulators.take(lines)
    await regulators.anchor()
    const anchored = regulators.ledger.anchoring.checkpoint()!
    await developers.take(isFaulty ? replaceLine(lines, DELICATE, { consumer: HEALTH }) : lines)
    const shown = await developers.publishAnyway(isFaulty ? undefined : anchored)
    await developers.claimAnchorOf(regulators)

    yield await witness.look(developers, shown)
    const witnesses = parseWitnessPolicy(witness.policy)
    yield await ask(developers, { ...trust, witnesses }, { consumer: BANK }, 'whoever asks, with witnesses')
    yield await ask(developers, trust, { consumer: BANK })
    yield await new Watcher(city, trust, { by: 'monitor of the other client' }).look(developers)
    yield await new Watcher(city, trust).look(regulators)
  },
  seen: [
    sees('witness', 'log-fork', SAYS.uncosigned, 'nothing'),
    sees('whoever asks, with witnesses', 'checkpoint', SAYS.unchecked, 'nothing'),
    sees('whoever asks', 'chain', SAYS.tampered, 'next anchor'),
    sees('monitor of the other client', ['anchor-foreign', 'answer-denied'], SAYS.proven, 'next anchor'),
    misses('monitor', SAYS.well),
  ],
}
