import { QwenctlError } from '../../base/errors.ts'
import { DEFAULT_PREFIX } from '../../store/redis/store-place.ts'
import { parseRedisUrl } from '../../store/redis/link/redis-url.ts'
import type { Check } from '../doctor/check.ts'
import type { MoveParts, MovedStore } from './move-store.ts'
import type { StoreView } from './store-view.ts'

export interface MoveOptions {
  /** Separates the homes in one Redis. */
  prefix?: string
  /** The variable that has the password of the URL. */
  passwordVariable?: string
}

type StoresParts = Omit<MoveParts, 'prefix'> & { env: NodeJS.ProcessEnv }

/** The place of accounts and counts: files, or a Redis for many machines. */
export class Stores {
  readonly #parts: StoresParts

  constructor(parts: StoresParts) {
    this.#parts = parts
  }

  /** Throws `store_unreachable`. */
  async show(): Promise<StoreView> {
    const { showStore } = await import('./store-view.ts')
    return showStore(this.#parts.home)
  }

  async check(): Promise<Check[]> {
    const { checkStore } = await import('./store-view.ts')
    return checkStore(this.#parts.home)
  }

  /** Moves to a URL, or to `files`: all or nothing. Throws `failed` while a proxy runs, `invalid_value`, `store_unreachable`. */
  async move(to: string, { prefix = DEFAULT_PREFIX, passwordVariable }: MoveOptions): Promise<MovedStore> {
    const { moveStore } = await import('./move-store.ts')
    const { env, ...parts } = this.#parts
    return moveStore({ ...parts, prefix }, to === 'files' ? to : withPassword(to, env, passwordVariable))
  }
}

/** Other users of the machine see arguments, so the password comes from a variable. */
function withPassword(url: string, env: NodeJS.ProcessEnv, variable: string | undefined): string {
  if (parseRedisUrl(url).password !== null)
    throw new QwenctlError('invalid_usage', 'the URL has a password, and arguments are visible to others', {
      hint: 'leave the password out, and name a variable that has it with --password-env VAR',
    })
  if (variable === undefined) return url
  const password = env[variable] ?? ''
  if (password === '') throw new QwenctlError('missing_answer', `the variable ${variable} is not set`)
  const [scheme = '', rest = ''] = url.trim().split('//')
  const at = rest.lastIndexOf('@')
  const user = at < 0 ? '' : rest.slice(0, at).replace(/:$/, '')
  return `${scheme}//${user}:${encodeURIComponent(password)}@${rest.slice(at + 1)}`
}
