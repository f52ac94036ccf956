import type { ComponentChildren, JSX } from 'preact'

/** A status with its colour. `look`: the class of the stylesheet, `badge-LOOK`. */
export function Badge({ look, children }: { look: string; children: ComponentChildren }): JSX.Element {
  return (
    <span class={`badge badge-${look}`}>
      <span class="badge-dot" aria-hidden="true" />
      {children}
    </span>
  )
}
