// The purposes a new ledger starts with.

import { expect } from 'chai'
import { encodePurpose } from '../src/chain/terms.ts'
import { PURPOSE_SEED } from '../src/vocabulary.ts'

// What version 0.1 knew. A code means the same for ever, so these labels and their order may never change.
const FIRST = {
  PublicPolicyMaking: '公共政策制定',
  ProvideOfficialStatistics: '官方统计',
  ImprovePublicServices: '改进公共服务',
  ProtectionOfPublicSecurity: '维护公共安全',
  ImproveHealthcare: '改进医疗卫生',
  ImproveTransportMobility: '改善交通出行',
  CombatClimateChange: '应对气候变化',
  PublicBenefit: '公共利益',
  LegalCompliance: '依法履职',
  FraudPreventionAndDetection: '防范和发现欺诈',
  ScientificResearch: '科学研究',
  CommercialPurpose: '商业用途',
}

describe('seed of purposes', () => {
  const byCode = new Map(PURPOSE_SEED.map(term => [term.code, term]))

  it('fits the contract: few enough, each code once and well-formed, texts within bounds', () => {
    expect(PURPOSE_SEED.length).to.be.at.most(256)
    expect(byCode.size).to.equal(PURPOSE_SEED.length)
    for (const { code, zh, en, basis } of PURPOSE_SEED) {
      expect(encodePurpose(code)).to.match(/^0x[0-9a-f]{64}$/u)
      for (const text of [zh, en, basis]) expect(Buffer.byteLength(text), `${code}: ${text}`).to.be.within(1, 200)
    }
  })

  it('begins with the purposes that earlier versions knew, with the same labels', () => {
    const first = PURPOSE_SEED.slice(0, 12).map(({ code, zh }) => [code, zh])
    expect(first).to.deep.equal(Object.entries(FIRST))
  })

  it('names where each term comes from', () => {
    for (const { code, basis } of PURPOSE_SEED) {
      if (code.startsWith('gz:')) expect(basis).to.match(/^筑府发〔2017〕6号 /u)
      else if (code.startsWith('yn:')) expect(basis).to.match(/^云南省.*【.+】$/u)
      else expect(basis).to.equal(`https://w3id.org/dpv#${code}`)
    }
  })

  it('says the same thing once, in each language', () => {
    for (const language of ['zh', 'en'] as const) {
      const labels = PURPOSE_SEED.map(term => term[language])
      expect(new Set(labels).size, labels.filter((label, i) => labels.indexOf(label) !== i).join()).to.equal(
        labels.length,
      )
    }
  })
})
