// suyuan token: makes, lists and ends access tokens, on the machine that holds the data directory. A token is shown once.

import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { LedgerError } from '../core/error.ts'
import type { Scope, Tokens } from '../tokens.ts'
import { print, printJson, tell } from './output.ts'
import { formatTable } from './table.ts'

interface TokenOptions {
  readonly data: string
}

export function addToken(program: Command): void {
  const token = program.command('token').description('access tokens, kept in the data directory')
  const add = (name: string): Command =>
    token
      .command(name)
      .addOption(new Option('--data <dir>', 'data directory of the service').env('SUYUAN_DATA').default('data'))

  add('create')
    .description('makes a token and shows it: this once, only its hash is kept')
    .requiredOption('--name <name>', 'whose it is; idempotency keys belong to the name')
    .option('--scope <scopes...>', 'what it may do: write, read, act, sealed, erase, metrics', ['read'])
    .addHelpText('after', '\nExample:\n  suyuan token create --name gateway-1 --scope write > gateway-1.token')
    .action(async ({ data, name, scope }: TokenOptions & { name: string; scope: Scope[] }) => {
      print(await (await tokensIn(data)).create(scope, name))
      tell(`Token "${name}" may ${scope.join(', ')}. Keep it: it is not shown again.`)
    })

  add('list')
    .description('who has a token, and for what')
    .option('--json', 'the answer as JSON')
    .action(async ({ data, json }: TokenOptions & { json?: true }) => {
      const tokens = (await tokensIn(data)).list()
      if (json) printJson(tokens)
      else {
        const rows = tokens.map(({ id, name, scopes, createdAt, revokedAt }) => [
          id,
          name,
          scopes.join(' '),
          createdAt,
          revokedAt ?? '',
        ])
        print(formatTable(['id', 'name', 'scopes', 'created', 'revoked'], rows))
      }
    })

  add('revoke')
    .description('ends a token at once')
    .argument('<id>', 'as `suyuan token list` shows it')
    .action(async (id: string, { data }: TokenOptions) => {
      if (await (await tokensIn(data)).revoke(id)) tell(`Token ${id} is revoked.`)
      else
        throw new LedgerError('token_not_found', {
          en: `There is no token ${id} that is still valid; see: suyuan token list`,
          zh: `没有仍然有效的令牌 ${id}；请查看：suyuan token list`,
        })
    })
}

async function tokensIn(data: string): Promise<Tokens> {
  const { openTokens } = await import('../tokens.ts')
  return openTokens(join(data, 'keys'))
}
