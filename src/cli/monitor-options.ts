// The options of `suyuan monitor`, and how they are read.

import { LedgerError } from '../core/error.ts'
import type { OwnAddress } from '../monitor/own-server.ts'

export interface MonitorOptions {
  readonly log: string
  readonly trust: string
  readonly state: string
  readonly rpc?: string
  readonly tokenFile?: string
  readonly once?: true
  readonly every: string
  readonly patience: string
  readonly backdated: string
  readonly finality: string
  readonly receipts?: string
  readonly webhook?: string
  readonly key?: string
  readonly listen?: string
  readonly metrics?: string
  readonly json?: true
}

export function readNumber(option: string, text: string): number {
  const number = Number(text)
  if (/^\d{1,9}(?:\.\d{1,3})?$/.test(text) && number > 0) return number
  throw new LedgerError('option_invalid', {
    en: `${option} must be a number above 0, not "${text}".`,
    zh: `${option} 应为大于 0 的数，而不是“${text}”。`,
  })
}

export function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new LedgerError('option_invalid', {
    en: `--listen must be a port, 0 to 65535 (0: any that is free), not "${text}".`,
    zh: `--listen 应为 0 至 65535 的端口（0 为任一空闲端口），而不是“${text}”。`,
  })
}

/** PORT, or HOST:PORT where others than this machine are to ask. */
export function readMetricsAddress(text: string): OwnAddress {
  const [, host = '127.0.0.1', port = ''] = /^(?:(\[[\da-f:]+\]|[\w.-]+):)?(\d{1,5})$/i.exec(text) ?? []
  if (port !== '' && Number(port) < 65_536) {
    return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port), option: '--metrics' }
  }
  throw new LedgerError('option_invalid', {
    en: `--metrics must be PORT or HOST:PORT, with a port of 0 to 65535 (0: any that is free), not "${text}".`,
    zh: `--metrics 应为“端口”或“主机:端口”，端口为 0 至 65535（0 为任一空闲端口），而不是“${text}”。`,
  })
}

export function readUrl(option: string, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new LedgerError('option_invalid', {
      en: `${option} must be an http: or https: address, not "${text}".`,
      zh: `${option} 应为 http: 或 https: 地址，而不是“${text}”。`,
    })
  }
  if (option === '--log' && !url.pathname.endsWith('/')) url.pathname += '/'
  return url
}
