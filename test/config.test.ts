import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

describe('config', () => {
  it('has a default for everything, on loopback and with a closed log', () => {
    const config = readConfig({})
    expect(config).to.include({ host: '127.0.0.1', port: 7070, publicLog: false, finality: 1, rpcUrl: undefined })
    expect(config).to.satisfy(Object.isFrozen)
  })

  it('expects reorganisations of any other network', () => {
    expect(readConfig({ SUYUAN_RPC_URL: 'http://127.0.0.1:8545' }).finality).to.equal(12)
  })

  it('names the variable that is set wrongly', () => {
    const wrong = [
      { SUYUAN_PORT: '80a' },
      { SUYUAN_PORT: '65536' },
      { SUYUAN_ORIGIN: 'two words' },
      { SUYUAN_ANCHOR_SECONDS: '0' },
      { SUYUAN_FINALITY: '1', SUYUAN_CONFIRMATIONS: '2' },
      { SUYUAN_PUBLIC_LOG: 'yes' },
      { SUYUAN_LOG_LEVEL: 'loud' },
      { SUYUAN_ARCHIVE_AFTER_YEARS: '0' },
      { SUYUAN_ARCHIVE_AFTER_YEARS: '0.5' },
      { SUYUAN_ARCHIVE_OVER_BYTES: '1e9' },
      { SUYUAN_RETENTION_YEARS: '4' },
      { SUYUAN_RETENTION_YEARS: '-5' },
    ]
    for (const environment of wrong) {
      expect(() => readConfig(environment))
        .to.throw(new RegExp(`^${Object.keys(environment)[0]} is`))
        .with.property('code', 'config_invalid')
    }
  })

  it('archives nothing unless it is told to, and keeps records for five years at least', () => {
    const { data, archives, archiveAfterYears, archiveOverBytes, retentionYears } = readConfig({})
    expect({ archiveAfterYears, archiveOverBytes, retentionYears }).to.deep.equal({
      archiveAfterYears: undefined,
      archiveOverBytes: undefined,
      retentionYears: 5,
    })
    expect(archives).to.equal(`${data}/archive`)
    const set = readConfig({
      SUYUAN_ARCHIVE_AFTER_YEARS: '2',
      SUYUAN_ARCHIVE_OVER_BYTES: '50000000000',
      SUYUAN_ARCHIVE_DIR: '/mnt/cold',
      SUYUAN_RETENTION_YEARS: '15',
    })
    expect(set).to.include({
      archives: '/mnt/cold',
      archiveAfterYears: 2,
      archiveOverBytes: 50_000_000_000,
      retentionYears: 15,
    })
  })

  it('takes an empty value as none', () => {
    expect(readConfig({ SUYUAN_PORT: ' ' }).port).to.equal(7070)
  })
})
