-- Runs the commands of a commit, unless the index has moved or an assumption fails. The last command moves the position.
-- KEYS[1] position of the stream, KEYS[2] objects and KEYS[3] folders in it; KEYS[4…] what the commands write.
-- ARGV[1] version expected, ARGV[2] number of places assumed to be free; these places; then the commands, each led by
-- its number of words.
-- `HDELOF key field upload` deletes a field only where its value begins with the id of the upload.
-- Returns 1 when written, 0 when the index has moved, 2 when something stands at a place that was assumed to be free.
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
local assumed = 2 + tonumber(ARGV[2])
if assumed > 2 then
  for i = 2, 3 do
    for _, taken in ipairs(redis.call('HMGET', KEYS[i], unpack(ARGV, 3, assumed))) do
      if taken and taken ~= '0' then return 2 end
    end
  end
end
local at = assumed + 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  if ARGV[at + 1] == 'HDELOF' then
    local held = redis.call('HGET', ARGV[at + 2], ARGV[at + 3])
    local upload = ARGV[at + 4] .. ' '
    if held and string.sub(held, 1, #upload) == upload then redis.call('HDEL', ARGV[at + 2], ARGV[at + 3]) end
  else
    redis.call(unpack(ARGV, at + 1, last))
  end
  at = last + 1
end
return 1
