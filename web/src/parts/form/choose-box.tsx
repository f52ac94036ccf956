import type { JSX } from 'preact'

export function ChooseBox({
  name,
  isChosen,
  onChoose,
}: {
  name: string
  isChosen: boolean
  onChoose: () => void
}): JSX.Element {
  return (
    <label class="choose-box" title="Choose to compare">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={onChoose}
        aria-label={`Choose ${name} to compare`}
      />
    </label>
  )
}
