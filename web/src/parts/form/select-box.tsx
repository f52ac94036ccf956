import type { JSX } from 'preact'

/** A drop-down with its label, for filters. The first option means no filter. */
export function SelectBox({
  label,
  value,
  all,
  options,
  onChange,
}: {
  label: string
  value: string
  /** The text of the empty option. */
  all: string
  options: { value: string; label: string }[]
  onChange: (value: string) => void
}): JSX.Element {
  return (
    <label class="select-box">
      <span class="visually-hidden">{label}</span>
      <select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}
