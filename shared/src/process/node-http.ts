import { getBuiltinModule } from 'node:process'

/**
 * Node's HTTP/1 without its parts for browsers' code. `import … from 'node:http'` reads those, too, and with them Node
 * loads its whole client of `fetch`: 35 ms of processor time in the start of each process.
 */
export const { createServer, request, STATUS_CODES } = getBuiltinModule('node:http')
