import type { JSX } from 'preact'
import { Icon } from '../icon.tsx'

export interface SearchBoxProps {
  /** For screen readers; the placeholder disappears with the first letter. */
  label: string
  placeholder: string
  value: string
  onSearch: (search: string) => void
  isWide?: boolean
}

/** A field that filters what its view shows, at every letter. */
export function SearchBox({
  label,
  placeholder,
  value,
  onSearch,
  isWide = false,
}: SearchBoxProps): JSX.Element {
  return (
    <label class={isWide ? 'search-box search-wide' : 'search-box'}>
      <span class="visually-hidden">{label}</span>
      <Icon name="search" />
      <input
        class="input"
        type="search"
        placeholder={placeholder}
        value={value}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
    </label>
  )
}
