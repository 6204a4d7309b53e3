// Organisations, their chief data officers, and which platform operator each entrusts.

import { ZeroAddress } from 'ethers'
import { kindsToBits } from '../chain/terms.ts'
import type { PlannedOrganisation } from '../plan/planned.ts'
import { eachSender, idIn, NO_DIGEST, organisationId, type Run } from './run.ts'

export async function registerOrganisations(organisations: readonly PlannedOrganisation[], run: Run): Promise<void> {
  for (const organisation of organisations) {
    run.organisations.set(organisation.code, await registerOrganisation(organisation, run))
    if (organisation.officer === true) await appointOfficer(organisation.code, run)
    run.progress()
  }
  await eachSender(
    organisations,
    ({ code }) => code,
    organisation => entrust(organisation, run),
  )
}

async function registerOrganisation({ code, name, kinds }: PlannedOrganisation, run: Run): Promise<number> {
  const known = run.known.organisation(code)
  if (known !== undefined) return known.id
  const account = run.accountOf(code).address
  return idIn(await run.act(run.registrar, 'organisations', 'register', [code, name, kindsToBits(kinds), account]))
}

async function appointOfficer(code: string, run: Run): Promise<void> {
  const id = organisationId(code, run)
  const [there] = (await run.view('organisations', 'organisation', [id])) as [{ readonly officer: string }]
  const { address } = run.officerOf(code)
  if (there.officer === ZeroAddress) await run.act(run.registrar, 'organisations', 'appointOfficer', [id, address])
  else if (there.officer !== address) {
    run.differences.push(
      `organisation ${code}: its officer is ${there.officer} on the chain, not the account kept here`,
    )
  }
}

async function entrust({ code, entrusts }: PlannedOrganisation, run: Run): Promise<void> {
  if (entrusts === undefined) return
  const [provider, operator] = [organisationId(code, run), organisationId(entrusts, run)]
  const [log] = await run.view('accessLedger', 'entrustedLog', [provider, operator])
  if (log === NO_DIGEST) await run.act(run.accountOf(code), 'accessLedger', 'entrust', [operator, run.log])
  else if (log !== run.log) {
    run.differences.push(
      `organisation ${code}: ${entrusts} is entrusted with log ${String(log)}, not with this ledger's`,
    )
  }
}
