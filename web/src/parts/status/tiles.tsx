import type { ComponentChildren, JSX } from 'preact'

/** A number that sums something up, with what it counts above and more of it below. */
export function Tile({
  label,
  value,
  sub,
}: {
  label: string
  value: ComponentChildren
  sub?: ComponentChildren
}): JSX.Element {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd class="tile-value">{value}</dd>
      {sub !== undefined && <dd class="tile-sub">{sub}</dd>}
    </div>
  )
}

export function Tiles({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <dl class="tiles" aria-label={label}>
      {children}
    </dl>
  )
}
