// Loaded into our children before their own code: whatever they are doing, they end soon after we are gone.
// Long enough for them to end by themselves first, after their uploads.
const withinMs = 12_000

process.on('disconnect', () => setTimeout(() => process.exit(1), withinMs).unref())
