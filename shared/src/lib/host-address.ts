/** An IPv4 address without the prefix that it has on an IPv6 socket. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')

/** Whether an address, or `localhost`, can be reached only from its own machine. */
export const isLoopback = (host: string): boolean => /^(localhost|::1|127(\.\d+){3})$/.test(host)
