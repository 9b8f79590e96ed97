// Node writes the coverage of a process while it exits, and mocha kills a worker that has not exited after a second:
// with a listener, the signal waits until the file is written.
if (process.env.NODE_V8_COVERAGE) process.on('SIGTERM', () => undefined)
