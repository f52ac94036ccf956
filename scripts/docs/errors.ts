// docs/reference/errors.md: the table in `src/lib/base/errors.ts`, and the meaning of each code.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { errorKinds } from '../../src/lib/base/errors.ts'
import type { ErrorCode } from '../../src/lib/base/errors.ts'
import { code, table } from './markdown.ts'

/** A missing meaning is a type error. */
const meanings: Record<ErrorCode, string> = {
  invalid_usage:
    'an unknown command or flag, a missing or unexpected argument, flags that contradict each other',
  invalid_value: 'an invalid value: a name, URL, number, setting, base URL or listening address',
  missing_answer: 'a question without a terminal to answer it; the message names the flag to give',
  invalid_limit: 'a limit that does not follow `MAX[metric]/WINDOW`; the message says which part is wrong',
  unknown_provider: 'no provider has this id; the message suggests the nearest',
  ambiguous_account: 'the reference fits several accounts; the message lists them',
  name_in_use: 'this user already has an account of that name at that provider',
  cancelled: 'Ctrl-C, or a question answered with no',
  template_not_found: 'there is no template of that name',
  account_not_found: 'no account matches the reference; the message suggests the nearest',
  key_not_found: 'no client key has this name',
  batch_not_found: 'no batch has this id or file',
  job_not_found: 'no job has the name',
  precondition_failed: 'a change with `If-Match` found another version; read the resource again',
  too_many_failures:
    'many requests with wrong keys came from one address; `retry-after` says how long it is refused',
  model_not_allowed: 'the client key is for other models',
  program_not_found: 'the program that `exec` is to run is not there',
  proxy_not_running: 'there is no proxy over these accounts to stop',
  batch_ended: 'a batch that has ended cannot be canceled',
  jobs_off: 'this proxy was started with `--no-jobs`, so it runs none',
  quota_exhausted:
    'every account that fits the request is at a limit or in cooldown; the message and `retry-after` say which returns first, and when',
  no_accounts: 'there is no enabled account that the request may use',
  needs_action:
    'every account that could serve waits for a person; the message names each with the command that brings it back. 402 if credit is missing',
  credentials_refused: 'the provider refuses the key; nothing was stored',
  plugin_failed: 'the code of a provider plugin failed and has no fallback; the message names the part',
  needs_login: 'the credential of the account is missing, or permanently refused',
  store_unreachable:
    'the shared store does not answer, has just restarted, or must not be used; nothing is granted without it',
  store_unwritable: 'a file or folder cannot be read or written: full disk, permissions, missing folder',
  store_corrupt: 'a document, key file or sealed credential is damaged; it is left as it is',
  store_locked: 'another process holds the lock of a document for longer than 10 s; the message names it',
  store_too_new: 'the file was written by a newer qwenctl',
  vault_locked: 'the passphrase is missing or wrong, or the key that sealed a credential is not here',
  invalid_api_key: 'the client key is unknown',
  invalid_token:
    'the management API was called without its admin token, with a wrong one, or with a session that has ended',
  forbidden: 'the credential opens something else: a client key does not open the management API',
  invalid_body: 'the body of a request to the management API does not match its schema; `field` says where',
  invalid_request: 'the request body is damaged, not a JSON object, ambiguous, or names no model',
  model_not_found:
    'no account has the model, so a retry does not help; the message suggests the nearest names',
  route_not_served: 'no account has this endpoint; it may be a base URL without `/v1`',
  not_found: 'the proxy has nothing at this path',
  method_not_allowed: 'the path exists, but not for this method',
  upgrade_refused: 'the proxy has no WebSockets; Codex continues over HTTP at once',
  request_timeout: 'the client took too long to send its request',
  unsupported_encoding: 'the `content-encoding` of the request is none of gzip, deflate, br and zstd',
  request_too_large: 'the body is larger than `proxy.maxBodyMb`',
  forbidden_host: 'the request names a host that the proxy does not serve',
  upstream_unavailable:
    'no upstream answered, or the connection broke; for `auth add`: the provider could not be reached',
  upstream_timeout: 'no upstream answered in time',
  shutting_down: 'the proxy is draining and takes no new requests',
  port_in_use: 'something else listens on this port',
  failed: 'something outside qwenctl failed; the message says what',
  internal: 'a bug in qwenctl',
}

/** Every code of the table. */
export function errorTable(root: string): string {
  const raised = raisedCodes(root)
  const rows = (Object.keys(errorKinds) as ErrorCode[]).map((name) => {
    const kind: { exit: number; status: number; hint?: string } = errorKinds[name]
    const reserved = raised.has(name) ? '' : ' (reserved: this version never uses it)'
    return [
      code(name),
      String(kind.exit),
      String(kind.status),
      `${meanings[name]}${reserved}`,
      kind.hint ?? '',
    ]
  })
  return table(['Code', 'Exit', 'HTTP', 'Meaning', 'Hint, unless the place knows a better one'], rows)
}

/** Paths with a provider's own codes, some of which are spelled like qwenctl's. */
const FOREIGN = /^lib[\\/](provider|proxy[\\/]sandbox)/

/** The codes that a source file beside the table names. */
function raisedCodes(root: string): ReadonlySet<string> {
  const folder = join(root, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      file !== join('lib', 'base', 'errors.ts') &&
      (!FOREIGN.test(file) || isOurs(file)),
  )
  const found = new Set<string>()
  for (const file of files) {
    for (const [, word = ''] of readFileSync(join(folder, file), 'utf8').matchAll(/'([a-z_]+)'/g)) {
      if (Object.hasOwn(errorKinds, word)) found.add(word)
    }
  }
  return found
}

/** Whether the provider room uses the code as an error of qwenctl, outside its tables of outcomes. */
function isOurs(file: string): boolean {
  return /^lib[\\/]provider[\\/](validate-provider|registry|endpoints)\.ts$/.test(file)
}
