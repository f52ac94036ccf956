import type { ComponentChildren, JSX } from 'preact'

/** A summary number, with its label above and details below. */
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
