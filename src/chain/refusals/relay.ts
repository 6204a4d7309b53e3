// What the Relay refuses (IRelay.sol, and OpenZeppelin's NoncesKeyed and EIP712).

import type { Sentences } from './sentence.ts'

export const RELAY: Sentences = {
  ActTypeInvalid: {
    zh: '操作类型 {selector} 为空或重复；请改正部署清单。',
    en: 'The type of act {selector} is empty or there twice; correct the list it is deployed with.',
  },
  ActUnknown: {
    zh: '账本没有操作 {selector}；请核对合约和函数。',
    en: 'No act of the ledger has the selector {selector}; check contract and function.',
  },
  ActExpired: {
    zh: '所签操作须在 {deadline} 之前发送，现在是 {time}；请重新签署。',
    en: 'The signed act had to be sent by {deadline}, and it is {time}; sign it anew.',
  },
  SignatureInvalid: {
    zh: '签名不是账户 {actor} 对操作 {digest} 的签名；请核对账户、链和各项参数后重新签署。',
    en: 'The signature is not account {actor}’s over act {digest}; check account, chain and every argument, and sign again.',
  },
  ActLengthInvalid: {
    zh: '操作 {selector} 的参数长度 {given} 字节不符；请按函数重新编码。',
    en: 'The arguments of act {selector} are {given} bytes long, which does not fit the function; encode them anew.',
  },
  NotAContract: {
    zh: '地址 {to} 没有合约；请核对地址和链。',
    en: 'There is no contract at {to}; check the address and the chain.',
  },
  InvalidAccountNonce: {
    zh: '账户 {account} 的下一个序号是 {currentNonce}，与所签不同：该操作已发送、已作废，或前面还有未发送的；请用该序号重新签署。',
    en: 'The next nonce of account {account} is {currentNonce}, not the signed one: the act was sent or cancelled, or one before it was not sent yet; sign with that nonce.',
  },
  StringTooLong: {
    zh: '文本 {str} 过长；这是部署的错误，请报告。',
    en: 'The text {str} is too long for the contract; this is a fault of the deployment, report it.',
  },
  InvalidShortString: {
    zh: '合约内保存的短文本已损坏；请报告。',
    en: 'A short text kept by the contract is broken; report it.',
  },
}
