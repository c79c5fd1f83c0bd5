import { createHash } from 'node:crypto';

/**
 * An entry is one string, `v<version>:<json>`; a tombstone is `t<version>:`. Version 0 stands for a value that was set without one.
 * Comparing and writing is one script, so no other client comes in between. Versions stay text: Lua would print large ones as 9.007e+15.
 */
export type Script = { text: string; sha: string };

const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') });

/** Of a large value only the beginning is read: one letter, sixteen digits, a colon. */
const READ_HEAD = `local head = redis.call('GETRANGE', KEYS[1], 0, 17)
local kind, stored = string.match(head, '^([vt])(%d+):')`;

/** KEYS: entry. ARGV: version, life in ms, text to store. Answers 0 when something newer stands there. */
export const SET = script(`${READ_HEAD}
local version = tonumber(ARGV[1])
if version > 0 and stored and tonumber(stored) > version then return 0 end
local answer = redis.pcall('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
if type(answer) == 'table' and answer.err then
  -- What was stored before must not outlive the newer value. Without memory for the new one, it is simply not kept.
  redis.call('DEL', KEYS[1])
  if not string.find(answer.err, 'OOM') then return answer end
end
return 1`);

/** KEYS: entry. Removes a value; a tombstone stays. */
export const DELETE = script(`${READ_HEAD}
if kind == 't' then return 0 end
return redis.call('DEL', KEYS[1])`);

/** KEYS: entry. ARGV: version, life in ms. A late deletion of an older version must not let in what the stored one keeps out. */
export const BURY = script(`${READ_HEAD}
local newest = ARGV[1]
if stored and tonumber(stored) > tonumber(newest) then newest = stored end
local life = ARGV[2]
if kind == 't' and redis.call('PTTL', KEYS[1]) > tonumber(life) then life = tostring(redis.call('PTTL', KEYS[1])) end
redis.call('SET', KEYS[1], 't' .. newest .. ':', 'PX', string.format('%.0f', tonumber(life)))
return 1`);
