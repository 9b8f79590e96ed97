import { UploadGone, type Uploads } from './ports.ts'

/** What one place no longer has is read from another. */
export function withFallback(first: Uploads, second: Uploads): Uploads {
  return {
    inputKind: (...args) => first.inputKind(...args).catch(orIn(() => second.inputKind(...args))),
    init: (...args) => first.init(...args).catch(orIn(() => second.init(...args))),
    bytes: (...args) => first.bytes(...args).catch(orIn(() => second.bytes(...args))),
    sandboxDir: (...args) => first.sandboxDir(...args).catch(orIn(() => second.sandboxDir(...args))),
  }
}

/** Handles an error: by the other place where it is that the upload is gone. */
function orIn<Result>(other: () => Promise<Result>): (error: unknown) => Promise<Result> {
  return function handle(error) {
    if (error instanceof UploadGone) return other()
    throw error
  }
}
