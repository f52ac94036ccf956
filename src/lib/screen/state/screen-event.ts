import type { LogEntry } from '../../observe/logs/log-filter.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'
import type { Tone } from '../line.ts'
import type { ShownProxy, Work } from './screen-state.ts'

export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'ctrl-c'
  | 'ctrl-l'
  | 'ctrl-u'
  | 'ctrl-z'

/** A special key, or one typed character. */
export type Key = { name: KeyName } | { text: string }

export type ScreenEvent =
  | { type: 'resize'; columns: number; rows: number }
  /** The accounts were read again. */
  | { type: 'quota'; quota: QuotaDocument; proxies: ShownProxy[]; now: number }
  | { type: 'work'; work: Work; now: number }
  /** Lines of the log, oldest first. */
  | { type: 'lines'; entries: LogEntry[]; now: number }
  /** Whether the settings have requests written to the log at all. */
  | { type: 'logging'; isLogged: boolean }
  | { type: 'key'; key: Key; now: number }
  | { type: 'paste'; text: string }
  /** Something was done, or failed. `ends`: what is no longer under way. */
  | { type: 'told'; tone: Tone; text: string; hint: string | null; ends: string | null; now: number }

/** A side effect that the reducer requests; its result comes back as an event. */
export type Wish =
  | { kind: 'enable' | 'disable' | 'reset' | 'clear' | 'verify'; id: string; name: string }
  | { kind: 'add' }
  /** Hand the terminal to the shell, as Ctrl-Z does. */
  | { kind: 'stop' }
  /** Draw everything again. */
  | { kind: 'redraw' }
  | { kind: 'quit'; exit: number }

export type AccountWish = Extract<Wish, { id: string }>

/** The text for a running action on an account. */
export function formatBusy({ kind, name }: AccountWish): string {
  const words = {
    enable: 'enabling',
    disable: 'disabling',
    reset: 'resetting',
    clear: 'ending the cooldowns of',
    verify: 'asking the provider of',
  }
  return `${words[kind]} ${name}`
}
