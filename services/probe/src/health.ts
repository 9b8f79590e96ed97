import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectRedis } from './redis/connection.ts'
import { isWorkerAlive } from './redis/heartbeat.ts'

// A container's health check: exits with 0 when Redis responds and has a heartbeat of this container's worker.
const redis = connectRedis(process.env.REDIS_URL || 'redis://127.0.0.1:6379', () => {})
const isHealthy = await Promise.race([isWorkerAlive(redis, hostname()), sleep(3_000, false)])
process.exit(isHealthy ? 0 : 1)
