/**
 * Frees the memory of bytes that are no longer read, unless other bytes share it. Node allocates memory for each read
 * of a body, and garbage collection would free it much later.
 */
export function freeMemory({ buffer, length }: Uint8Array): void {
  if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
