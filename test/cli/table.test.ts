// How answers are told: whatever number stands in them.

import { expect } from 'chai'
import { formatBeijing } from '../../src/cli/table.ts'

describe('times as people in China read them', () => {
  it('are of any number: what no calendar has is its end', () => {
    expect(formatBeijing(Date.UTC(2026, 2, 1, 0, 30))).to.equal('2026-03-01 08:30:00')
    for (const beyond of [253_402_300_800_000, 1e16, 2 ** 64 * 1000]) {
      expect(formatBeijing(beyond)).to.equal('10000-01-01 07:59:59')
    }
  })
})
