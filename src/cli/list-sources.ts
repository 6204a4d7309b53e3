// suyuan source list: what is missing, doubled or silent, as the service tells it.

import type { Command } from 'commander'
import { SOURCES, type SourcesAnswer } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson } from './output.ts'
import { formatBeijing, formatCount, formatTable } from './table.ts'

export function addList(source: Command): void {
  addServiceOptions(source.command('list'))
    .description('sources that have a key: what is missing, doubled or silent')
    .option('--source <name>', 'only this one')
    .option('--json', 'the answer as JSON')
    .action(async ({ json, source: name, ...service }: ServiceOptions & { json?: true; source?: string }) => {
      const client = await openClient(service)
      const answer = await client.get('/v1/sources', { source: name }, SOURCES)
      if (json) printJson(answer)
      else printSources(answer)
    })
}

function printSources({ sources, size }: SourcesAnswer): void {
  const rows = sources.flatMap(({ source, keys, unsigned, strict, heard, silentSince }) =>
    keys.map(({ vkey, retired, follows, since, links, missing, faults }, k) => [
      source,
      vkey.split('+')[1]!,
      retired !== undefined ? '停用 retired' : follows !== undefined ? '接续 follows' : `#${since.index}`,
      formatCount(links),
      formatCount(missing),
      String(faults.length),
      k > 0 ? '' : `${formatCount(unsigned)}${strict ? ' 拒收 refused' : ''}`,
      k > 0
        ? ''
        : silentSince !== undefined
          ? `静默 silent ${formatBeijing(silentSince)}`
          : heard
            ? formatBeijing(heard)
            : '—',
    ]),
  )
  const head = [
    '来源 source',
    '密钥 key',
    '登记 registered',
    '签名 signed',
    '缺失 missing',
    '矛盾 faults',
    '未签名 unsigned',
    '最近 heard',
  ]
  print(formatTable(head, rows, [3, 4, 5]))
  for (const { source, keys, silentSince } of sources) {
    if (silentSince !== undefined) print(`! ${source}: ${formatBeijing(silentSince)} 起静默 silent since`)
    for (const { holes, lost, faults, vkey } of keys) {
      const id = vkey.split('+')[1]!
      const runs = holes.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
      if (runs !== '') print(`! ${source} ${id}: 缺失 missing ${runs}${lost ? ', …' : ''}`)
      for (const { kind, seq, index, other } of faults) {
        const [zh, en] = FAULTS[kind] ?? [kind, kind]
        const where = other === undefined ? `#${index}` : `#${other}, #${index}`
        print(`${kind === 'repeated' ? '·' : '!'} ${source} ${id}: 第 ${seq} 条 link ${seq}: ${zh} ${en} (${where})`)
      }
    }
  }
  print(`截至 as of ${formatCount(size)} 条记录 records`)
}

const FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  forked: ['同一序号两条链节', 'two links with one number'],
  broken: ['所接的不是账上的上一条', 'follows another link than the log has'],
  beyond: ['在密钥声明的终点之后', 'behind the end that its key stated'],
  repeated: ['同一链节重复', 'the same link twice'],
  again: ['序号重复', 'the number came before'],
}
