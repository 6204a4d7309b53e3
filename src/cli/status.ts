// suyuan status: the health of the ledger in a few lines.

import type { Command } from 'commander'
import { languageOf } from '../core/words.ts'
import { STATUS, type StatusAnswer } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { EXIT, print, printJson } from './output.ts'
import { formatBeijing, formatCount } from './table.ts'

interface StatusOptions extends ServiceOptions {
  readonly json?: true
}

export function addStatus(program: Command): void {
  addServiceOptions(program.command('status'))
    .description('the health of the ledger; exit code 2 when it is not ready')
    .option('--json', 'the same as JSON')
    .action(async (options: StatusOptions) => {
      const client = await openClient(options)
      const status = await client.get('/v1/status', {}, STATUS)
      if (options.json) printJson(status)
      else for (const line of describeStatus(status, languageOf(process.env) === 'zh')) print(line)
      if (!status.ready) process.exitCode = EXIT.failed
    })
}

function describeStatus(status: StatusAnswer, zh: boolean): string[] {
  const { records, published, anchored, lag, chain, ready, reasons } = status
  const none = zh ? '尚无' : 'none yet'
  const lines: [string, string][] = [
    [zh ? '记录' : 'records', formatCount(records)],
    [
      zh ? '检查点' : 'checkpoint',
      published === null ? none : `${formatCount(published.size)}  ${formatBeijing(published.time)}`,
    ],
    [
      zh ? '上链' : 'anchored',
      anchored === null
        ? none
        : `${formatCount(anchored.size)}  ${zh ? '区块' : 'block'} ${anchored.block.number}  ${anchored.transaction}`,
    ],
    [
      zh ? '滞后' : 'lag',
      zh
        ? `${formatCount(lag.records)} 条，${lag.seconds} 秒`
        : `${formatCount(lag.records)} records, ${lag.seconds} s`,
    ],
    [zh ? '链' : 'chain', `${chain.id}  ${zh ? '区块' : 'block'} ${chain.block}`],
    [zh ? '就绪' : 'ready', ready ? (zh ? '是' : 'yes') : reasons.map(({ detail }) => detail).join(' ')],
  ]
  return lines.map(([name, value]) => `${name}${zh ? '：' : ': '}${value}`)
}
