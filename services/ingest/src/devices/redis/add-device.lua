-- Takes over what a device has sent to a stream so far: the totals grow by what is new.
-- KEYS[1] devices by last contact, KEYS[2] totals, KEYS[3] uploads and errors by stream, KEYS[4] streams by last contact,
-- KEYS[5] addresses by last contact.
-- ARGV: fingerprint, stream, uploads, errors, first contact (ISO 8601), last contact (Unix ms), the same as JSON, how
-- many addresses to keep; then addresses, each led by its last contact (Unix ms).
local counted = redis.call('HGET', KEYS[3], ARGV[2]) or '0 0'
local uploads, errors = string.match(counted, '(%d+) (%d+)')
-- Another process was here with newer counts.
if tonumber(ARGV[3]) < tonumber(uploads) then return end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3] .. ' ' .. ARGV[4])
redis.call('HINCRBY', KEYS[2], 'uploads', ARGV[3] - uploads)
redis.call('HINCRBY', KEYS[2], 'errors', ARGV[4] - errors)
local first = redis.call('HGET', KEYS[2], 'first')
if not first or ARGV[5] < first then redis.call('HSET', KEYS[2], 'first', ARGV[5]) end
local last = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if tonumber(ARGV[6]) >= last then redis.call('HSET', KEYS[2], 'last', ARGV[7]) end
redis.call('ZADD', KEYS[1], 'GT', ARGV[6], ARGV[1])
redis.call('ZADD', KEYS[4], 'GT', ARGV[6], ARGV[2])
for at = 9, #ARGV, 2 do redis.call('ZADD', KEYS[5], 'GT', ARGV[at], ARGV[at + 1]) end
redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -1 - ARGV[8])
