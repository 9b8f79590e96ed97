// Preloaded into the processes of the services, so that they exit soon after the supervisor is gone, even if they hang.

/** Longer than a process takes to finish its uploads and exit by itself. */
const timeoutMs = 12_000

process.on('disconnect', () => setTimeout(() => process.exit(1), timeoutMs).unref())
