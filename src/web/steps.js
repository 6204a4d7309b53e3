// The life of a grant as steps in the order of the chain: each act, what was taken between two acts summed up, and what
// its terms still have to come. Nothing here draws: timeline.js does.

/**
 * @param grant Of GET /v1/grants/{id}.
 * @param agreements Of GET /v1/agreements/{id}: the one it hangs on, and the one above. What stops them stops the grant,
 *   and is a step of its life, with `agreement`, the number of which.
 * @returns Steps, the oldest first. `kind`: `act` (with `entry`, of the history), `uses` (see below), `begins`, `due`,
 *   `ends` (with `time`). `ahead`: it has not come yet. `vetoed`: from this step to the next a veto stands on the grant,
 *   or on an agreement.
 */
export function stepsOf(grant, agreements = []) {
  const acts = [...inOrder(grant.history), ...agreements.flatMap(agreement => stopsOf(agreement, grant))]
  return markVetoes([...weaveIn(acts, usesOf(grant)), ...comingOf(grant, agreements)])
}

const ENDS = new Set(['GrantVetoed', 'GrantRevoked', 'AgreementVetoed', 'AgreementEnded'])
const STOPS = new Set(['AgreementEnded', 'AgreementVetoed', 'AgreementVetoLiftAgreed', 'AgreementVetoLifted'])

/** What stopped an agreement, or let it go on, since the grant was asked for. */
function stopsOf({ id, history }, { requested }) {
  const stops = history.filter(({ event, place }) => STOPS.has(event) && place.block.number >= requested.block.number)
  return inOrder(stops, id)
}

/** Within one block: what ends the right to take data, and acts after it, cannot come before data was taken there. */
function inOrder(history, agreement) {
  const acts = []
  for (const entry of history) {
    const [at, last] = [entry.place.block.number, acts.at(-1)]
    const rank = ENDS.has(entry.event) || (last?.at === at && last.rank === 2) ? 2 : 0
    acts.push({ kind: 'act', entry, agreement, at, rank })
  }
  return acts
}

/** Deliveries and receipts, oldest first. */
function usesOf({ deliveries, confirmations, computations }) {
  const digests = new Map(computations.newest.map(one => [one.transaction, one]))
  return [
    ...deliveries.map(one => ({
      ...one,
      computation: one.kind === 'computation' ? digests.get(one.transaction) : undefined,
    })),
    ...confirmations.newest.map(one => ({ ...one, kind: 'confirmation' })),
  ]
    .map((use, k) => ({ use, at: use.block.number, rank: 1, k }))
    .toSorted((a, b) => a.at - b.at || b.k - a.k)
    .map(({ use, at, rank }) => ({ use, at, rank }))
}

/** Uses that no act comes between are one step: `{ kind: 'uses', uses, sums }`. */
function weaveIn(acts, uses) {
  const steps = []
  const all = [...acts, ...uses].toSorted((a, b) => a.at - b.at || a.rank - b.rank)
  for (const one of all) {
    const last = steps.at(-1)
    if (one.use === undefined) steps.push({ kind: one.kind, entry: one.entry, agreement: one.agreement })
    else if (last?.kind === 'uses') last.uses.push(one.use)
    else steps.push({ kind: 'uses', uses: [one.use] })
  }
  return steps.map(step => (step.kind === 'uses' ? { ...step, sums: sumByKind(step.uses) } : step))
}

/** How many of each kind, and how much: exact beyond 2^53. */
export function sumByKind(uses) {
  const sums = new Map()
  for (const { kind, bytes = '0', rows = '0', accesses = '0' } of uses) {
    const sum = sums.get(kind) ?? { kind, count: 0, bytes: 0n, rows: 0n, accesses: 0n }
    sums.set(kind, {
      kind,
      count: sum.count + 1,
      bytes: sum.bytes + BigInt(bytes),
      rows: sum.rows + BigInt(rows),
      accesses: sum.accesses + BigInt(accesses),
    })
  }
  return [...sums.values()]
}

/** What the answer counts but does not list: the service keeps the newest hundred of a grant. */
export function unlistedOf({ deliveries, delivered }) {
  const listed = sumByKind(deliveries.map(one => ({ ...one, kind: 'all' })))[0] ?? { count: 0, bytes: 0n, rows: 0n }
  return {
    count: delivered.count - listed.count,
    bytes: BigInt(delivered.bytes) - listed.bytes,
    rows: BigInt(delivered.rows) - listed.rows,
  }
}

const OVER = new Set(['refused', 'revoked', 'expired'])

function comingOf({ state, due, decision, from, until, now }, agreements) {
  const stopped = agreements.some(agreement => agreement.state === 'ended')
  const steps = []
  if (due !== undefined && decision === undefined) steps.push({ kind: 'due', time: due.time, ahead: !due.overdue })
  if (now.why === 'not-started') steps.push({ kind: 'begins', time: from, ahead: true })
  if (state === 'expired' || (decision?.outcome === 'granted' && !OVER.has(state) && !stopped)) {
    steps.push({ kind: 'ends', time: until, ahead: state !== 'expired' })
  }
  return steps
}

function markVetoes(steps) {
  const vetoed = new Set()
  return steps.map(step => {
    const event = step.entry?.event ?? ''
    if (event.endsWith('Vetoed')) vetoed.add(step.agreement)
    if (event.endsWith('VetoLifted')) vetoed.delete(step.agreement)
    return { ...step, vetoed: vetoed.size > 0 }
  })
}
