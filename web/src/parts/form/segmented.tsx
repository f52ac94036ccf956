import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { Icon } from '../icon.tsx'
import type { IconName } from '../icon.tsx'

export interface Choice<Value extends string> {
  value: Value
  label: string
  icon?: IconName
}

/** A choice of a few options side by side, built on radio buttons. */
export function Segmented<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: Value
  choices: Choice<Value>[]
  onChange: (value: Value) => void
}): JSX.Element {
  const name = useId()
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          class="segment"
          title={choice.icon === undefined ? undefined : choice.label}
        >
          <input
            type="radio"
            class="visually-hidden"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.icon !== undefined && <Icon name={choice.icon} />}
          <span class={choice.icon === undefined ? '' : 'visually-hidden'}>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  )
}
