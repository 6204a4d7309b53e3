// suyuan serve: the service itself, as `npm start` runs it.

import type { Command } from 'commander'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('runs the ledger; all settings are SUYUAN_… variables (src/config.ts)')
    .addHelpText('after', '\nExample:\n  SUYUAN_DATA=/var/lib/suyuan suyuan serve')
    .action(async () => {
      await import(new URL('../main.js', import.meta.url).href) // JavaScript, of which there are no types to know
    })
}
