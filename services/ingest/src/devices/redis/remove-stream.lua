-- Takes a stream out of the totals of a device, and the device out of the list when it was its last stream.
-- KEYS as of add-device.lua. ARGV: fingerprint, stream.
local counted = redis.call('HGET', KEYS[3], ARGV[2])
if not counted then return end
local uploads, errors = string.match(counted, '(%d+) (%d+)')
redis.call('HINCRBY', KEYS[2], 'uploads', -uploads)
redis.call('HINCRBY', KEYS[2], 'errors', -errors)
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
if redis.call('HLEN', KEYS[3]) > 0 then return end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
