// Sizes that reading and hashing share.

/** No record that passed its patterns has an entry longer than this (test/core/record.test.ts). */
export const MOST_ENTRY_BYTES = 1_536
/** Vectors are read 16 bytes at a time, and texts hashed 8 at a time, beyond their ends. */
export const SLACK_BYTES = 64
