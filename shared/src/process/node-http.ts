import { getBuiltinModule } from 'node:process'

/**
 * Parts of Node's `node:http`. An `import` of that module reads all of its exports, and some of them make Node load its
 * whole client for `fetch`, which costs 35 ms of processor time at the start of each process.
 */
export const { createServer, request, ServerResponse, STATUS_CODES } = getBuiltinModule('node:http')
