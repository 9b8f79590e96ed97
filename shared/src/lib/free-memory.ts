/**
 * Frees the memory of bytes that nothing reads any more, where no other bytes share it. Node allocates memory for each
 * read of a body; garbage collection would free it much later.
 */
export function freeMemory({ buffer, length }: Uint8Array): void {
  if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
