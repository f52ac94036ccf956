import { QwenctlError } from '../../base/errors.ts'
import type { ErrorWords } from './messages.ts'

export function rebuildError({ code, message, hint }: ErrorWords): QwenctlError {
  return new QwenctlError(code, message, hint === null ? {} : { hint })
}

export function formatEnd(code: number | null, signal: string | null): string {
  return signal === null ? `exit code ${code ?? 0}` : signal
}

export function endedAtOnce(code: number | null, signal: string | null): QwenctlError {
  return new QwenctlError('failed', `the workers end as soon as they begin (${formatEnd(code, signal)})`, {
    hint: 'what they said stands above, or in the log of a proxy in the background; qwenctl proxy start --workers 1 shows more',
  })
}

export function outdated(own: string, other: string): QwenctlError {
  return new QwenctlError('failed', `this proxy runs ${own}, and ${other} was installed over it`, {
    hint: 'start it again: qwenctl proxy start',
  })
}
