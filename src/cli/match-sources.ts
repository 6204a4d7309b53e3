// suyuan source match: transactions that only one side of an exchange logged, or that the two logged otherwise.

import type { Command } from 'commander'
import { MATCHED } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson } from './output.ts'
import { parseWhole } from './question.ts'
import { formatBeijing, formatCount, showCell } from './table.ts'

interface MatchOptions extends ServiceOptions {
  readonly from: string
  readonly to: string
  readonly apart: number
  readonly json?: true
}

export function addMatch(source: Command): void {
  addServiceOptions(source.command('match'))
    .description('compares what the two sides of an exchange logged, by their transactions')
    .argument('<client>', 'source of the side that took the data')
    .argument('<producer>', 'source of the side that gave it')
    .requiredOption('--from <time>', 'not before: a time with offset, or a day in Beijing')
    .requiredOption('--to <time>', 'before: a time with offset; or up to and with a day in Beijing')
    .option('--apart <seconds>', 'how far the two may lie apart, and one may wait for the other', parseWhole, 3_600)
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  suyuan source match xroad-client xroad-producer --from 2026-03-01 --to 2026-03-01',
    )
    .action(async (side: string, other: string, { from, to, apart, json, ...service }: MatchOptions) => {
      const client = await openClient(service)
      const asked = { client: side, producer: other, from, to, apart }
      const found = await client.get('/v1/transactions/unmatched', asked, MATCHED)
      if (json) return printJson(found)
      const { records, unnamed, matched, waiting, oneSided, oneSidedCount, contradicting, contradictingCount } = found
      for (const { side: logged, transaction, index, time } of oneSided) {
        const who = logged === 'client' ? side : other
        print(
          `! ${showCell(transaction)}: 仅 ${who} 一侧有记录 logged by this side only (#${index}, ${formatBeijing(time)})`,
        )
      }
      for (const { transaction, client: a, producer: b, differs } of contradicting) {
        print(`! ${showCell(transaction)}: 双方不一致 not alike (#${a}, #${b}): ${differs.map(showCell).join(', ')}`)
      }
      print(
        `${formatBeijing(found.from)} – ${formatBeijing(found.to)}: ${side} ${formatCount(records.client)}, ${other} ${formatCount(records.producer)}; 双方均有 both ${formatCount(matched)}, 仅一侧 one side ${formatCount(oneSidedCount)}, 不一致 not alike ${formatCount(contradictingCount)}, 等待 waiting ${formatCount(waiting)}, 无交易标识 without a transaction ${formatCount(unnamed.client + unnamed.producer)}`,
      )
    })
}
