import { UploadGone, type Uploads } from './ports.ts'

/** Reads uploads from `first`, and those that are gone there from `second`. */
export function withFallback(first: Uploads, second: Uploads): Uploads {
  return {
    inputKind: (...args) => first.inputKind(...args).catch(orIn(() => second.inputKind(...args))),
    init: (...args) => first.init(...args).catch(orIn(() => second.init(...args))),
    bytes: (...args) => first.bytes(...args).catch(orIn(() => second.bytes(...args))),
    sandboxDir: (...args) => first.sandboxDir(...args).catch(orIn(() => second.sandboxDir(...args))),
  }
}

/** A rejection handler that calls `other` when the upload is gone, and throws any other error again. */
function orIn<Result>(other: () => Promise<Result>): (error: unknown) => Promise<Result> {
  return function handle(error) {
    if (error instanceof UploadGone) return other()
    throw error
  }
}
