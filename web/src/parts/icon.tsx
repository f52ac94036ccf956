import type { JSX } from 'preact'

const paths = {
  accounts: 'M4 5h16M4 12h16M4 19h10',
  live: 'M3 12h4l3-8 4 16 3-8h4',
  jobs: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3',
  history: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  keys: 'M16 3a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12.5 11.5 4 20M7.5 16.5l3 3',
  filter: 'M3 6h18M7 12h10M10 18h4',
  archive: 'M3 5h18v4H3zM5 9v10h14V9M10 13h4',
  compare: 'M8 4v16M16 4v16M3 8h5M3 12h5M16 12h5M16 16h5',
  plus: 'M12 5v14M5 12h14',
  more: 'M5 11v2M12 11v2M19 11v2',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 13l4 4L19 7',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4l13 8-13 8z',
  warn: 'M12 3l10 18H2zM12 10v4M12 17.5h.01',
  cards: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  table: 'M3 5h18v14H3zM3 10h18M3 14.5h18M9 5v14',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  system: 'M3 5h18v11H3zM9 20h6M12 16v4',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
} as const

export type IconName = keyof typeof paths

/** Drawn in the colour of the text, beside words with the same meaning. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
