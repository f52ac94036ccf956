import { defineScript } from './redis-link.ts'

// A script changes all keys of one step together. A restart or a failover keeps all of the step, or nothing.
// The keys of a home share one hash tag. Effects are replicated, so TIME and INFO may decide (Redis 5 and later).

/** The keys of one home. The hash tag keeps them on one server of a cluster. */
export function buildKeys(prefix: string) {
  const tag = `{qwenctl:${prefix}}`
  return {
    /** Stream: one entry for each batch, with `w` (writer), `n` (its number) and `e` (the events as lines). */
    log: `${tag}:log`,
    /** Hash: writer → the number of its last batch. */
    writers: `${tag}:writers`,
    /** Hash: `run` (the server's replication id), `until` (no grant before), `docs` (grows with each change of a document), `fingerprint`. */
    meta: `${tag}:meta`,
    /** Sorted set: writer → the server's time of its last call. */
    alive: `${tag}:alive`,
    /** Hash: `id` and `text` of the newest checkpoint. */
    checkpoint: `${tag}:checkpoint`,
    /** Hash: day → its history. */
    history: `${tag}:history`,
    /** Hash: name → text, and `name:rev` → number. */
    docs: `${tag}:docs`,
    /** Hash: identity → the mark of a notification. */
    notices: `${tag}:notices`,
    /** Hash: proxy → the server's time of its last word, and its record. */
    proxies: `${tag}:proxies`,
    /** Stream: the record of job runs, with `m` (machine) and `r` (the record). */
    runs: `${tag}:runs`,
    /** A lock: the token of its holder. */
    lock: (name: string) => `${tag}:lock:${name}`,
  }
}

export type StoreKeys = ReturnType<typeof buildKeys>

/**
 * How far the replicas are. Any number that is at or past the position of a write means that a replica has it.
 * KEYS any key of the home. Returns the history of the data, its position, and the newest position of a replica (-1: none).
 */
export const REPLICATION = defineScript(`
local info = redis.call('INFO', 'replication')
local newest = -1
for offset in string.gmatch(info, 'slave%d+:[^\\r\\n]-offset=(%d+)') do newest = math.max(newest, tonumber(offset)) end
return {string.match(info, 'master_replid:(%x+)') or '', tonumber(string.match(info, 'master_repl_offset:(%d+)') or '0'), newest}
`)

/** Whether an id of an entry comes before another, for the scripts below. */
const BEFORE = `
local function before(one, other)
  local a, b = string.match(one, '(%d+)%-(%d+)')
  local c, d = string.match(other, '(%d+)%-(%d+)')
  if tonumber(a) ~= tonumber(c) then return tonumber(a) < tonumber(c) end
  return tonumber(b) < tonumber(d)
end
`

/**
 * Appends a batch, unless it is in the log, and returns the entries after the cursor. The entry that this very call
 * appended comes without its lines: its writer has them. The server's replication id
 * changes with every restart and with every promotion of a replica: writes may be lost then. Source:
 * redis.io/docs/latest/operate/oss_and_stack/management/replication, read 2026-11-30.
 * The data or the log alone may be removed while the server runs. A grace begins when the log lacks entries that no
 * checkpoint has, and when it is empty but had writers. The other processes append their part then. One such grace a
 * minute is enough: a process that was asleep for long must not stop the others once more.
 * KEYS log, writers, meta, alive, checkpoint. ARGV writer, number (0: read only), cursor, the cursor's mark (`*`: any), lines,
 * kind (`reserve`, `other`, `again`), grace in ms, most entries, heartbeat (0 or 1), the writer's last acknowledged number.
 * Returns status, replication id, ms of grace left, server time, document changes, entries, living writers, and a number:
 * the writer's last one before this call.
 */
export const APPEND = defineScript(`${BEFORE}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local run = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
local writer, number, cursor, mark, kind = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[6]
local grace = tonumber(ARGV[7])
local meta = redis.call('HMGET', KEYS[3], 'run', 'until', 'docs')
local barrier = math.min(tonumber(meta[2] or '0'), now + grace)
if meta[1] ~= run then
  if meta[1] or cursor ~= '0-0' then barrier = now + grace end
  redis.call('HSET', KEYS[3], 'run', run, 'until', barrier)
end
local function begin_grace()
  if now < barrier + 60000 then return end
  barrier = now + grace
  redis.call('HSET', KEYS[3], 'until', barrier)
end
local function mark_of(fields) return (fields[2] or '') .. ' ' .. (fields[4] or '') end
local alive = {}
if ARGV[9] == '1' then
  redis.call('ZADD', KEYS[4], now, writer)
  alive = redis.call('ZRANGEBYSCORE', KEYS[4], now - 15000, '+inf')
end
local last = tonumber(redis.call('HGET', KEYS[2], writer) or '0')
local function answer(status, entries)
  return {status, run, math.max(0, barrier - now), now, tonumber(meta[3] or '0'), entries, alive, last}
end
if cursor ~= '0-0' and mark ~= '*' then
  local at = redis.call('XRANGE', KEYS[1], cursor, cursor)
  if #at == 0 or mark_of(at[1][2]) ~= mark then
    if before(redis.call('HGET', KEYS[5], 'id') or '0-0', cursor) then begin_grace() end
    return answer('DIVERGED', {})
  end
elseif cursor == '0-0' and redis.call('EXISTS', KEYS[1]) == 0 and redis.call('EXISTS', KEYS[2]) == 1 then begin_grace() end
if kind ~= 'again' and tonumber(ARGV[10]) > last then return answer('GAP', {}) end
local added = ''
if number > 0 and number > last then
  if kind == 'reserve' and now < barrier then return answer('BARRIER', {}) end
  added = redis.call('XADD', KEYS[1], '*', 'w', writer, 'n', number, 'e', ARGV[5])
  redis.call('HSET', KEYS[2], writer, number)
end
local entries = redis.call('XRANGE', KEYS[1], '(' .. cursor, '+', 'COUNT', ARGV[8])
if #entries > 0 and entries[#entries][1] == added then entries[#entries][2][6] = '' end
return answer('OK', entries)
`)

/**
 * Keeps a checkpoint that is newer than the present one, with the days that ended before it. Trims what no reader
 * needs. A checkpoint of events that the log has lost is refused with its days.
 * KEYS checkpoint, log, writers, alive, history. ARGV id, text, kept ms of the log, kept ms of a silent writer, the id's
 * mark. Then day and text of each day.
 */
export const KEEP_CHECKPOINT = defineScript(`${BEFORE}
local present = redis.call('HGET', KEYS[1], 'id')
if present and not before(present, ARGV[1]) then return 0 end
local at = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])
if #at == 0 or (at[1][2][2] or '') .. ' ' .. (at[1][2][4] or '') ~= ARGV[5] then return 0 end
for index = 6, #ARGV, 2 do redis.call('HSETNX', KEYS[5], ARGV[index], ARGV[index + 1]) end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'text', ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = math.max(0, now - tonumber(ARGV[3])) .. '-0'
redis.call('XTRIM', KEYS[2], 'MINID', before(oldest, ARGV[1]) and oldest or ARGV[1])
for _, writer in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now - tonumber(ARGV[4]), 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[4], writer)
  redis.call('HDEL', KEYS[3], writer)
end
return 1
`)

/**
 * Writes a document if its revision is the expected one. A failover may lose a write. The next write must not get the
 * same revision: a reader would keep the lost text. Revisions are therefore at least the server's time in microseconds.
 * KEYS docs, meta. ARGV name, revision, text.
 */
export const WRITE_DOCUMENT = defineScript(`
local rev = redis.call('HGET', KEYS[1], ARGV[1] .. ':rev') or '0'
if rev ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local changes = tonumber(redis.call('HGET', KEYS[2], 'docs') or '0')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3], ARGV[1] .. ':rev', string.format('%.0f', math.max(tonumber(rev) + 1, now)))
redis.call('HSET', KEYS[2], 'docs', string.format('%.0f', math.max(changes + 1, now)))
return 1
`)

/**
 * Writes the record of a proxy, and returns those of the living ones. KEYS proxies. ARGV id (empty: only read), record
 * (empty: remove), ms after which a silent proxy is gone.
 */
export const EXCHANGE_PROXIES = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then
  if ARGV[2] == '' then redis.call('HDEL', KEYS[1], ARGV[1])
  else redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2]) end
end
local living = {}
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local at, record = string.match(all[index + 1], '^(%d+) (.*)$')
  if at and tonumber(at) > now - tonumber(ARGV[3]) then living[#living + 1] = record
  elseif ARGV[1] ~= '' then redis.call('HDEL', KEYS[1], all[index]) end
end
return living
`)

/**
 * Proposes the master key of a machine. The first one counts. KEYS meta. ARGV id of the key, how a passphrase becomes it
 * (empty: it comes from a file). Returns the id that counts.
 */
export const AGREE_ON_KEY = defineScript(`
local present = redis.call('HGET', KEYS[1], 'key')
if present then return present end
redis.call('HSET', KEYS[1], 'key', ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'passphrase', ARGV[2]) end
return ARGV[1]
`)

/** Extends or releases a lock that the caller still holds. KEYS lock. ARGV token, ms (0: release). */
export const HOLD_LOCK = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`)

/** The facts that decide whether a server may hold a store. KEYS any key of the home. */
export const SERVER_FACTS = defineScript(`
local time = redis.call('TIME')
return {redis.call('INFO', 'server'), redis.call('INFO', 'memory'), redis.call('INFO', 'replication'),
  redis.call('INFO', 'persistence'), redis.call('EXISTS', KEYS[1]), time[1] * 1000 + math.floor(time[2] / 1000)}
`)

/**
 * Replaces the whole content of a store. Revisions grow as in `WRITE_DOCUMENT`.
 * KEYS log, writers, meta, checkpoint, history, docs, notices. ARGV `new` or `replace`, checkpoint, number of documents,
 * name and text of each. Then the number of days, day and text of each.
 */
export const IMPORT_STORE = defineScript(`
if ARGV[1] == 'new' and redis.call('EXISTS', KEYS[1], KEYS[4], KEYS[6]) > 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function after(number) return string.format('%.0f', math.max(tonumber(number) + 1, now)) end
local changes = redis.call('HGET', KEYS[3], 'docs') or '0'
local revisions = {}
for index = 1, tonumber(ARGV[3]) do revisions[index] = redis.call('HGET', KEYS[6], ARGV[2 + 2 * index] .. ':rev') or '0' end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
redis.call('HDEL', KEYS[3], 'run', 'until')
redis.call('HSET', KEYS[4], 'id', '0-0', 'text', ARGV[2])
local at = 3
for index = 1, tonumber(ARGV[at]) do
  redis.call('HSET', KEYS[6], ARGV[at + 1], ARGV[at + 2], ARGV[at + 1] .. ':rev', after(revisions[index]))
  at = at + 2
end
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  redis.call('HSET', KEYS[5], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
redis.call('HSET', KEYS[3], 'docs', after(changes))
return 1
`)
