// Memory given back at once. Left to the garbage collector, what passes through the service makes it mark all that lives, again
// and again: V8 counts the memory behind buffers against what its old generation may take, and bodies of lines are
// hundreds of megabytes a second.

/** To be called when nobody looks at these bytes any more. Those that share their memory with others stay. */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (bytes.length > 0 && buffer instanceof ArrayBuffer && bytes.length === buffer.byteLength) buffer.transfer(0)
}
