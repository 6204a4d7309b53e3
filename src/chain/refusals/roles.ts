// What the management of roles refuses (OpenZeppelin AccessManager, AccessManaged and what they use).

import type { Sentences } from './sentence.ts'

export const ROLES: Sentences = {
  AccessManagedUnauthorized: {
    zh: '账户 {caller} 没有此操作所需的角色；请联系角色管理员。',
    en: 'Account {caller} does not hold the role that this act needs; ask the administrator of the roles.',
  },
  AccessManagedRequiredDelay: {
    zh: '账户 {caller} 须提前 {delay} 秒公告此操作；请先在角色管理合约中排期。',
    en: 'Account {caller} must announce this act {delay} seconds ahead; schedule it with the access manager.',
  },
  AccessManagedInvalidAuthority: {
    zh: '{authority} 不是合约，不能管理角色；请给出角色管理合约的地址。',
    en: '{authority} is not a contract, so it cannot manage roles; give the address of an access manager.',
  },
  AccessManagerAlreadyScheduled: {
    zh: '操作 {operationId} 已公告；请等待，或先撤销。',
    en: 'The act {operationId} is announced already; wait, or cancel it first.',
  },
  AccessManagerNotScheduled: {
    zh: '操作 {operationId} 没有公告；请先排期。',
    en: 'The act {operationId} was not announced; schedule it first.',
  },
  AccessManagerNotReady: {
    zh: '操作 {operationId} 已公告，但时间未到；请等待。',
    en: 'The act {operationId} is announced, but its time has not come; wait.',
  },
  AccessManagerExpired: {
    zh: '操作 {operationId} 的公告已失效；请重新排期。',
    en: 'The announcement of act {operationId} has lapsed; schedule it anew.',
  },
  AccessManagerLockedRole: {
    zh: '角色 {roleId} 是内置的，不能更改。',
    en: 'Role {roleId} is built in and cannot be changed.',
  },
  AccessManagerLockedFunction: {
    zh: '函数 {selector} 是内置的，不能更改。',
    en: 'Function {selector} is built in and cannot be changed.',
  },
  AccessManagerBadConfirmation: {
    zh: '角色只能由持有者本人放弃；请填写发送账户。',
    en: 'A role is given up only by its holder; name the sending account.',
  },
  AccessManagerUnauthorizedAccount: {
    zh: '账户 {msgsender} 没有角色 {roleId}；请联系角色管理员。',
    en: 'Account {msgsender} does not hold role {roleId}; ask the administrator of the roles.',
  },
  AccessManagerUnauthorizedCall: {
    zh: '账户 {caller} 不能调用 {target} 的 {selector}；请联系角色管理员。',
    en: 'Account {caller} may not call {selector} of {target}; ask the administrator of the roles.',
  },
  AccessManagerUnauthorizedConsume: {
    zh: '{target} 试图使用不属于它的公告；请报告。',
    en: '{target} tried to use up an announcement that is not its own; report this.',
  },
  AccessManagerUnauthorizedCancel: {
    zh: '账户 {msgsender} 不能撤销 {caller} 对 {target} 的 {selector} 的公告；请联系其监护角色。',
    en: 'Account {msgsender} may not cancel what {caller} announced for {selector} of {target}; ask its guardian.',
  },
  AccessManagerInvalidInitialAdmin: {
    zh: '{initialAdmin} 不能作为首任管理员；请给出真实账户。',
    en: '{initialAdmin} cannot be the first administrator; give a real account.',
  },
  AddressEmptyCode: {
    zh: '{target} 没有合约；请核对地址和链。',
    en: 'There is no contract at {target}; check the address and the chain.',
  },
  FailedCall: {
    zh: '角色管理合约的调用失败，没有给出原因；请直接尝试该操作以查明。',
    en: 'The call made by the access manager failed without a reason; try the act directly to see why.',
  },
  InsufficientBalance: {
    zh: '角色管理合约余额 {balance}，需要 {needed}；此操作不要附带金额。',
    en: 'The access manager has {balance} and needs {needed}; send no value with this act.',
  },
  SafeCastOverflowedUintDowncast: {
    zh: '数值 {value} 超出 {bits} 位；请给出较小的数。',
    en: 'The number {value} does not fit into {bits} bits; give a smaller one.',
  },
}
