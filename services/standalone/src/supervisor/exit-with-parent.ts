// Preloaded into the processes of the services: they exit soon after the supervisor is gone, even while they hang.
// Longer than the time in which a child finishes its uploads and exits by itself.
const timeoutMs = 12_000

process.on('disconnect', () => setTimeout(() => process.exit(1), timeoutMs).unref())
