// What ended the sending of a file, as it is told: whether the same command again goes on, or only meets the same again.

import { expect } from 'chai'
import { explainFile } from '../../src/cli/explain-file.ts'
import { LedgerError } from '../../src/core/error.ts'

function told(code: string): string {
  const error = explainFile(new LedgerError(code, { en: 'why', zh: '原因' }), 'access.log', 30)
  return error instanceof LedgerError ? error.words.en : ''
}

describe('what ended the sending of a file', () => {
  it('is met no more by the same command, where it passes', () => {
    expect(told('service_unreachable')).to.match(/^access\.log: why .*30.* Run the same command again/)
  })

  for (const code of [
    'entry_not_promised',
    'file_unreadable',
    'line_signed_already',
    'lines_sent_before',
    'lines_unpaired',
    'record_differs',
  ]) {
    it(`is met again where it is ${code}`, () => {
      expect(told(code)).to.equal('access.log: why')
    })
  }
})
