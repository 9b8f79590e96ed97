/** An IPv4 address without the prefix that it has on an IPv6 socket. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
