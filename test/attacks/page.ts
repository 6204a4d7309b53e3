// docs/attacks.md, made from a run.

import type { Attack, Look } from './attack.ts'
import type { Ran } from './suite.ts'

const HEAD = `# Attacks 攻击

What an adversary of the trust table ([architecture.md](architecture.md#who-distrusts-whom)) meets, by trying it. Each row is a test in [test/attacks](../test/attacks): a real ledger behind its HTTP service, on a chain with the contracts, with exactly one fault built in. The operator holds every key of the log and makes all else consistent with the fault; the others have public HTTP, the chain, their receipts, and a trust file from before. The same run without the fault is seen by nobody: that is checked too.

This page is written by \`npm run attacks\`, and \`npm test\` compares all of it but the times with what it sees. *Waits for*: what of the protocol has to come before the party can see the fault. *Time*: what its look took on the machine that wrote this page, in milliseconds, of logs of 5 to 35 records. Who asks has evidence; a plain answer (\`/v1/usage\`, the console) proves nothing and is not among these, but for two that sources ask (\`suyuan source list\`, \`match\`): they are the service's own word, and an operator who makes up the log may make up these.

Some rows are tried twice: by a source that **does not sign**, as most do, and by one that **signs** its lines ([sources.md](sources.md)), of which the others have the keys from the source itself. What is said of signed lines holds for no others.
`

const TABLE = '| attack | who looks | finds | says | waits for | ms |\n|---|---|---|---|---|---:|\n'

export function formatPage(runs: readonly (readonly [Attack, Ran])[]): string {
  const adversaries = Map.groupBy(runs, ([{ adversary }]) => adversary)
  const parts = [HEAD, formatOpen(runs)]
  for (const [adversary, ofOne] of adversaries) {
    parts.push(`## ${capital(adversary)}\n\n${TABLE}${ofOne.map(formatRows).join('')}`)
    parts.push(`### How\n\n${ofOne.map(formatHow).join('')}`)
  }
  return parts.join('\n')
}

/** All of the page but what differs from run to run. */
export function withoutTimes(page: string): string {
  return page.replaceAll(/\| \d+ \|$/gm, '| |')
}

function formatRows([{ name, seen }, { looks }]: readonly [Attack, Ran]): string {
  return looks
    .map(({ by, checks, verdict, ms }, k) => {
      const found = checks.length === 0 ? '—' : checks.map(check => `\`${check}\``).join(', ')
      const waits = checks.length === 0 ? '' : seen[k]!.waitsFor
      const time = Math.max(1, Math.round(ms))
      return `| ${k === 0 ? capital(name) : ''} | ${by} | ${found} | ${verdict} | ${waits} | ${time} |\n`
    })
    .join('')
}

function formatHow([{ name, tries, injects, limits }]: readonly [Attack, Ran]): string {
  return `- **${capital(name)}** (to ${tries}): ${injects}.${limits === undefined ? '' : ` *Limits*: ${limits}.`}\n`
}

function formatOpen(runs: readonly (readonly [Attack, Ran])[]): string {
  const unseen = runs.filter(([, { looks }]) => isUnseen(looks))
  const open = unseen.map(([{ name, open }]) => `| ${capital(name)} | ${open} |\n`)
  return `## Seen by nobody today\n\nEach of a source that does not sign. What is seen within limits only says so below, under *How*.\n\n| attack | what it would take |\n|---|---|\n${open.join('')}`
}

/** Nobody sees it. */
export function isUnseen(looks: readonly Pick<Look, 'checks'>[]): boolean {
  return looks.every(({ checks }) => checks.length === 0)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
