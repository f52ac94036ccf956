import type { JSX } from 'preact'

export function Logo(): JSX.Element {
  return (
    <span class="logo">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" class="logo-ground" />
        <path d="M16 7a9 9 0 1 0 6.4 15.3" class="logo-line" />
        <path d="M16 7a9 9 0 0 1 9 9" class="logo-line logo-left" />
        <path d="M20.5 20.5 26 26" class="logo-line" />
      </svg>
      qwenctl
    </span>
  )
}
