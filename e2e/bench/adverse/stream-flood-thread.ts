import { parentPort, workerData } from 'node:worker_threads'
import { floodStreams } from '../../load/stream-flood.ts'

// A thread of its own, so that the flood does not slow down the measured cameras.
parentPort?.postMessage(await floodStreams(workerData.server, workerData.device, workerData.flood))
