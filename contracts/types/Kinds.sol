// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What an organisation may be, as a set: one bit per kind, and one organisation may be several.
type Kinds is uint16;

Kinds constant NO_KIND = Kinds.wrap(0);
Kinds constant PROVIDER = Kinds.wrap(1 << 0); // 数据提供部门
Kinds constant CONSUMER = Kinds.wrap(1 << 1); // 使用部门
Kinds constant OPERATOR = Kinds.wrap(1 << 2); // 平台运营方
Kinds constant IMPLEMENTING_AGENCY = Kinds.wrap(1 << 3); // 实施机构
Kinds constant AUTHORISED_OPERATOR = Kinds.wrap(1 << 4); // 运营机构
Kinds constant DEVELOPER = Kinds.wrap(1 << 5); // 开发主体
Kinds constant INSPECTOR = Kinds.wrap(1 << 6); // 外部检验
Kinds constant REGULATOR = Kinds.wrap(1 << 7); // 监管
Kinds constant APPLICANT = Kinds.wrap(1 << 8); // 开放申请人: a legal person of society that applies for open data
Kinds constant ALL_KINDS = Kinds.wrap((1 << 9) - 1);

using {includes, overlaps, together as |} for Kinds global;

/// Whether every kind of `part` is in `whole`.
function includes(Kinds whole, Kinds part) pure returns (bool) {
    return Kinds.unwrap(part) & ~Kinds.unwrap(whole) == 0;
}

/// Whether any kind of `other` is in `some`.
function overlaps(Kinds some, Kinds other) pure returns (bool) {
    return Kinds.unwrap(some) & Kinds.unwrap(other) != 0;
}

function together(Kinds a, Kinds b) pure returns (Kinds) {
    return Kinds.wrap(Kinds.unwrap(a) | Kinds.unwrap(b));
}
