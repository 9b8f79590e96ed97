import { hostname } from 'node:os'
import { setTimeout as after } from 'node:timers/promises'
import { connectRedis } from './redis/connection.ts'
import { isWorkerAtWork } from './redis/heartbeat.ts'

/** Ends with 0 when Redis answers and knows that this container's worker is at work. */
const redis = connectRedis(process.env.REDIS_URL || 'redis://127.0.0.1:6379', () => {})
const healthy = await Promise.race([isWorkerAtWork(redis, hostname()), after(3_000, false)])
process.exit(healthy ? 0 : 1)
