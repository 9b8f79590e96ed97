// Preloaded into the services' processes: they exit soon after the supervisor is gone, whatever they do.
// Longer than the time in which a child finishes its uploads and exits by itself.
const timeoutMs = 12_000

process.on('disconnect', () => setTimeout(() => process.exit(1), timeoutMs).unref())
