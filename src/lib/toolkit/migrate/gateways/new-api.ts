import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { AliasFinding, Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
  isFields,
  readNumber,
  parseJson,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import type { ReadContext, Source } from '../read/source.ts'
import { findEachKey, splitKeys } from '../read/split-keys.ts'
import type { ChannelService } from './channel-types.ts'
import { newApiTypes, oneApiTypes } from './channel-types.ts'

const SOURCE = 'new-api'

/**
 * one-api and new-api: their channels, as the API lists them (`GET /api/channel/`) or from the database. A channel has
 * one key per line and models with commas. `status` is 1 (on), 2 (off) or 3 (switched off by the gateway). The largest
 * `priority` is first (github.com/QuantumNous/new-api, model/channel.go, read 2026-11-30).
 */
export const newApi: Source = {
  id: SOURCE,
  label: 'one-api and new-api',
  inFolder: /^(channels?[\w.-]*\.json|one-api\.db|new-api\.db)$/,
  asFile: /\.(json|db|sqlite3?)$/,
  usual: () => [],
  read(file, context) {
    const channels = channelsIn(parseJson(file))
    return channels === null ? null : importChannels(channels, file.path, context)
  },
  readDatabase(path, context) {
    const tables = context.files.rows(path, `SELECT name FROM sqlite_master WHERE name = 'channels'`)
    if (tables.length === 0) return null
    return importChannels(context.files.rows(path, 'SELECT * FROM channels ORDER BY id'), path, context)
  },
}

/**
 * The list alone, or in the envelope of the API. Null: another kind of file. One whole channel shows the kind: a list
 * may have channels without models too.
 */
function channelsIn(parsed: unknown): Fields[] | null {
  const body = isFields(parsed) && 'data' in parsed ? parsed['data'] : parsed
  const list = isFields(body)
    ? (body['items'] ?? body['channels'] ?? (isChannel(body) ? [body] : null))
    : body
  const channels = readEntries(list)
  return channels.some(isChannel) ? channels : null
}

function isChannel(entry: Fields): boolean {
  return typeof entry['type'] === 'number' && 'models' in entry && ('key' in entry || 'base_url' in entry)
}

function importChannels(channels: Fields[], file: string, context: ReadContext): Finding[] {
  // Above 27 the two tools number their types differently. These columns exist in new-api alone.
  const isNewApi = channels.some((one) =>
    ['tag', 'auto_ban', 'channel_info', 'setting', 'settings', 'test_model'].some((name) => name in one),
  )
  const isOneApi = !isNewApi && channels.some((one) => 'config' in one || 'system_prompt' in one)
  const types = isOneApi ? oneApiTypes : newApiTypes
  return channels.flatMap((channel) => channelKeys(channel, { file, context, types }))
}

interface Given {
  file: string
  context: ReadContext
  types: typeof newApiTypes
}

function channelKeys(channel: Fields, { file, context, types }: Given): Finding[] {
  const type = readNumber(channel['type']) ?? 0
  const { service, reason } = findChannelService(types[type], type, readText(channel['base_url']), context)
  const { models, aliases } = modelsIn(channel)
  const said = {
    source: SOURCE as typeof SOURCE,
    file,
    name: readText(channel['name']) ?? `channel-${readText(channel['id']) ?? type}`,
    ...(service ?? { provider: null, baseUrl: null }),
    groups: readTexts(channel['group']).filter((group) => group !== 'default'),
    priority: -readWhole(channel['priority'], 0) || 0,
    weight: Math.max(1, readWhole(channel['weight'], 1)),
    models: models.length > 0 ? models : null,
    aliases,
    egressProxy: readText(jsonFields(channel['setting'])['proxy']),
    declined: reason,
  }
  const keys = readText(channel['key'])
  const states = keyStates(channel)
  const order = keys === null ? [] : splitKeys(keys)
  const isOn = readWhole(channel['status'], 1) === 1
  const notes = listNotes(channel)
  // A declined channel stays one finding: AWS, for one, joins the three parts of a credential with `|`.
  const eachKey = reason === null ? findEachKey : findWhole
  return eachKey(keys, (secret, more) => {
    const enabled = isOn && (states[order.indexOf(secret ?? '')] ?? 1) === 1
    return keyFinding(
      { ...said, secret, enabled, notes: [...notes, ...more] },
      'its key is left out here, as in lists of the API; next: name the database with --from one-api.db',
    )
  })
}

const findWhole: typeof findEachKey = (text, build) => [build(text, [])]

function readWhole(value: unknown, standby: number): number {
  return Math.round(readNumber(value) ?? standby)
}

function findChannelService(
  known: ChannelService | undefined,
  type: number,
  baseUrl: string | null,
  context: ReadContext,
): { service: Service | null; reason: string | null } {
  if (known !== undefined && 'declined' in known) return { service: null, reason: known.declined }
  const service = findService(known?.called, baseUrl, context)
  const reason = `its type ${type} names no service that qwenctl knows, and it has no base URL`
  return { service, reason: service === null ? reason : null }
}

/** Base URLs of channels lack the version; the gateway appends `/v1/chat/completions`. */
function findService(name: string | undefined, baseUrl: string | null, context: ReadContext): Service | null {
  if (baseUrl === null) return name === undefined ? null : serviceCalled(context.providers, name)
  const named = name === 'anthropic' ? 'anthropic' : 'custom'
  const at = serviceAt(context.providers, baseUrl, named)
  if (at.provider !== 'custom' || /\.azure\.com\b/.test(baseUrl)) return at
  const url = URL.parse(baseUrl)
  const isBare = url !== null && /^\/*$/.test(url.pathname)
  return isBare ? serviceAt(context.providers, `${url.origin}/v1`, named) : at
}

/** `model_mapping` translates the model that clients ask for into the one of the service. */
function modelsIn(channel: Fields): { models: string[]; aliases: AliasFinding[] } {
  const mapping = jsonFields(channel['model_mapping'])
  const rows = readTexts(channel['models']).map((name) => ({
    name,
    model: readText(mapping[name]) ?? name,
    rank: 0,
  }))
  return {
    models: [...new Set(rows.map(({ model }) => model))],
    aliases: rows.filter(({ name, model }) => name !== model),
  }
}

/** The state of each key of a channel with several, by its place. */
function keyStates(channel: Fields): Record<number, number> {
  const states = readFields(jsonFields(channel['channel_info'])['multi_key_status_list'])
  return Object.fromEntries(Object.entries(states).map(([place, state]) => [place, readNumber(state) ?? 1]))
}

function listNotes(channel: Fields): string[] {
  const left = [
    'openai_organization',
    'param_override',
    'header_override',
    'status_code_mapping',
    'system_prompt',
  ]
  const set = left.filter((name) => !['', '{}', 'null', '[]'].includes(readText(channel[name]) ?? ''))
  const offered = readTexts(channel['models'])
  const unused = Object.keys(jsonFields(channel['model_mapping'])).filter((name) => !offered.includes(name))
  return [
    ...(unused.length === 0
      ? []
      : [`its mapping of models that it does not offer is left behind: ${unused.join(', ')}`]),
    ...(readText(channel['tag']) === null ? [] : [`tagged ${readText(channel['tag'])} there`]),
    ...(set.length === 0 ? [] : [`left behind: ${set.join(', ')}`]),
  ]
}

/** The database stores objects as JSON text. */
function jsonFields(value: unknown): Fields {
  return readFields(typeof value === 'string' ? tryParseJson(value) : value)
}
