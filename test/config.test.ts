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
    ]
    for (const environment of wrong) {
      expect(() => readConfig(environment))
        .to.throw(new RegExp(`^${Object.keys(environment)[0]} is`))
        .with.property('code', 'config_invalid')
    }
  })

  it('takes an empty value as none', () => {
    expect(readConfig({ SUYUAN_PORT: ' ' }).port).to.equal(7070)
  })
})
