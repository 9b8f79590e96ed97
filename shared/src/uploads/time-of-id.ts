/** When a UUIDv7 was made, in Unix milliseconds. RFC 9562, 5.7: its first 48 bits. */
export const timeOfId = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
